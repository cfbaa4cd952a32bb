"""`make bench`: every measurement that takes seconds. See docs/performance.md."""

import sys
import tempfile
from pathlib import Path

from bench import cold_start, due_query, idle_tick, writes
from bench.newsroom import a_newsroom
from tools.local.clock import StackClock
from tools.local.options import StackOptions
from tools.local.square import square_services


def main() -> int:
    """Measure and print; return 1 if a target is missed."""
    options = StackOptions(ephemeral=True, services=square_services(), schedules_run=False)
    with (
        tempfile.TemporaryDirectory(prefix="portevoix-bench-") as folder,
        a_newsroom(Path(folder), StackClock.real(), options) as room,
    ):
        room.hand_out_nothing()
        ratio = cold_start.measure(room)
        costs = writes.measure(room)
        is_idle = idle_tick.measure(room, costs)
        is_flat = due_query.measure(room)
        kept = (
            ratio <= cold_start.TARGET,
            costs.text.conditional == costs.text.writes == writes.TARGET,
            is_idle,
            is_flat,
        )
    return int(not all(kept))


if __name__ == "__main__":
    sys.exit(main())
