"""One definition per number: what is counted, in which unit, from which source.

The names are the keys of `DayMetrics.values`; label and meaning, in French and English, are in
texts/metrics.py (`name`, `name_meaning`); docs/metrics.md tells them to people.
"""

from collections.abc import Mapping
from dataclasses import dataclass

WINDOW_DAYS = 30
"""Posts older than this, at the start of a day, are no longer counted."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A number of one account and one day.

    `unit` is `count` (at a moment, or in the day) or `change` (may be negative). `source` says
    where it is read: `queue`, `mentions`, `account` or `posts`. `counter` is the network's counter.
    """

    name: str
    unit: str
    source: str
    counter: str = ""


DEFINITIONS = (
    Definition("posts_published", "count", "queue"),
    Definition("mentions", "count", "mentions"),
    Definition("replies", "change", "posts", "replies"),
    Definition("shares", "change", "posts", "shares"),
    Definition("likes", "change", "posts", "likes"),
    Definition("engagement", "change", "posts"),
    Definition("followers", "count", "account", "followers"),
    Definition("followers_gained", "change", "account", "followers"),
)

PARTS_OF_ENGAGEMENT = ("replies", "shares", "likes")


def gained(today: int | None, before: int | None) -> int | None:
    """Return what was gained; None if one of the two is unknown: missing is not zero."""
    return None if today is None or before is None else today - before


def engagement(values: Mapping[str, int | None]) -> int | None:
    """Return replies + shares + likes of a day; None if one of them is unknown."""
    total = 0
    for name in PARTS_OF_ENGAGEMENT:
        value = values[name]
        if value is None:
            return None
        total += value
    return total
