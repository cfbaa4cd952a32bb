"""Queue a post: check it, make its deliveries, write them at once, wake what is near."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from portevoix.model.brands import Account
from portevoix.model.deliveries import (
    Delivery,
    DeliveryKey,
    DeliveryState,
    HoldReason,
    Trouble,
    first_due,
)
from portevoix.model.errors import (
    InvalidError,
    NotFoundError,
    Problem,
    StoreUnavailableError,
)
from portevoix.model.posts import PUBLISH_BEFORE, Media, Post, Variant
from portevoix.ports import (
    BrandStore,
    Clock,
    Connectors,
    DeliveryQueue,
    MediaObjects,
    NewId,
    PostStore,
    Workers,
)
from portevoix.publishing.add_media import look_at_upload
from portevoix.publishing.check import check_content, content_of
from portevoix.publishing.siblings import held
from portevoix.publishing.wake import prepare_now, wake_near

MAX_DELIVERIES = 99
"""A post and its deliveries are one transaction of at most 100 items.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html"""
PAST_TOLERANCE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a member wants said. `variants` are keyed by account id, network, or `*`.

    `ref` is the plan's own name: the same `ref` of a brand is the same post, queued once.
    """

    brand_id: str
    moment_at: datetime
    account_ids: tuple[str, ...]
    variants: Mapping[str, Variant]
    ref: str = ""
    is_pair: bool = False
    publish_before: datetime | None = None
    created_by: str = ""
    is_held: bool = False


@dataclass(frozen=True, slots=True)
class Desk:
    """What planning needs."""

    posts: PostStore
    brands: BrandStore
    connectors: Connectors
    queue: DeliveryQueue
    workers: Workers
    media_objects: MediaObjects
    new_id: NewId
    clock: Clock


@dataclass(frozen=True, slots=True)
class Queued:
    """A post as stored. `is_new` is False if its `ref` was queued before; nothing was written."""

    post: Post
    deliveries: tuple[Delivery, ...]
    is_new: bool = True


def post_id_of(brand_id: str, ref: str) -> str:
    """Return the id of the post that a plan calls `ref`: importing again finds it."""
    return "P" + hashlib.sha256(f"{brand_id}\n{ref}".encode()).hexdigest()[:25].upper()


def queue_post(draft: Draft, desk: Desk, now: datetime, *, keep_refused: bool = False) -> Queued:
    """Check and store a post with its deliveries; each leaves at its moment.

    Raise InvalidError with every problem. With `keep_refused` (imports), what a network would
    refuse is kept as rejected with its reason, so that nothing of a plan is lost.
    """
    post_id = post_id_of(draft.brand_id, draft.ref) if draft.ref else desk.new_id(now)
    if draft.ref and (known := stored(post_id, desk)):
        return known
    accounts = check_draft(draft, desk, now)
    post = Post(
        post_id=post_id,
        brand_id=draft.brand_id,
        moment_at=draft.moment_at,
        publish_before=draft.publish_before or draft.moment_at + PUBLISH_BEFORE,
        account_ids=tuple(accounts),
        variants=draft.variants,
        created_at=now,
        created_by=draft.created_by,
        ref=draft.ref,
        is_pair=draft.is_pair,
    )
    deliveries, problems = make_deliveries(post, accounts, desk, now)
    if problems and not keep_refused:
        raise InvalidError(*problems)
    if draft.is_held:
        deliveries = tuple(
            held(d, HoldReason.MEMBER, now) if d.state is not DeliveryState.REJECTED else d
            for d in deliveries
        )
    if not desk.posts.save_post(post, deliveries):
        return stored(post_id, desk) or Queued(post, deliveries, is_new=False)
    wake(deliveries, desk)
    return Queued(post, deliveries)


def wake(deliveries: Sequence[Delivery], desk: Desk) -> None:
    """Have what is near looked at, now that it is stored.

    The time is read anew: a long import began long before its last row is written. A message that
    cannot be sent is not the member's to mend, nor lost: the post is stored, and the clock finds it
    a minute after its moment at the latest.
    """
    now = desk.clock.now()
    with suppress(StoreUnavailableError):
        wake_near(deliveries, desk.queue, now)
        prepare_now(deliveries, desk.workers, now)


def stored(post_id: str, desk: Desk) -> Queued | None:
    """Return a post as it was queued before, or None."""
    try:
        return Queued(*desk.posts.read_post(post_id), is_new=False)
    except NotFoundError:
        return None


def check_draft(draft: Draft, desk: Desk, now: datetime) -> dict[str, Account]:
    """Return the draft's accounts by id; raise InvalidError for what no network need be asked."""
    desk.brands.get_brand(draft.brand_id)
    problems = check_times(draft, now)
    accounts: dict[str, Account] = {}
    for account_id in draft.account_ids:
        try:
            account = desk.brands.get_account(draft.brand_id, account_id)
        except NotFoundError:
            problems.append(Problem.of("unknown_account", account_id, brand=draft.brand_id))
            continue
        accounts[account_id] = account
        variants = draft.variants
        if not (variants.get(account_id) or variants.get(account.network) or variants.get("*")):
            problems.append(Problem.of("empty_text", account_id))
    problems += unknown_versions(draft, accounts.values())
    if not draft.account_ids:
        problems.append(Problem.of("no_account", "accounts"))
    if draft.is_pair and len(set(draft.account_ids)) < 2:
        problems.append(Problem.of("pair_half_missing", draft.ref or "pair"))
    if problems:
        raise InvalidError(*problems)
    return accounts


def reached_versions(variants: Mapping[str, Variant], accounts: Iterable[Account]) -> set[str]:
    """Return the keys of `variants` that some account says."""
    return {
        next(name for name in (a.account_id, a.network, "*") if name in variants)
        for a in accounts
        if any(name in variants for name in (a.account_id, a.network, "*"))
    }


def unknown_versions(draft: Draft, accounts: Iterable[Account]) -> list[Problem]:
    """Return the versions that name none of the draft's accounts or networks: a slip of the pen."""
    known = {"*", *draft.account_ids, *(account.network for account in accounts)}
    versions = ", ".join(sorted(known - {"*"}))
    return [
        Problem.of("unsaid_version", name, versions=versions)
        for name in draft.variants
        if name not in known
    ]


def check_times(draft: Draft, now: datetime) -> list[Problem]:
    """Return what is wrong with a draft's moment and its latest moment."""
    problems = []
    if draft.moment_at < now - PAST_TOLERANCE:
        problems.append(Problem.of("moment_in_past", "moment"))
    if draft.publish_before and draft.publish_before <= draft.moment_at:
        problems.append(Problem.of("publish_before_too_early", "publish_before"))
    return problems


def make_deliveries(
    post: Post, accounts: Mapping[str, Account], desk: Desk, now: datetime
) -> tuple[tuple[Delivery, ...], tuple[Problem, ...]]:
    """Return a post's deliveries by account and part, and what the networks would refuse.

    An account whose text would be refused has all its parts rejected; the other half of a pair is
    then held.
    """
    media = media_of(post, desk)
    by_account: dict[str, tuple[Delivery, ...]] = {}
    problems: dict[str, tuple[Problem, ...]] = {}
    for account_id, account in accounts.items():
        made = account_deliveries(post, account, media, now)
        rules = desk.connectors.connector(account.network)
        found = [p for d in made for p in check_content(d.content, account, media, rules)]
        if found:
            problems[account_id] = tuple(found)
            made = tuple(refused(d, found[0], now) for d in made)
        by_account[account_id] = made
    if post.is_pair and problems:
        for account_id in accounts.keys() - problems.keys():
            by_account[account_id] = tuple(
                held(d, HoldReason.OTHER_HALF, now) for d in by_account[account_id]
            )
    deliveries = tuple(d for made in by_account.values() for d in made)
    if len(deliveries) > MAX_DELIVERIES:
        count, most = len(deliveries), MAX_DELIVERIES
        raise InvalidError(Problem.of("too_many_deliveries", "post", count=count, limit=most))
    return deliveries, tuple(p for found in problems.values() for p in found)


def account_deliveries(
    post: Post, account: Account, media: Mapping[str, Media], now: datetime
) -> tuple[Delivery, ...]:
    """Return the deliveries of a post on one account, one a part."""
    variant = post.variant_for(account.account_id, account.network)
    parts = variant.parts if variant else ()
    made = []
    for number, part in enumerate(parts, start=1):
        assert variant is not None  # noqa: S101 (there are parts)
        prepare_at = max(now, post.moment_at - timedelta(seconds=account.lead_s))
        delivery = Delivery(
            key=DeliveryKey(post.post_id, account.account_id, number),
            brand_id=post.brand_id,
            network=account.network,
            state=DeliveryState.PLANNED if part.media_ids else DeliveryState.READY,
            moment_at=post.moment_at,
            publish_before=post.publish_before,
            content=content_of(variant, part, account, media),
            parts=len(parts),
            is_pair=post.is_pair,
            revision=post.revision,
            prepare_at=prepare_at if part.media_ids else None,
            delivery_class=account.delivery_class,
        )
        made.append(delivery.with_changes(due_at=first_due(delivery)))
    return tuple(made)


def refused(delivery: Delivery, problem: Problem, now: datetime) -> Delivery:
    """Return a delivery that was never sent, since its network would refuse it."""
    trouble = Trouble(problem.code, "", now, problem.values)
    return delivery.with_changes(state=DeliveryState.REJECTED, due_at=None, trouble=trouble)


def media_of(post: Post, desk: Desk) -> dict[str, Media]:
    """Return a post's media by id, looked at once if their upload was still awaited.

    Raise InvalidError: `unknown_media`, `media_not_uploaded`.
    """
    ids = {m for v in post.variants.values() for part in v.parts for m in part.media_ids}
    media: dict[str, Media] = {}
    problems: list[Problem] = []
    for media_id in sorted(ids):
        try:
            item = desk.posts.get_media(post.brand_id, media_id)
        except NotFoundError:
            problems.append(Problem.of("unknown_media", media_id))
            continue
        if not item.is_stored:
            item = look_at_upload(item, desk.posts, desk.media_objects)
        if not item.is_stored:
            problems.append(Problem.of("media_not_uploaded", media_id, file=item.file_name))
        media[media_id] = item
    if problems:
        raise InvalidError(*problems)
    return media
