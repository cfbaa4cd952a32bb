"""Poll sources: read what came after the cursor, keep it, look again sooner or later.

A page is stored with its cursor before the next one is asked for, and a mention has a stable name:
a poll that dies anywhere, or that two workers do at once, loses nothing and counts nothing twice.
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from portevoix.model.brands import Account
from portevoix.model.errors import (
    AuthorizationError,
    ConfigurationError,
    NetworkError,
    NotFoundError,
    RateLimitedError,
)
from portevoix.model.mentions import Mention, Source
from portevoix.model.troubles import reading_trouble
from portevoix.ports import BrandStore, Clock, Connectors, Credentials, ListeningStore

SHORTEST = 60
LONGEST = 900
"""Seconds between two looks: a source that speaks is heard every minute, a quiet one less."""
MAX_PAGES = 20
LONGEST_REFUSAL = timedelta(days=1)
"""A server may ask us to stay away this long, not for ever."""
READING_TIME = timedelta(seconds=90)
LEASE = timedelta(seconds=180)
"""Rule: LEASE >= READING_TIME + the deadline of one request and its write."""


class PollState(StrEnum):
    """How one poll ended."""

    POLLED = "polled"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class PollOutcome:
    """What one poll did. `trouble` is a code of texts/troubles; `detail` is for the log only."""

    brand_id: str
    source_id: str
    state: PollState
    new_mentions: int = 0
    pages: int = 0
    trouble: str = ""
    detail: str = ""
    due_at: datetime | None = None


def poll_source(
    brand_id: str,
    source_id: str,
    *,
    listening: ListeningStore,
    brands: BrandStore,
    connectors: Connectors,
    credentials: Credentials,
    clock: Clock,
) -> PollOutcome:
    """Read one source to its end, or as far as one call may, and say when to look again.

    A network's refusal is an outcome; it is stored as the source's `trouble` and backed off.
    """
    now = clock.now()
    try:
        source = listening.get_source(brand_id, source_id)
    except NotFoundError:
        return PollOutcome(brand_id, source_id, PollState.SKIPPED)
    lease_until = now + LEASE
    if not listening.claim_source(source, lease_until, now):
        return PollOutcome(brand_id, source_id, PollState.SKIPPED)
    reading = _Reading(dataclasses.replace(source, lease_until=lease_until), clock, listening)
    try:
        account = brands.get_account(brand_id, source.account_id)
        if account.needs_reconnection:
            return reading.fail("authorization", "the account waits to be reconnected")
        _read_pages(reading, account, connectors, credentials, now + READING_TIME)
    except RateLimitedError as error:
        return reading.fail("rate_limited", error.detail, not_before=error.retry_at)
    except AuthorizationError as error:
        brands.mark_disconnected(account)
        return reading.fail("authorization", error.detail)
    except (NetworkError, ConfigurationError, NotFoundError) as error:
        return reading.fail(reading_trouble(error), str(error))
    return reading.finish()


def _read_pages(
    reading: "_Reading",
    account: Account,
    connectors: Connectors,
    credentials: Credentials,
    until: datetime,
) -> None:
    secret = credentials.account_secret(account)
    connector = connectors.connector(account.network)
    while reading.may_go_on(until):
        page = connector.fetch_mentions(account, secret, reading.source)
        reading.keep(page.mentions, page.cursor, has_more=page.has_more)


def poll_sources(
    source_ids: Sequence[tuple[str, str]],
    *,
    listening: ListeningStore,
    brands: BrandStore,
    connectors: Connectors,
    credentials: Credentials,
    clock: Clock,
) -> tuple[PollOutcome, ...]:
    """Poll a chunk of (brand_id, source_id); what one of them breaks does not stop the others.

    Raise ExceptionGroup at the end if there was a surprise that is not a network's answer: its
    source stays due and is looked at again when its lease lapses.
    """
    outcomes, surprises = [], []
    for brand_id, source_id in source_ids:
        try:
            outcome = poll_source(
                brand_id,
                source_id,
                listening=listening,
                brands=brands,
                connectors=connectors,
                credentials=credentials,
                clock=clock,
            )
        except Exception as error:
            error.add_note(f"source {brand_id}/{source_id}")
            surprises.append(error)
        else:
            outcomes.append(outcome)
    if surprises:
        raise ExceptionGroup(f"{len(surprises)} of {len(source_ids)} sources broke", surprises)
    return tuple(outcomes)


def next_look(now: datetime, interval_s: int) -> datetime:
    """Return the first round moment after `now`: sources of one pace share ticks and invocations.

    It also keeps a busy source on every tick: due at the minute, not some seconds after it.
    """
    return datetime.fromtimestamp((now.timestamp() // interval_s + 1) * interval_s, UTC)


class _Reading:
    """One poll under way: the source as it now stands, and what was found."""

    def __init__(self, source: Source, clock: Clock, listening: ListeningStore) -> None:
        self.source = source
        self._clock = clock
        self._listening = listening
        self._started_at = clock.now()
        self._has_more = True
        self._new = 0
        self._pages = 0

    def may_go_on(self, until: datetime) -> bool:
        return self._has_more and self._pages < MAX_PAGES and self._clock.now() < until

    def keep(self, mentions: Sequence[Mention], cursor: str, *, has_more: bool) -> None:
        """Store a page with its cursor. A page that moves nothing is the last: no endless loop."""
        self._pages += 1
        self._has_more = has_more and cursor != self.source.cursor
        self.source = dataclasses.replace(self.source, cursor=cursor)
        if mentions:
            self._new += self._listening.save_mentions(self.source, mentions)

    def finish(self) -> PollOutcome:
        """Give the source back: in a minute if it spoke, later and later if it did not."""
        now = self._clock.now()
        is_busy = self._new > 0 or self._has_more
        interval_s = (
            SHORTEST if is_busy else min(LONGEST, max(SHORTEST, self.source.interval_s * 2))
        )
        return self._give_back(
            PollState.POLLED,
            interval_s=interval_s,
            due_at=now if self._has_more else next_look(now, interval_s),
            failures=0,
            trouble="",
            polled_at=self.source.polled_at if self._has_more else self._started_at,
        )

    def fail(self, trouble: str, detail: str, *, not_before: datetime | None = None) -> PollOutcome:
        """Give the source back with what is wrong; pages that were kept stay kept."""
        now = self._clock.now()
        failures = self.source.failures + 1
        wait = min(LONGEST, SHORTEST * 2 ** min(failures - 1, 10))
        due_at = max(now + timedelta(seconds=wait), min(not_before or now, now + LONGEST_REFUSAL))
        return self._give_back(
            PollState.FAILED, detail, due_at=due_at, failures=failures, trouble=trouble
        )

    def _give_back(self, state: PollState, detail: str = "", **changes: object) -> PollOutcome:
        changed = dataclasses.replace(self.source, lease_until=None, **changes)  # type: ignore[arg-type]
        self._listening.save_source(changed)
        return PollOutcome(
            changed.brand_id,
            changed.source_id,
            state,
            self._new,
            self._pages,
            changed.trouble,
            detail,
            changed.due_at,
        )
