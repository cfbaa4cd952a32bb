"""Raw counters at one moment, and defined numbers per day. Missing is not zero."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from portevoix.model.times import day_bounds

AFTER_THE_DAY = timedelta(minutes=15)
"""A day is measured this long after it ended, in its account's zone."""


def measured_at(on: date, zone: ZoneInfo) -> datetime:
    """Return the UTC moment from which the day `on` of `zone` is measured."""
    return day_bounds(on, zone)[1] + AFTER_THE_DAY


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Raw counters of one subject at one moment.

    `subject` is `account` or a post's remote id. A counter that the network did not give is
    absent from `counters`.
    """

    brand_id: str
    account_id: str
    subject: str
    taken_on: date
    taken_at: datetime
    counters: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class DayMetrics:
    """The defined numbers of one account on one day of its zone. None is unknown, never zero."""

    brand_id: str
    account_id: str
    on: date
    values: Mapping[str, int | None]
    computed_at: datetime


@dataclass(frozen=True, slots=True)
class Measuring:
    """When an account's next day is to be measured; `next_on` is the day it will compute."""

    brand_id: str
    account_id: str
    next_on: date
    due_at: datetime | None
    lease_until: datetime | None = None
    failures: int = 0
    trouble: str = ""
