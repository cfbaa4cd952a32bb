"""Write what became of a delivery, with what that wakes or stops."""

from collections.abc import Sequence

from portevoix.model.deliveries import Delivery, DeliveryState, Published
from portevoix.model.errors import ConflictError
from portevoix.ports import Change
from portevoix.publishing.sender import Delivered, Sender
from portevoix.publishing.siblings import effects, replanned
from portevoix.publishing.wake import wake_at, wake_near


def record(
    claimed: Delivery, after: Delivery, siblings: Sequence[Delivery], sender: Sender
) -> Delivered:
    """Write what became of a claim, with what it wakes or holds; keep the proof if it was lost.

    `siblings` were read before the send: between an answer and its record nothing may fail.
    """
    for _ in range(5):
        others = effects(after, siblings, sender.clock.now())
        try:
            landed = sender.posts.record_outcome(claimed, after, others)
        except ConflictError:
            siblings = siblings_of(after, sender)  # one of them changed meanwhile
            continue
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
