"""EventBridge Scheduler's expressions: cron in a zone, rate, and at.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

import calendar
import functools
import itertools
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

LONGEST_SEARCH_DAYS = 366 * 5
LONGEST_CHANGE = timedelta(hours=3)
MONTHS = {
    name: n
    for n, name in enumerate(
        ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"], 1
    )
}
WEEKDAYS = {name: n for n, name in enumerate(["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"], 1)}
_RATE = re.compile(r"rate\(\s*(\d+)\s+(minute|hour|day)s?\s*\)")
_AT = re.compile(r"at\(\s*(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\s*\)")
_CRON = re.compile(r"cron\((.+)\)")


class ExpressionError(ValueError):
    """A schedule expression that AWS would refuse; the message says which part."""


@dataclass(frozen=True, slots=True)
class _Cron:
    minutes: frozenset[int]
    hours: frozenset[int]
    days: str
    months: frozenset[int]
    weekdays: str
    years: frozenset[int]


def next_tick(expression: str, zone: str, after: datetime, anchor: datetime) -> datetime | None:
    """Return the first tick strictly after `after` (aware), in UTC; None when there is none.

    `rate` counts from `anchor`. A cron time that a clock change skips is skipped; one that it
    repeats ticks once. Raises ExpressionError.
    """
    place = ZoneInfo(zone)
    if match := _RATE.fullmatch(expression):
        step = timedelta(**{f"{match[2]}s": int(match[1])})
        if not step:
            raise ExpressionError(f"{expression}: a rate is at least 1")
        return anchor + step * max(0, (after - anchor) // step + 1)
    if match := _AT.fullmatch(expression):
        moment = datetime.fromisoformat(match[1]).replace(tzinfo=place).astimezone(UTC)
        return moment if moment > after else None
    if match := _CRON.fullmatch(expression):
        return _next_cron(_parse_cron(match[1]), place, after)
    raise ExpressionError(f"{expression}: neither cron(...), rate(...) nor at(...)")


@functools.lru_cache(maxsize=64)
def _parse_cron(text: str) -> _Cron:
    fields = text.split()
    if len(fields) != 6:
        raise ExpressionError(f"cron({text}): six fields are needed, {len(fields)} are there")
    minute, hour, day, month, weekday, year = fields
    if (day == "?") == (weekday == "?"):
        raise ExpressionError(f"cron({text}): exactly one of day and weekday is ?")
    return _Cron(
        minutes=_values(minute, 0, 59),
        hours=_values(hour, 0, 23),
        days=day.upper(),
        months=_values(month, 1, 12, MONTHS),
        weekdays=weekday.upper(),
        years=_values(year, 1970, 2199),
    )


def _values(field: str, low: int, high: int, names: dict[str, int] | None = None) -> frozenset[int]:
    chosen: set[int] = set()
    for part in field.upper().split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        start = low if first == "*" else _number(first, names)
        end = _number(last, names) if last else (high if first == "*" or step else start)
        if not low <= start <= end <= high or (step and not int(step)):
            raise ExpressionError(f"{part}: outside {low}-{high}")
        chosen.update(range(start, end + 1, int(step or 1)))
    return frozenset(chosen)


def _number(text: str, names: dict[str, int] | None) -> int:
    if names and text in names:
        return names[text]
    if not text.isdigit():
        raise ExpressionError(f"{text!r} is not a value of this field")
    return int(text)


def _next_cron(cron: _Cron, place: ZoneInfo, after: datetime) -> datetime | None:
    # No clock change is longer: what is earlier than this cannot be after `after`.
    start = (after - (timedelta() if place.key == "UTC" else LONGEST_CHANGE)).astimezone(place)
    for days in range(LONGEST_SEARCH_DAYS):
        day = start.date() + timedelta(days=days)
        if day.year in cron.years and day.month in cron.months and _day_matches(cron, day):
            hours = (hour for hour in sorted(cron.hours) if days or hour >= start.hour)
            for hour, minute in itertools.product(hours, sorted(cron.minutes)):
                moment = _utc(datetime(day.year, day.month, day.day, hour, minute, tzinfo=place))
                if moment is not None and moment > after:
                    return moment
    return None


def _utc(local: datetime) -> datetime | None:
    moment = local.astimezone(UTC)
    there_and_back = moment.astimezone(local.tzinfo).replace(tzinfo=None)
    return moment if there_and_back == local.replace(tzinfo=None) else None


def _day_matches(cron: _Cron, day: date) -> bool:
    last = calendar.monthrange(day.year, day.month)[1]
    if cron.weekdays != "?":
        return _weekday_matches(cron.weekdays, day, last)
    if cron.days == "L":
        return day.day == last
    if cron.days.endswith("W"):
        wanted = last if cron.days == "LW" else int(cron.days[:-1])
        return day.day == _nearest_working_day(day, min(wanted, last), last)
    return day.day in _values(cron.days, 1, 31)


def _weekday_matches(field: str, day: date, last: int) -> bool:
    weekday = day.isoweekday() % 7 + 1
    if "#" in field:
        wanted, _, rank = field.partition("#")
        return weekday == _number(wanted, WEEKDAYS) and (day.day - 1) // 7 + 1 == int(rank)
    if field.endswith("L"):
        return weekday == _number(field[:-1] or "SAT", WEEKDAYS) and day.day + 7 > last
    return weekday in _values(field, 1, 7, WEEKDAYS)


def _nearest_working_day(day: date, wanted: int, last: int) -> int:
    weekday = day.replace(day=wanted).isoweekday()
    if weekday == 6:
        return wanted - 1 if wanted > 1 else wanted + 2
    if weekday == 7:
        return wanted + 1 if wanted < last else wanted - 2
    return wanted
