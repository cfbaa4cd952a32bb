"""The due index and its watermarks."""

from datetime import datetime

from portevoix.aws import keys
from portevoix.aws.keys import Key
from portevoix.aws.shapes import encoded
from portevoix.aws.table import Table
from portevoix.aws.writes import Write, absent_or_below
from portevoix.model.due import DueItem, DueKind
from portevoix.model.times import from_text, to_text


class Due:
    """Implements `ports.DueStore`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    @property
    def shards(self) -> int:
        """How many partitions the index has."""
        return self._table.shards

    def due_items(
        self, kind: DueKind, shard: int, until: datetime, *, limit: int, newest_first: bool = False
    ) -> tuple[DueItem, ...]:
        """Return what is due up to `until` (included) in one shard, by `due_at`."""
        items = self._table.query_due(
            keys.due_kind(kind, shard), to_text(until), limit=limit, newest_first=newest_first
        )
        return tuple(
            DueItem(
                kind=kind,
                parts=keys.due_parts(Key(item["pk"]["S"], item["sk"]["S"])),
                due_at=from_text(item["due_at"]["S"]),
                worker=item.get("worker", {"S": ""})["S"],
            )
            for item in items
        )

    def get_watermark(self, kind: DueKind) -> datetime | None:
        """Return up to where the clock has handed out."""
        item = self._table.get(keys.watermark(kind))
        return from_text(item["moment_at"]["S"]) if item else None

    def advance_watermark(self, kind: DueKind, to: datetime) -> None:
        """Move the watermark forward; never back."""
        write = Write(
            keys.watermark(kind),
            sets={"moment_at": encoded(to), "v": encoded(1)},
            conditions=(absent_or_below("moment_at", to),),
        )
        self._table.write(write)
