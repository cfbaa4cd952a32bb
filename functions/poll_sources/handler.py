"""Every minute: reads what was said to some accounts since the last look."""

from typing import Any

from portevoix.bootstrap import environment
from portevoix.listening.poll import poll_sources
from portevoix.observability import count, logger


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _context: Any) -> dict[str, int]:
    """Take `{"source_ids": [[brand_id, source_id], ...]}` from the clock."""
    env = environment()
    outcomes = poll_sources(
        [(brand_id, source_id) for brand_id, source_id in event["source_ids"]],
        listening=env.listening,
        brands=env.brands,
        connectors=env.connectors,
        credentials=env.credentials,
        clock=env.clock,
    )
    new = sum(outcome.new_mentions for outcome in outcomes)
    troubles = [f"{o.brand_id}/{o.source_id}: {o.trouble}" for o in outcomes if o.trouble]
    count("NewMentions", new)
    logger.info("polled", extra={"sources": len(outcomes), "new": new, "troubles": troubles})
    return {"sources": len(outcomes), "new": new}
