"""After a day has ended in an account's zone: its counters and its defined numbers."""

from typing import Any

from portevoix.bootstrap import environment
from portevoix.observability import logger
from portevoix.reporting.measure import measure_accounts


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _context: Any) -> dict[str, int]:
    """Take `{"accounts": [[brand_id, account_id], ...]}` from the clock."""
    env = environment()
    accounts = [(brand_id, account_id) for brand_id, account_id in event["accounts"]]
    outcomes = measure_accounts(accounts, env.measuring)
    days = sum(len(outcome.days) for outcome in outcomes)
    troubles = [f"{o.brand_id}/{o.account_id}: {o.trouble}" for o in outcomes if o.trouble]
    logger.info(
        "measured",
        extra={"accounts": len(outcomes), "days": days, "troubles": troubles},
    )
    return {"accounts": len(outcomes), "days": days}
