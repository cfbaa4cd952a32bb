"""Every minute (and every quarter of an hour for slow work): hands what is due to its worker."""

from typing import Any

from portevoix.bootstrap import environment
from portevoix.model.due import DueKind
from portevoix.observability import count, logger
from portevoix.publishing.dispatch import dispatch, minute_of


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _context: Any) -> dict[str, int]:
    """Take `{"kind": ..., "scheduled_at": ...}` from the schedule of one kind of work."""
    env = environment()
    kind = DueKind(event["kind"])
    scheduled_at = minute_of(event.get("scheduled_at", ""), env.clock.now())
    tick = dispatch(kind, scheduled_at, env.dispatcher)
    counts = {
        "handed_out": tick.handed_out,
        "prepared": tick.prepared,
        "taken_out": tick.taken_out,
        "unreadable": len(tick.unreadable),
    }
    count("Unreadable", len(tick.unreadable))
    logger.info("tick", extra={"kind": kind, **counts, "unread": tick.unreadable})
    return counts
