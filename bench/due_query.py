"""How long the due query takes while posts pile up: it should not matter how many are stored.

On DynamoDB Local only: moto looks at every item for every query. The items are deliveries that
were sent (out of the index, as most are) and one due post in a hundred; the query asks for what is
due in the next minutes, as a tick does, in one shard.
"""

import dataclasses
import statistics
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import batched
from multiprocessing.pool import ThreadPool

from portevoix.aws.delivery_items import delivery_item
from portevoix.aws.due_items import Due
from portevoix.aws.shapes import Item
from portevoix.aws.table import Table
from portevoix.model.deliveries import Delivery, DeliveryState, first_due
from portevoix.model.due import DueKind

from bench.newsroom import Newsroom
from bench.numbers import circumstances
from tools.local.state import client, create_table

SIZES = (1_000, 10_000, 100_000)
DUE_EVERY = 100
DUE_SOON = 20
TIMES = 50
MOST_GROWTH = 2.0
THREADS = 4
CHUNK = 25


def measure(room: Newsroom) -> bool:
    """Print the medians; return whether the largest table is not much slower than the smallest."""
    if not room.knows_units:
        print("The due query: not measured, since DynamoDB Local is not there (Node and Java 17).")
        return True
    print(f"The due query, {circumstances()}, medians of {TIMES}")
    now = room.stack.clock.now()
    dynamodb = client("dynamodb", room.stack.servers.dynamodb_url)
    (properties,) = room.stack.resources.tables.values()
    create_table(dynamodb, "piled", properties, expires=False)
    table = Table(room.env.clients.dynamodb, "piled", room.env.settings.due_shards)
    pattern = room.queue(now + timedelta(days=365), "Un billet parmi d’autres").deliveries[0]
    took: list[float] = []
    stored = 0
    for size in SIZES:
        began_s = time.perf_counter()
        _fill(table, _pile(pattern, stored, size, now))
        filled_s = time.perf_counter() - began_s
        stored = size
        took.append(_query(Due(table), now))
        print(f"  {size:9,} stored: {took[-1] * 1000:.1f} ms (filled in {filled_s:.0f} s)")
    growth = took[-1] / took[0]
    print(f"  {SIZES[-1] // SIZES[0]} times as many take {growth:.2f} times as long")
    return growth <= MOST_GROWTH


def _pile(pattern: Delivery, first: int, last: int, now: datetime) -> Iterator[Delivery]:
    """Yield deliveries numbered `first` to `last`: most published, some due in the far future."""
    for number in range(first, last):
        key = dataclasses.replace(pattern.key, post_id=f"P{number:025d}")
        if number < DUE_SOON:
            moment = now + timedelta(seconds=number)
            yield _planned(pattern.with_changes(key=key, moment_at=moment))
        elif number % DUE_EVERY == 0:
            moment = now + timedelta(days=1, seconds=number)
            yield _planned(pattern.with_changes(key=key, moment_at=moment))
        else:
            yield pattern.with_changes(
                key=key,
                state=DeliveryState.PUBLISHED,
                due_at=None,
                remote_id=str(number),
                published_at=now - timedelta(seconds=number),
            )


def _planned(delivery: Delivery) -> Delivery:
    return delivery.with_changes(due_at=first_due(delivery))


def _fill(table: Table, deliveries: Iterator[Delivery]) -> None:
    def put(chunk: tuple[Delivery, ...]) -> None:
        items: list[Item] = [delivery_item(delivery, table.shards) for delivery in chunk]
        table.put_many(items)

    with ThreadPool(THREADS) as threads:
        for _ in threads.imap_unordered(put, batched(deliveries, CHUNK, strict=False)):
            pass


def _query(due: Due, now: datetime) -> float:
    """Return the median seconds of one shard's query."""
    until = now + timedelta(seconds=195)
    took: list[float] = []
    for number in range(TIMES):
        began_s = time.perf_counter()
        due.due_items(DueKind.PUBLISH, number % due.shards, until, limit=5000)
        took.append(time.perf_counter() - began_s)
    return statistics.median(took)
