"""The life of a delivery: one part of one post on one account.

docs/architecture.md tells why each rule is there. All times are aware UTC.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from portevoix.model.brands import DeliveryClass
from portevoix.model.posts import Visibility

FUNCTION_TIMEOUT = timedelta(seconds=60)
HTTP_READ = timedelta(seconds=10)
SETTLE = timedelta(seconds=120)
LEASE = timedelta(seconds=190)
"""Rule: LEASE >= FUNCTION_TIMEOUT + 5 s + SETTLE."""
PREPARE_LEASE = timedelta(seconds=60)
NEAR = timedelta(seconds=210)
"""Whoever writes a `due_at` nearer than this sends the message itself."""
LOOK_AHEAD = timedelta(seconds=195)
LONGEST_WAIT = timedelta(seconds=10)
"""A worker waits this long for a moment; earlier than that it sends the message again."""
LEAST_TIME_TO_SEND = timedelta(seconds=15)
HOLD_RECHECK = timedelta(minutes=15)
OVERDUE = timedelta(seconds=60)
ABANDONED = timedelta(minutes=10)
"""Past `publish_before` by this, with no live lease, the dispatcher takes an item out."""
KEY_WINDOW = timedelta(hours=1)
KEY_MARGIN = timedelta(seconds=120)
MAX_ATTEMPTS = 5
CHAIN_GRACE = timedelta(minutes=10)
"""The next part of a chain has at least this long after its turn came."""
CHAIN_STEP_NEEDS = timedelta(seconds=25)


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    PLANNED = "planned"
    PREPARING = "preparing"
    READY = "ready"
    SENDING = "sending"
    UNCERTAIN = "uncertain"
    HELD = "held"
    PUBLISHED = "published"
    REJECTED = "rejected"
    MISSED = "missed"
    CANCELLED = "cancelled"
    NEEDS_DECISION = "needs_decision"


EDITABLE = frozenset(
    {
        DeliveryState.PLANNED,
        DeliveryState.PREPARING,
        DeliveryState.READY,
        DeliveryState.HELD,
    }
)
"""An edit, a hold or a cancel may still win."""
ENDED = frozenset(
    {
        DeliveryState.PUBLISHED,
        DeliveryState.REJECTED,
        DeliveryState.MISSED,
        DeliveryState.CANCELLED,
        DeliveryState.NEEDS_DECISION,
    }
)
STOPPED = frozenset(
    {DeliveryState.HELD, DeliveryState.REJECTED, DeliveryState.MISSED, DeliveryState.CANCELLED}
)
"""A half in one of these stops the other half of its pair."""
ATTENTION = frozenset(
    {
        DeliveryState.REJECTED,
        DeliveryState.MISSED,
        DeliveryState.HELD,
        DeliveryState.NEEDS_DECISION,
        DeliveryState.UNCERTAIN,
    }
)
"""What a member must know of."""


class HoldReason(StrEnum):
    """Why a delivery is stopped until a member acts."""

    MEMBER = "member"
    PAUSE = "pause"
    ACCOUNT = "account"
    QUOTA = "quota"
    OTHER_HALF = "other_half"
    EARLIER_PART = "earlier_part"


@dataclass(frozen=True, slots=True, order=True)
class DeliveryKey:
    """Names one delivery; `part` counts from 1."""

    post_id: str
    account_id: str
    part: int = 1

    def __str__(self) -> str:
        return f"{self.post_id}/{self.account_id}/{self.part}"


@dataclass(frozen=True, slots=True)
class MediaUse:
    """A media as one delivery uses it: with its alt text in that delivery's language."""

    media_id: str
    content_type: str
    alt_text: str


@dataclass(frozen=True, slots=True)
class Content:
    """Everything one delivery says, complete: nothing else is looked up to send it."""

    text: str
    language: str
    visibility: Visibility = Visibility.PUBLIC
    content_warning: str = ""
    media: tuple[MediaUse, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """What is sent, frozen at the first attempt of a revision: key, complete body, moment.

    `key` is the idempotency key or the id chosen by us.
    """

    key: str
    body: Mapping[str, Any]
    revision: int
    frozen_at: datetime


@dataclass(frozen=True, slots=True)
class Published:
    """The proof that a post is there."""

    remote_id: str
    url: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong last: a `code` of texts/troubles or texts/problems, and when.

    `detail` is the network's own words, `values` fill the sentence's places.
    """

    code: str
    detail: str
    at: datetime
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Delivery:
    """One part of one post on one account."""

    key: DeliveryKey
    brand_id: str
    network: str
    state: DeliveryState
    moment_at: datetime
    publish_before: datetime
    content: Content
    parts: int = 1
    is_pair: bool = False
    revision: int = 1
    due_at: datetime | None = None
    prepare_at: datetime | None = None
    fence: int = 0
    claim_token: str = ""
    lease_until: datetime | None = None
    attempts: int = 0
    record: Record | None = None
    handles: tuple[str, ...] = ()
    reply_to: str = ""
    doubt_since: datetime | None = None
    hold: HoldReason | None = None
    held_at: datetime | None = None
    released_at: datetime | None = None
    trouble: Trouble | None = None
    remote_id: str = ""
    url: str = ""
    published_at: datetime | None = None
    evidence: Published | None = None
    delivery_class: DeliveryClass = DeliveryClass.K1

    @property
    def worker(self) -> str:
        """Which function looks at it when it is due: `prepare`, or `publish` (proof too)."""
        is_preparing = self.state in (DeliveryState.PLANNED, DeliveryState.PREPARING)
        return "prepare" if is_preparing and self.evidence is None else "publish"

    @property
    def awaits_earlier_part(self) -> bool:
        """Whether an earlier part of its chain must leave first."""
        return self.key.part > 1 and not self.reply_to

    def has_live_lease(self, now: datetime) -> bool:
        """Whether another worker may still be acting."""
        return self.lease_until is not None and self.lease_until > now

    def with_changes(self, **changes: Any) -> "Delivery":
        """Return a copy with `changes`."""
        return dataclasses.replace(self, **changes)


def first_due(delivery: Delivery) -> datetime | None:
    """Return when a machine must first look at a planned delivery, or None.

    A text is born ready, due at its moment; media are prepared ahead; a later part of a chain
    waits for the part before it, though its media are prepared with the rest.
    """
    if delivery.state is DeliveryState.PLANNED:
        return delivery.prepare_at or delivery.moment_at
    if delivery.state is DeliveryState.READY and not delivery.awaits_earlier_part:
        return delivery.moment_at
    return None


def ready_due(delivery: Delivery, now: datetime) -> datetime | None:
    """Return the `due_at` of a delivery whose preparation has just ended."""
    if delivery.awaits_earlier_part:
        return None
    return max(delivery.moment_at, now) if delivery.reply_to else delivery.moment_at


def backoff(attempts: int, roll: float) -> timedelta:
    """Return a full-jitter back-off: `roll` (0 to 1) of 10 s doubled each time, up to 10 min."""
    return timedelta(seconds=max(1.0, roll * min(600.0, 10.0 * 2**attempts)))


def may_resend(delivery: Delivery, now: datetime) -> bool:
    """Whether a doubt may be settled by sending the same frozen record again.

    True where the id is ours (K4), or the key is still known to the server (K3), with attempts
    left and before `publish_before`.
    """
    if delivery.record is None or delivery.attempts >= MAX_ATTEMPTS:
        return False
    if now > delivery.publish_before or delivery.record.revision != delivery.revision:
        return False
    if delivery.delivery_class is DeliveryClass.K4:
        return True
    in_window = now < delivery.record.frozen_at + KEY_WINDOW - KEY_MARGIN
    return delivery.delivery_class is DeliveryClass.K3 and in_window
