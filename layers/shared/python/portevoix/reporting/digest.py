"""The daily digest: what it covers, and how it leaves at most once.

A digest is armed before the first byte: a worker that dies in between leaves a doubt, and a doubt
is told, never sent again. Only proof that nothing left lets it be sent later.
"""

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from portevoix.model.brands import Brand
from portevoix.model.digests import DigestSending, DigestState, Recipient
from portevoix.model.errors import (
    ConfigurationError,
    NotFoundError,
    NotSentError,
    PortevoixError,
    RejectedError,
    UnknownOutcomeError,
)
from portevoix.model.times import local_day, next_at, zone_of
from portevoix.ports import (
    BrandStore,
    Clock,
    DigestStore,
    ListeningStore,
    Mailer,
    MetricStore,
    PostStore,
)
from portevoix.reporting.facts import DigestFacts, FactStores, Period, collect_facts
from portevoix.reporting.mail import Envelope, build_mail, html_of, text_of
from portevoix.reporting.view import DigestView, digest_view

LEASE = timedelta(minutes=5)
"""Rule: LEASE >= the function's time-out, so that a lapsed arm has no worker any more."""
RETRY = timedelta(minutes=10)
LATE = timedelta(hours=12)
"""A digest later than this is about the days before now, not before its own hour."""
LOOK_BACK = timedelta(days=3)
"""Days that no digest told, after an outage or a clock change, are told by the next: up to 3."""


class SendState(StrEnum):
    """How one call ended."""

    SENT = "sent"
    EMPTY = "empty"
    ALREADY = "already"
    SKIPPED = "skipped"
    WAITING = "waiting"
    NOT_SENT = "not_sent"
    REFUSED = "refused"
    IN_DOUBT = "in_doubt"


@dataclass(frozen=True, slots=True)
class SendOutcome:
    """What one call did; `detail` is for the log only.

    A digest that is WAITING was tried, or is being sent, and is taken up again at `again_at`.
    """

    brand_id: str
    recipient_id: str
    state: SendState
    on: date | None = None
    detail: str = ""
    again_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DigestPorts:
    """What digests need of the outside.

    `sender` is the verified address. `unsubscribe_url` signs a recipient's link, from brand id and
    recipient id; it raises ConfigurationError if there is no signing key.
    """

    digests: DigestStore
    brands: BrandStore
    posts: PostStore
    listening: ListeningStore
    metrics: MetricStore
    mailer: Mailer
    sender: str
    unsubscribe_url: Callable[[str, str], str]

    @property
    def stores(self) -> FactStores:
        """Where the facts are read."""
        return FactStores(self.brands, self.posts, self.listening, self.metrics, self.digests)


def send_digest(brand_id: str, recipient_id: str, ports: DigestPorts, now: datetime) -> SendOutcome:
    """Send one recipient the digest that is due, at most once, and wait for the next hour.

    Raise ConfigurationError if the sender or the signing key is missing: nothing was sent, and it
    is tried again.
    """
    try:
        recipient = ports.digests.get_recipient(brand_id, recipient_id)
    except NotFoundError:
        return SendOutcome(brand_id, recipient_id, SendState.SKIPPED)
    if recipient.unsubscribed_at is not None:
        return SendOutcome(brand_id, recipient_id, SendState.SKIPPED)
    if not ports.digests.claim_recipient(recipient, now + LEASE, now):
        return _not_ours(brand_id, recipient_id, ports.digests, now)
    brand = ports.brands.get_brand(brand_id)
    period = _period(brand, recipient, ports.digests, now)
    _settle_lapsed(recipient, period.last, ports.digests, now)
    if ports.digests.get_digest(brand_id, recipient_id, period.last):
        outcome = SendState.ALREADY, ""
    else:
        outcome = _send_once(brand, recipient, period, ports)
    if outcome[0] is SendState.NOT_SENT:
        _retry_later(recipient, ports, now)
    else:
        _wait_for_next(recipient, ports, now)
    return SendOutcome(brand_id, recipient_id, outcome[0], period.last, outcome[1])


def send_digests(
    recipient_ids: Sequence[tuple[str, str]], ports: DigestPorts, clock: Clock
) -> tuple[SendOutcome, ...]:
    """Send a chunk of (brand_id, recipient_id); what one of them breaks stops no other.

    Raise, at the end, the ConfigurationError that stopped some of them, or an ExceptionGroup of
    the surprises: those recipients stay due.
    """
    outcomes, surprises = [], []
    for brand_id, recipient_id in recipient_ids:
        try:
            outcomes.append(send_digest(brand_id, recipient_id, ports, clock.now()))
        except Exception as error:
            error.add_note(f"recipient {brand_id}/{recipient_id}")
            surprises.append(error)
    if surprises and all(isinstance(error, ConfigurationError) for error in surprises):
        raise surprises[0]
    if surprises:
        raise ExceptionGroup(f"{len(surprises)} of {len(recipient_ids)} mails broke", surprises)
    return tuple(outcomes)


def preview_digest(
    brand_id: str, recipient_id: str, ports: DigestPorts, now: datetime
) -> tuple[str, str, str]:
    """Return subject, HTML and text of the digest that would leave now; nothing is sent.

    An empty digest is shown too, with no section. Raise NotFoundError, ConfigurationError.
    """
    recipient = ports.digests.get_recipient(brand_id, recipient_id)
    brand = ports.brands.get_brand(brand_id)
    yesterday = local_day(now, zone_of(brand.zone)) - timedelta(days=1)
    facts = collect_facts(brand, Period(yesterday, yesterday, now), ports.stores)
    view = _view(facts, recipient, ports)
    return view.subject, html_of(view), text_of(view)


def _not_ours(brand_id: str, recipient_id: str, digests: DigestStore, now: datetime) -> SendOutcome:
    """Say why a recipient could not be claimed: somebody has them until then, or nothing is due."""
    lease_until = digests.get_recipient(brand_id, recipient_id).lease_until
    if lease_until is None or lease_until <= now:
        return SendOutcome(brand_id, recipient_id, SendState.SKIPPED)
    return SendOutcome(brand_id, recipient_id, SendState.WAITING, again_at=lease_until)


def _period(brand: Brand, recipient: Recipient, digests: DigestStore, now: datetime) -> Period:
    """Return the days to tell: yesterday in the brand's zone, and those that nobody told before.

    The hour that was due counts, not the moment of a retry: a digest tried again past midnight is
    still the same one.
    """
    due_at = recipient.due_at or now
    moment = due_at if now - due_at < LATE else now
    last = local_day(moment, zone_of(brand.zone)) - timedelta(days=1)
    before = digests.list_digests(recipient.brand_id, last - LOOK_BACK, last - timedelta(days=1))
    told = [sending.on for sending in before if sending.recipient_id == recipient.recipient_id]
    first = max(told) + timedelta(days=1) if told else last
    return Period(first, last, now)


def _settle_lapsed(recipient: Recipient, last: date, digests: DigestStore, now: datetime) -> None:
    """Put in doubt what an earlier worker armed and never ended. We hold the lease: it is gone."""
    for sending in digests.list_digests(recipient.brand_id, last - LOOK_BACK, last):
        is_mine = sending.recipient_id == recipient.recipient_id
        if is_mine and sending.state is DigestState.ARMED and sending.armed_at + LEASE <= now:
            digests.record_digest(dataclasses.replace(sending, state=DigestState.IN_DOUBT))


def _send_once(
    brand: Brand, recipient: Recipient, period: Period, ports: DigestPorts
) -> tuple[SendState, str]:
    """Build, arm, send, record. All that can fail without a doubt comes before the arm."""
    facts = collect_facts(brand, period, ports.stores)
    sending = DigestSending(
        recipient.recipient_id, brand.brand_id, period.last, DigestState.ARMED, period.now
    )
    if facts.is_empty:
        ports.digests.record_digest(dataclasses.replace(sending, state=DigestState.EMPTY))
        return SendState.EMPTY, ""
    try:
        message = build_mail(_view(facts, recipient, ports), _envelope(facts, recipient, ports))
    except ConfigurationError:
        _retry_later(recipient, ports, period.now)
        raise
    if ports.digests.get_recipient(brand.brand_id, recipient.recipient_id).unsubscribed_at:
        return SendState.SKIPPED, "unsubscribed meanwhile"
    if not ports.digests.arm_digest(sending):
        return SendState.ALREADY, ""
    return _send_armed(message, sending, recipient, ports)


def _send_armed(
    message: bytes, sending: DigestSending, recipient: Recipient, ports: DigestPorts
) -> tuple[SendState, str]:
    """Send what is armed; each kind of answer has one outcome."""
    try:
        message_id = ports.mailer.send(message, sender=ports.sender, recipient=recipient.address)
    except NotSentError as error:
        ports.digests.disarm_digest(sending)
        return SendState.NOT_SENT, error.detail
    except ConfigurationError:
        ports.digests.disarm_digest(sending)
        _retry_later(recipient, ports, sending.armed_at)
        raise
    except RejectedError as error:
        _record(sending, DigestState.REFUSED, ports, detail=error.reason)
        return SendState.REFUSED, error.detail
    except UnknownOutcomeError as error:
        _record(sending, DigestState.IN_DOUBT, ports)
        return SendState.IN_DOUBT, error.detail
    except PortevoixError as error:
        _record(sending, DigestState.IN_DOUBT, ports)
        return SendState.IN_DOUBT, str(error)
    _record(sending, DigestState.SENT, ports, message_id=message_id)
    return SendState.SENT, ""


def _record(
    sending: DigestSending,
    state: DigestState,
    ports: DigestPorts,
    *,
    message_id: str = "",
    detail: str = "",
) -> None:
    changed = dataclasses.replace(sending, state=state, message_id=message_id, detail=detail)
    ports.digests.record_digest(changed)


def _view(facts: DigestFacts, recipient: Recipient, ports: DigestPorts) -> DigestView:
    url = ports.unsubscribe_url(recipient.brand_id, recipient.recipient_id)
    return digest_view(facts, recipient.language, url)


def _envelope(facts: DigestFacts, recipient: Recipient, ports: DigestPorts) -> Envelope:
    return Envelope(
        sender=ports.sender,
        sender_name=facts.brand.name,
        recipient=recipient.address,
        recipient_name=recipient.name,
        name=f"{recipient.brand_id}/{recipient.recipient_id}/{facts.period.last}",
        now=facts.period.now,
    )


def _wait_for_next(recipient: Recipient, ports: DigestPorts, now: datetime) -> None:
    due_at = next_at(recipient.hour, zone_of(recipient.zone), now)
    ports.digests.rearm_recipient(dataclasses.replace(recipient, due_at=due_at, lease_until=None))


def _retry_later(recipient: Recipient, ports: DigestPorts, now: datetime) -> None:
    """Keep the hour that was due, so that the same digest is tried, and let some time pass."""
    waiting = dataclasses.replace(recipient, lease_until=now + RETRY)
    ports.digests.rearm_recipient(waiting)
