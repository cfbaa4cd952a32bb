"""A delivery as an item, and the writes that act on one, each under its conditions.

Every write but evidence and releases requires the evidence that was seen: proof that came
meanwhile is never overwritten by somebody who did not know it.
"""

from datetime import datetime

from portevoix.aws import keys
from portevoix.aws.items import due_item, due_place, listed_place
from portevoix.aws.keys import Key
from portevoix.aws.shapes import Item, encoded
from portevoix.aws.writes import (
    Condition,
    Mark,
    Write,
    absent,
    absent_or_at_most,
    at_most,
    difference,
    present,
    same,
)
from portevoix.model.deliveries import (
    ATTENTION,
    Delivery,
    DeliveryKey,
    DeliveryState,
    Published,
)
from portevoix.model.due import DueKind
from portevoix.ports import Change


def delivery_item(delivery: Delivery, shards: int) -> Item:
    """Return a delivery as an item: in the due index while due, in a list by its state."""
    key = keys.delivery(delivery.key)
    item = due_item(key, delivery, DueKind.PUBLISH, shards, delivery.worker)
    listed = _listed(delivery)
    return item | listed_place(listed) if listed else item


def _listed(delivery: Delivery) -> Key | None:
    key, brand_id = delivery.key, delivery.brand_id
    names = (key.post_id, key.account_id, f"{key.part:03d}")
    if delivery.state is DeliveryState.PUBLISHED and delivery.published_at is not None:
        return Key(
            keys.listed_published(brand_id, key.account_id),
            keys.listed_at(delivery.published_at, *names),
        )
    if delivery.state in ATTENTION:
        return Key(keys.listed_attention(brand_id), keys.listed_at(delivery.moment_at, *names))
    return None


def claim_write(seen: Delivery, after: Delivery, now: datetime, shards: int) -> Write:
    """Return the write that claims and arms. Its mark is the claim token itself."""
    if not after.claim_token or after.claim_token == seen.claim_token:
        raise ValueError(f"The claim of {seen.key} needs a fresh token.")
    conditions = (
        *_as_seen(delivery_item(seen, shards)),
        absent_or_at_most("lease_until", now),
        at_most("due_at", now),
        absent("remote_id"),
    )
    mark = Mark("claim_token", after.claim_token)
    return _change(seen, after, shards, conditions, mark)


def outcome_write(claimed: Delivery, after: Delivery, token: str, shards: int) -> Write:
    """Return the write of what became of a claim."""
    if not claimed.claim_token:
        raise ValueError(f"The outcome of {claimed.key} needs the token of its claim.")
    item = delivery_item(claimed, shards)
    conditions = tuple(same(name, item) for name in ("claim_token", "fence", "state"))
    if not after.remote_id:
        conditions += (same("evidence", item),)
    return _change(claimed, after, shards, conditions, Mark("outcome_token", token))


def change_write(change: Change, token: str, shards: int) -> Write:
    """Return the write of a member's or the clock's change."""
    seen, after = change.seen, change.after
    if after.fence <= seen.fence:
        raise ValueError(f"The change of {seen.key} must raise its fence.")
    conditions = _as_seen(delivery_item(seen, shards))
    return _change(seen, after, shards, conditions, Mark("change_token", token))


def evidence_write(key: DeliveryKey, evidence: Published, now: datetime, shards: int) -> Write:
    """Return the write of late proof; the same however often it is issued."""
    sets: Item = {"evidence": encoded(evidence), "due_at": encoded(now)}
    sets |= due_place(keys.delivery(key), DueKind.PUBLISH, shards, "publish")
    return Write(keys.delivery(key), sets=sets, conditions=(present("pk"), absent("remote_id")))


def release_write(key: DeliveryKey, now: datetime) -> Write:
    """Return the write of a release's moment; the same however often it is issued."""
    return Write(
        keys.delivery(key), sets={"released_at": encoded(now)}, conditions=(present("pk"),)
    )


def _as_seen(item: Item) -> tuple[Condition, ...]:
    return tuple(same(name, item) for name in ("fence", "state", "revision", "evidence"))


def _change(
    seen: Delivery, after: Delivery, shards: int, conditions: tuple[Condition, ...], mark: Mark
) -> Write:
    sets, removes = difference(delivery_item(seen, shards), delivery_item(after, shards))
    sets.pop(mark.name, None)
    return Write(keys.delivery(seen.key), None, sets, removes, conditions, mark)
