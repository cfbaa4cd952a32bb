"""Names that are the same in every run."""

from datetime import datetime


class FakeNewId:
    """Implements `ports.NewId`: 26 characters, counting up, sortable."""

    def __init__(self, prefix: str = "01KM") -> None:
        self.prefix = prefix
        self.count = 0

    def __call__(self, now: datetime) -> str:
        self.count += 1
        return f"{self.prefix}{self.count:0{26 - len(self.prefix)}d}"
