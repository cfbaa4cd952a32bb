"""Snapshots, daily numbers and when they are measured, in the table."""

from collections.abc import Sequence
from datetime import date, datetime

from portevoix.aws import keys
from portevoix.aws.items import claim_recurring, due_item, plain_item
from portevoix.aws.shapes import Item, from_item
from portevoix.aws.table import Table
from portevoix.aws.writes import Write
from portevoix.model.due import DueKind
from portevoix.model.errors import NotFoundError
from portevoix.model.metrics import DayMetrics, Measuring, Snapshot


class Metrics:
    """Implements `ports.MetricStore`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def save_snapshots(self, snapshots: Sequence[Snapshot]) -> None:
        """Write raw counters, one item a subject and day; the last of a subject wins."""
        items = {}
        for shot in snapshots:
            key = keys.snapshot(shot.brand_id, shot.account_id, shot.taken_on, shot.subject)
            items[key] = plain_item(key, shot)
        self._table.put_many(list(items.values()))

    def list_snapshots(self, brand_id: str, account_id: str, on: date) -> tuple[Snapshot, ...]:
        """Return the counters taken for a day, by subject."""
        pk = keys.metrics(brand_id, account_id)
        items = self._table.query(pk, prefix=keys.snapshots_of(on))
        return tuple(from_item(Snapshot, item) for item in items)

    def save_day(self, metrics: DayMetrics) -> None:
        """Write a day's numbers."""
        key = keys.day(metrics.brand_id, metrics.account_id, metrics.on)
        self._table.write(Write(key, item=plain_item(key, metrics)))

    def list_days(
        self, brand_id: str, account_id: str, since: date, until: date
    ) -> tuple[DayMetrics, ...]:
        """Return the days in a period, both ends included."""
        if since > until:
            return ()
        first = keys.day(brand_id, account_id, since)
        last = keys.day(brand_id, account_id, until)
        items = self._table.query_between(first.pk, first.sk, last.sk)
        return tuple(from_item(DayMetrics, item) for item in items)

    def save_measuring(self, measuring: Measuring) -> None:
        """Write when an account is next measured."""
        key = keys.measuring(measuring.brand_id, measuring.account_id)
        self._table.write(Write(key, item=self._measuring_item(measuring)))

    def get_measuring(self, brand_id: str, account_id: str) -> Measuring:
        """Return when an account is next measured; raise NotFoundError."""
        item = self._table.get(keys.measuring(brand_id, account_id))
        if item is None:
            raise NotFoundError(f"Account '{account_id}' of '{brand_id}' is not measured.")
        return from_item(Measuring, item)

    def claim_measuring(self, seen: Measuring, lease_until: datetime, now: datetime) -> bool:
        """Take the right to measure, if it is due and nobody else does."""
        key = keys.measuring(seen.brand_id, seen.account_id)
        return claim_recurring(self._table, key, self._measuring_item(seen), lease_until, now)

    def _measuring_item(self, measuring: Measuring) -> Item:
        key = keys.measuring(measuring.brand_id, measuring.account_id)
        return due_item(key, measuring, DueKind.MEASURE, self._table.shards)
