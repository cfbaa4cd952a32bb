"""Ahead of a post's moment: uploads the media of one delivery, so that it can leave on time."""

from typing import Any

from portevoix.bootstrap import environment, time_left
from portevoix.observability import logger
from portevoix.publishing.prepare import prepare
from portevoix.publishing.wake import key_of


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, str]:
    """Take `{"post_id", "account_id", "part"}` from the clock, or from whoever plans."""
    key = key_of(event)
    logger.append_keys(post=key.post_id, account=key.account_id, part=key.part)
    env = environment()
    state = prepare(key, env.preparer(time_left(context)))
    logger.info(
        "prepared",
        extra={"state": state},
    )
    return {"state": state}
