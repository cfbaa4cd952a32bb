"""What calls the functions: the queue with partial batches, and the schedules."""

import contextlib
import json
import random
import sys
import threading
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from tools.local.clock import StackClock
from tools.local.expressions import next_tick
from tools.local.intrinsics import ACCOUNT
from tools.local.lambda_api import Invoker
from tools.local.queue import LocalQueue, Message
from tools.local.resources import QueueMapping, ScheduleResource
from tools.local.worker import InvocationResult


class QueueDriver:
    """Feeds one queue to one function, `maximum_concurrency` batches at a time.

    What the function reports as failed, or all of a batch whose invocation failed, stays hidden
    until its visibility ends; the rest is deleted.
    """

    def __init__(
        self,
        mapping: QueueMapping,
        queue: LocalQueue,
        invoker: Invoker,
        clock: StackClock,
        region: str,
    ) -> None:
        self._mapping = mapping
        self._queue = queue
        self._invoker = invoker
        self._activity = clock.activity
        self._region = region
        self._slots = threading.Semaphore(mapping.maximum_concurrency)
        self._threads = ThreadPoolExecutor(mapping.maximum_concurrency, "queue driver")
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="queue driver", daemon=True)
        self._busy = 0
        self._lock = threading.Lock()

    def start(self) -> None:
        """Start to take messages."""
        self._thread.start()

    def stop(self) -> None:
        """Take nothing more."""
        self._stopped.set()
        self._slots.release()
        self._queue.wake()
        self._thread.join(timeout=2)
        self._threads.shutdown(wait=False, cancel_futures=True)

    @property
    def is_full(self) -> bool:
        """Say whether every slot has a batch, so that visible messages have to wait."""
        with self._lock:
            return self._busy >= self._mapping.maximum_concurrency

    @property
    def visible_count(self) -> int:
        """Return the number of messages that could be taken now."""
        return self._queue.counts()[0]

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._slots.acquire()
            batch = self._queue.receive(
                self._mapping.batch_size,
                wait_seconds=None,
                on_take=self._begin,
                until=self._stopped.is_set,
            )
            if batch:
                self._submit(batch)

    def _submit(self, batch: list[Message]) -> None:
        # At the stack's end the pool may be closed: the batch stays as if its worker had died.
        with contextlib.suppress(RuntimeError):
            self._threads.submit(self._handle, batch)

    def _begin(self) -> None:
        with self._lock:
            self._busy += 1
        self._activity.begin()

    def _handle(self, batch: list[Message]) -> None:
        try:
            event = {"Records": [self._record(message) for message in batch]}
            payload = json.dumps(event).encode()
            result = self._invoker.invoke_counted(self._mapping.function, payload)
            kept = self._failed_ids(result, batch)
            for message in batch:
                if message.id not in kept and message.receipt is not None:
                    self._queue.delete(message.receipt)
        except Exception as error:  # a thread's failure has nobody else to tell it
            print(f"queue driver: {type(error).__name__}: {error}", file=sys.stderr)
        finally:
            with self._lock:
                self._busy -= 1
            self._slots.release()
            self._activity.end()

    def _failed_ids(self, result: InvocationResult, batch: list[Message]) -> set[str]:
        everything = {message.id for message in batch}
        if result.failed:
            return everything
        if not self._mapping.reports_failures:
            return set()
        answer = json.loads(result.payload) or {}
        if not isinstance(answer, dict):
            return everything
        failures = answer.get("batchItemFailures") or []
        failed = {failure.get("itemIdentifier") for failure in failures}
        # An identifier that is not of the batch fails all of it, as on AWS.
        return failed if failed <= everything else everything

    def _record(self, message: Message) -> dict[str, Any]:
        return {
            "messageId": message.id,
            "receiptHandle": message.receipt,
            "body": message.body,
            "attributes": message.system_attributes(),
            "messageAttributes": {},
            "md5OfBody": message.body_md5,
            "eventSource": "aws:sqs",
            "eventSourceARN": f"arn:aws:sqs:{self._region}:{ACCOUNT}:{self._mapping.queue}",
            "awsRegion": self._region,
        }


def schedule_payload(schedule: ScheduleResource, scheduled_at: datetime) -> bytes:
    """Return a schedule's input with the scheduler's own words filled in."""
    # https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
    arn = f"arn:aws:scheduler:local:{ACCOUNT}:schedule/{schedule.name}"
    words = {
        "<aws.scheduler.scheduled-time>": f"{scheduled_at:%Y-%m-%dT%H:%M:%SZ}",
        "<aws.scheduler.schedule-arn>": arn,
        "<aws.scheduler.execution-id>": uuid.uuid4().hex,
        "<aws.scheduler.attempt-number>": "1",
    }
    payload = schedule.payload
    for word, value in words.items():
        payload = payload.replace(word, value)
    return payload.encode()


@dataclass(frozen=True, slots=True)
class TickFaults:
    """How unlike a perfect clock the schedules are: for measurements of punctuality.

    `jitter_seconds`: each tick comes that late at most (EventBridge: 0-59 s within its minute);
    `lost_share`: the share of ticks that never come; `seed` makes both repeatable.
    """

    jitter_seconds: float = 0.0
    lost_share: float = 0.0
    seed: int | None = None


class Submits(Protocol):
    """What a schedule needs of the invoker."""

    def submit(self, reference: str, payload: bytes) -> None:
        """Queue one asynchronous invocation."""
        ...


class ScheduleDriver:
    """Fires the schedules in real time."""

    def __init__(
        self,
        schedules: Sequence[ScheduleResource],
        invoker: Submits,
        clock: StackClock,
        faults: TickFaults,
    ) -> None:
        self._schedules = [schedule for schedule in schedules if schedule.enabled]
        self._invoker = invoker
        self._clock = clock
        self._faults = faults
        self._stopped = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Start to tick."""
        anchor = self._clock.now().replace(microsecond=0)
        for schedule in self._schedules:
            thread = threading.Thread(
                target=self._run, args=(schedule, anchor), name=schedule.name, daemon=True
            )
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """Tick no more."""
        self._stopped.set()
        for thread in self._threads:
            thread.join(timeout=2)

    def _run(self, schedule: ScheduleResource, anchor: datetime) -> None:
        # One a schedule, since threads would share it in any order. Not for secrets.
        seed = None if self._faults.seed is None else f"{self._faults.seed} {schedule.name}"
        chance = random.Random(seed)  # noqa: S311
        last = self._clock.now()
        while (moment := next_tick(schedule.expression, schedule.zone, last, anchor)) is not None:
            late = chance.uniform(0, self._faults.jitter_seconds)
            fires_at = moment + timedelta(seconds=late)
            if self._stopped.wait(max(0.0, (fires_at - self._clock.now()).total_seconds())):
                return
            if chance.random() >= self._faults.lost_share:
                self._invoker.submit(schedule.function, schedule_payload(schedule, moment))
            last = moment
