"""Whoever writes a `due_at` that the clock may have passed over says so itself."""

import math
from collections.abc import Iterable
from datetime import datetime

from portevoix.model.deliveries import NEAR, Delivery, DeliveryKey
from portevoix.ports import DeliveryQueue, Wake, Workers

LONGEST_DELAY_S = 900
"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html"""


def wake_at(key: DeliveryKey, due_at: datetime, now: datetime) -> Wake:
    """Return the message that has a worker look two seconds before `due_at`, which then waits."""
    delay = math.floor((due_at - now).total_seconds()) - 2
    return Wake(key, min(LONGEST_DELAY_S, max(0, delay)))


def wake_near(deliveries: Iterable[Delivery], queue: DeliveryQueue, now: datetime) -> None:
    """Have the near ones among `deliveries` sent at their moment; the clock hands out the others.

    Preparations are left to the next tick: they are due minutes ahead.
    """
    wakes = [
        wake_at(delivery.key, delivery.due_at, now)
        for delivery in deliveries
        if delivery.due_at is not None
        and delivery.due_at < now + NEAR
        and delivery.worker == "publish"
    ]
    if wakes:
        queue.send(wakes)


def prepare_now(deliveries: Iterable[Delivery], workers: Workers, now: datetime) -> None:
    """Have media prepared at once where a member wants the post to leave before the next tick."""
    for delivery in deliveries:
        if delivery.worker == "prepare" and delivery.due_at is not None and delivery.due_at <= now:
            workers.invoke("prepare", payload_of(delivery.key))


def payload_of(key: DeliveryKey) -> dict[str, object]:
    """Return the message that names a delivery."""
    return {"post_id": key.post_id, "account_id": key.account_id, "part": key.part}


def key_of(payload: dict[str, object]) -> DeliveryKey:
    """Return the delivery that a message names."""
    part = int(str(payload.get("part", 1)))
    return DeliveryKey(str(payload["post_id"]), str(payload["account_id"]), part)
