"""A queue that only remembers."""

from collections.abc import Sequence

from portevoix.model.deliveries import DeliveryKey
from portevoix.ports import Wake


class FakeDeliveryQueue:
    """Implements `ports.DeliveryQueue`: `sent` holds every wake; `error` is raised if set."""

    def __init__(self) -> None:
        self.sent: list[Wake] = []
        self.error: Exception | None = None

    def send(self, wakes: Sequence[Wake]) -> None:
        if self.error:
            raise self.error
        for wake in wakes:
            assert 0 <= wake.delay_s <= 900, wake
        self.sent.extend(wakes)

    @property
    def keys(self) -> list[DeliveryKey]:
        """Every key in the order of its messages."""
        return [wake.key for wake in self.sent]
