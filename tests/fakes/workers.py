"""Functions that nobody runs."""

import json
from collections.abc import Mapping
from typing import Any


class FakeWorkers:
    """Implements `ports.Workers`: `invoked` holds (worker, payload as JSON gives it back)."""

    def __init__(self) -> None:
        self.invoked: list[tuple[str, dict[str, Any]]] = []
        self.error: Exception | None = None

    def invoke(self, worker: str, payload: Mapping[str, object]) -> None:
        if self.error:
            raise self.error
        self.invoked.append((worker, json.loads(json.dumps(payload))))

    def payloads(self, worker: str) -> list[dict[str, Any]]:
        """Return what one worker was given."""
        return [payload for name, payload in self.invoked if name == worker]
