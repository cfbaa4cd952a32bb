"""Posts, their deliveries and media in the table."""

from collections.abc import Sequence
from datetime import datetime

from portevoix.aws import keys
from portevoix.aws.delivery_items import (
    change_write,
    claim_write,
    delivery_item,
    evidence_write,
    outcome_write,
    release_write,
)
from portevoix.aws.failures import RefusedError
from portevoix.aws.items import after as place_after
from portevoix.aws.items import listed_item, new_token, page_place, page_token, plain_item
from portevoix.aws.keys import Key
from portevoix.aws.shapes import Item, from_item
from portevoix.aws.table import Table
from portevoix.aws.writes import Mark, Write, absent, absent_or_below, present
from portevoix.model.deliveries import Delivery, DeliveryKey, Published
from portevoix.model.errors import InvalidError, Problem
from portevoix.model.missing import changed_meanwhile, no_delivery, no_media, no_post
from portevoix.model.posts import Media, Post
from portevoix.model.times import to_text
from portevoix.ports import Change, Page

MOST_DELIVERIES = 99
"""A transaction takes 100 items, and the post is one.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
"""
OUTCOME_REISSUES = 2


class Posts:
    """Implements `ports.PostStore`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def save_post(self, post: Post, deliveries: Sequence[Delivery]) -> bool:
        """Write a new post with its deliveries in one transaction; False if its id exists.

        Raise InvalidError (`too_many_deliveries`) above 99.
        """
        if len(deliveries) > MOST_DELIVERIES:
            count = len(deliveries)
            raise InvalidError(
                Problem.of("too_many_deliveries", post.ref, count=count, limit=MOST_DELIVERIES)
            )
        token = new_token()
        items = [_post_item(post)]
        items += [delivery_item(delivery, self._table.shards) for delivery in deliveries]
        mark = Mark("change_token", token)
        writes = [
            Write(_key_of(item), item=item, conditions=(absent("pk"),), mark=mark) for item in items
        ]
        return self._table.write_all(writes, token) is None

    def read_post(self, post_id: str) -> tuple[Post, tuple[Delivery, ...]]:
        """Return a post and its deliveries by account and part; raise NotFoundError."""
        post: Post | None = None
        deliveries: list[Delivery] = []
        for item in self._table.query(keys.of_post(post_id)):
            if item["sk"]["S"] == keys.post(post_id).sk:
                post = from_item(Post, item)
            else:
                deliveries.append(from_item(Delivery, item))
        if post is None:
            raise no_post(post_id)
        return post, tuple(sorted(deliveries, key=lambda delivery: delivery.key))

    def get_delivery(self, key: DeliveryKey) -> Delivery:
        """Return a delivery (strongly consistent); raise NotFoundError."""
        item = self._table.get(keys.delivery(key))
        if item is None:
            raise no_delivery(key)
        return from_item(Delivery, item)

    def list_posts(
        self, brand_id: str, since: datetime, until: datetime, *, limit: int = 100, page: str = ""
    ) -> Page[Post]:
        """Return posts by moment, `since` included, `until` excluded."""
        first = to_text(since)
        if page:
            first = max(first, place_after(page_place(page)))
        if first > to_text(until):
            return Page(())
        items = list(
            self._table.query_listed(
                keys.listed_posts(brand_id), first=first, last=to_text(until), limit=limit + 1
            )
        )
        posts = tuple(from_item(Post, item) for item in items[:limit])
        has_more = len(items) > limit
        return Page(posts, page_token(items[limit - 1]["listed_sk"]["S"]) if has_more else "")

    def list_published(
        self, brand_id: str, account_id: str, since: datetime, until: datetime
    ) -> tuple[Delivery, ...]:
        """Return what an account published in a period, by time."""
        if since > until:
            return ()
        items = self._table.query_listed(
            keys.listed_published(brand_id, account_id), first=to_text(since), last=to_text(until)
        )
        return tuple(from_item(Delivery, item) for item in items)

    def list_attention(self, brand_id: str) -> tuple[Delivery, ...]:
        """Return what a member must know of, by moment."""
        items = self._table.query_listed(keys.listed_attention(brand_id))
        return tuple(from_item(Delivery, item) for item in items)

    def claim_delivery(self, seen: Delivery, after: Delivery, now: datetime) -> bool:
        """Take the right to act; see `ports.PostStore` for the condition."""
        refusal = self._table.write(claim_write(seen, after, now, self._table.shards))
        return _landed(refusal, seen.key)

    def record_outcome(
        self, claimed: Delivery, after: Delivery, others: Sequence[Change] = ()
    ) -> bool:
        """Write what became of a claim, with the other parts it wakes or holds, or nothing."""
        token, shards = new_token(), self._table.shards
        outcome = outcome_write(claimed, after, token, shards)
        if not others:
            refusal = self._table.write(outcome, reissues=OUTCOME_REISSUES)
            return _landed(refusal, claimed.key)
        writes = [outcome, *(change_write(other, token, shards) for other in others)]
        refusal = self._table.write_all(writes, token, reissues=OUTCOME_REISSUES)
        if refusal is None:
            return True
        if 0 in refusal.old:
            return _landed(refusal, claimed.key)
        raise changed_meanwhile([str(others[index - 1].seen.key) for index in sorted(refusal.old)])

    def record_evidence(self, key: DeliveryKey, evidence: Published, now: datetime) -> bool:
        """Keep proof that came late, due at once; False if a remote id is there already."""
        refusal = self._table.write(evidence_write(key, evidence, now, self._table.shards))
        return _landed(refusal, key)

    def note_release(self, key: DeliveryKey, now: datetime) -> None:
        """Set `released_at` whatever the state; raise NotFoundError."""
        _landed(self._table.write(release_write(key, now)), key)

    def change_deliveries(self, changes: Sequence[Change], post: Post | None = None) -> None:
        """Write a member's or the clock's change, all or nothing, with the post's new revision."""
        token = new_token()
        writes = [change_write(change, token, self._table.shards) for change in changes]
        names = [str(change.seen.key) for change in changes]
        if post is not None:
            writes.append(_post_write(post, token))
            names.append(f"post {post.post_id}")
        if not writes:
            return
        if len(writes) == 1:
            refusal = self._table.write(writes[0])
        else:
            refusal = self._table.write_all(writes, token)
        if refusal is not None:
            raise changed_meanwhile([names[index] for index in sorted(refusal.old)])

    def save_media(self, media: Media) -> None:
        """Write a media's description."""
        key = keys.media(media.brand_id, media.media_id)
        self._table.write(Write(key, item=plain_item(key, media)))

    def get_media(self, brand_id: str, media_id: str) -> Media:
        """Return a media's description; raise NotFoundError."""
        item = self._table.get(keys.media(brand_id, media_id))
        if item is None:
            raise no_media(brand_id, media_id)
        return from_item(Media, item)

    def list_media(self, brand_id: str) -> tuple[Media, ...]:
        """Return a brand's media, by id."""
        items = self._table.query(keys.of_brand(brand_id), prefix="MEDIA#")
        return tuple(from_item(Media, item) for item in items)


def _post_item(post: Post) -> Item:
    place = keys.listed_at(post.moment_at, post.post_id)
    return listed_item(keys.post(post.post_id), post, Key(keys.listed_posts(post.brand_id), place))


def _post_write(post: Post, token: str) -> Write:
    item = _post_item(post)
    conditions = (present("pk"), absent_or_below("revision", post.revision))
    return Write(_key_of(item), item=item, conditions=conditions, mark=Mark("change_token", token))


def _key_of(item: Item) -> Key:
    return Key(item["pk"]["S"], item["sk"]["S"])


def _landed(refusal: RefusedError | None, key: DeliveryKey) -> bool:
    if refusal is None:
        return True
    if refusal.old[0] is None:
        raise no_delivery(key)
    return False
