"""Do ahead of the moment all that may be repeated: fetch media, upload them, wait for them.

Each handle is stored before it is used, so a preparation that dies is taken up where it stood.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from portevoix.model.brands import Account
from portevoix.model.deliveries import (
    PREPARE_LEASE,
    Delivery,
    DeliveryKey,
    DeliveryState,
    HoldReason,
    MediaUse,
    Trouble,
    backoff,
    ready_due,
)
from portevoix.model.errors import (
    AuthorizationError,
    ConflictError,
    InvalidError,
    MissingSecretError,
    NetworkError,
    NotFoundError,
    QuotaError,
    RateLimitedError,
    RejectedError,
)
from portevoix.ports import (
    BrandStore,
    Change,
    Clock,
    Connectors,
    Credentials,
    DeliveryQueue,
    MediaObjects,
    NewId,
    PostStore,
    Publisher,
)
from portevoix.publishing import outcome
from portevoix.publishing.siblings import effects
from portevoix.publishing.wake import wake_near

POLL_S = 2.0
"""Between two looks at a media that the network is still processing."""


@dataclass(frozen=True, slots=True)
class Preparer:
    """What preparing needs. `roll` gives a number from 0 to 1, for the jitter of back-offs."""

    posts: PostStore
    brands: BrandStore
    connectors: Connectors
    credentials: Credentials
    media_objects: MediaObjects
    queue: DeliveryQueue
    clock: Clock
    new_id: NewId
    roll: Callable[[], float]
    remaining: Callable[[], timedelta]


class LostClaimError(Exception):
    """Another worker, or a member's edit, was faster: what was uploaded is left unused."""


def prepare(key: DeliveryKey, preparer: Preparer) -> str:
    """Bring one delivery from planned to ready; return its state, `skipped` or `gone`."""
    try:
        seen = preparer.posts.get_delivery(key)
    except NotFoundError:
        return "gone"
    now = preparer.clock.now()
    if seen.worker != "prepare" or seen.due_at is None or seen.due_at > now:
        return "skipped"
    if seen.has_live_lease(now):
        return "skipped"
    if now > seen.publish_before:
        return ended(seen, outcome.too_late(seen, now), preparer)
    claimed = seen.with_changes(
        state=DeliveryState.PREPARING,
        claim_token=preparer.new_id(now),
        fence=seen.fence + 1,
        lease_until=now + PREPARE_LEASE,
        due_at=now + PREPARE_LEASE,
    )
    if not preparer.posts.claim_delivery(seen, claimed, now):
        return "skipped"
    try:
        return prepare_claimed(claimed, preparer)
    except LostClaimError:
        return "skipped"


def prepare_claimed(claimed: Delivery, preparer: Preparer) -> str:
    """Upload what is missing, then record what became of it."""
    account = preparer.brands.get_account(claimed.brand_id, claimed.key.account_id)
    try:
        uploaded = upload_all(claimed, account, preparer)
    except (NetworkError, InvalidError, NotFoundError, MissingSecretError) as error:
        current = preparer.posts.get_delivery(claimed.key)
        if current.claim_token != claimed.claim_token:
            raise LostClaimError from error
        after = of_error(current, error, preparer.clock.now(), preparer.roll())
        if after.hold is HoldReason.ACCOUNT:
            preparer.brands.mark_disconnected(account)
        return recorded(current, after, preparer)
    now = preparer.clock.now()
    ready = uploaded.with_changes(
        state=DeliveryState.READY,
        due_at=ready_due(uploaded, now),
        lease_until=None,
        trouble=None,
        attempts=0,
    )
    return recorded(uploaded, ready, preparer)


def upload_all(claimed: Delivery, account: Account, preparer: Preparer) -> Delivery:
    """Return the delivery with a ready handle for each of its media."""
    publisher = preparer.connectors.connector(account.network)
    secret = preparer.credentials.account_secret(account)
    current = claimed
    for number, use in enumerate(current.content.media):
        if number >= len(current.handles):
            current = upload_one(current, use, account, secret, publisher, preparer)
        current = wait_until_ready(current, number, account, secret, publisher, preparer)
    return current


def upload_one(
    claimed: Delivery,
    use: MediaUse,
    account: Account,
    secret: str,
    publisher: Publisher,
    preparer: Preparer,
) -> Delivery:
    """Upload one media; store its handle before anything is done with it."""
    item = preparer.posts.get_media(claimed.brand_id, use.media_id)
    data = preparer.media_objects.read(item)
    upload = publisher.upload(
        account, secret, data, content_type=use.content_type, alt_text=use.alt_text
    )
    return renewed(claimed, preparer, handles=(*claimed.handles, upload.handle))


def wait_until_ready(
    claimed: Delivery,
    number: int,
    account: Account,
    secret: str,
    publisher: Publisher,
    preparer: Preparer,
) -> Delivery:
    """Look at an upload until the network has processed it, keeping the lease alive."""
    current = claimed
    while not publisher.upload_state(account, secret, current.handles[number]).is_ready:
        if preparer.remaining() < PREPARE_LEASE:
            raise NetworkError("the media is still being processed", network=account.network)
        preparer.clock.sleep(POLL_S)
        current = renewed(current, preparer)
    return current


def renewed(claimed: Delivery, preparer: Preparer, **changes: object) -> Delivery:
    """Write a step and a new lease; raise LostClaimError if the claim is not ours any more."""
    until = preparer.clock.now() + PREPARE_LEASE
    after = claimed.with_changes(lease_until=until, due_at=until, **changes)
    if not preparer.posts.record_outcome(claimed, after):
        raise LostClaimError
    return after


def of_error(claimed: Delivery, error: Exception, now: datetime, roll: float) -> Delivery:
    """Return the next state after an error: nothing is public yet, so all may be tried again."""
    if isinstance(error, AuthorizationError | MissingSecretError):
        return outcome.stopped(claimed, HoldReason.ACCOUNT, str(error), now)
    if isinstance(error, QuotaError):
        return outcome.stopped(claimed, HoldReason.QUOTA, error.detail, now)
    if isinstance(error, RejectedError):
        return outcome.rejected(claimed, Trouble("media_rejected", error.reason, now))
    if isinstance(error, InvalidError):
        problem = error.problems[0]
        return outcome.rejected(claimed, Trouble(problem.code, "", now, problem.values))
    if isinstance(error, NotFoundError):
        return outcome.rejected(claimed, Trouble("media_lost", str(error), now))
    pause = backoff(claimed.attempts + 1, roll)
    due_at = error.retry_at if isinstance(error, RateLimitedError) else now + pause
    return claimed.with_changes(
        state=DeliveryState.PLANNED,
        due_at=due_at,
        lease_until=None,
        attempts=claimed.attempts + 1,
        trouble=Trouble("not_prepared", str(error), now),
    )


def recorded(claimed: Delivery, after: Delivery, preparer: Preparer) -> str:
    """Write what became of a preparation, with the parts that it stops."""
    siblings = preparer.posts.read_post(after.key.post_id)[1] if after.parts > 1 else ()
    now = preparer.clock.now()
    if not preparer.posts.record_outcome(claimed, after, effects(after, siblings, now)):
        raise LostClaimError
    wake_near([after], preparer.queue, now)
    return after.state


def ended(seen: Delivery, after: Delivery, preparer: Preparer) -> str:
    """Write the end of a delivery that was never prepared."""
    siblings = preparer.posts.read_post(after.key.post_id)[1] if after.parts > 1 else ()
    others = effects(after, siblings, preparer.clock.now())
    try:
        preparer.posts.change_deliveries([Change(seen, after), *others])
    except ConflictError:
        return "skipped"  # an edit was faster
    return after.state
