"""Schedule expressions, as EventBridge Scheduler reads them."""

from datetime import UTC, datetime

import pytest

from tools.local.expressions import ExpressionError, next_tick

ANCHOR = datetime(2027, 1, 1, tzinfo=UTC)


def ticks(expression: str, after: str, count: int = 1, zone: str = "UTC") -> list[str]:
    moment = datetime.fromisoformat(after).replace(tzinfo=UTC)
    found = []
    for _ in range(count):
        following = next_tick(expression, zone, moment, ANCHOR)
        if following is None:
            break
        moment = following
        found.append(f"{moment:%Y-%m-%d %H:%M}")
    return found


@pytest.mark.parametrize(
    ("expression", "after", "expected"),
    [
        ("cron(* * * * ? *)", "2027-03-21T12:00:30", ["2027-03-21 12:01", "2027-03-21 12:02"]),
        ("cron(0/15 * * * ? *)", "2027-03-21T12:45:00", ["2027-03-21 13:00", "2027-03-21 13:15"]),
        ("cron(0 8 ? * MON-FRI *)", "2027-03-19T09:00", ["2027-03-22 08:00", "2027-03-23 08:00"]),
        ("cron(0 8 ? * 2#1 *)", "2027-03-01T09:00", ["2027-04-05 08:00"]),
        ("cron(0 8 ? * 6L *)", "2027-03-01T09:00", ["2027-03-26 08:00"]),
        ("cron(0 8 L * ? *)", "2027-02-01T09:00", ["2027-02-28 08:00"]),
        ("cron(0 8 1W * ? *)", "2027-04-02T09:00", ["2027-05-03 08:00"]),
        ("cron(5,35 14 1 1/6 ? 2028)", "2027-03-01T09:00", ["2028-01-01 14:05"]),
        ("rate(5 minutes)", "2027-01-01T00:07:00", ["2027-01-01 00:10", "2027-01-01 00:15"]),
        ("rate(1 hour)", "2027-01-01T00:00:00", ["2027-01-01 01:00"]),
        ("at(2027-03-28T02:30:00)", "2027-01-01T00:00:00", ["2027-03-28 02:30"]),
        ("at(2026-03-28T02:30:00)", "2027-01-01T00:00:00", []),
    ],
)
def test_the_next_ticks_are_those_of_the_expression(
    expression: str, after: str, expected: list[str]
) -> None:
    assert ticks(expression, after, max(1, len(expected))) == expected


def test_a_time_that_the_clock_change_skips_is_skipped() -> None:
    found = ticks("cron(30 2 * * ? *)", "2027-03-27T12:00", 1, "Europe/Paris")
    assert found == ["2027-03-29 00:30"]


def test_a_time_that_the_clock_change_repeats_ticks_once() -> None:
    found = ticks("cron(30 2 * * ? *)", "2027-10-30T12:00", 2, "Europe/Paris")
    assert found == ["2027-10-31 00:30", "2027-11-01 01:30"]


def test_eight_o_clock_stays_eight_o_clock_across_the_change() -> None:
    found = ticks("cron(0 8 * * ? *)", "2027-03-27T00:00", 2, "Europe/Paris")
    assert found == ["2027-03-27 07:00", "2027-03-28 06:00"]


@pytest.mark.parametrize(
    "expression",
    [
        "cron(* * * * *)",
        "cron(* * * * * *)",
        "cron(60 * * * ? *)",
        "cron(a * * * ? *)",
        "rate(0 minutes)",
        "every minute",
    ],
)
def test_what_aws_would_refuse_is_refused(expression: str) -> None:
    with pytest.raises(ExpressionError):
        ticks(expression, "2027-01-01T00:00")
