"""Counts what the real clients of AWS are asked, by botocore's own events.

DynamoDB is asked to say what each call consumed, the index included; moto does not know.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from portevoix.aws.clients import Clients

WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"})
READS = frozenset({"GetItem", "Query", "BatchGetItem"})


@dataclass(slots=True)
class Counted:
    """Calls by name; units consumed; bytes of the requests that wrote."""

    calls: Counter[str] = field(default_factory=Counter)
    write_units: float = 0.0
    read_units: float = 0.0
    write_bytes: int = 0

    @property
    def writes(self) -> int:
        """How many calls wrote to the table."""
        return sum(self.calls[name] for name in WRITES)

    @property
    def reads(self) -> int:
        """How many calls read from the table."""
        return sum(self.calls[name] for name in READS)

    @property
    def messages(self) -> int:
        """How many calls sent messages."""
        return self.calls["SendMessageBatch"]

    def note_request(self, model: Any, params: dict[str, Any], **_: Any) -> None:
        """Count a call that is about to leave."""
        self.calls[model.name] += 1
        if model.name in WRITES:
            self.write_bytes += len(params["body"])

    def note_answer(self, model: Any, parsed: dict[str, Any], **_: Any) -> None:
        """Count what a call consumed."""
        told = parsed.get("ConsumedCapacity") or []
        units = sum(each["CapacityUnits"] for each in ([told] if isinstance(told, dict) else told))
        if model.name in WRITES:
            self.write_units += units
        else:
            self.read_units += units


@contextmanager
def counting(clients: Clients) -> Iterator[Counted]:
    """Count what the clients of the table and of the queue are asked meanwhile."""
    counted = Counted()
    hooks: tuple[tuple[str, Callable[..., Any]], ...] = (
        ("provide-client-params", _ask_for_units),
        ("before-call", counted.note_request),
        ("after-call", counted.note_answer),
    )
    registered = [
        (client.meta.events, event, hook)
        for client in (clients.dynamodb, clients.sqs)
        for event, hook in hooks
    ]
    for events, event, hook in registered:
        events.register(event, hook)
    try:
        yield counted
    finally:
        for events, event, hook in registered:
            events.unregister(event, hook)


def _ask_for_units(params: dict[str, Any], model: Any, **_: Any) -> dict[str, Any]:
    if "ReturnConsumedCapacity" not in model.input_shape.members:
        return params
    return params | {"ReturnConsumedCapacity": "TOTAL"}
