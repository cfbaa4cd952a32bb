"""What one delivery asks of the table and of the queue, with the real stores and clients."""

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from portevoix.model.deliveries import DeliveryKey
from portevoix.publishing.add_media import add_media, describe_media
from portevoix.publishing.deliver import deliver
from portevoix.publishing.plan import Queued
from portevoix.publishing.prepare import prepare

from bench.counting import Counted, counting
from bench.newsroom import ACCOUNT, BRAND, OTHER_ACCOUNT, Newsroom
from bench.numbers import circumstances

TARGET = 2
PARTS = 5


@dataclass(frozen=True, slots=True)
class Costs:
    """What was asked: to plan a post, to send a text, to prepare an image and to send it."""

    planning: Counted
    text: Counted
    preparing: Counted
    image: Counted


def measure(room: Newsroom) -> Costs:
    """Print what each kind of delivery costs, and return it."""
    units = "units as DynamoDB Local tells them" if room.knows_units else "units unknown to moto"
    print(f"Calls of one delivery, {circumstances()}, {units}")
    now = room.stack.clock.now
    text = "Le marché du canal ouvre à 9 h : légumes, pain, fromages, et la fanfare à midi."
    planned = _counted(room, lambda: room.queue(now() + timedelta(days=1), text))
    _tell("planning a text, for tomorrow", planned)
    _tell("planning a text, for now", _counted(room, lambda: room.queue(now(), text)))
    single = _deliver_all(room, room.queue(now(), text))
    _tell("sending a text", single)
    image = _image(room)
    with_image = room.queue(now(), text, media_ids=(image,))
    preparing = _counted(room, lambda: _prepare(room, with_image))
    _tell("preparing an image", preparing)
    image_sent = _deliver_all(room, with_image)
    _tell("sending a text with an image", image_sent)
    chain = room.queue(now(), *(f"{text} {n}/{PARTS}" for n in range(1, PARTS + 1)))
    _tell(f"sending a chain, each of {PARTS} parts", _deliver_all(room, chain, first=1), PARTS)
    pair = room.queue(now(), text, accounts=(ACCOUNT, OTHER_ACCOUNT))
    _tell("sending a pair, each half", _deliver_all(room, pair), 2)
    print(f"  the target is {TARGET} conditional writes for a text")
    return Costs(planned, single, preparing, image_sent)


def _counted(room: Newsroom, work: Callable[[], object]) -> Counted:
    with counting(room.env.clients) as counted:
        work()
    return counted


def _deliver_all(room: Newsroom, queued: Queued, first: int = 0) -> Counted:
    """Deliver a post by its messages; of a chain only part `first`, which goes on by itself."""
    keys = [d.key for d in queued.deliveries if not first or d.key.part == first]
    sender = room.env.sender(lambda: timedelta(seconds=55))
    counted = _counted(room, lambda: [deliver(key, sender) for key in keys])
    for delivery in queued.deliveries:
        _expect(room, delivery.key, "published")
    return counted


def _prepare(room: Newsroom, queued: Queued) -> None:
    preparer = room.env.preparer(lambda: timedelta(seconds=800))
    for delivery in queued.deliveries:
        prepare(delivery.key, preparer)
        _expect(room, delivery.key, "ready")


def _expect(room: Newsroom, key: DeliveryKey, state: str) -> None:
    found = room.env.posts.get_delivery(key)
    if found.state != state:
        raise RuntimeError(f"{key} is {found.state} and not {state}: {found.trouble}")


def _image(room: Newsroom) -> str:
    """Add a small image, and return its id."""
    env, data = room.env, grey_png(64, 64)
    alt_texts = {"fr": "Un étal de légumes au bord du canal"}
    media = describe_media(
        BRAND, "marche.png", data, alt_texts=alt_texts, credit="", now=room.stack.clock.now()
    )
    return add_media(media, data, env.posts, env.media_objects).media_id


def grey_png(width: int, height: int) -> bytes:
    """Return a grey image: https://www.w3.org/TR/png-3/."""
    rows = b"".join(b"\x00" + b"\x80" * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


def _tell(what: str, counted: Counted, share: int = 1) -> None:
    writes, size, units = counted.writes, counted.write_bytes, counted.write_units
    print(
        f"  {what:35}{writes / share:4.1f} writes, {size / share:5.0f} bytes,"
        f" {units / share:4.1f} write units; {counted.reads / share:.1f} reads,"
        f" {counted.read_units / share:4.1f} read units;"
        f" {counted.messages / share:.1f} requests to the queue"
    )
