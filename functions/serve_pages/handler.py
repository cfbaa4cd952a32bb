"""HTTP: pages behind signed links. GET shows, POST acts."""

from typing import Any

from portevoix.bootstrap import environment
from portevoix.observability import logger
from portevoix.web.pages import handle_page


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Take one request of the HTTP API, payload 2.0; the query is a secret and is not logged."""
    answer = handle_page(event, environment())
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
