"""The clock leaves no gap, hands out no more than twice, and starves nobody."""

from datetime import timedelta

from portevoix.model.deliveries import DeliveryKey, DeliveryState
from portevoix.model.due import DueKind
from portevoix.publishing.dispatch import MOST_OVERDUE, Dispatcher, dispatch

from tests.factories import BRAND, NOON, a_delivery, a_key, a_source
from tests.fakes.clock import FakeClock
from tests.fakes.queue import FakeDeliveryQueue
from tests.fakes.store import FakeStore
from tests.fakes.workers import FakeWorkers


class Desk:
    def __init__(self) -> None:
        self.store = FakeStore()
        self.clock = FakeClock(NOON)
        self.queue = FakeDeliveryQueue()
        self.workers = FakeWorkers()

    def add(self, seconds: float, name: str = "P", **changes: object) -> DeliveryKey:
        due_at = NOON + timedelta(seconds=seconds)
        key = a_key(post_id=f"{name}{len(self.store.deliveries)}")
        settings = {"moment_at": due_at, "due_at": due_at, **changes}
        self.store.deliveries[key] = a_delivery(key=key, **settings)
        return key

    def tick(self, seconds: float = 0.0, jitter: float = 0.0, *, publishes: bool = False) -> None:
        """One run of the clock; with `publishes`, what was handed out has left at its moment."""
        self.clock.set(NOON + timedelta(seconds=seconds + jitter))
        for key in desk_past(self) if publishes else ():
            self.store.deliveries[key] = self.store.deliveries[key].with_changes(due_at=None)
        ports = Dispatcher(self.store, self.store, self.queue, self.workers, self.clock)
        dispatch(DueKind.PUBLISH, NOON + timedelta(seconds=seconds), ports)


def desk_past(desk: Desk) -> list[DeliveryKey]:
    return [
        key
        for key in set(desk.queue.keys)
        if desk.store.deliveries[key].moment_at <= desk.clock.now()
    ]


def test_each_delivery_is_handed_out_once_with_its_exact_delay() -> None:
    desk = Desk()
    keys = {desk.add(s): s for s in (5.0, 61.5, 130.0, 194.0)}
    desk.tick(jitter=3.2)
    delays = {wake.key: wake.delay_s for wake in desk.queue.sent}
    assert delays == {key: max(0, int(s - 3.2) - 2) for key, s in keys.items()}
    desk.tick(60, jitter=59, publishes=True)
    assert len(desk.queue.sent) == 4


def test_jittered_and_lost_ticks_leave_no_gap() -> None:
    desk = Desk()
    keys = [desk.add(s) for s in range(200, 1500, 7)]
    for number, jitter in enumerate([0, 59, 3, 40, 59, 0, 12, 59, 1, 33, 58, 0, 5, 44]):
        if number not in (3, 4, 9):
            desk.tick(number * 60, jitter)
    early = set(desk.queue.keys)
    assert {k for k in keys if k not in early} <= set(keys[-90:])
    for number in range(14, 30):
        desk.tick(number * 60, 30)
    assert set(desk.queue.keys) == set(keys)


def test_every_delivery_is_handed_out_before_its_moment_when_no_tick_is_lost() -> None:
    desk = Desk()
    keys = {desk.add(s): s for s in range(200, 1500, 7)}
    for number in range(30):
        before = len(desk.queue.sent)
        jitter = (number * 37) % 60
        desk.tick(number * 60, jitter, publishes=True)
        for wake in desk.queue.sent[before:]:
            assert number * 60 + jitter < keys[wake.key]
    assert sorted(desk.queue.keys) == sorted(keys)


def test_what_is_overdue_is_handed_out_again_each_minute() -> None:
    desk = Desk()
    key = desk.add(-61)
    desk.tick()
    desk.tick(60)
    assert desk.queue.keys == [key, key]


def test_of_many_overdue_the_oldest_and_the_newest_go_first() -> None:
    desk = Desk()
    keys = [desk.add(-600 + i * 0.1) for i in range(5000)]
    desk.tick()
    sent = set(desk.queue.keys)
    assert len(sent) <= MOST_OVERDUE * desk.store.shards
    assert keys[0] in sent and keys[-1] in sent


def test_what_nobody_saw_to_is_taken_out_and_told() -> None:
    desk = Desk()
    never_sent = desk.add(-3 * 3600)
    in_doubt = desk.add(-3 * 3600, state=DeliveryState.UNCERTAIN)
    lapsed = desk.add(-3 * 3600, state=DeliveryState.SENDING, lease_until=NOON - timedelta(hours=2))
    alive = desk.add(
        -3 * 3600, state=DeliveryState.SENDING, lease_until=NOON + timedelta(minutes=1)
    )
    held = desk.add(-3 * 3600, state=DeliveryState.HELD)
    desk.tick()
    states = {key: d.state for key, d in desk.store.deliveries.items()}
    assert states[never_sent] is DeliveryState.MISSED
    assert states[in_doubt] is DeliveryState.NEEDS_DECISION
    assert states[lapsed] is DeliveryState.NEEDS_DECISION
    assert states[alive] is DeliveryState.SENDING
    assert states[held] is DeliveryState.HELD
    assert set(desk.queue.keys) == {alive, held}


def test_preparations_are_invoked_one_by_one() -> None:
    desk = Desk()
    key = desk.add(-5, state=DeliveryState.PLANNED)
    desk.add(30, state=DeliveryState.PLANNED)
    desk.tick()
    expected = {"post_id": key.post_id, "account_id": key.account_id, "part": 1}
    assert desk.workers.payloads("prepare") == [expected]
    assert desk.queue.sent == []


def test_an_idle_tick_reads_each_shard_once_and_the_watermark() -> None:
    desk = Desk()
    desk.tick()
    assert desk.store.calls == ["get_watermark", *["due_items"] * 4, "advance_watermark"]


def test_other_work_goes_out_in_chunks() -> None:
    desk = Desk()
    for number in range(23):
        source = a_source(source_id=f"s{number}", due_at=NOON)
        desk.store.sources[BRAND, source.source_id] = source
    ports = Dispatcher(desk.store, desk.store, desk.queue, desk.workers, desk.clock)
    tick = dispatch(DueKind.LISTEN, NOON, ports)
    assert tick.handed_out == 23
    chunks = [p["source_ids"] for p in desk.workers.payloads("poll")]
    assert [len(c) for c in chunks] == [10, 10, 3]
    assert sorted(name for c in chunks for _, name in c) == sorted(f"s{n}" for n in range(23))
