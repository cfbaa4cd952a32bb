"""Send one delivery: claim and arm in one write, look once more, send, record.

docs/architecture.md tells the life of a delivery; a worker may die, be late or run
twice at any line of this file, and the post still goes out once, or a member decides.
"""

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
    Record,
    may_resend,
)
from portevoix.model.errors import MissingSecretError, NotFoundError
from portevoix.ports import Publisher
from portevoix.publishing import outcome
from portevoix.publishing.gate import stopped_at_gate
from portevoix.publishing.recording import changed, rechecked, record, siblings_of, skipped
from portevoix.publishing.sender import Delivered, Sender
from portevoix.publishing.wake import wake_near


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
    """Wait up to ten seconds for the moment; if it is near, send the message again."""
    assert delivery.due_at is not None  # noqa: S101 (the caller looked)
    ahead = delivery.due_at - sender.clock.now()
    if ahead > LONGEST_WAIT:
        # What is not near is handed out by a tick to come: no watermark is past it. A message that
        # renews itself for ever would be cut by Lambda.
        # https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
        wake_near([delivery], sender.queue, sender.clock.now())
        return False
    while (ahead := delivery.due_at - sender.clock.now()) > timedelta():
        sender.clock.sleep(ahead.total_seconds())
    return True


def attempt(delivery: Delivery, sender: Sender) -> Delivered:
    """Claim and arm, look at pauses and siblings, send, record."""
    account = sender.brands.get_account(delivery.brand_id, delivery.key.account_id)
    now = sender.clock.now()
    # How a doubt is proven is the account's to say as it is now: its server may have changed.
    current = delivery.with_changes(delivery_class=account.delivery_class)
    if current.doubt_since is not None and not may_resend(current, now):
        return changed(delivery, outcome.undecidable(current, now), sender)
    try:
        secret = sender.credentials.account_secret(account)
    except MissingSecretError as error:
        done = changed(delivery, outcome.disconnected(current, str(error), now), sender)
        sender.brands.mark_disconnected(account)
        return done
    publisher = sender.connectors.connector(delivery.network)
    siblings = siblings_of(delivery, sender)
    claimed = claim(delivery, account, publisher, sender)
    if claimed is None:
        return skipped(delivery)
    stop = stopped_at_gate(delivery, claimed, sender)
    if stop is not None:
        return record(claimed, stop, siblings, sender)
    send = partial(publisher.send, account, secret, armed_record(claimed))
    after = outcome.of_sending(claimed, send, sender.clock, sender.roll)
    done = record(claimed, after, siblings, sender)
    if outcome.is_disconnection(after):
        sender.brands.mark_disconnected(account)
    return done


def claim(
    delivery: Delivery, account: Account, publisher: Publisher, sender: Sender
) -> Delivery | None:
    """Return the delivery claimed and armed, its record frozen; None if somebody was faster."""
    now = sender.clock.now()
    claimed = delivery.with_changes(
        state=DeliveryState.SENDING,
        delivery_class=account.delivery_class,
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
