"""Reads the expressions of EventBridge Scheduler strictly, as AWS does at deployment.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

import re

_RATE = re.compile(r"rate\(([1-9]\d*) (minute|minutes|hour|hours|day|days)\)")
_CRON = re.compile(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)")
_BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (1, 7), (1970, 2199))
_NAMES = {
    name: number
    for names in ("JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC", "SUN MON TUE WED THU FRI SAT")
    for number, name in enumerate(names.split(), 1)
}
_DAY, _WEEKDAY = 2, 4


def is_sound(expression: str) -> bool:
    """Whether AWS takes a rate or cron expression."""
    rate = _RATE.fullmatch(expression)
    if rate:
        return (rate[1] == "1") != rate[2].endswith("s")
    cron = _CRON.fullmatch(expression)
    if not cron:
        return False
    fields = cron.groups()
    # Exactly one of the two days says nothing.
    if (fields[_DAY] == "?") == (fields[_WEEKDAY] == "?"):
        return False
    return all(_is_field(field, position) for position, field in enumerate(fields))


def _is_field(field: str, position: int) -> bool:
    return all(_is_part(part, position) for part in field.split(","))


def _is_part(part: str, position: int) -> bool:
    if part == "?":
        return position in (_DAY, _WEEKDAY)
    if part == "L":
        return position in (_DAY, _WEEKDAY)
    span, slash, step = part.partition("/")
    if slash and not (step.isdecimal() and int(step) >= 1):
        return False
    if span == "*":
        return True
    low, high = _BOUNDS[position]
    numbers = [_NAMES.get(one, int(one) if one.isdecimal() else -1) for one in span.split("-")]
    return len(numbers) <= 2 and all(low <= number <= high for number in numbers)
