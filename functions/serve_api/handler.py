"""HTTP: the API, for whoever holds a token of the brand."""

from typing import Any

from portevoix.bootstrap import environment
from portevoix.observability import logger
from portevoix.web.api import handle_api


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Take one request of the HTTP API, payload 2.0."""
    answer = handle_api(event, environment())
    request = event["requestContext"]["http"]
    logger.info(
        "request",
        extra={
            "method": request["method"],
            "path": request["path"],
            "status": answer["statusCode"],
        },
    )
    return answer
