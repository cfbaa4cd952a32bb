"""Does what its event says, so that the runtime can be looked at."""

import json
import os
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any


class ToyError(Exception):
    """Raised on request."""


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Echo, sleep, fail, exit, or wait for the clock."""
    match event.get("do"):
        case "sleep":
            time.sleep(event["seconds"])
        case "fail":
            raise ToyError("as asked")
        case "exit":
            sys.exit(3)
        case "wait":
            body = json.dumps({"until": event["until"]}).encode()
            urllib.request.urlopen(os.environ["PORTEVOIX_CLOCK_URL"] + "/wait", body)  # noqa: S310
    return {
        "event": event,
        "pid": os.getpid(),
        "folder": str(Path.cwd()),
        "variables": {k: v for k, v in os.environ.items() if k != "LS_COLORS"},
        "remaining_ms": context.get_remaining_time_in_millis(),
        "request_id": context.aws_request_id,
        "function_name": context.function_name,
    }
