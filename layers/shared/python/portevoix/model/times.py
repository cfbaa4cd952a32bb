"""Moments: what people write, in their zone, and what is stored, in UTC."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from portevoix.model.errors import InvalidError, Problem

_MOMENT = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})[T ](\d{1,2}):(\d{2})(?::(\d{2}))?(Z|[+-]\d{2}:\d{2})?"
)


def zone_of(name: str, where: str = "zone") -> ZoneInfo:
    """Return the IANA zone called `name`; raise InvalidError (`unknown_zone`) if there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidError(Problem.of("unknown_zone", where, zone=name)) from error


def parse_moment(text: str, zone: ZoneInfo, where: str = "moment") -> datetime:
    """Return the UTC moment of `text`: `YYYY-MM-DD HH:MM[:SS]`, local to `zone`, or with an offset.

    Raise InvalidError: `unreadable_moment` (format, 24:30, 31 June), or `skipped_moment` for an
    hour that the zone's clock change skips. An hour that happens twice means the first one.
    """
    match = _MOMENT.fullmatch(text.strip())
    if not match:
        raise InvalidError(Problem.of("unreadable_moment", where, text=text))
    *numbers, offset = match.groups()
    try:
        local = datetime(*(int(number or 0) for number in numbers))  # type: ignore[arg-type]  # noqa: DTZ001
    except ValueError as error:
        raise InvalidError(Problem.of("unreadable_moment", where, text=text)) from error
    if offset:
        return datetime.fromisoformat(f"{local.isoformat()}{offset}").astimezone(UTC)
    moment = local.replace(tzinfo=zone).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != local:
        raise InvalidError(Problem.of("skipped_moment", where, text=text, zone=zone.key))
    return moment


def to_text(moment: datetime) -> str:
    """Return `moment` as stored: UTC, milliseconds, sortable (`2027-03-22T12:00:00.000Z`)."""
    return (
        moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
    )


def from_text(text: str) -> datetime:
    """Return the aware UTC moment that `to_text` wrote."""
    return datetime.fromisoformat(text).astimezone(UTC)


def local_day(moment: datetime, zone: ZoneInfo) -> date:
    """Return the date on the wall of `zone` at `moment`."""
    return moment.astimezone(zone).date()


def day_bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the UTC start (included) and end (excluded) of `day` in `zone`: 23 to 25 hours."""
    start = datetime.combine(day, time(), zone).astimezone(UTC)
    return start, datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)


def next_at(hour: time, zone: ZoneInfo, after: datetime) -> datetime:
    """Return the first UTC moment later than `after` when the clocks of `zone` show `hour`.

    On a day whose clock change skips `hour`, it is the same instant as one hour later on the wall.
    """
    day = local_day(after, zone)
    while True:
        moment = datetime.combine(day, hour, zone).astimezone(UTC)
        if moment > after:
            return moment
        day += timedelta(days=1)
