"""What a test may make go wrong between the square and who asks it."""

import threading
from dataclasses import dataclass
from typing import Literal

from tools.square.messages import Response

type Reply = Literal["answer", "close", "silence", "truncate", "drip"]

HTML = Response(200, b"<!doctype html><title>A page</title><p>Hello", "text/html; charset=utf-8")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong.

    `acts`: whether the request is carried out first. `reply`: `answer` gives `response` in place
    of the true one (or the true one if None), `close` hangs up, `silence` says nothing, `truncate`
    sends half, `drip` sends a byte each `pause_s`.
    """

    reply: Reply
    acts: bool = False
    response: Response | None = None
    pause_s: float = 0.05


class Faults:
    """Faults that wait for the next request of a method and a beginning of a path."""

    def __init__(self) -> None:
        self._waiting: list[tuple[str, str, Fault]] = []
        self._lock = threading.Lock()
        self.requests: list[tuple[str, str]] = []

    def add(self, method: str, path: str, fault: Fault, times: int = 1) -> None:
        """Have the next `times` requests of `method` under `path` go wrong."""
        with self._lock:
            self._waiting += [(method, path, fault)] * times

    def take(self, method: str, path: str) -> Fault | None:
        """Note a request; return and use up the fault that waits for it."""
        with self._lock:
            self.requests.append((method, path))
            for index, (wanted, beginning, fault) in enumerate(self._waiting):
                if wanted == method and path.startswith(beginning):
                    del self._waiting[index]
                    return fault
        return None
