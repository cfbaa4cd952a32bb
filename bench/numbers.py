"""Sums of measurements."""

import math
import os
from collections.abc import Sequence
from datetime import UTC, datetime


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that `share` (0 to 1) of `values` do not exceed, by the nearest rank."""
    ordered = sorted(values)
    rank = math.ceil(share * len(ordered))
    return ordered[min(max(rank, 1), len(ordered)) - 1]


def summary(values: Sequence[float]) -> str:
    """Return p50, p99 and the largest of `values`, in milliseconds."""
    p50, p99 = (percentile(values, share) for share in (0.5, 0.99))
    return f"p50 {p50 * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms, max {max(values) * 1000:.0f} ms"


def circumstances() -> str:
    """Return when and on what a figure was measured: it is worth nothing without."""
    load = os.getloadavg()[0]
    return f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, load {load:.1f}"
