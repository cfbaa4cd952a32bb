"""Counts what the real clients of AWS are asked, by botocore's own events.

DynamoDB is asked to say what each call consumed, the index included; moto does not know.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from portevoix.aws.clients import Clients

WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"})
READS = frozenset({"GetItem", "Query", "BatchGetItem"})
LEAST_READ = 0.5


@dataclass(slots=True)
class Counted:
    """Calls by name, and those that wrote under a condition; units consumed; the seconds it took.

    `write_bytes` are those of the requests that wrote.
    """

    calls: Counter[str] = field(default_factory=Counter)
    conditional: int = 0
    write_units: float = 0.0
    read_units: float = 0.0
    write_bytes: int = 0
    seconds: float = 0.0

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
            self.conditional += b'"ConditionExpression"' in params["body"]

    def note_answer(self, model: Any, parsed: dict[str, Any], **_: Any) -> None:
        """Count what a call consumed."""
        told = parsed.get("ConsumedCapacity") or []
        units = sum(each["CapacityUnits"] for each in ([told] if isinstance(told, dict) else told))
        if model.name in WRITES:
            self.write_units += units
        elif model.name in READS:
            # The service asks this much where it finds nothing; DynamoDB Local says 0.
            self.read_units += max(units, LEAST_READ)


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
    began_s = time.perf_counter()
    try:
        yield counted
    finally:
        counted.seconds = time.perf_counter() - began_s
        for events, event, hook in registered:
            events.unregister(event, hook)


def _ask_for_units(params: dict[str, Any], model: Any, **_: Any) -> dict[str, Any]:
    if "ReturnConsumedCapacity" not in model.input_shape.members:
        return params
    return params | {"ReturnConsumedCapacity": "TOTAL"}
