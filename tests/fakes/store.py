"""The whole table in memory."""

import zlib
from collections.abc import Iterator
from datetime import datetime

from portevoix.model.due import DueItem, DueKind

from tests.fakes.brands import FakeBrands
from tests.fakes.digests import FakeDigests
from tests.fakes.faults import verb
from tests.fakes.keeping import kept
from tests.fakes.listening import FakeListening
from tests.fakes.metrics import FakeMetrics
from tests.fakes.posts import FakePosts


class FakeStore(FakeBrands, FakePosts, FakeListening, FakeMetrics, FakeDigests):
    """Implements every store Protocol of `portevoix.ports`, the due index included.

    `calls` lists the verbs that were called; `fail(verb, landed=..., times=..., after=...)` makes
    calls raise StoreUnavailableError. The dicts may be read, and written to arrange a test.
    """

    def __init__(self, shards: int = 4) -> None:
        super().__init__()
        self._shards = shards
        self.watermarks: dict[DueKind, datetime] = {}

    @property
    def shards(self) -> int:
        return self._shards

    @verb
    def due_items(
        self, kind: DueKind, shard: int, until: datetime, *, limit: int, newest_first: bool = False
    ) -> tuple[DueItem, ...]:
        found = [
            item
            for item in self._due()
            if item.kind is kind
            and item.due_at <= kept(until)
            and zlib.crc32("/".join(item.parts).encode()) % self._shards == shard
        ]
        found.sort(key=lambda item: (item.due_at, item.parts), reverse=newest_first)
        return tuple(found[:limit])

    def all_due(self) -> tuple[DueItem, ...]:
        """Everything that has a `due_at`, of every kind, by time."""
        return tuple(sorted(self._due(), key=lambda item: (item.due_at, item.parts)))

    def _due(self) -> Iterator[DueItem]:
        for delivery in self.deliveries.values():
            key = delivery.key
            names = (key.post_id, key.account_id, str(key.part))
            yield from _due_item(DueKind.PUBLISH, names, delivery.due_at, delivery.worker)
        for parts, source in self.sources.items():
            yield from _due_item(DueKind.LISTEN, parts, source.due_at)
        for parts, measuring in self.measurings.items():
            yield from _due_item(DueKind.MEASURE, parts, measuring.due_at)
        for parts, recipient in self.recipients.items():
            yield from _due_item(DueKind.DIGEST, parts, recipient.due_at)

    @verb
    def get_watermark(self, kind: DueKind) -> datetime | None:
        return self.watermarks.get(kind)

    @verb
    def advance_watermark(self, kind: DueKind, to: datetime) -> None:
        stored = self.watermarks.get(kind)
        self.watermarks[kind] = kept(max(to, stored) if stored else to)


def _due_item(
    kind: DueKind, parts: tuple[str, ...], due_at: datetime | None, worker: str = ""
) -> Iterator[DueItem]:
    if due_at:
        yield DueItem(kind, parts, due_at, worker)
