"""Change the texts, the moment or the latest moment of a post that is queued."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from portevoix.model.brands import Account
from portevoix.model.deliveries import (
    STOPPED,
    Delivery,
    DeliveryKey,
    DeliveryState,
    HoldReason,
)
from portevoix.model.errors import InvalidError, Problem
from portevoix.model.posts import Post, Variant
from portevoix.ports import Change
from portevoix.publishing.change import REVIVABLE, refuse_late
from portevoix.publishing.plan import (
    Desk,
    Draft,
    Queued,
    check_times,
    make_deliveries,
    reached_versions,
    wake,
)
from portevoix.publishing.siblings import earlier_id, replanned


@dataclass(frozen=True, slots=True)
class Edit:
    """What changes; None stays. `variants` replace those with the same keys."""

    variants: Mapping[str, Variant] | None = None
    moment_at: datetime | None = None
    publish_before: datetime | None = None


def edit_post(post_id: str, edit: Edit, desk: Desk, now: datetime) -> Queued:
    """Change a post's texts or moments, for all deliveries that differ, or for none.

    An account whose text is not edited and would still be refused stays refused. The half of a
    pair that was held for a refused one is planned again once that is mended.

    Raise ConflictError where something that differs has left or may be leaving: too late. Raise
    InvalidError for a text that a network would refuse, that no account would say, or if a chain
    would get more or fewer parts.
    """
    post, deliveries = desk.posts.read_post(post_id)
    accounts = {a: desk.brands.get_account(post.brand_id, a) for a in post.account_ids}
    after = edited(post, edit, accounts)
    if problems := check_edit(after, edit, now):
        raise InvalidError(*problems)
    made, refusals = make_deliveries(after, accounts, desk, now)
    wanted = {d.key: d for d in made}
    if wanted.keys() != {d.key for d in deliveries}:
        raise InvalidError(Problem.of("parts_changed", post_id))
    retold = {d.key.account_id for d in deliveries if d.content != wanted[d.key].content}
    if refusals := tuple(p for p in refusals if p.where in retold):
        raise InvalidError(*refusals)
    changes = changes_of(deliveries, wanted, edit, now)
    refuse_late(changes, REVIVABLE)
    desk.posts.change_deliveries(changes, after)
    wake([c.after for c in changes], desk)
    return Queued(*desk.posts.read_post(post_id), is_new=False)


def edited(post: Post, edit: Edit, accounts: Mapping[str, Account]) -> Post:
    """Return the post's next revision. A move carries the latest moment along.

    A text for "the post" (`*`) goes to its only version, if the post has just one; raise
    InvalidError for a version that no account of the post would say.
    """
    moment_at = edit.moment_at or post.moment_at
    lateness = post.publish_before - post.moment_at
    variants = dict(edit.variants or {})
    if "*" in variants and "*" not in post.variants and len(post.variants) == 1:
        variants[next(iter(post.variants))] = variants.pop("*")
    after = dataclasses.replace(
        post,
        variants={**post.variants, **variants},
        moment_at=moment_at,
        publish_before=edit.publish_before or moment_at + lateness,
        revision=post.revision + 1,
    )
    reached = reached_versions(after.variants, accounts.values())
    unsaid = [name for name in variants if name not in reached]
    if unsaid:
        versions = ", ".join(sorted(reached))
        raise InvalidError(*(Problem.of("unsaid_version", n, versions=versions) for n in unsaid))
    return after


def check_edit(after: Post, edit: Edit, now: datetime) -> list[Problem]:
    """Return what is wrong with the moments that an edit gives."""
    draft = Draft(
        after.brand_id,
        after.moment_at,
        after.account_ids,
        after.variants,
        publish_before=after.publish_before,
    )
    if edit.moment_at:
        return check_times(draft, now)
    if edit.publish_before and edit.publish_before <= max(now, after.moment_at):
        return [Problem.of("publish_before_too_early", "publish_before")]
    return []


def changes_of(
    deliveries: Sequence[Delivery],
    wanted: Mapping[DeliveryKey, Delivery],
    edit: Edit,
    now: datetime,
) -> list[Change]:
    """Return what an edit changes: what differs, and what a mended half lets go."""
    changes = {
        d.key: Change(d, following(rewritten(d, wanted[d.key], edit, now), deliveries, now))
        for d in deliveries
        if d.state is not DeliveryState.CANCELLED and differs(d, wanted[d.key], edit)
    }
    afters = [changes[d.key].after if d.key in changes else d for d in deliveries]
    waiting = [d for d in afters if d.hold is HoldReason.OTHER_HALF]
    if not any(d.state in STOPPED for d in afters if d not in waiting):
        seen = {d.key: d for d in deliveries}
        for delivery in waiting:
            before = seen[delivery.key]
            again = delivery.with_changes(fence=before.fence + 1)
            changes[delivery.key] = Change(before, replanned(again, now))
    return list(changes.values())


def differs(delivery: Delivery, wanted: Delivery, edit: Edit) -> bool:
    """Whether an edit changes this delivery."""
    if edit.publish_before and delivery.publish_before != edit.publish_before:
        return True
    return (delivery.content, delivery.moment_at) != (wanted.content, wanted.moment_at)


def following(after: Delivery, deliveries: Sequence[Delivery], now: datetime) -> Delivery:
    """Return a mended part of a chain due at once, if the part before it has left meanwhile."""
    reply_to = after.reply_to or earlier_id(after, deliveries)
    if reply_to == after.reply_to:
        return after
    ready = after.with_changes(reply_to=reply_to)
    return ready if after.state is not DeliveryState.READY else replanned(ready, now)


def rewritten(delivery: Delivery, wanted: Delivery, edit: Edit, now: datetime) -> Delivery:
    """Return a delivery with its new content and moments; what is held or refused stays so."""
    publish_before = wanted.publish_before
    if not (edit.moment_at or edit.publish_before):
        publish_before = max(publish_before, delivery.publish_before)
    after = delivery.with_changes(
        content=wanted.content,
        moment_at=wanted.moment_at,
        publish_before=publish_before,
        prepare_at=wanted.prepare_at,
        revision=wanted.revision,
        fence=delivery.fence + 1,
        attempts=0,
        lease_until=None,
    )
    if wanted.state is DeliveryState.REJECTED:
        return after.with_changes(trouble=wanted.trouble)
    is_moved = delivery.moment_at != wanted.moment_at
    if delivery.state is DeliveryState.HELD or (
        delivery.state is DeliveryState.MISSED and not is_moved
    ):
        return after.with_changes(handles=())
    if wanted.state is DeliveryState.HELD:
        return after.with_changes(
            state=DeliveryState.HELD,
            hold=wanted.hold,
            held_at=now,
            due_at=wanted.due_at,
            trouble=wanted.trouble,
            handles=(),
        )
    return replanned(after, now)
