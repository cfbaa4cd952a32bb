"""At each recipient's own hour: the digest of the day before, one mail to one person."""

from collections import Counter
from typing import Any

from portevoix.bootstrap import environment
from portevoix.observability import count, logger
from portevoix.reporting.digest import send_digests


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _context: Any) -> dict[str, int]:
    """Take `{"recipients": [[brand_id, recipient_id], ...]}` from the clock."""
    env = environment()
    recipients = [(brand_id, recipient_id) for brand_id, recipient_id in event["recipients"]]
    outcomes = send_digests(recipients, env.digesting, env.clock)
    counts = Counter(str(outcome.state) for outcome in outcomes)
    count("DigestsSent", counts["sent"])
    logger.info("digests", extra={"recipients": len(outcomes), "states": dict(counts)})
    return dict(counts)
