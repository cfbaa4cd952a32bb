"""Protocols between the use cases and the outside.

A capability asks for the narrowest of these; `aws/` and `networks/` implement them, and the fakes
of tests/fakes too. One contract suite holds all implementations of a store to the same words.
What only names a type is imported for the type checker alone: each class costs a cold start.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import date, datetime

    from portevoix.model.brands import Account, Brand, DeliveryClass, Member, Pause, Token
    from portevoix.model.deliveries import Delivery, DeliveryKey, Published, Record
    from portevoix.model.digests import DigestSending, Recipient
    from portevoix.model.due import DueItem, DueKind
    from portevoix.model.limits import Limits
    from portevoix.model.mentions import Mention, MentionPage, Source
    from portevoix.model.metrics import DayMetrics, Measuring, Snapshot
    from portevoix.model.posts import Media, Post

# --- time and names -----------------------------------------------------------------------------


class Clock(Protocol):
    """The time, and waiting for it."""

    def now(self) -> datetime:
        """Return the aware UTC moment."""
        ...

    def sleep(self, seconds: float) -> None:
        """Return when `seconds` of this clock have passed."""
        ...


class NewId(Protocol):
    """Gives names that nobody had before: 26 characters, sortable by time (a ULID)."""

    def __call__(self, now: datetime) -> str:
        """Return a new name."""
        ...


# --- stores -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Page[T]:
    """Some of a list; `next_page` is opaque, empty at the end."""

    items: tuple[T, ...]
    next_page: str = ""


@dataclass(frozen=True, slots=True)
class Gate:
    """What is read, strongly consistent, between the claim and the first byte."""

    pauses: tuple[Pause, ...]
    account: Account


class BrandStore(Protocol):
    """Brands, members, accounts, pauses, tokens. `get_*` raises NotFoundError."""

    def save_brand(self, brand: Brand) -> None:
        """Write a brand, new or changed."""
        ...

    def get_brand(self, brand_id: str) -> Brand:
        """Return a brand."""
        ...

    def list_brands(self) -> tuple[Brand, ...]:
        """Return every brand, by id."""
        ...

    def save_member(self, member: Member) -> None:
        """Write a member, new or changed."""
        ...

    def list_members(self, brand_id: str) -> tuple[Member, ...]:
        """Return a brand's members."""
        ...

    def save_account(self, account: Account) -> None:
        """Write an account, new or changed."""
        ...

    def get_account(self, brand_id: str, account_id: str) -> Account:
        """Return an account."""
        ...

    def list_accounts(self, brand_id: str) -> tuple[Account, ...]:
        """Return a brand's accounts, by id."""
        ...

    def mark_disconnected(self, account: Account) -> bool:
        """Note that an account must be reconnected; False if that was known already."""
        ...

    def get_gate(self, brand_id: str, account_id: str) -> Gate:
        """Return pauses and account as they are now (strongly consistent, one call)."""
        ...

    def save_pause(self, pause: Pause) -> None:
        """Stop a scope."""
        ...

    def delete_pause(self, scope: str) -> None:
        """Let a scope go on; nothing held is released by it."""
        ...

    def list_pauses(self, brand_id: str, account_ids: Sequence[str] = ()) -> tuple[Pause, ...]:
        """Return the pauses that concern a brand and these accounts of it."""
        ...

    def save_token(self, token: Token) -> None:
        """Write a token, new or revoked."""
        ...

    def get_token(self, token_id: str) -> Token:
        """Return a token."""
        ...

    def list_tokens(self) -> tuple[Token, ...]:
        """Return every token, revoked ones too."""
        ...


@dataclass(frozen=True, slots=True)
class Change:
    """`after` is to replace `seen` if nobody was faster."""

    seen: Delivery
    after: Delivery


class PostStore(Protocol):
    """Posts, their deliveries, and media. Only attributes that differ are written."""

    def save_post(self, post: Post, deliveries: Sequence[Delivery]) -> bool:
        """Write a new post with its deliveries in one transaction; False if its id exists.

        At most 99 deliveries (DynamoDB's limit of 100 items in a transaction).
        https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
        """
        ...

    def read_post(self, post_id: str) -> tuple[Post, tuple[Delivery, ...]]:
        """Return a post and its deliveries by account and part (strongly consistent)."""
        ...

    def get_delivery(self, key: DeliveryKey) -> Delivery:
        """Return a delivery (strongly consistent)."""
        ...

    def list_posts(
        self, brand_id: str, since: datetime, until: datetime, *, limit: int = 100, page: str = ""
    ) -> Page[Post]:
        """Return posts by moment, `since` included, `until` excluded."""
        ...

    def list_published(
        self, brand_id: str, account_id: str, since: datetime, until: datetime
    ) -> tuple[Delivery, ...]:
        """Return what an account published in a period, by time."""
        ...

    def list_attention(self, brand_id: str) -> tuple[Delivery, ...]:
        """Return what a member must know of (states of ATTENTION), by moment."""
        ...

    def claim_delivery(self, seen: Delivery, after: Delivery, now: datetime) -> bool:
        """Take the right to act: write `after`, with a fresh claim token, fence and lease.

        Condition: fence, state, revision and evidence as seen, no live lease (one that ends now
        is over), `due_at` reached, no remote id. Where it fails but the stored item carries
        `after.claim_token`, our own write landed: True. A write whose answer is lost is issued
        once more.
        """
        ...

    def record_outcome(
        self, claimed: Delivery, after: Delivery, others: Sequence[Change] = ()
    ) -> bool:
        """Write what became of a claim, with the other parts it wakes or holds, or nothing at all.

        Condition: claim token, fence and state as claimed; without a remote id in `after`, the
        evidence too, so that nobody buries proof. False if the claim was lost. Raise
        ConflictError if only `others` changed meanwhile: read them again. Issued twice if lost.
        """
        ...

    def record_evidence(self, key: DeliveryKey, evidence: Published, now: datetime) -> bool:
        """Keep proof that came late, due at once; False if a remote id is there already."""
        ...

    def note_release(self, key: DeliveryKey, now: datetime) -> None:
        """Set `released_at` whatever the state: a hold that is being written sees it afterwards."""
        ...

    def change_deliveries(self, changes: Sequence[Change], post: Post | None = None) -> None:
        """Write a member's or the clock's change, all or nothing, with the post's new revision.

        Condition on each: state, fence, revision, evidence as seen. Raise ConflictError naming the
        deliveries that changed meanwhile. `after.fence` must be higher than `seen.fence`.
        """
        ...

    def save_media(self, media: Media) -> None:
        """Write a media's description."""
        ...

    def get_media(self, brand_id: str, media_id: str) -> Media:
        """Return a media's description."""
        ...

    def list_media(self, brand_id: str) -> tuple[Media, ...]:
        """Return a brand's media."""
        ...


class DueStore(Protocol):
    """The due index and its watermark."""

    @property
    def shards(self) -> int:
        """How many partitions the index has."""
        ...

    def due_items(
        self, kind: DueKind, shard: int, until: datetime, *, limit: int, newest_first: bool = False
    ) -> tuple[DueItem, ...]:
        """Return what is due up to `until` (included) in one shard, by `due_at`."""
        ...

    def get_watermark(self, kind: DueKind) -> datetime | None:
        """Return up to where the clock has handed out."""
        ...

    def advance_watermark(self, kind: DueKind, to: datetime) -> None:
        """Move the watermark forward; never back."""
        ...


class ListeningStore(Protocol):
    """Sources and mentions."""

    def save_source(self, source: Source) -> None:
        """Write a source, new or changed."""
        ...

    def get_source(self, brand_id: str, source_id: str) -> Source:
        """Return a source."""
        ...

    def list_sources(self, brand_id: str) -> tuple[Source, ...]:
        """Return a brand's sources."""
        ...

    def claim_source(self, seen: Source, lease_until: datetime, now: datetime) -> bool:
        """Take the right to poll, if it is due and nobody else does."""
        ...

    def save_mentions(self, source: Source, mentions: Sequence[Mention]) -> int:
        """Write new mentions, then the source with its new cursor; return how many were new."""
        ...

    def list_mentions(
        self,
        brand_id: str,
        since: datetime,
        until: datetime,
        *,
        with_private: bool = False,
        limit: int = 100,
        page: str = "",
    ) -> Page[Mention]:
        """Return mentions by time; private ones only when asked for by name."""
        ...


class MetricStore(Protocol):
    """Snapshots and daily numbers. Writing the same day again replaces it."""

    def save_snapshots(self, snapshots: Sequence[Snapshot]) -> None:
        """Write raw counters, one item a subject and day."""
        ...

    def list_snapshots(self, brand_id: str, account_id: str, on: date) -> tuple[Snapshot, ...]:
        """Return the counters taken for a day."""
        ...

    def save_day(self, metrics: DayMetrics) -> None:
        """Write a day's numbers."""
        ...

    def list_days(
        self, brand_id: str, account_id: str, since: date, until: date
    ) -> tuple[DayMetrics, ...]:
        """Return the days in a period, both ends included."""
        ...

    def save_measuring(self, measuring: Measuring) -> None:
        """Write when an account is next measured."""
        ...

    def get_measuring(self, brand_id: str, account_id: str) -> Measuring:
        """Return when an account is next measured."""
        ...

    def claim_measuring(self, seen: Measuring, lease_until: datetime, now: datetime) -> bool:
        """Take the right to measure, if it is due and nobody else does."""
        ...


class DigestStore(Protocol):
    """Recipients and what was sent to them."""

    def save_recipient(self, recipient: Recipient) -> None:
        """Write a recipient, new or changed."""
        ...

    def get_recipient(self, brand_id: str, recipient_id: str) -> Recipient:
        """Return a recipient."""
        ...

    def list_recipients(self, brand_id: str) -> tuple[Recipient, ...]:
        """Return a brand's recipients, unsubscribed ones too."""
        ...

    def claim_recipient(self, seen: Recipient, lease_until: datetime, now: datetime) -> bool:
        """Take the right to send, if it is due and nobody else does."""
        ...

    def rearm_recipient(self, recipient: Recipient) -> None:
        """Write only `due_at` and `lease_until`, after the work.

        Nothing is written, and nothing raised, if the recipient unsubscribed meanwhile or is gone.
        """
        ...

    def unsubscribe(self, brand_id: str, recipient_id: str, now: datetime) -> bool:
        """Stop a recipient's digests; False if they were stopped already."""
        ...

    def arm_digest(self, sending: DigestSending) -> bool:
        """Write before the first byte; False if this digest was armed or sent before."""
        ...

    def disarm_digest(self, sending: DigestSending) -> bool:
        """Take an arm back, with proof that nothing left: the digest may be armed again.

        Condition: state ARMED and `armed_at` as in `sending`; else False.
        """
        ...

    def record_digest(self, sending: DigestSending) -> None:
        """Write what became of it."""
        ...

    def get_digest(self, brand_id: str, recipient_id: str, on: date) -> DigestSending | None:
        """Return what became of one digest, or None."""
        ...

    def list_digests(self, brand_id: str, since: date, until: date) -> tuple[DigestSending, ...]:
        """Return the digests of a period, both ends included."""
        ...


# --- other services -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wake:
    """Look at this delivery after `delay_s` (0 to 900)."""

    key: DeliveryKey
    delay_s: int = 0


class DeliveryQueue(Protocol):
    """The one queue. A message only says: look at this item."""

    def send(self, wakes: Sequence[Wake]) -> None:
        """Send messages, in batches."""
        ...


class Workers(Protocol):
    """Asynchronous invocation: `worker` is prepare, poll, measure or digest."""

    def invoke(self, worker: str, payload: Mapping[str, object]) -> None:
        """Hand `payload` to a function and do not wait."""
        ...


class Mailer(Protocol):
    """Sends one mail to one address, once: no retries."""

    def send(self, message: bytes, *, sender: str, recipient: str) -> str:
        """Send a complete MIME message; return its id.

        Raise ConfigurationError (sender not verified), RejectedError (recipient refused),
        NotSentError (nothing left), UnknownOutcomeError (it may have left).
        """
        ...


@dataclass(frozen=True, slots=True)
class UploadForm:
    """A presigned POST: send `fields` and then the file to `url`."""

    url: str
    fields: Mapping[str, str]


class MediaObjects(Protocol):
    """The bytes of media."""

    def upload_form(self, media: Media, now: datetime) -> UploadForm:
        """Return a form that takes exactly this media, for one hour."""
        ...

    def put(self, media: Media, data: bytes) -> None:
        """Store the bytes of a media."""
        ...

    def size(self, media: Media) -> int | None:
        """Return the stored size in bytes, or None if nothing was stored yet."""
        ...

    def read(self, media: Media) -> bytes:
        """Return the bytes; raise NotFoundError."""
        ...


class Credentials(Protocol):
    """Secrets, kept apart from everything else and never logged."""

    def account_secret(self, account: Account) -> str:
        """Return an account's secret in the version that the account names."""
        ...

    def save_account_secret(self, brand_id: str, account_id: str, secret: str) -> int:
        """Store a secret; return its version."""
        ...

    def signing_key(self) -> bytes:
        """Return the key that signs links; raise ConfigurationError if there is none."""
        ...


# --- networks -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What a network says of an account when it is connected or checked."""

    handle: str
    remote_id: str
    url: str
    software: str
    delivery_class: DeliveryClass
    limits: Limits
    lead_s: int = 300


@dataclass(frozen=True, slots=True)
class Upload:
    """A media on its way: `handle` names it there; `is_ready` when it may be used."""

    handle: str
    is_ready: bool


class TextRules(Protocol):
    """How a network counts. Pure."""

    def measure(self, text: str, content_warning: str, limits: Limits) -> int:
        """Return the length as the network counts it."""
        ...


class Publisher(Protocol):
    """Sends what a brand says. Never retries a write, never decides what a doubt means."""

    def freeze(self, account: Account, delivery: Delivery, now: datetime) -> Record:
        """Return the complete request of a delivery, to be sent unchanged at every attempt."""
        ...

    def send(self, account: Account, secret: str, record: Record) -> Published:
        """Send a frozen record; raise one kind of NetworkError."""
        ...

    def upload(
        self, account: Account, secret: str, data: bytes, *, content_type: str, alt_text: str
    ) -> Upload:
        """Send a media ahead of the post."""
        ...

    def upload_state(self, account: Account, secret: str, handle: str) -> Upload:
        """Look at a media that was still being processed; RejectedError if it failed."""
        ...

    def find_published(self, account: Account, secret: str, url: str) -> Published:
        """Return the proof that a member's URL names; NotFoundError if it is not this account's."""
        ...


class MentionSource(Protocol):
    """Reads what was said to an account."""

    def fetch_mentions(self, account: Account, secret: str, source: Source) -> MentionPage:
        """Return what came after the source's cursor, oldest first."""
        ...


class MetricSource(Protocol):
    """Reads counters. What the network does not give is absent, not zero."""

    def fetch_account_counters(self, account: Account, secret: str) -> Mapping[str, int]:
        """Return `followers`, `following`, `posts` where known."""
        ...

    def fetch_post_counters(
        self, account: Account, secret: str, remote_ids: Sequence[str]
    ) -> Mapping[str, Mapping[str, int]]:
        """Return `replies`, `shares`, `likes`, `quotes` by remote id; a deleted post is absent."""
        ...


class Connector(TextRules, Publisher, MentionSource, MetricSource, Protocol):
    """Everything that our code for one network can do."""

    def check_account(self, base_url: str, secret: str) -> AccountFacts:
        """Ask a server who we are and what it accepts; raise a NetworkError that says why not."""
        ...


class Connectors(Protocol):
    """Our code, by network."""

    def connector(self, network: str) -> Connector:
        """Return a network's connector; raise InvalidError (`unknown_network`)."""
        ...
