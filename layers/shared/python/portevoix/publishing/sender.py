"""What delivering needs, and what it says afterwards."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from portevoix.model.deliveries import DeliveryKey
from portevoix.ports import (
    BrandStore,
    Clock,
    Connectors,
    Credentials,
    DeliveryQueue,
    NewId,
    PostStore,
)


@dataclass(frozen=True, slots=True)
class Sender:
    """What delivering needs. `remaining` says how long this invocation may still run.

    `roll` gives a number from 0 to 1, for the jitter of back-offs.
    """

    posts: PostStore
    brands: BrandStore
    connectors: Connectors
    credentials: Credentials
    queue: DeliveryQueue
    clock: Clock
    new_id: NewId
    roll: Callable[[], float]
    remaining: Callable[[], timedelta]


@dataclass(frozen=True, slots=True)
class Delivered:
    """What an invocation did: the delivery's state afterwards, and whether it acted on it.

    `is_last`: no part of its chain comes after it.
    """

    key: DeliveryKey
    state: str
    acted: bool
    is_last: bool = True
