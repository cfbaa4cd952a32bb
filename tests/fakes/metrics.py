"""Snapshots and daily numbers in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from portevoix.model.errors import NotFoundError
from portevoix.model.metrics import DayMetrics, Measuring, Snapshot

from tests.fakes.faults import Faulty, verb
from tests.fakes.keeping import kept
from tests.fakes.listening import is_claimable


class FakeMetrics(Faulty):
    """Implements `ports.MetricStore`."""

    def __init__(self) -> None:
        super().__init__()
        self.snapshots: dict[tuple[str, str, date, str], Snapshot] = {}
        self.days: dict[tuple[str, str, date], DayMetrics] = {}
        self.measurings: dict[tuple[str, str], Measuring] = {}

    @verb
    def save_snapshots(self, snapshots: Sequence[Snapshot]) -> None:
        for shot in snapshots:
            key = (shot.brand_id, shot.account_id, shot.taken_on, shot.subject)
            self.snapshots[key] = kept(shot)

    @verb
    def list_snapshots(self, brand_id: str, account_id: str, on: date) -> tuple[Snapshot, ...]:
        wanted = (brand_id, account_id, on)
        return tuple(s for key, s in sorted(self.snapshots.items()) if key[:3] == wanted)

    @verb
    def save_day(self, metrics: DayMetrics) -> None:
        self.days[metrics.brand_id, metrics.account_id, metrics.on] = kept(metrics)

    @verb
    def list_days(
        self, brand_id: str, account_id: str, since: date, until: date
    ) -> tuple[DayMetrics, ...]:
        return tuple(
            day
            for key, day in sorted(self.days.items())
            if key[:2] == (brand_id, account_id) and since <= day.on <= until
        )

    @verb
    def save_measuring(self, measuring: Measuring) -> None:
        self.measurings[measuring.brand_id, measuring.account_id] = kept(measuring)

    @verb
    def get_measuring(self, brand_id: str, account_id: str) -> Measuring:
        if (brand_id, account_id) not in self.measurings:
            raise NotFoundError(f"Account '{account_id}' of '{brand_id}' is not measured.")
        return self.measurings[brand_id, account_id]

    @verb
    def claim_measuring(self, seen: Measuring, lease_until: datetime, now: datetime) -> bool:
        stored = self.measurings.get((seen.brand_id, seen.account_id))
        if stored is None or not is_claimable(stored.due_at, stored.lease_until, seen.due_at, now):
            return False
        claimed = kept(replace(stored, lease_until=lease_until))
        self.measurings[seen.brand_id, seen.account_id] = claimed
        return True
