"""The last look between the claim and the first byte: pauses, the account, the other half."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from portevoix.model.deliveries import (
    HOLD_RECHECK,
    LEAST_TIME_TO_SEND,
    NEAR,
    Delivery,
    HoldReason,
    Trouble,
)
from portevoix.ports import Gate
from portevoix.publishing import outcome
from portevoix.publishing.siblings import held, is_stopped, is_unprepared, other_halves

if TYPE_CHECKING:
    from portevoix.publishing.sender import Sender

HALF_WAIT = timedelta(seconds=20)
UNREAD_WAIT = timedelta(seconds=30)


def stopped_at_gate(seen: Delivery, claimed: Delivery, sender: "Sender") -> Delivery | None:
    """Return what a claim becomes instead of being sent, or None: send it.

    Nothing has left, so no attempt is counted. What was in doubt before stays in doubt: a hold
    would forget it. A read that fails never sends.
    """
    asked_at = sender.clock.now()
    unarmed = claimed.with_changes(attempts=seen.attempts, record=seen.record)
    try:
        gate = sender.brands.get_gate(claimed.brand_id, claimed.key.account_id)
        halves = read_halves(claimed, sender)
    except Exception as error:  # whatever it is, nothing has left, and nothing may
        return unread(unarmed, error, sender.clock.now())
    now = sender.clock.now()
    reason = hold_reason(gate, halves)
    if reason is not None:
        detail = gate.pauses[0].reason if reason is HoldReason.PAUSE else ""
        if unarmed.doubt_since is not None:
            return put_back(unarmed, now + HOLD_RECHECK, now)
        return held(unarmed, reason, asked_at, detail)
    if is_unprepared(halves):
        is_late = now > claimed.moment_at + NEAR
        return put_back(unarmed, now + (NEAR if is_late else HALF_WAIT), now)
    if sender.remaining() < LEAST_TIME_TO_SEND:
        return put_back(unarmed, now, now)
    return None


def unread(unarmed: Delivery, error: Exception, now: datetime) -> Delivery:
    """Return a claim given back since pauses could not be read; the second time, for a tick."""
    detail = f"pauses could not be read: {type(error).__name__}"
    is_again = unarmed.trouble is not None and unarmed.trouble.code == "not_sent"
    after = put_back(unarmed, now + (NEAR if is_again else UNREAD_WAIT), now)
    if after.doubt_since is None:
        return after.with_changes(trouble=Trouble("not_sent", detail, now))
    return after


def read_halves(claimed: Delivery, sender: "Sender") -> tuple[Delivery, ...]:
    """Return the other halves of a pair as they are now."""
    if not claimed.is_pair or claimed.key.part > 1 or claimed.doubt_since is not None:
        return ()
    return other_halves(claimed, sender.posts.read_post(claimed.key.post_id)[1])


def hold_reason(gate: Gate, halves: tuple[Delivery, ...]) -> HoldReason | None:
    """Return why a claim may not be sent, or None."""
    if gate.pauses:
        return HoldReason.PAUSE
    if gate.account.needs_reconnection:
        return HoldReason.ACCOUNT
    return HoldReason.OTHER_HALF if is_stopped(halves) else None


def put_back(unarmed: Delivery, due_at: datetime, now: datetime) -> Delivery:
    """Return a claim given back: ready, or still in doubt, due at `due_at`."""
    if unarmed.doubt_since is None:
        return outcome.ready_again(unarmed, due_at, unarmed.trouble, now)
    detail = unarmed.trouble.detail if unarmed.trouble else ""
    return outcome.doubted(unarmed, detail, due_at, now)
