"""Measure an account, one day after the other: take the counters, compute the day, go on.

A day's counters are taken shortly after it ended, in the account's zone. When that moment was
missed (an outage), they are unknown for ever: no later number is passed off as that day's.
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from portevoix.model.brands import Account
from portevoix.model.errors import (
    AuthorizationError,
    ConfigurationError,
    NetworkError,
    NotFoundError,
)
from portevoix.model.metrics import Measuring, Snapshot, measured_at
from portevoix.model.times import day_bounds, zone_of
from portevoix.model.troubles import reading_trouble
from portevoix.ports import (
    BrandStore,
    Clock,
    Connectors,
    Credentials,
    ListeningStore,
    MetricStore,
    PostStore,
)
from portevoix.reporting.day import (
    ACCOUNT,
    Stores,
    compute_day,
    counted_posts,
    counters_of,
    is_heard_until,
)

TOLERANCE = timedelta(hours=6)
"""Counters taken later than this after a day's end are not that day's."""
LISTENING_TIME = timedelta(minutes=60)
"""How long a day waits for its mentions to be read; quiet sources are read every 15 minutes."""
RETRY = timedelta(minutes=15)
LEASE = timedelta(minutes=5)
"""Rule: LEASE >= the function's time-out."""
MAX_DAYS = 31
"""Days caught up in one call; the rest is still due."""


class MeasureState(StrEnum):
    """How one call ended."""

    MEASURED = "measured"
    POSTPONED = "postponed"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class MeasureOutcome:
    """What one call did. `trouble` is a code of texts/troubles; `detail` is for the log only."""

    brand_id: str
    account_id: str
    state: MeasureState
    days: tuple[date, ...] = ()
    trouble: str = ""
    detail: str = ""
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MeasurePorts:
    """What measuring needs of the outside."""

    metrics: MetricStore
    brands: BrandStore
    posts: PostStore
    listening: ListeningStore
    connectors: Connectors
    credentials: Credentials
    clock: Clock

    @property
    def stores(self) -> Stores:
        """What a day is computed from."""
        return Stores(self.metrics, self.posts, self.listening)


def measure_account(brand_id: str, account_id: str, ports: MeasurePorts) -> MeasureOutcome:
    """Compute every day of an account that has ended, then wait for the end of the next.

    A day that cannot be measured yet (the network does not answer, mentions are still read) is
    tried again until it is too late for its counters; it is then computed without them.
    """
    now = ports.clock.now()
    try:
        measuring = ports.metrics.get_measuring(brand_id, account_id)
        account = ports.brands.get_account(brand_id, account_id)
    except NotFoundError:
        return MeasureOutcome(brand_id, account_id, MeasureState.SKIPPED)
    if not ports.metrics.claim_measuring(measuring, now + LEASE, now):
        return MeasureOutcome(brand_id, account_id, MeasureState.SKIPPED)
    zone, days = zone_of(account.zone), list[date]()
    on, trouble, detail = measuring.next_on, "", ""
    while len(days) < MAX_DAYS:
        _, end = day_bounds(on, zone)
        if now < measured_at(on, zone):
            break
        trouble, detail = _take_counters(account, on, end, ports, now)
        waits = not is_heard_until(account, end, ports.listening) and now < end + LISTENING_TIME
        if (trouble and now < end + TOLERANCE) or (waits and _listens(account, ports.listening)):
            return _give_back(measuring, on, days, ports, now, trouble=trouble, detail=detail)
        ports.metrics.save_day(compute_day(account, on, ports.stores, now))
        days.append(on)
        on += timedelta(days=1)
    return _give_back(measuring, on, days, ports, now, due_at=_due(on, account))


def measure_accounts(
    account_ids: Sequence[tuple[str, str]], ports: MeasurePorts
) -> tuple[MeasureOutcome, ...]:
    """Measure a chunk of (brand_id, account_id); what one of them breaks stops no other.

    Raise ExceptionGroup at the end if there was a surprise; its account stays due.
    """
    outcomes, surprises = [], []
    for brand_id, account_id in account_ids:
        try:
            outcomes.append(measure_account(brand_id, account_id, ports))
        except Exception as error:
            error.add_note(f"account {brand_id}/{account_id}")
            surprises.append(error)
    if surprises:
        raise ExceptionGroup(f"{len(surprises)} of {len(account_ids)} accounts broke", surprises)
    return tuple(outcomes)


def _due(on: date, account: Account) -> datetime:
    return measured_at(on, zone_of(account.zone))


def _listens(account: Account, listening: ListeningStore) -> bool:
    """Whether waiting for mentions makes sense: something listens, and is not in trouble."""
    sources = listening.list_sources(account.brand_id)
    return any(s.account_id == account.account_id and s.due_at and not s.trouble for s in sources)


def _take_counters(
    account: Account, on: date, end: datetime, ports: MeasurePorts, now: datetime
) -> tuple[str, str]:
    """Store a day's counters once, while they still are that day's; return trouble and detail."""
    if now >= end + TOLERANCE or counters_of(account, on, ports.metrics) is not None:
        return "", ""
    if account.needs_reconnection:
        return "authorization", "the account waits to be reconnected"
    try:
        _snapshot(account, on, ports, now)
    except AuthorizationError as error:
        ports.brands.mark_disconnected(account)
        return "authorization", error.detail
    except (NetworkError, ConfigurationError, NotFoundError) as error:
        return reading_trouble(error), str(error)
    return "", ""


def _snapshot(account: Account, on: date, ports: MeasurePorts, now: datetime) -> None:
    """Fetch and store; the account's own counters are written last, as the mark of a whole day."""
    secret = ports.credentials.account_secret(account)
    connector = ports.connectors.connector(account.network)
    remote_ids = [d.remote_id for d in counted_posts(account, on, ports.posts)]
    by_post = connector.fetch_post_counters(account, secret, remote_ids) if remote_ids else {}
    whole = connector.fetch_account_counters(account, secret)
    brand_id, account_id = account.brand_id, account.account_id
    ports.metrics.save_snapshots(
        [
            Snapshot(brand_id, account_id, remote_id, on, now, counters)
            for remote_id, counters in by_post.items()
        ]
    )
    ports.metrics.save_snapshots([Snapshot(brand_id, account_id, ACCOUNT, on, now, whole)])


def _give_back(
    measuring: Measuring,
    on: date,
    days: Sequence[date],
    ports: MeasurePorts,
    now: datetime,
    *,
    due_at: datetime | None = None,
    trouble: str = "",
    detail: str = "",
) -> MeasureOutcome:
    """Release the lease; without a `due_at` of its own, the same day is tried again soon."""
    changed = dataclasses.replace(
        measuring,
        next_on=on,
        due_at=due_at or now + RETRY,
        lease_until=None,
        failures=measuring.failures + 1 if trouble else 0,
        trouble=trouble,
    )
    ports.metrics.save_measuring(changed)
    postponed = MeasureState.FAILED if trouble else MeasureState.POSTPONED
    state = MeasureState.MEASURED if due_at else postponed
    return MeasureOutcome(
        measuring.brand_id,
        measuring.account_id,
        state,
        tuple(days),
        trouble,
        detail,
        changed.due_at,
    )
