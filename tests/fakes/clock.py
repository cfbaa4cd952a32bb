"""A clock that only moves when told to."""

from datetime import datetime, timedelta

from tests.factories import NOON


class FakeClock:
    """Implements `ports.Clock`; `slept` lists every wait, in seconds."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.advance(seconds)

    def advance(self, seconds: float) -> datetime:
        """Move on, and return the new moment."""
        self.at += timedelta(seconds=seconds)
        return self.at

    def set(self, at: datetime) -> None:
        """Jump to a moment."""
        self.at = at
