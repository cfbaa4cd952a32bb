"""One run of the clock: what is due goes to its worker, deliveries with their exact delay."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from portevoix.model.deliveries import (
    ABANDONED,
    LOOK_AHEAD,
    OVERDUE,
    Delivery,
    DeliveryKey,
    DeliveryState,
)
from portevoix.model.due import DueItem, DueKind
from portevoix.model.errors import (
    ConfigurationError,
    ConflictError,
    NotFoundError,
    PortevoixError,
)
from portevoix.ports import Change, Clock, DeliveryQueue, DueStore, PostStore, Workers
from portevoix.publishing import outcome
from portevoix.publishing.siblings import effects
from portevoix.publishing.wake import payload_of, wake_at

MOST_OVERDUE = 500
MOST_READ = 5000
CHUNK = 10
WORKERS = {
    DueKind.LISTEN: ("poll", "source_ids"),
    DueKind.MEASURE: ("measure", "accounts"),
    DueKind.DIGEST: ("digest", "recipients"),
}


@dataclass(frozen=True, slots=True)
class Dispatcher:
    """What handing out needs."""

    due: DueStore
    posts: PostStore
    queue: DeliveryQueue
    workers: Workers
    clock: Clock


@dataclass(frozen=True, slots=True)
class Tick:
    """What one run of the clock did; `unreadable` names items that nobody could read."""

    kind: DueKind
    handed_out: int = 0
    prepared: int = 0
    taken_out: int = 0
    unreadable: tuple[str, ...] = ()

    def __add__(self, other: "Tick") -> "Tick":
        """Return both together."""
        return Tick(
            self.kind,
            self.handed_out + other.handed_out,
            self.prepared + other.prepared,
            self.taken_out + other.taken_out,
            self.unreadable + other.unreadable,
        )


def dispatch(kind: DueKind, scheduled_at: datetime, dispatcher: Dispatcher) -> Tick:
    """Hand out what is due of one kind. `scheduled_at` names the minute, the clock the delays."""
    if kind is DueKind.PUBLISH:
        return dispatch_deliveries(scheduled_at, dispatcher)
    now = dispatcher.clock.now()
    items = [i for s in range(dispatcher.due.shards) for i in read_due(kind, s, now, dispatcher)]
    worker, name = WORKERS[kind]
    for start in range(0, len(items), CHUNK):
        chunk = [list(item.parts) for item in items[start : start + CHUNK]]
        dispatcher.workers.invoke(worker, {name: chunk})
    return Tick(kind, handed_out=len(items))


def dispatch_deliveries(scheduled_at: datetime, dispatcher: Dispatcher) -> Tick:
    """Hand out the deliveries of this tick's band, and what is overdue.

    The band is what is due after the watermark up to LOOK_AHEAD after the tick's minute, so that a
    late, lost or double tick leaves no gap. The watermark moves once all is handed out.
    """
    tick_at = scheduled_at.astimezone(UTC).replace(second=0, microsecond=0)
    until = tick_at + LOOK_AHEAD
    watermark = dispatcher.due.get_watermark(DueKind.PUBLISH)
    after = max(watermark, tick_at - OVERDUE) if watermark else tick_at - OVERDUE
    tick = Tick(DueKind.PUBLISH)
    failures: list[Exception] = []
    for shard in range(dispatcher.due.shards):
        try:
            tick += dispatch_shard(shard, after, until, dispatcher)
        except PortevoixError as error:
            failures.append(error)  # one shard that cannot be served delays no other
    if failures:
        raise ExceptionGroup(f"{len(failures)} shards were not handed out", failures)
    dispatcher.due.advance_watermark(DueKind.PUBLISH, until)
    return tick


def dispatch_shard(shard: int, after: datetime, until: datetime, dispatcher: Dispatcher) -> "Tick":
    """Hand out one shard: first what is to be sent, then what is to be prepared."""
    now = dispatcher.clock.now()
    items = read_due(DueKind.PUBLISH, shard, max(until, now), dispatcher)
    overdue = [i for i in items if i.due_at <= now - OVERDUE]
    kept, taken_out, unreadable = take_out(pick(overdue), now, dispatcher)
    band = [i for i in items if after < i.due_at <= until and i.due_at > now - OVERDUE]
    handed_out = hand_to_publish([*kept, *band], dispatcher)
    prepared = hand_to_prepare([*kept, *preparable(items, now)], dispatcher)
    return Tick(DueKind.PUBLISH, handed_out, prepared, taken_out, tuple(unreadable))


def read_due(
    kind: DueKind, shard: int, until: datetime, dispatcher: Dispatcher
) -> tuple[DueItem, ...]:
    """Return what is due in one shard: all of it, or the two ends of more than MOST_READ."""
    items = dispatcher.due.due_items(kind, shard, until, limit=MOST_READ)
    if len(items) < MOST_READ:
        return items
    newest = dispatcher.due.due_items(kind, shard, until, limit=MOST_READ, newest_first=True)
    return tuple(dict.fromkeys([*items, *reversed(newest)]))


def pick(overdue: Sequence[DueItem]) -> Sequence[DueItem]:
    """Return at most MOST_OVERDUE, half oldest and half newest: broken items starve nobody."""
    if len(overdue) <= MOST_OVERDUE:
        return overdue
    half = MOST_OVERDUE // 2
    return [*overdue[:half], *overdue[-half:]]


def preparable(items: Iterable[DueItem], now: datetime) -> list[DueItem]:
    """Return what may be prepared now and is not overdue (that is handed out apart)."""
    return [i for i in items if i.worker == "prepare" and now - OVERDUE < i.due_at <= now]


def hand_to_prepare(items: Iterable[DueItem], dispatcher: Dispatcher) -> int:
    """Invoke one preparation an item; the next tick is the retry."""
    keys = [delivery_key(i) for i in items if i.worker == "prepare"]
    for key in keys:
        dispatcher.workers.invoke("prepare", payload_of(key))
    return len(keys)


def hand_to_publish(items: Iterable[DueItem], dispatcher: Dispatcher) -> int:
    """Send one message an item, its delay computed as its batch leaves."""
    ours = [i for i in items if i.worker != "prepare"]
    for start in range(0, len(ours), CHUNK):
        now = dispatcher.clock.now()
        batch = ours[start : start + CHUNK]
        dispatcher.queue.send([wake_at(delivery_key(i), i.due_at, now) for i in batch])
    return len(ours)


def take_out(
    overdue: Sequence[DueItem], now: datetime, dispatcher: Dispatcher
) -> tuple[list[DueItem], int, list[str]]:
    """Return what is still to be handed out, how many were taken out, and what cannot be read.

    Only what has been due for ABANDONED is read: its worker had ten minutes to see to it. What
    cannot be read is not handed out again: its messages are dead letters by now, which raised an
    alarm. It stays in the index, so that a version which can read it finds it.
    """
    kept: list[DueItem] = []
    unreadable: list[str] = []
    taken_out = 0
    for item in overdue:
        try:
            is_out = item.due_at <= now - ABANDONED and abandon(delivery_key(item), now, dispatcher)
        except ConfigurationError:
            unreadable.append("/".join(item.parts))
            continue
        taken_out += is_out
        if not is_out:
            kept.append(item)
    return kept, taken_out, unreadable


def abandon(key: DeliveryKey, now: datetime, dispatcher: Dispatcher) -> bool:
    """End a delivery that no worker could see to, with what it stops; False if it may yet go.

    What never left is missed; what may have left is a member's to decide.
    """
    try:
        delivery = dispatcher.posts.get_delivery(key)
    except NotFoundError:
        return False
    if not is_abandoned(delivery, now):
        return False
    if delivery.state in (DeliveryState.SENDING, DeliveryState.UNCERTAIN):
        after = outcome.undecidable(delivery, now)
    else:
        after = outcome.too_late(delivery, now)
    siblings = dispatcher.posts.read_post(key.post_id)[1] if delivery.parts > 1 else ()
    try:
        changes = [Change(delivery, after), *effects(after, siblings, now)]
        dispatcher.posts.change_deliveries(changes)
    except ConflictError:
        return False
    return True


def is_abandoned(delivery: Delivery, now: datetime) -> bool:
    """Whether nobody will see to a delivery any more."""
    is_past = now > delivery.publish_before + ABANDONED
    is_waiting = delivery.state is not DeliveryState.HELD and delivery.due_at is not None
    is_proven = delivery.evidence is not None
    return is_past and is_waiting and not is_proven and not delivery.has_live_lease(now)


def delivery_key(item: DueItem) -> DeliveryKey:
    """Return the delivery that a due item names."""
    post_id, account_id, part = item.parts
    return DeliveryKey(post_id, account_id, int(part))


def minute_of(scheduled_at: str, now: datetime) -> datetime:
    """Return the minute that a schedule names, or the current one if it names none."""
    try:
        return datetime.fromisoformat(scheduled_at).astimezone(UTC)
    except ValueError:
        return now - timedelta(seconds=now.second, microseconds=now.microsecond)
