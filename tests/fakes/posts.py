"""Posts, deliveries and media in memory, under the conditions of the real store."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from portevoix.model.deliveries import (
    ATTENTION,
    Delivery,
    DeliveryKey,
    DeliveryState,
    Published,
)
from portevoix.model.errors import InvalidError, Problem
from portevoix.model.missing import changed_meanwhile, no_delivery, no_media, no_post
from portevoix.model.posts import Media, Post
from portevoix.model.times import to_text
from portevoix.ports import Change, Page

from tests.fakes.faults import Faulty, verb
from tests.fakes.keeping import kept, listed_page, merged


class FakePosts(Faulty):
    """Implements `ports.PostStore`."""

    def __init__(self) -> None:
        super().__init__()
        self.posts: dict[str, Post] = {}
        self.deliveries: dict[DeliveryKey, Delivery] = {}
        self.media: dict[tuple[str, str], Media] = {}

    @verb
    def save_post(self, post: Post, deliveries: Sequence[Delivery]) -> bool:
        if len(deliveries) > 99:
            raise InvalidError(
                Problem.of("too_many_deliveries", post.ref, count=len(deliveries), limit=99)
            )
        if post.post_id in self.posts or any(d.key in self.deliveries for d in deliveries):
            return False
        self.posts[post.post_id] = kept(post)
        self.deliveries |= {delivery.key: kept(delivery) for delivery in deliveries}
        return True

    @verb
    def read_post(self, post_id: str) -> tuple[Post, tuple[Delivery, ...]]:
        if post_id not in self.posts:
            raise no_post(post_id)
        keys = sorted(key for key in self.deliveries if key.post_id == post_id)
        return self.posts[post_id], tuple(self.deliveries[key] for key in keys)

    @verb
    def get_delivery(self, key: DeliveryKey) -> Delivery:
        return self._delivery(key)

    def _delivery(self, key: DeliveryKey) -> Delivery:
        if key not in self.deliveries:
            raise no_delivery(key)
        return self.deliveries[key]

    @verb
    def list_posts(
        self, brand_id: str, since: datetime, until: datetime, *, limit: int = 100, page: str = ""
    ) -> Page[Post]:
        found = [
            (f"{to_text(post.moment_at)}#{post.post_id}", post)
            for post in self.posts.values()
            if post.brand_id == brand_id and since <= post.moment_at < until
        ]
        return Page(*listed_page(found, limit, page))

    @verb
    def list_published(
        self, brand_id: str, account_id: str, since: datetime, until: datetime
    ) -> tuple[Delivery, ...]:
        found = [
            (delivery.published_at, delivery.key, delivery)
            for delivery in self.deliveries.values()
            if delivery.state is DeliveryState.PUBLISHED
            and delivery.published_at is not None
            and (delivery.brand_id, delivery.key.account_id) == (brand_id, account_id)
            and since <= delivery.published_at < until
        ]
        return tuple(delivery for *_, delivery in sorted(found, key=lambda entry: entry[:2]))

    @verb
    def list_attention(self, brand_id: str) -> tuple[Delivery, ...]:
        found = [
            d for d in self.deliveries.values() if d.brand_id == brand_id and d.state in ATTENTION
        ]
        return tuple(sorted(found, key=lambda d: (d.moment_at, d.key)))

    @verb
    def claim_delivery(self, seen: Delivery, after: Delivery, now: datetime) -> bool:
        if not after.claim_token or after.claim_token == seen.claim_token:
            raise ValueError(f"The claim of {seen.key} needs a fresh token.")
        stored = self._delivery(seen.key)
        if stored.claim_token == after.claim_token:
            return True
        now = kept(now)
        is_free = (
            _is_as(stored, seen)
            and not stored.remote_id
            and not stored.has_live_lease(now)
            and stored.due_at is not None
            and stored.due_at <= now
        )
        if is_free:
            self._write(stored, seen, after)
        return is_free

    @verb
    def record_outcome(
        self, claimed: Delivery, after: Delivery, others: Sequence[Change] = ()
    ) -> bool:
        if not claimed.claim_token:
            raise ValueError(f"The outcome of {claimed.key} needs the token of its claim.")
        stored = self._delivery(claimed.key)
        is_held = (stored.claim_token, stored.fence, stored.state) == (
            claimed.claim_token,
            claimed.fence,
            claimed.state,
        )
        # Proof that came meanwhile may not be buried under anything but proof.
        if not is_held or (stored.evidence != kept(claimed).evidence and not after.remote_id):
            return False
        self._require(others)
        self._write(stored, claimed, after)
        for other in others:
            self._write(self.deliveries[other.seen.key], other.seen, other.after)
        return True

    @verb
    def record_evidence(self, key: DeliveryKey, evidence: Published, now: datetime) -> bool:
        stored = self._delivery(key)
        if stored.remote_id:
            return False
        self.deliveries[key] = kept(replace(stored, evidence=evidence, due_at=now))
        return True

    @verb
    def note_release(self, key: DeliveryKey, now: datetime) -> None:
        self.deliveries[key] = kept(replace(self._delivery(key), released_at=now))

    @verb
    def change_deliveries(self, changes: Sequence[Change], post: Post | None = None) -> None:
        self._require(changes)
        if post and (
            post.post_id not in self.posts or self.posts[post.post_id].revision >= post.revision
        ):
            raise changed_meanwhile([f"post {post.post_id}"])
        for change in changes:
            self._write(self.deliveries[change.seen.key], change.seen, change.after)
        if post:
            self.posts[post.post_id] = kept(post)

    def _require(self, changes: Sequence[Change]) -> None:
        for change in changes:
            if change.after.fence <= change.seen.fence:
                raise ValueError(f"The change of {change.seen.key} must raise its fence.")
        names = [
            str(change.seen.key)
            for change in changes
            if change.seen.key not in self.deliveries
            or not _is_as(self.deliveries[change.seen.key], change.seen)
        ]
        if names:
            raise changed_meanwhile(names)

    def _write(self, stored: Delivery, seen: Delivery, after: Delivery) -> None:
        self.deliveries[stored.key] = kept(merged(stored, seen, after))

    @verb
    def save_media(self, media: Media) -> None:
        self.media[media.brand_id, media.media_id] = kept(media)

    @verb
    def get_media(self, brand_id: str, media_id: str) -> Media:
        if (brand_id, media_id) not in self.media:
            raise no_media(brand_id, media_id)
        return self.media[brand_id, media_id]

    @verb
    def list_media(self, brand_id: str) -> tuple[Media, ...]:
        return tuple(m for key, m in sorted(self.media.items()) if key[0] == brand_id)


def _is_as(stored: Delivery, seen: Delivery) -> bool:
    seen = kept(seen)
    return (stored.fence, stored.state, stored.revision, stored.evidence) == (
        seen.fence,
        seen.state,
        seen.revision,
        seen.evidence,
    )
