"""A queue that takes every message and delivers none: the measurement calls the sender itself."""

from collections.abc import Sequence

from portevoix.bootstrap import Environment
from portevoix.ports import DeliveryQueue, Wake


class SilentQueue:
    """Stands in for the environment's queue while it is entered; `wakes` are what it took."""

    def __init__(self, env: Environment) -> None:
        self._env = env
        self._real: DeliveryQueue = env.queue
        self.wakes: list[Wake] = []

    def __enter__(self) -> "SilentQueue":
        self._env.queue = self
        return self

    def __exit__(self, *_: object) -> None:
        self._env.queue = self._real

    def send(self, wakes: Sequence[Wake]) -> None:
        """Take messages."""
        self.wakes += wakes
