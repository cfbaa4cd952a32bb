"""A month's bill from what was counted: pure sums."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bench.prices import LONG_POLL_S, MONTH_S, POLLERS, PRICES, WHOLE_PROCESSOR_MB


@dataclass(frozen=True, slots=True)
class Work:
    """What one invocation uses, so many `times` a month: units, messages' requests, bytes logged.

    `seconds` as measured here, and `waits_s` that it sleeps besides.
    """

    times: float
    write_units: float = 0.0
    read_units: float = 0.0
    queue_requests: float = 0.0
    log_bytes: float = 0.0
    seconds: float = 0.0
    waits_s: float = 0.0


def polling() -> float:
    """Return the requests a month with which Lambda looks at an empty queue."""
    return POLLERS * MONTH_S / LONG_POLL_S


def usage(works: Iterable[Work], *, memory_mb: int, **others: float) -> Mapping[str, float]:
    """Return a month's units by price: that of `works`, and `others`.

    A second here is taken for one of a whole processor, of which a function has the share of its
    memory: too much for what waits for the network, so the bill is an upper bound.
    """
    works = list(works)
    slower = max(1.0, WHOLE_PROCESSOR_MB / memory_mb)
    seconds = sum((work.seconds * slower + work.waits_s) * work.times for work in works)
    return {
        "write_units": sum(work.write_units * work.times for work in works),
        "read_units": sum(work.read_units * work.times for work in works),
        "invocations": sum(work.times for work in works),
        "gigabyte_seconds": seconds * memory_mb / 1024,
        "log_bytes": sum(work.log_bytes * work.times for work in works),
        "queue_requests": polling() + sum(work.queue_requests * work.times for work in works),
        **others,
    }


def bill(used: Mapping[str, float], *, with_free: bool) -> Mapping[str, float]:
    """Return the dollars of a month by price."""
    return {name: PRICES[name].of(units, with_free=with_free) for name, units in used.items()}
