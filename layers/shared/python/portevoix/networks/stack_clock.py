"""The local stack's clock, read over loopback. On AWS the real clock is used, never this one."""

import json
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit


class StackClock:
    """The time of the local stack; waiting for it costs no real time when the stack warps."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._address = (parts.hostname or "127.0.0.1", parts.port or 80)
        self._prefix = parts.path.rstrip("/")

    def now(self) -> datetime:
        """Return the stack's aware UTC moment."""
        return datetime.fromisoformat(self._ask("GET", "/now")["now"]).astimezone(UTC)

    def sleep(self, seconds: float) -> None:
        """Return when the stack's clock has moved by `seconds`."""
        until = self.now() + timedelta(seconds=max(0.0, seconds))
        self._ask("POST", "/wait", {"until": until.isoformat()})

    def is_warped(self) -> bool:
        """Whether the stack's clock is not the real one: then only loopback may be talked to."""
        return bool(self._ask("GET", "/now")["warped"])

    def _ask(self, method: str, path: str, body: dict[str, str] | None = None) -> Any:
        connection = HTTPConnection(*self._address, timeout=120)
        try:
            data = None if body is None else json.dumps(body)
            connection.request(
                method, self._prefix + path, data, {"Content-Type": "application/json"}
            )
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()
