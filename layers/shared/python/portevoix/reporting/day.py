"""The defined numbers of one account and one day, from what is stored. Nothing is fetched here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from portevoix.model.brands import Account
from portevoix.model.deliveries import Delivery
from portevoix.model.metrics import DayMetrics
from portevoix.model.times import day_bounds, zone_of
from portevoix.ports import ListeningStore, MetricStore, PostStore
from portevoix.reporting.definitions import DEFINITIONS, WINDOW_DAYS, engagement, gained

ACCOUNT = "account"
"""The subject of an account's own snapshot; it is written last, so it says that all are there."""

Counters = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Stores:
    """What a day's numbers are read from."""

    metrics: MetricStore
    posts: PostStore
    listening: ListeningStore


def compute_day(account: Account, on: date, stores: Stores, now: datetime) -> DayMetrics:
    """Return the numbers of `on`, a day of the account's zone; the same ones at every call."""
    published = counted_posts(account, on, stores.posts)
    today = counters_of(account, on, stores.metrics)
    before = counters_of(account, on - timedelta(days=1), stores.metrics)
    start, _ = day_bounds(on, zone_of(account.zone))
    fresh = {d.remote_id for d in published if d.published_at and d.published_at >= start}
    values: dict[str, int | None] = {
        "posts_published": len({d.key.post_id for d in published if d.remote_id in fresh}),
        "mentions": count_mentions(account, on, stores.listening),
        "followers": _account_counter(today, "followers"),
        "followers_gained": gained(
            _account_counter(today, "followers"), _account_counter(before, "followers")
        ),
    }
    for definition in DEFINITIONS:
        if definition.source == "posts" and definition.counter:
            values[definition.name] = gained_by_posts(
                definition.counter, today, before, [d.remote_id for d in published], fresh
            )
    values["engagement"] = engagement(values)
    return DayMetrics(account.brand_id, account.account_id, on, values, now)


def counted_posts(account: Account, on: date, posts: PostStore) -> tuple[Delivery, ...]:
    """Return what the account published in the window that ends with `on`."""
    start, end = day_bounds(on, zone_of(account.zone))
    since = start - timedelta(days=WINDOW_DAYS)
    found = posts.list_published(account.brand_id, account.account_id, since, end)
    return tuple(delivery for delivery in found if delivery.remote_id)


def counters_of(account: Account, on: date, metrics: MetricStore) -> Counters | None:
    """Return a day's counters by subject, or None if that day's snapshot was not taken."""
    snapshots = metrics.list_snapshots(account.brand_id, account.account_id, on)
    counters = {snapshot.subject: snapshot.counters for snapshot in snapshots}
    return counters if ACCOUNT in counters else None


def gained_by_posts(
    counter: str,
    today: Counters | None,
    before: Counters | None,
    remote_ids: Sequence[str],
    fresh: set[str],
) -> int | None:
    """Return what the posts gained in a day; those published that day (`fresh`) began at 0.

    A post that left its network is absent from the day's snapshot and counts no more. None if the
    snapshot of that day is missing, or the one before while there are older posts.
    """
    if today is None:
        return None
    total = 0
    for remote_id in remote_ids:
        if remote_id not in today:
            continue
        start = 0 if remote_id in fresh else (before or {}).get(remote_id, {}).get(counter)
        change = gained(today[remote_id].get(counter), start)
        if change is None:
            return None
        total += change
    return total


def count_mentions(account: Account, on: date, listening: ListeningStore) -> int | None:
    """Return how many public mentions were said that day.

    None if nothing listens to this account, or a source was not read since that day ended.
    """
    start, end = day_bounds(on, zone_of(account.zone))
    if not is_heard_until(account, end, listening):
        return None
    count, page = 0, ""
    while True:
        found = listening.list_mentions(account.brand_id, start, end, page=page)
        count += sum(
            1 for m in found.items if m.account_id == account.account_id and not m.is_private
        )
        page = found.next_page
        if not page:
            return count


def is_heard_until(account: Account, moment: datetime, listening: ListeningStore) -> bool:
    """Whether every source of an account was read to its end at `moment` or later."""
    sources = [
        source
        for source in listening.list_sources(account.brand_id)
        if source.account_id == account.account_id
    ]
    return bool(sources) and all(s.polled_at and s.polled_at >= moment for s in sources)


def _account_counter(counters: Counters | None, name: str) -> int | None:
    return None if counters is None else counters[ACCOUNT].get(name)
