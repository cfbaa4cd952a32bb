"""A month's bill, and the sums behind the other figures."""

from datetime import UTC, datetime, timedelta

import pytest

from bench.month import Work, bill, polling, usage
from bench.newsroom import Seen
from bench.numbers import percentile
from bench.prices import PRICES
from bench.punctuality import judge

MOMENT = datetime(2027, 3, 22, 11, 30, tzinfo=UTC)


def test_work_is_summed_by_how_often_it_is_done() -> None:
    used = usage([Work(10, write_units=2), Work(5, write_units=1, read_units=4)], memory_mb=1769)
    assert (used["write_units"], used["read_units"], used["invocations"]) == (25, 20, 15)


def test_work_takes_longer_on_a_part_of_a_processor_but_waiting_does_not() -> None:
    (work,) = [Work(1, seconds=1, waits_s=2)]
    whole = usage([work], memory_mb=1769)["gigabyte_seconds"] / (1769 / 1024)
    half = usage([work], memory_mb=884)["gigabyte_seconds"] / (884 / 1024)
    assert whole == pytest.approx(3)
    assert half == pytest.approx(4, rel=0.01)


def test_an_empty_queue_is_asked_all_month() -> None:
    assert polling() == 5 * 730 * 3600 / 20
    assert usage([], memory_mb=512)["queue_requests"] == polling()


def test_what_is_free_is_taken_off_once_and_never_below_nothing() -> None:
    used = {"alarms": 12.0, "metrics": 3.0}
    assert bill(used, with_free=False) == pytest.approx({"alarms": 1.2, "metrics": 0.9})
    assert bill(used, with_free=True) == pytest.approx({"alarms": 0.2, "metrics": 0})


def test_each_price_names_its_page() -> None:
    assert all(price.page.startswith("https://aws.amazon.com/") for price in PRICES.values())


@pytest.mark.parametrize(("share", "value"), [(0, 1), (0.5, 2), (0.51, 3), (0.99, 4), (1, 4)])
def test_a_percentile_is_a_value_that_was_measured(share: float, value: float) -> None:
    assert percentile([4, 1, 3, 2], share) == value


def seen(text: str, late_s: float) -> Seen:
    return Seen(text, MOMENT + timedelta(seconds=late_s))


def test_posts_at_their_moment_are_good() -> None:
    verdict = judge({"a": MOMENT, "b": MOMENT}, [seen("a", 0), seen("b", 1), seen("other", 9)])
    assert verdict.is_good
    assert verdict.lateness == {"a": 0, "b": 1}


@pytest.mark.parametrize(
    "posts",
    [[], [seen("a", 1.001)], [seen("a", -0.001)], [seen("a", 0.1), seen("a", 0.2)]],
    ids=["missing", "late", "early", "doubled"],
)
def test_a_post_that_breaks_the_promise_is_told(posts: list[Seen]) -> None:
    assert not judge({"a": MOMENT}, posts).is_good
