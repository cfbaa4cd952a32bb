"""A whole newsroom under a virtual clock: the real use cases, fakes around them."""

import heapq
import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from portevoix.model.deliveries import Delivery, DeliveryKey
from portevoix.model.due import DueKind
from portevoix.model.errors import PortevoixError
from portevoix.model.posts import Part, Variant
from portevoix.ports import Wake
from portevoix.publishing.deliver import deliver
from portevoix.publishing.dispatch import Dispatcher, dispatch
from portevoix.publishing.plan import Desk, Draft, Queued, queue_post
from portevoix.publishing.prepare import Preparer, prepare
from portevoix.publishing.sender import Delivered, Sender
from portevoix.publishing.wake import key_of

from tests.factories import ACCOUNT, BRAND, NOON, a_brand, a_media, an_account
from tests.fakes.clock import FakeClock
from tests.fakes.connector import FakeConnector, FakeConnectors
from tests.fakes.credentials import FakeCredentials
from tests.fakes.media_objects import FakeMediaObjects
from tests.fakes.names import FakeNewId
from tests.fakes.store import FakeStore

VISIBILITY = timedelta(seconds=360)
MAX_RECEIVES = 5
PLENTY = timedelta(seconds=60)


class CrashError(BaseException):
    """The process dies here: nothing after this line runs."""


class TimedQueue:
    """A delivery queue on the newsroom's clock."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.messages: list[tuple[datetime, int, int, DeliveryKey]] = []
        self.sent: list[Wake] = []
        self._order = itertools.count()

    def send(self, wakes: Sequence[Wake]) -> None:
        for wake in wakes:
            self.sent.append(wake)
            self.push(wake.key, self.clock.now() + timedelta(seconds=wake.delay_s), 0)

    def push(self, key: DeliveryKey, visible_at: datetime, receives: int) -> None:
        heapq.heappush(self.messages, (visible_at, next(self._order), receives, key))


class Newsroom:
    """Brand, one account (or more), and the machines that look after its deliveries."""

    def __init__(self, *, now: datetime = NOON - timedelta(hours=1), honours_keys: bool = True):
        self.clock = FakeClock(now)
        self.store = FakeStore()
        self.network = FakeConnector(self.clock, honours_keys=honours_keys)
        self.queue = TimedQueue(self.clock)
        self.credentials = FakeCredentials()
        self.media_objects = FakeMediaObjects()
        self.new_id = FakeNewId()
        self.remaining = PLENTY
        self.prepared: list[tuple[DeliveryKey, str]] = []
        self.pending: list[DeliveryKey] = []
        self.done: list[Delivered] = []
        self.store.save_brand(a_brand())
        self.add_account()
        self.tick_at = now.replace(second=0, microsecond=0)

    def add_account(self, account_id: str = ACCOUNT, **changes: Any) -> None:
        self.store.save_account(an_account(account_id=account_id, **changes))

    def add_media(self, **changes: Any) -> str:
        media = a_media(**{"credit": "", **changes})
        self.store.save_media(media)
        self.media_objects.put(media, b"pixels")
        return media.media_id

    # ports.Workers: what is invoked runs when the newsroom next turns.
    def invoke(self, worker: str, payload: Mapping[str, object]) -> None:
        assert worker == "prepare"
        self.pending.append(key_of(json.loads(json.dumps(payload))))

    @property
    def desk(self) -> Desk:
        return Desk(
            posts=self.store,
            brands=self.store,
            connectors=FakeConnectors(mastodon=self.network),
            queue=self.queue,
            workers=self,
            media_objects=self.media_objects,
            new_id=self.new_id,
            clock=self.clock,
        )

    def sender(self) -> Sender:
        return Sender(
            posts=self.store,
            brands=self.store,
            connectors=FakeConnectors(mastodon=self.network),
            credentials=self.credentials,
            queue=self.queue,
            clock=self.clock,
            new_id=self.new_id,
            roll=lambda: 0.5,
            remaining=lambda: self.remaining,
        )

    def preparer(self) -> Preparer:
        return Preparer(
            posts=self.store,
            brands=self.store,
            connectors=FakeConnectors(mastodon=self.network),
            credentials=self.credentials,
            media_objects=self.media_objects,
            queue=self.queue,
            clock=self.clock,
            new_id=self.new_id,
            roll=lambda: 0.5,
            remaining=lambda: timedelta(seconds=900),
        )

    def queue_text(self, *texts: str, **changes: Any) -> Queued:
        variant = Variant(tuple(Part(text) for text in texts or ("Bonjour",)))
        draft = Draft(
            **{
                "brand_id": BRAND,
                "moment_at": NOON,
                "account_ids": (ACCOUNT,),
                "variants": {"*": variant},
                **changes,
            }
        )
        return queue_post(draft, self.desk, self.clock.now())

    def deliver(self, key: DeliveryKey) -> Delivered:
        return deliver(key, self.sender())

    def delivery(self, key: DeliveryKey) -> Delivery:
        return self.store.deliveries[key]

    def states(self) -> list[str]:
        return [str(d.state) for _, d in sorted(self.store.deliveries.items())]

    def run(self, until: datetime, *, stop: Callable[[], bool] = lambda: False) -> None:
        """Let time pass: ticks at every minute, messages when visible, lost ones again."""
        while not stop():
            self.run_pending()
            visible_at = self.queue.messages[0][0] if self.queue.messages else until
            next_at = max(self.clock.now(), min(visible_at, self.tick_at, until))
            self.clock.set(next_at)
            if self.tick_at <= next_at and self.tick_at <= visible_at:
                self.tick()
            elif self.queue.messages and visible_at <= next_at:
                self.receive()
            elif next_at >= until:
                return

    def tick(self) -> None:
        tick_at, self.tick_at = self.tick_at, self.tick_at + timedelta(minutes=1)
        dispatcher = Dispatcher(self.store, self.store, self.queue, self, self.clock)
        try:
            dispatch(DueKind.PUBLISH, tick_at, dispatcher)
        except (PortevoixError, CrashError):
            return  # the next tick finds what this one left

    def receive(self) -> None:
        _, _, receives, key = heapq.heappop(self.queue.messages)
        try:
            self.done.append(self.deliver(key))
        except (PortevoixError, CrashError):
            if receives + 1 < MAX_RECEIVES:
                self.queue.push(key, self.clock.now() + VISIBILITY, receives + 1)

    def run_pending(self) -> None:
        while self.pending:
            key = self.pending.pop(0)
            try:
                self.prepared.append((key, prepare(key, self.preparer())))
            except (PortevoixError, CrashError):
                self.prepared.append((key, "died"))
