"""To the second: claims, arms and sends the one delivery that a queue message names."""

import json
from typing import Any

from portevoix.bootstrap import environment, time_left
from portevoix.observability import count, logger
from portevoix.publishing.deliver import deliver
from portevoix.publishing.wake import key_of


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, list[dict[str, str]]]:
    """Take the one message of a batch; a surprise fails it, and it comes again."""
    key = key_of(json.loads(event["Records"][0]["body"]))
    logger.append_keys(post=key.post_id, account=key.account_id, part=key.part)
    env = environment()
    done = deliver(key, env.sender(time_left(context)))
    count("Published", int(done.state == "published"))
    logger.info("delivered", extra={"state": done.state, "acted": done.acted})
    return {"batchItemFailures": []}
