"""What one delivery's outcome does to the others of its post: chains go in order, pairs together.

Pure rules; the caller writes the changes in one transaction with the outcome.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from portevoix.model.deliveries import (
    CHAIN_GRACE,
    EDITABLE,
    ENDED,
    HOLD_RECHECK,
    STOPPED,
    Delivery,
    DeliveryState,
    HoldReason,
    Trouble,
    ready_due,
)
from portevoix.model.posts import PUBLISH_BEFORE
from portevoix.ports import Change


def held(delivery: Delivery, reason: HoldReason, now: datetime, detail: str = "") -> Delivery:
    """Return `delivery` stopped until a member acts, looked at again every 15 minutes."""
    return delivery.with_changes(
        state=DeliveryState.HELD,
        hold=reason,
        held_at=now,
        due_at=now + HOLD_RECHECK,
        lease_until=None,
        trouble=Trouble(f"held_{reason}", detail, now),
    )


def woken(part: Delivery, reply_to: str, now: datetime) -> Delivery:
    """Return a chain's next part with its turn come: due now if prepared and not stopped.

    It gets at least CHAIN_GRACE, so that a chain which has begun is not cut by the clock.
    """
    after = part.with_changes(
        reply_to=reply_to,
        publish_before=max(part.publish_before, now + CHAIN_GRACE),
        fence=part.fence + 1,
    )
    if part.hold is HoldReason.EARLIER_PART:
        return replanned(after, now)
    if part.state is DeliveryState.READY:
        return after.with_changes(due_at=ready_due(after, now))
    if part.state is DeliveryState.PREPARING:
        return after.with_changes(state=DeliveryState.PLANNED, lease_until=None, due_at=now)
    return after


def replanned(delivery: Delivery, now: datetime) -> Delivery:
    """Return a stopped delivery on its way again: its media are prepared anew, a text is ready.

    If its moment has passed it may leave within the hour that follows.
    """
    has_media = bool(delivery.content.media)
    after = delivery.with_changes(
        state=DeliveryState.PLANNED if has_media else DeliveryState.READY,
        hold=None,
        held_at=None,
        trouble=None,
        handles=(),
        lease_until=None,
        # A frozen record names the media of its time; only a doubt must send it unchanged.
        record=delivery.record if delivery.doubt_since else None,
    )
    if delivery.moment_at <= now:
        after = after.with_changes(publish_before=max(after.publish_before, now + PUBLISH_BEFORE))
    due = after.prepare_at if has_media else ready_due(after, now)
    return after.with_changes(due_at=None if due is None else max(now, due))


def effects(outcome: Delivery, siblings: Iterable[Delivery], now: datetime) -> tuple[Change, ...]:
    """Return what an outcome wakes (the next part) or stops (all later parts)."""
    later = sorted(
        (s for s in siblings if follows(s, outcome) and s.state in EDITABLE), key=lambda s: s.key
    )
    if outcome.state is DeliveryState.PUBLISHED:
        upcoming = [s for s in later if s.key.part == outcome.key.part + 1]
        return tuple(Change(s, woken(s, outcome.remote_id, now)) for s in upcoming)
    if outcome.state not in ENDED:
        return ()
    return tuple(
        Change(s, held(s, HoldReason.EARLIER_PART, now).with_changes(fence=s.fence + 1))
        for s in later
        if s.state is not DeliveryState.HELD
    )


def follows(part: Delivery, earlier: Delivery) -> bool:
    """Whether `part` comes after `earlier` in the same chain."""
    return (
        part.key.post_id == earlier.key.post_id
        and part.key.account_id == earlier.key.account_id
        and part.key.part > earlier.key.part
    )


def other_halves(delivery: Delivery, siblings: Iterable[Delivery]) -> tuple[Delivery, ...]:
    """Return the deliveries of a pair's other halves that have not begun to leave.

    None for what is not a pair, or for a later part: its half has begun. A half whose first part
    has left, or may have, stops nobody any more: this one must follow.
    """
    if not delivery.is_pair or delivery.key.part > 1:
        return ()
    others = [s for s in siblings if s.key.account_id != delivery.key.account_id]
    begun = {s.key.account_id for s in others if s.key.part == 1 and has_begun(s)}
    return tuple(s for s in others if s.key.account_id not in begun)


def has_begun(first: Delivery) -> bool:
    """Whether a half's first part has left, or may have."""
    if first.state is DeliveryState.NEEDS_DECISION:
        return first.doubt_since is not None
    return first.state in (
        DeliveryState.SENDING,
        DeliveryState.UNCERTAIN,
        DeliveryState.PUBLISHED,
    )


def is_stopped(halves: Sequence[Delivery]) -> bool:
    """Whether a half of the pair, any part of it, will not leave as things stand."""
    stopped = STOPPED | {DeliveryState.NEEDS_DECISION}
    return any(half.state in stopped for half in halves)


def is_unprepared(halves: Sequence[Delivery]) -> bool:
    """Whether a half of the pair still has media on their way."""
    return any(half.state in (DeliveryState.PLANNED, DeliveryState.PREPARING) for half in halves)


def earlier_id(delivery: Delivery, siblings: Iterable[Delivery]) -> str:
    """Return the remote id of the part before this one, or an empty string."""
    return next(
        (
            s.remote_id
            for s in siblings
            if s.key.account_id == delivery.key.account_id and s.key.part == delivery.key.part - 1
        ),
        "",
    )
