"""What becomes of a delivery: each kind of answer has one next state. Pure, but for the send.

What is in doubt stays in doubt: after one unknown outcome only a success, or a member, ends it,
since a later refusal does not prove that the first attempt did not arrive.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from portevoix.model.deliveries import (
    HOLD_RECHECK,
    MAX_ATTEMPTS,
    NEAR,
    SETTLE,
    Delivery,
    DeliveryState,
    HoldReason,
    Published,
    Trouble,
    backoff,
)
from portevoix.model.errors import (
    AuthorizationError,
    InvalidError,
    NetworkError,
    NotSentError,
    QuotaError,
    RateLimitedError,
    RejectedError,
    UnknownOutcomeError,
)
from portevoix.ports import Clock
from portevoix.publishing.siblings import held

LEAST_LIMIT = timedelta(seconds=10)
"""A server that asks to wait, and not how long, is not asked again within this."""


def of_sending(
    claimed: Delivery, send: Callable[[], Published], clock: Clock, roll: Callable[[], float]
) -> Delivery:
    """Send once and return what became of it. What `send` does not name as its own is raised."""
    try:
        proof = send()
    except (NetworkError, InvalidError) as error:
        return of_error(claimed, error, clock.now(), roll())
    return claimed.with_changes(
        state=DeliveryState.PUBLISHED,
        remote_id=proof.remote_id,
        url=proof.url,
        published_at=proof.published_at,
        due_at=None,
        lease_until=None,
        trouble=None,
    )


def of_error(
    claimed: Delivery, error: NetworkError | InvalidError, now: datetime, roll: float
) -> Delivery:
    """Return the next state after an answer that is not a success."""
    if claimed.doubt_since is not None:
        return of_error_in_doubt(claimed, error, now, roll)
    if isinstance(error, NotSentError):
        return of_not_sent(claimed, error, now, roll)
    if isinstance(error, AuthorizationError):
        return disconnected(claimed, error.detail, now)
    if isinstance(error, QuotaError):
        return stopped(claimed, HoldReason.QUOTA, error.detail, now)
    if isinstance(error, RejectedError):
        return rejected(claimed, Trouble("rejected", error.reason, now))
    if isinstance(error, InvalidError):
        problem = error.problems[0]
        return rejected(claimed, Trouble(problem.code, "", now, problem.values))
    return doubted(claimed, error.detail, now + SETTLE, now)


def of_not_sent(claimed: Delivery, error: NotSentError, now: datetime, roll: float) -> Delivery:
    """Return the next state where nothing left. A wait that the network asked for is no attempt."""
    if isinstance(error, RateLimitedError):
        trouble = Trouble("rate_limited", error.detail, now)
        due_at = limited_until(claimed, error.retry_at, now)
        return ready_again(claimed, due_at, trouble, now, attempts=claimed.attempts - 1)
    if claimed.attempts >= MAX_ATTEMPTS:
        return asked(claimed, Trouble("gave_up", error.detail, now))
    trouble = Trouble("not_sent", error.detail, now)
    return ready_again(claimed, now + backoff(claimed.attempts, roll), trouble, now)


def of_error_in_doubt(
    claimed: Delivery, error: NetworkError | InvalidError, now: datetime, roll: float
) -> Delivery:
    """Return the next state after a resend that did not succeed: still in doubt, or asked."""
    detail = error.detail if isinstance(error, NetworkError) else str(error)
    if isinstance(error, RateLimitedError):
        return doubted(claimed, detail, max(error.retry_at, now + SETTLE), now)
    if isinstance(error, NotSentError):
        return doubted(claimed, detail, now + backoff(claimed.attempts, roll), now)
    if isinstance(error, AuthorizationError):
        return disconnected(claimed, detail, now)
    if isinstance(error, UnknownOutcomeError):
        return doubted(claimed, detail, now + SETTLE, now)
    return asked(claimed, Trouble("uncertain", detail, now))


def limited_until(claimed: Delivery, retry_at: datetime, now: datetime) -> datetime:
    """Return when to try again: as the network says, but not at once, and never past the limit.

    Asked twice, the next try is left to a tick: a server that says "now" for ever would have the
    message renew itself until Lambda cuts it. Past `publish_before` it is told as missed.
    """
    is_again = claimed.trouble is not None and claimed.trouble.code == "rate_limited"
    soonest = now + (NEAR if is_again else LEAST_LIMIT)
    return min(max(retry_at, soonest), claimed.publish_before + timedelta(seconds=1))


def ready_again(
    claimed: Delivery,
    due_at: datetime,
    trouble: Trouble | None,
    now: datetime,
    *,
    attempts: int | None = None,
) -> Delivery:
    """Return a delivery of which it is proven that nothing left, due again at `due_at`."""
    return claimed.with_changes(
        state=DeliveryState.READY,
        due_at=max(due_at, now + timedelta(seconds=1)),
        lease_until=None,
        trouble=trouble,
        attempts=claimed.attempts if attempts is None else attempts,
    )


def doubted(delivery: Delivery, detail: str, look_at: datetime, now: datetime) -> Delivery:
    """Return a delivery that may have left, to be looked at when things have settled."""
    return delivery.with_changes(
        state=DeliveryState.UNCERTAIN,
        due_at=look_at,
        lease_until=None,
        doubt_since=delivery.doubt_since or now,
        trouble=Trouble("uncertain", detail, now),
    )


def lapsed(delivery: Delivery, now: datetime) -> Delivery:
    """Return an armed delivery whose worker died: in doubt; its lease has let things settle."""
    after = doubted(delivery, "the sender stopped before it could tell", now, now)
    return after.with_changes(fence=delivery.fence + 1)


def undecidable(delivery: Delivery, now: datetime) -> Delivery:
    """Return a doubt that cannot be settled by sending again: a member decides."""
    detail = delivery.trouble.detail if delivery.trouble else ""
    after = asked(delivery, Trouble("uncertain", detail, now))
    return after.with_changes(fence=delivery.fence + 1)


def too_late(delivery: Delivery, now: datetime) -> Delivery:
    """Return a delivery past its latest moment: not sent, and told."""
    return delivery.with_changes(
        state=DeliveryState.MISSED,
        due_at=None,
        lease_until=None,
        fence=delivery.fence + 1,
        trouble=Trouble("too_late", delivery.trouble.detail if delivery.trouble else "", now),
    )


def asked(delivery: Delivery, trouble: Trouble) -> Delivery:
    """Return a delivery in front of a member."""
    return delivery.with_changes(
        state=DeliveryState.NEEDS_DECISION, due_at=None, lease_until=None, trouble=trouble
    )


def rejected(delivery: Delivery, trouble: Trouble) -> Delivery:
    """Return a delivery that its network refused."""
    return delivery.with_changes(
        state=DeliveryState.REJECTED, due_at=None, lease_until=None, trouble=trouble
    )


def stopped(delivery: Delivery, reason: HoldReason, detail: str, now: datetime) -> Delivery:
    """Return a delivery held for `reason`."""
    return held(delivery, reason, now, detail).with_changes(fence=delivery.fence + 1)


def still_held(delivery: Delivery, now: datetime) -> Delivery:
    """Return a held delivery with its next look."""
    return delivery.with_changes(due_at=now + HOLD_RECHECK, fence=delivery.fence + 1)


def disconnected(delivery: Delivery, detail: str, now: datetime) -> Delivery:
    """Return a delivery whose account must be reconnected: held, or still in doubt."""
    if delivery.doubt_since is None:
        return stopped(delivery, HoldReason.ACCOUNT, detail, now)
    after = doubted(delivery, detail, now + HOLD_RECHECK, now)
    trouble = Trouble("uncertain_disconnected", detail, now)
    return after.with_changes(trouble=trouble, fence=delivery.fence + 1)


def is_disconnection(after: Delivery) -> bool:
    """Whether the account must be reconnected."""
    code = after.trouble.code if after.trouble else ""
    return after.hold is HoldReason.ACCOUNT or code == "uncertain_disconnected"


def adopted(delivery: Delivery, proof: Published) -> Delivery:
    """Return a delivery published, as `proof` shows."""
    return delivery.with_changes(
        state=DeliveryState.PUBLISHED,
        remote_id=proof.remote_id,
        url=proof.url,
        published_at=proof.published_at,
        due_at=None,
        lease_until=None,
        hold=None,
        trouble=None,
        fence=delivery.fence + 1,
    )
