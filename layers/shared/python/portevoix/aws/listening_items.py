"""Sources and mentions in the table."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from heapq import merge
from itertools import islice

from portevoix.aws import keys
from portevoix.aws.items import (
    after,
    claim_recurring,
    due_item,
    listed_item,
    new_mark,
    page_place,
    page_token,
)
from portevoix.aws.keys import Key
from portevoix.aws.shapes import Item, encoded, from_item
from portevoix.aws.table import Table
from portevoix.aws.writes import Write, absent
from portevoix.model.due import DueKind
from portevoix.model.mentions import Mention, Source
from portevoix.model.missing import no_source
from portevoix.model.times import to_text
from portevoix.ports import Page

MENTION_KEPT = timedelta(days=396)
"""What somebody said is personal: it is kept for 13 months, so that a year can be compared."""


class Listening:
    """Implements `ports.ListeningStore`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def save_source(self, source: Source) -> None:
        """Write a source, new or changed."""
        key = keys.source(source.brand_id, source.source_id)
        self._table.write(Write(key, item=self._source_item(source)))

    def get_source(self, brand_id: str, source_id: str) -> Source:
        """Return a source; raise NotFoundError."""
        item = self._table.get(keys.source(brand_id, source_id))
        if item is None:
            raise no_source(brand_id, source_id)
        return from_item(Source, item)

    def list_sources(self, brand_id: str) -> tuple[Source, ...]:
        """Return a brand's sources, by id."""
        items = self._table.query(keys.of_brand(brand_id), prefix="SOURCE#")
        return tuple(from_item(Source, item) for item in items)

    def claim_source(self, seen: Source, lease_until: datetime, now: datetime) -> bool:
        """Take the right to poll, if it is due and nobody else does."""
        key = keys.source(seen.brand_id, seen.source_id)
        return claim_recurring(self._table, key, self._source_item(seen), lease_until, now)

    def save_mentions(self, source: Source, mentions: Sequence[Mention]) -> int:
        """Write new mentions, then the source with its new cursor; return how many were new."""
        new = 0
        for mention in mentions:
            item = _mention_item(mention)
            key = keys.mention(mention.brand_id, mention.mention_id)
            write = Write(key, item=item, conditions=(absent("pk"),), mark=new_mark())
            new += self._table.write(write) is None
        self.save_source(source)
        return new

    def list_mentions(
        self,
        brand_id: str,
        since: datetime,
        until: datetime,
        *,
        with_private: bool = False,
        limit: int = 100,
        page: str = "",
    ) -> Page[Mention]:
        """Return mentions by time; private ones only when asked for by name."""
        first, last = to_text(since), to_text(until)
        if page:
            first = max(first, after(page_place(page)))
        if first > last:
            return Page(())
        lists = [keys.listed_mentions(brand_id)]
        if with_private:
            lists.append(keys.listed_private(brand_id))
        found = merge(
            *(
                self._table.query_listed(name, first=first, last=last, limit=limit + 1)
                for name in lists
            ),
            key=_place,
        )
        items = list(islice(found, limit + 1))
        next_page = page_token(_place(items[limit - 1])) if len(items) > limit else ""
        return Page(tuple(from_item(Mention, item) for item in items[:limit]), next_page)

    def _source_item(self, source: Source) -> Item:
        key = keys.source(source.brand_id, source.source_id)
        return due_item(key, source, DueKind.LISTEN, self._table.shards)


def _mention_item(mention: Mention) -> Item:
    brand_id = mention.brand_id
    is_private = mention.is_private
    pk = keys.listed_private(brand_id) if is_private else keys.listed_mentions(brand_id)
    listed = Key(pk, keys.listed_at(mention.said_at, mention.mention_id))
    item = listed_item(keys.mention(brand_id, mention.mention_id), mention, listed)
    return item | {"expires_at": encoded(int((mention.said_at + MENTION_KEPT).timestamp()))}


def _place(item: Item) -> str:
    place: str = item["listed_sk"]["S"]
    return place
