"""Sources and mentions in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from portevoix.model.mentions import Mention, Source
from portevoix.model.missing import no_source
from portevoix.model.times import to_text
from portevoix.ports import Page

from tests.fakes.faults import Faulty, verb
from tests.fakes.keeping import kept, listed_page


class FakeListening(Faulty):
    """Implements `ports.ListeningStore`."""

    def __init__(self) -> None:
        super().__init__()
        self.sources: dict[tuple[str, str], Source] = {}
        self.mentions: dict[tuple[str, str], Mention] = {}

    @verb
    def save_source(self, source: Source) -> None:
        self.sources[source.brand_id, source.source_id] = kept(source)

    @verb
    def get_source(self, brand_id: str, source_id: str) -> Source:
        if (brand_id, source_id) not in self.sources:
            raise no_source(brand_id, source_id)
        return self.sources[brand_id, source_id]

    @verb
    def list_sources(self, brand_id: str) -> tuple[Source, ...]:
        return tuple(s for key, s in sorted(self.sources.items()) if key[0] == brand_id)

    @verb
    def claim_source(self, seen: Source, lease_until: datetime, now: datetime) -> bool:
        stored = self.sources.get((seen.brand_id, seen.source_id))
        if stored is None or not is_claimable(stored.due_at, stored.lease_until, seen.due_at, now):
            return False
        self.sources[seen.brand_id, seen.source_id] = kept(replace(stored, lease_until=lease_until))
        return True

    @verb
    def save_mentions(self, source: Source, mentions: Sequence[Mention]) -> int:
        new = 0
        for mention in mentions:
            key = (mention.brand_id, mention.mention_id)
            if key not in self.mentions:
                self.mentions[key] = kept(mention)
                new += 1
        self.sources[source.brand_id, source.source_id] = kept(source)
        return new

    @verb
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
        found = [
            (f"{to_text(mention.said_at)}#{mention.mention_id}", mention)
            for mention in self.mentions.values()
            if mention.brand_id == brand_id
            and since <= mention.said_at < until
            and (with_private or not mention.is_private)
        ]
        return Page(*listed_page(found, limit, page))


def is_claimable(
    due_at: datetime | None,
    lease_until: datetime | None,
    seen_due_at: datetime | None,
    now: datetime,
) -> bool:
    """Whether something recurring is due, as it was seen, with nobody at it."""
    is_due = due_at is not None and due_at == kept(seen_due_at) and due_at <= kept(now)
    return is_due and (lease_until is None or lease_until <= kept(now))
