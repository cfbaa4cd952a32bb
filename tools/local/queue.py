"""An SQS queue of ours, on the stack's clock: delay, visibility, receive count, dead letters."""

import hashlib
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tools.local.clock import StackClock
from tools.local.resources import QueueResource

MAXIMUM_DELAY_SECONDS = 900  # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference
MAXIMUM_VISIBILITY_SECONDS = 43200
MAXIMUM_MESSAGE_BYTES = 1024 * 1024


class QueueError(ValueError):
    """A request that SQS refuses; `code` is SQS's own name of the reason."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(slots=True)
class Message:
    """One message; `visible_at` is when it may next be received."""

    body: str
    sent_at: datetime
    visible_at: datetime
    attributes: Mapping[str, Any] = field(default_factory=dict)
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    receipt: str | None = None
    receive_count: int = 0
    first_received_at: datetime | None = None

    @property
    def body_md5(self) -> str:
        """Return the checksum that clients compare."""
        return hashlib.md5(self.body.encode(), usedforsecurity=False).hexdigest()

    def system_attributes(self) -> dict[str, str]:
        """Return the attributes that SQS adds."""
        first = self.first_received_at or self.sent_at
        return {
            "ApproximateReceiveCount": str(self.receive_count),
            "SentTimestamp": _milliseconds(self.sent_at),
            "SenderId": "local",
            "ApproximateFirstReceiveTimestamp": _milliseconds(first),
        }


class LocalQueue:
    """One standard queue; messages leave by delete, or to the dead letters."""

    def __init__(
        self, resource: QueueResource, clock: StackClock, dead_letters: "LocalQueue | None" = None
    ) -> None:
        self.resource = resource
        self._clock = clock
        self._dead_letters = dead_letters
        self._messages: dict[str, Message] = {}
        self._changed = threading.Condition()
        clock.on_change(self.wake)

    def send(
        self, body: str, delay_seconds: int | None = None, attributes: Mapping[str, Any] = {}
    ) -> Message:
        """Add a message, visible after its delay (the queue's own by default, at most 900 s)."""
        delay = self.resource.delay_seconds if delay_seconds is None else delay_seconds
        if not 0 <= delay <= MAXIMUM_DELAY_SECONDS:
            raise QueueError("InvalidParameterValue", f"DelaySeconds {delay}: from 0 to 900")
        if not body or len(body.encode()) > MAXIMUM_MESSAGE_BYTES:
            raise QueueError("InvalidParameterValue", "a message has 1 byte to 1 MiB")
        now = self._clock.now()
        message = Message(body, now, now + timedelta(seconds=delay), dict(attributes))
        self._add(message)
        return message

    def receive(
        self,
        maximum: int = 1,
        *,
        wait_seconds: float | None = 0.0,
        visibility_seconds: int | None = None,
        on_take: Callable[[], None] = lambda: None,
        until: Callable[[], bool] = lambda: False,
    ) -> list[Message]:
        """Take visible messages; wait up to `wait_seconds` (None: for ever) or `until` is true.

        `on_take` is called while no message can be seen as gone yet, once, if any is taken.
        """
        deadline = None if wait_seconds is None else _now() + timedelta(seconds=wait_seconds)
        seconds = self.resource.visibility_seconds
        hidden = timedelta(seconds=seconds if visibility_seconds is None else visibility_seconds)
        with self._changed:
            while True:
                self._move_dead_letters()
                taken = self._visible()[:maximum]
                if taken:
                    on_take()
                    return [self._take(message, hidden) for message in taken]
                left = None if deadline is None else (deadline - _now()).total_seconds()
                if until() or (left is not None and left <= 0):
                    return []
                self._changed.wait(_shorter(left, self._seconds_to_next()))

    def delete(self, receipt: str) -> None:
        """Delete the message of a receipt; a receipt that is unknown or old changes nothing."""
        with self._changed:
            message = self._by_receipt(receipt)
            if message is not None:
                del self._messages[message.id]

    def change_visibility(self, receipt: str, seconds: int) -> None:
        """Hide a received message for `seconds` from now; 0 shows it at once."""
        if not 0 <= seconds <= MAXIMUM_VISIBILITY_SECONDS:
            raise QueueError("InvalidParameterValue", "VisibilityTimeout: from 0 to 43200")
        with self._changed:
            message = self._by_receipt(receipt)
            if message is None:
                raise QueueError("ReceiptHandleIsInvalid", "no message has this receipt handle")
            message.visible_at = self._clock.now() + timedelta(seconds=seconds)
            self._changed.notify_all()
        self._clock.activity.touch()

    def purge(self) -> None:
        """Delete all messages."""
        with self._changed:
            self._messages.clear()

    def counts(self) -> tuple[int, int, int]:
        """Return the numbers of messages that are visible, in flight, delayed."""
        with self._changed:
            now = self._clock.now()
            hidden = [m for m in self._messages.values() if m.visible_at > now]
            flying = sum(1 for message in hidden if message.receive_count)
            return len(self._messages) - len(hidden), flying, len(hidden) - flying

    def next_visible_at(self) -> datetime | None:
        """Return when the next hidden message becomes visible."""
        with self._changed:
            now = self._clock.now()
            hidden = (m.visible_at for m in self._messages.values() if m.visible_at > now)
            return min(hidden, default=None)

    def wake(self) -> None:
        """Let those who wait for a message look again."""
        with self._changed:
            self._changed.notify_all()

    def _add(self, message: Message) -> None:
        with self._changed:
            self._messages[message.id] = message
            self._changed.notify_all()
        self._clock.activity.touch()

    def _visible(self) -> list[Message]:
        now = self._clock.now()
        visible = [m for m in self._messages.values() if m.visible_at <= now]
        return sorted(visible, key=lambda message: message.visible_at)

    def _take(self, message: Message, hidden: timedelta) -> Message:
        now = self._clock.now()
        message.receipt = uuid.uuid4().hex
        message.receive_count += 1
        message.first_received_at = message.first_received_at or now
        message.visible_at = now + hidden
        return message

    def _move_dead_letters(self) -> None:
        limit = self.resource.maximum_receives
        if limit is None or self._dead_letters is None:
            return
        for message in self._visible():
            if message.receive_count >= limit:
                del self._messages[message.id]
                self._dead_letters._add(message)

    def _by_receipt(self, receipt: str) -> Message | None:
        return next((m for m in self._messages.values() if m.receipt == receipt), None)

    def _seconds_to_next(self) -> float | None:
        if self._clock.is_virtual or not self._messages:
            return None
        soonest = min(message.visible_at for message in self._messages.values())
        return max(0.0, (soonest - self._clock.now()).total_seconds())


def build_queues(
    resources: Mapping[str, QueueResource], clock: StackClock
) -> dict[str, LocalQueue]:
    """Return the queues by name, each tied to its dead letters."""
    queues: dict[str, LocalQueue] = {}
    for resource in sorted(resources.values(), key=lambda queue: queue.dead_letters is not None):
        dead_letters = queues[resource.dead_letters] if resource.dead_letters else None
        queues[resource.name] = LocalQueue(resource, clock, dead_letters)
    return queues


def _shorter(first: float | None, second: float | None) -> float | None:
    if first is None or second is None:
        return second if first is None else first
    return min(first, second)


def _now() -> datetime:
    return datetime.now(UTC)


def _milliseconds(moment: datetime) -> str:
    return str(int(moment.timestamp() * 1000))
