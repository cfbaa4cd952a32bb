"""The local stack's clock, read over loopback."""

import http.client
import json
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlsplit

ASK_S = 10.0


def stack_clock(clock_url: str) -> Callable[[], datetime]:
    """Return a function that asks the stack for the moment (`GET /now`)."""
    parts = urlsplit(clock_url)
    host, port, path = parts.hostname or "", parts.port, parts.path.rstrip("/")

    def now() -> datetime:
        connection = http.client.HTTPConnection(host, port, timeout=ASK_S)
        try:
            connection.request("GET", f"{path}/now")
            told = json.load(connection.getresponse())["now"]
        finally:
            connection.close()
        return datetime.fromisoformat(told).astimezone(UTC)

    return now
