"""Send one delivery: claim and arm in one write, look once more, send, record.

docs/architecture.md tells the life of a delivery; a worker may die, be late or run
twice at any line of this file, and the post still goes out once, or a member decides.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from portevoix.model.brands import Account
from portevoix.model.deliveries import (
    CHAIN_STEP_NEEDS,
    LEASE,
    LONGEST_WAIT,
    Delivery,
    DeliveryKey,
    DeliveryState,
    HoldReason,
    Published,
    Record,
    may_resend,
)
from portevoix.model.errors import ConfigurationError, ConflictError, NotFoundError
from portevoix.ports import (
    BrandStore,
    Change,
    Clock,
    Connectors,
    Credentials,
    DeliveryQueue,
    NewId,
    PostStore,
    Publisher,
)
from portevoix.publishing import outcome
from portevoix.publishing.gate import stopped_at_gate
from portevoix.publishing.siblings import effects, replanned
from portevoix.publishing.wake import wake_at, wake_near


@dataclass(frozen=True, slots=True)
class Sender:
    """What delivering needs. `remaining` says how long this invocation may still run.

    `roll` gives a number from 0 to 1, for the jitter of back-offs.
    """

    posts: PostStore
    brands: BrandStore
    connectors: Connectors
    credentials: Credentials
    queue: DeliveryQueue
    clock: Clock
    new_id: NewId
    roll: Callable[[], float]
    remaining: Callable[[], timedelta]


@dataclass(frozen=True, slots=True)
class Delivered:
    """What an invocation did: the delivery's state afterwards, and whether it acted on it.

    `is_last`: no part of its chain comes after it.
    """

    key: DeliveryKey
    state: str
    acted: bool
    is_last: bool = True


def deliver(key: DeliveryKey, sender: Sender) -> Delivered:
    """Look at one delivery and do the one thing that is due; go on with its chain while time lasts.

    Raise what the stores raise: the message comes again, and the claim decides.
    """
    done = deliver_one(key, sender)
    while done.acted and done.state == DeliveryState.PUBLISHED and not done.is_last:
        upcoming = next_part(done.key, sender)
        if upcoming is None:
            break
        if sender.remaining() < CHAIN_STEP_NEEDS:
            wake_near([upcoming], sender.queue, sender.clock.now())
            break
        done = deliver_one(upcoming.key, sender)
    return done


def next_part(key: DeliveryKey, sender: Sender) -> Delivery | None:
    """Return the next part of a chain if its turn has come."""
    upcoming = DeliveryKey(key.post_id, key.account_id, key.part + 1)
    try:
        part = sender.posts.get_delivery(upcoming)
    except NotFoundError:
        return None
    is_next = part.due_at is not None and part.state is DeliveryState.READY
    return part if is_next else None


def deliver_one(key: DeliveryKey, sender: Sender) -> Delivered:
    """Do the one thing that is due for one delivery."""
    try:
        delivery = sender.posts.get_delivery(key)
    except NotFoundError:
        return Delivered(key, "gone", acted=False)
    if delivery.evidence is not None and not delivery.remote_id:
        return changed(delivery, outcome.adopted(delivery, delivery.evidence), sender)
    if delivery.due_at is None or delivery.worker != "publish":
        return skipped(delivery)
    if not wait_for(delivery, sender):
        return skipped(delivery)
    now = sender.clock.now()
    if delivery.has_live_lease(now):
        return skipped(delivery)
    if delivery.state is DeliveryState.HELD:
        return rechecked(delivery, sender) or changed(
            delivery, outcome.still_held(delivery, now), sender
        )
    after = unsent(delivery, now)
    return changed(delivery, after, sender) if after else attempt(delivery, sender)


def unsent(delivery: Delivery, now: datetime) -> Delivery | None:
    """Return what a due delivery becomes without being sent, or None: it is to be sent."""
    if delivery.state is DeliveryState.SENDING:
        return outcome.lapsed(delivery, now)
    if delivery.state is DeliveryState.UNCERTAIN:
        return None if may_resend(delivery, now) else outcome.undecidable(delivery, now)
    return outcome.too_late(delivery, now) if now > delivery.publish_before else None


def wait_for(delivery: Delivery, sender: Sender) -> bool:
    """Wait up to ten seconds for the moment; if it is further off, send the message again."""
    assert delivery.due_at is not None  # noqa: S101 (the caller looked)
    ahead = delivery.due_at - sender.clock.now()
    if ahead > LONGEST_WAIT:
        sender.queue.send([wake_at(delivery.key, delivery.due_at, sender.clock.now())])
        return False
    while (ahead := delivery.due_at - sender.clock.now()) > timedelta():
        sender.clock.sleep(ahead.total_seconds())
    return True


def attempt(delivery: Delivery, sender: Sender) -> Delivered:
    """Claim and arm, look at pauses and siblings, send, record."""
    account = sender.brands.get_account(delivery.brand_id, delivery.key.account_id)
    publisher = sender.connectors.connector(delivery.network)
    try:
        secret = sender.credentials.account_secret(account)
    except ConfigurationError as error:
        now = sender.clock.now()
        sender.brands.mark_disconnected(account.brand_id, account.account_id)
        return changed(
            delivery, outcome.stopped(delivery, HoldReason.ACCOUNT, str(error), now), sender
        )
    claimed = claim(delivery, account, publisher, sender)
    if claimed is None:
        return skipped(delivery)
    stop = stopped_at_gate(delivery, claimed, sender)
    if stop is not None:
        return record(claimed, stop, sender)
    send = partial(publisher.send, account, secret, armed_record(claimed))
    after = outcome.of_sending(claimed, send, sender.clock, sender.roll)
    if after.hold is HoldReason.ACCOUNT or outcome.is_disconnection(after):
        sender.brands.mark_disconnected(account.brand_id, account.account_id)
    return record(claimed, after, sender)


def claim(
    delivery: Delivery, account: Account, publisher: Publisher, sender: Sender
) -> Delivery | None:
    """Return the delivery claimed and armed, its record frozen; None if somebody was faster."""
    now = sender.clock.now()
    claimed = delivery.with_changes(
        state=DeliveryState.SENDING,
        record=frozen(delivery, account, publisher, sender),
        claim_token=sender.new_id(now),
        fence=delivery.fence + 1,
        lease_until=now + LEASE,
        attempts=delivery.attempts + 1,
    )
    return claimed if sender.posts.claim_delivery(delivery, claimed, now) else None


def frozen(delivery: Delivery, account: Account, publisher: Publisher, sender: Sender) -> Record:
    """Return the record of this revision: the one of its first attempt, or a new one."""
    if delivery.record is not None and delivery.record.revision == delivery.revision:
        return delivery.record
    return publisher.freeze(account, delivery, sender.clock.now())


def armed_record(claimed: Delivery) -> Record:
    """Return what a claimed delivery sends."""
    assert claimed.record is not None  # noqa: S101 (the claim froze it)
    return claimed.record


def record(claimed: Delivery, after: Delivery, sender: Sender) -> Delivered:
    """Write what became of a claim, with what it wakes or holds; keep the proof if it was lost."""
    for _ in range(5):
        now = sender.clock.now()
        siblings = siblings_of(after, sender)
        try:
            landed = sender.posts.record_outcome(claimed, after, effects(after, siblings, now))
        except ConflictError:
            continue  # a sibling changed meanwhile: read the others again
        break
    else:
        raise ConflictError(f"The parts after {claimed.key} keep changing: look again.")
    if not landed:
        return lost(claimed, after, sender)
    if after.state is DeliveryState.HELD:
        return rechecked(after, sender) or Delivered(after.key, after.state, acted=True)
    wake_near([after], sender.queue, sender.clock.now())
    return Delivered(after.key, after.state, acted=True, is_last=after.key.part == after.parts)


def siblings_of(delivery: Delivery, sender: Sender) -> tuple[Delivery, ...]:
    """Return the other deliveries of a chain; none is read for a single post."""
    if delivery.parts == delivery.key.part:
        return ()
    return sender.posts.read_post(delivery.key.post_id)[1]


def lost(claimed: Delivery, after: Delivery, sender: Sender) -> Delivered:
    """Keep the proof of a success whose claim had lapsed, and have it looked at."""
    if after.state is DeliveryState.PUBLISHED and after.published_at is not None:
        proof = Published(after.remote_id, after.url, after.published_at)
        now = sender.clock.now()
        if sender.posts.record_evidence(claimed.key, proof, now):
            sender.queue.send([wake_at(claimed.key, now, now)])
    return Delivered(claimed.key, "lost", acted=True)


def rechecked(delivery: Delivery, sender: Sender) -> Delivered | None:
    """Release a held delivery if a release came while its hold was being written."""
    stored = sender.posts.get_delivery(delivery.key)
    is_released = stored.released_at and stored.held_at and stored.released_at > stored.held_at
    if stored.state is not DeliveryState.HELD or not is_released:
        return None
    again = stored.with_changes(fence=stored.fence + 1)
    return changed(stored, replanned(again, sender.clock.now()), sender)


def changed(seen: Delivery, after: Delivery, sender: Sender) -> Delivered:
    """Write a change that is no claim's outcome, with its effects; skip if another was faster."""
    now = sender.clock.now()
    others = effects(after, siblings_of(after, sender), now)
    try:
        sender.posts.change_deliveries([Change(seen, after), *others])
    except ConflictError:
        return skipped(seen)
    wake_near([after, *(c.after for c in others)], sender.queue, now)
    return Delivered(after.key, after.state, acted=True, is_last=after.key.part == after.parts)


def skipped(delivery: Delivery) -> Delivered:
    """Say that there was nothing to do."""
    return Delivered(delivery.key, delivery.state, acted=False)
