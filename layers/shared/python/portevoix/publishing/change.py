"""What members do to a post that is queued: cancel, hold, release, decide, pause."""

from collections.abc import Iterable
from datetime import datetime

from portevoix.model.brands import Pause
from portevoix.model.deliveries import (
    EDITABLE,
    Delivery,
    DeliveryKey,
    DeliveryState,
    HoldReason,
)
from portevoix.model.errors import ConflictError, InvalidError, Problem
from portevoix.model.posts import PUBLISH_BEFORE
from portevoix.ports import Change, Credentials
from portevoix.publishing.outcome import adopted
from portevoix.publishing.plan import Desk, wake
from portevoix.publishing.siblings import earlier_id, effects, held, replanned

REVIVABLE = EDITABLE | {DeliveryState.REJECTED, DeliveryState.MISSED}
"""An edit may still change these: nothing of them has left."""
DROPPABLE = REVIVABLE
LEAVING = frozenset({DeliveryState.SENDING, DeliveryState.UNCERTAIN})


def refuse_late(changes: Iterable[Change], allowed: frozenset[DeliveryState]) -> None:
    """Raise ConflictError naming the deliveries that have left or may be leaving."""
    late = [c.seen for c in changes if c.seen.state not in allowed]
    if late:
        named = ", ".join(f"{d.key.account_id} part {d.key.part} is {d.state}" for d in late)
        problems = [problem_of("too_late_to_change", d) for d in late]
        raise ConflictError(f"Too late, nothing was changed: {named}.", *problems)


def problem_of(code: str, delivery: Delivery) -> Problem:
    """Return a problem of one delivery, as it stands."""
    key = delivery.key
    return Problem.of(code, key.account_id, part=key.part, state=delivery.state)


def cancel_post(
    post_id: str,
    desk: Desk,
    now: datetime,  # noqa: ARG001 (all that members do to a post is called alike)
    *,
    account_id: str | None = None,
) -> tuple[Delivery, ...]:
    """Cancel what has not left, of a post or of one account of it.

    Raise ConflictError if something may be leaving, or if nothing is left to cancel.
    """
    _, deliveries = desk.posts.read_post(post_id)
    chosen = of_account(deliveries, account_id)
    refuse_late([Change(d, d) for d in chosen], frozenset(DeliveryState) - LEAVING)
    changes = [
        Change(
            d,
            d.with_changes(
                state=DeliveryState.CANCELLED,
                due_at=None,
                lease_until=None,
                hold=None,
                fence=d.fence + 1,
            ),
        )
        for d in chosen
        if d.state in DROPPABLE
    ]
    return applied(changes, desk, "cancelled")


def hold_post(
    post_id: str, desk: Desk, now: datetime, *, by: str = "", account_id: str | None = None
) -> tuple[Delivery, ...]:
    """Stop what has not left until a member releases it."""
    _, deliveries = desk.posts.read_post(post_id)
    changes = [
        Change(d, held(d, HoldReason.MEMBER, now, by).with_changes(fence=d.fence + 1))
        for d in of_account(deliveries, account_id)
        if d.state in EDITABLE and d.state is not DeliveryState.HELD
    ]
    return applied(changes, desk, "held")


def release_post(
    post_id: str, desk: Desk, now: datetime, *, account_id: str | None = None
) -> tuple[Delivery, ...]:
    """Let what is held, or was missed, leave at its moment, or now if that has passed.

    A delivery that is being sent may be about to be held by a pause that has just ended: the
    release is noted on it, and that hold will see it.
    """
    _, deliveries = desk.posts.read_post(post_id)
    chosen = of_account(deliveries, account_id)
    leaving = [d for d in chosen if d.state is DeliveryState.SENDING]
    for delivery in leaving:
        desk.posts.note_release(delivery.key, desk.clock.now())
    changes = [
        Change(d, released(d, deliveries, now))
        for d in chosen
        if d.state in (DeliveryState.HELD, DeliveryState.MISSED)
    ]
    if leaving and not changes:
        return tuple(leaving)
    return applied(changes, desk, "released")


def released(delivery: Delivery, siblings: Iterable[Delivery], now: datetime) -> Delivery:
    """Return a held delivery on its way; a chain's later part goes on from the part before it."""
    reply_to = earlier_id(delivery, siblings)
    ready = delivery.with_changes(
        reply_to=reply_to or delivery.reply_to, released_at=now, fence=delivery.fence + 1
    )
    return replanned(ready, now)


def decide_delivery(
    key: DeliveryKey,
    desk: Desk,
    credentials: Credentials,
    now: datetime,
    *,
    there_url: str | None = None,
    again: bool = False,
) -> Delivery:
    """Answer a doubt: it is there (its URL is checked with the network), or send again.

    Raise ConflictError if there is no doubt to decide, InvalidError if not exactly one answer is
    given, NotFoundError if the URL is not a post of this account.
    """
    if bool(there_url) == again:
        raise InvalidError(Problem.of("one_answer", "decide"))
    post, deliveries = desk.posts.read_post(key.post_id)
    delivery = desk.posts.get_delivery(key)
    if delivery.state is not DeliveryState.NEEDS_DECISION:
        problem = problem_of("nothing_to_decide", delivery)
        raise ConflictError(f"There is nothing to decide: {key} is {delivery.state}.", problem)
    if delivery.evidence is not None:
        after = adopted(delivery, delivery.evidence)  # proof came while the member looked
    elif there_url:
        account = desk.brands.get_account(post.brand_id, key.account_id)
        secret = credentials.account_secret(account)
        connector = desk.connectors.connector(account.network)
        after = adopted(delivery, connector.find_published(account, secret, there_url))
    else:
        after = sent_again(delivery, now)
    others = effects(after, deliveries, now)
    applied([Change(delivery, after), *others], desk, "")
    return after


def sent_again(delivery: Delivery, now: datetime) -> Delivery:
    """Return a doubt that a member had sent again, with five new attempts.

    A text keeps its frozen record, and so the age of its key: should it be there after all, a
    server that still knows the key says so.
    """
    restarted = delivery.with_changes(
        attempts=0,
        doubt_since=None,
        fence=delivery.fence + 1,
        publish_before=max(delivery.publish_before, now + PUBLISH_BEFORE),
    )
    after = replanned(restarted, now)
    return after if delivery.content.media else after.with_changes(record=delivery.record)


def of_account(deliveries: Iterable[Delivery], account_id: str | None) -> tuple[Delivery, ...]:
    """Return the deliveries of one account, or all."""
    return tuple(d for d in deliveries if account_id in (None, d.key.account_id))


def applied(changes: list[Change], desk: Desk, done: str) -> tuple[Delivery, ...]:
    """Write changes and wake what is near; raise ConflictError if nothing could be `done`."""
    if not changes:
        raise ConflictError(f"Nothing could be {done}.", Problem.of(f"nothing_{done}"))
    desk.posts.change_deliveries(changes)
    wake([c.after for c in changes], desk)
    return tuple(c.after for c in changes)


def pause(scope: str, desk: Desk, now: datetime, *, by: str, reason: str) -> Pause:
    """Stop a scope: no send starts after this, but what is already leaving (at most 65 s)."""
    stop = Pause(scope, by, reason, now)
    desk.brands.save_pause(stop)
    return stop


def resume(scope: str, desk: Desk) -> None:
    """End a pause. What it held stays held until a member releases it."""
    desk.brands.delete_pause(scope)
