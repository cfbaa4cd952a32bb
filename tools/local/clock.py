"""The stack's clock: the real one, or a virtual one that only moves when it is told to."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Self

from tools.local.activity import Activity
from tools.local.loopback import Request, Response, json_response

MAXIMUM_WAIT_SECONDS = 3600.0


class StackClock:
    """Tells the time (aware, UTC), lets callers wait for a moment, and moves when virtual.

    Real: `StackClock.real()`. Virtual: `StackClock.virtual(moment)`, frozen until `advance`.
    """

    def __init__(self, frozen_at: datetime | None) -> None:
        self._now = frozen_at
        self._changed = threading.Condition()
        self._waits: dict[int, tuple[datetime, str | None]] = {}
        self._next_wait = 0
        self._listeners: list[Callable[[], None]] = []
        self._stopped = False
        self.activity = Activity()

    @classmethod
    def real(cls) -> Self:
        """Return the machine's own clock."""
        return cls(None)

    @classmethod
    def virtual(cls, moment: datetime) -> Self:
        """Return a clock that stands still at `moment` (aware) until it is advanced."""
        if moment.tzinfo is None:
            message = "a virtual clock starts at an aware moment"
            raise ValueError(message)
        return cls(moment.astimezone(UTC))

    @property
    def is_virtual(self) -> bool:
        """Say whether the clock is a virtual one."""
        return self._now is not None

    def now(self) -> datetime:
        """Return the moment, aware, UTC."""
        return self._now if self._now is not None else datetime.now(UTC)

    def wait(self, until: datetime, worker: str | None = None) -> None:
        """Return once the clock has reached `until`; `worker` names the invocation that waits.

        A named worker counts as quiet meanwhile, from the first moment to the very advance that
        lets it go on, so that no jump can slip in between.
        """
        if self._now is None:
            seconds = (until - datetime.now(UTC)).total_seconds()
            if seconds > 0:
                threading.Event().wait(min(seconds, MAXIMUM_WAIT_SECONDS))
            return
        with self._changed:
            if until <= self._now:
                return
            key = self._next_wait
            self._next_wait += 1
            self._waits[key] = (until, worker)
            if worker is not None:
                self.activity.begin_waiting()
            while key in self._waits and not self._stopped:
                self._changed.wait()

    def is_waiting(self, worker: str) -> bool:
        """Say whether this worker's invocation only waits for the clock."""
        with self._changed:
            return any(name == worker for _, name in self._waits.values())

    def forget_worker(self, worker: str) -> None:
        """Drop the waits of a worker whose process has ended."""
        with self._changed:
            self._drop([key for key, (_, name) in self._waits.items() if name == worker])

    def earliest_wait(self) -> datetime | None:
        """Return the earliest moment that somebody waits for."""
        with self._changed:
            return min((until for until, _ in self._waits.values()), default=None)

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call `listener` after each advance."""
        self._listeners.append(listener)

    def advance(self, moment: datetime) -> None:
        """Move a virtual clock forward to `moment`; a moment that has passed changes nothing."""
        if self._now is None:
            message = "the real clock cannot be moved: start the stack with a virtual one"
            raise RuntimeError(message)
        with self._changed:
            self._now = max(self._now, moment.astimezone(UTC))
            now = self._now
            self._drop([key for key, (until, _) in self._waits.items() if until <= now])
        for listener in self._listeners:
            listener()

    def stop(self) -> None:
        """Let everybody who waits go."""
        with self._changed:
            self._stopped = True
            self._drop(list(self._waits))

    def _drop(self, keys: list[int]) -> None:
        for key in keys:
            _, worker = self._waits.pop(key)
            if worker is not None:
                self.activity.end_waiting()
        self._changed.notify_all()


def iso(moment: datetime) -> str:
    """Return `moment` as the stack writes it: UTC, milliseconds, Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_moment(text: str) -> datetime:
    """Return the aware moment written in ISO 8601; without an offset it is UTC."""
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def clock_responder(clock: StackClock, worker: str | None = None) -> Callable[[Request], Response]:
    """Return the clock's HTTP face: `GET /now`, `POST /wait {"until": ISO}`.

    Each worker has an address of its own, so that the stack knows whose invocation waits.
    """

    def respond(request: Request) -> Response:
        if (request.method, request.path) == ("GET", "/now"):
            return json_response(_reading(clock))
        if (request.method, request.path) == ("POST", "/wait"):
            clock.wait(parse_moment(request.json()["until"]), worker)
            return json_response(_reading(clock))
        return json_response({"message": "GET /now or POST /wait"}, 404)

    return respond


def _reading(clock: StackClock) -> dict[str, object]:
    return {"now": iso(clock.now()), "warped": clock.is_virtual}
