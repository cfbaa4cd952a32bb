from collections.abc import Sequence
from datetime import datetime, timedelta

from portevoix.model.deliveries import Delivery, DeliveryState
from portevoix.model.due import DueItem, DueKind

from tests.contract.backends import Stores
from tests.factories import (
    ACCOUNT,
    BRAND,
    NOON,
    POST,
    a_delivery,
    a_key,
    a_measuring,
    a_post,
    a_recipient,
    a_source,
)

HOUR = timedelta(hours=1)


def all_due(
    stores: Stores, kind: DueKind, until: datetime, limit: int = 1000, newest_first: bool = False
) -> list[DueItem]:
    return [
        item
        for shard in range(stores.due.shards)
        for item in stores.due.due_items(kind, shard, until, limit=limit, newest_first=newest_first)
    ]


def some_due(count: int) -> Sequence[Delivery]:
    return [
        a_delivery(key=a_key(part=part), due_at=NOON + timedelta(seconds=part))
        for part in range(1, count + 1)
    ]


def test_every_kind_of_work_has_its_own_names(stores: Stores) -> None:
    stores.posts.save_post(a_post(), [a_delivery(key=a_key(part=12))])
    stores.listening.save_source(a_source())
    stores.metrics.save_measuring(a_measuring())
    stores.digests.save_recipient(a_recipient())
    assert {kind: all_due(stores, kind, NOON) for kind in DueKind} == {
        DueKind.PUBLISH: [DueItem(DueKind.PUBLISH, (POST, ACCOUNT, "12"), NOON, "publish")],
        DueKind.LISTEN: [DueItem(DueKind.LISTEN, (BRAND, "mastodon-fr"), NOON)],
        DueKind.MEASURE: [DueItem(DueKind.MEASURE, (BRAND, ACCOUNT), NOON)],
        DueKind.DIGEST: [DueItem(DueKind.DIGEST, (BRAND, "odile"), NOON)],
    }


def test_until_is_included_and_what_comes_later_is_not(stores: Stores) -> None:
    stores.posts.save_post(a_post(), some_due(3))
    due = all_due(stores, DueKind.PUBLISH, NOON + timedelta(seconds=2))
    assert {item.parts[2] for item in due} == {"1", "2"}


def test_what_has_no_due_at_is_in_no_index(stores: Stores) -> None:
    stores.posts.save_post(a_post(), [a_delivery(due_at=None)])
    stores.listening.save_source(a_source(due_at=None))
    stores.metrics.save_measuring(a_measuring(due_at=None))
    stores.digests.save_recipient(a_recipient(due_at=None))
    assert not any(all_due(stores, kind, NOON + HOUR) for kind in DueKind)


def test_a_shard_is_read_from_its_oldest_or_its_newest(stores: Stores) -> None:
    stores.posts.save_post(a_post(), some_due(40))
    until = NOON + HOUR
    for shard in range(stores.due.shards):
        oldest = stores.due.due_items(DueKind.PUBLISH, shard, until, limit=100)
        assert list(oldest) == sorted(oldest, key=lambda item: item.due_at)
        assert len(oldest) > 3
        newest = stores.due.due_items(DueKind.PUBLISH, shard, until, limit=3, newest_first=True)
        assert newest == tuple(reversed(oldest))[:3]
        assert stores.due.due_items(DueKind.PUBLISH, shard, until, limit=3) == oldest[:3]


def test_the_worker_follows_the_state(stores: Stores) -> None:
    states = (DeliveryState.PLANNED, DeliveryState.PREPARING, DeliveryState.READY)
    deliveries = [
        a_delivery(key=a_key(part=part), state=state) for part, state in enumerate(states, 1)
    ]
    stores.posts.save_post(a_post(), deliveries)
    due = all_due(stores, DueKind.PUBLISH, NOON)
    workers = {item.parts[2]: item.worker for item in due}
    assert workers == {"1": "prepare", "2": "prepare", "3": "publish"}


def test_recurring_work_that_stops_leaves_the_index(stores: Stores) -> None:
    stores.listening.save_source(a_source())
    stores.listening.save_source(a_source(due_at=None))
    assert all_due(stores, DueKind.LISTEN, NOON) == []


def test_the_watermark_moves_forward_and_never_back(stores: Stores) -> None:
    assert stores.due.get_watermark(DueKind.PUBLISH) is None
    reached = []
    for moment in (NOON, NOON + HOUR, NOON - HOUR, NOON + HOUR):
        stores.due.advance_watermark(DueKind.PUBLISH, moment)
        reached.append(stores.due.get_watermark(DueKind.PUBLISH))
    assert reached == [NOON, NOON + HOUR, NOON + HOUR, NOON + HOUR]
    assert stores.due.get_watermark(DueKind.LISTEN) is None
