"""Counts what is in flight on the stack, so that a jump of the clock can wait until it is quiet."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Activity:
    """Invocations in flight, and those of them that only wait for the stack's clock.

    `version` moves at every change: two equal readings around a check prove that nothing came or
    went in between.
    """

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self._busy = 0
        self._waiting = 0
        self._version = 0

    def begin(self) -> None:
        """One more thing is in flight."""
        self._move(busy=1)

    def end(self) -> None:
        """One thing in flight is done."""
        self._move(busy=-1)

    def begin_waiting(self) -> None:
        """One thing in flight now only waits for the clock."""
        self._move(waiting=1)

    def end_waiting(self) -> None:
        """One waiting thing goes on."""
        self._move(waiting=-1)

    def touch(self) -> None:
        """Something changed that a quiet check looks at (a message was sent)."""
        self._move()

    @contextmanager
    def flight(self) -> Iterator[None]:
        """Count the block as one thing in flight."""
        self.begin()
        try:
            yield
        finally:
            self.end()

    def reading(self) -> tuple[int, int, int]:
        """Return (busy, waiting, version) at one moment."""
        with self.changed:
            return self._busy, self._waiting, self._version

    def _move(self, busy: int = 0, waiting: int = 0) -> None:
        with self.changed:
            self._busy += busy
            self._waiting += waiting
            self._version += 1
            self.changed.notify_all()
