"""What every item has beside its fields: its key, its places in the indexes, its expiry."""

from datetime import datetime
from typing import Any

from portevoix.aws import keys
from portevoix.aws.keys import Key
from portevoix.aws.shapes import Item, encoded, to_item
from portevoix.aws.table import Table
from portevoix.aws.writes import (
    Mark,
    Write,
    absent_or_at_most,
    at_most,
    key_item,
    same,
)
from portevoix.model.due import DueKind
from portevoix.model.errors import InvalidError, Problem


def plain_item(key: Key, value: Any) -> Item:
    """Return a dataclass as an item that is in no index."""
    return key_item(key) | to_item(value)


def listed_item(key: Key, value: Any, listed: Key) -> Item:
    """Return a dataclass as an item of the list `listed`."""
    return plain_item(key, value) | listed_place(listed)


def listed_place(listed: Key) -> Item:
    """Return the attributes that put an item into a list."""
    return {"listed_pk": {"S": listed.pk}, "listed_sk": {"S": listed.sk}}


def due_item(key: Key, value: Any, kind: DueKind, shards: int, worker: str = "") -> Item:
    """Return a dataclass with a `due_at` as an item; without one it is not in the due index."""
    item = plain_item(key, value)
    if "due_at" in item:
        item |= due_place(key, kind, shards, worker)
    return item


def due_place(key: Key, kind: DueKind, shards: int, worker: str = "") -> Item:
    """Return the attributes that put an item with a `due_at` into the due index."""
    place: Item = {"due_kind": {"S": keys.due_kind(kind, keys.shard_of(key, shards))}}
    return place | ({"worker": {"S": worker}} if worker else {})


def new_token() -> str:
    """Return a name that no other write has."""
    import uuid

    return str(uuid.uuid4())


def new_mark() -> Mark:
    """Return a mark for a write that nothing else identifies."""
    return Mark("write_token", new_token())


def claim_recurring(
    table: Table, key: Key, seen: Item, lease_until: datetime, now: datetime
) -> bool:
    """Take recurring work that is due, at the moment that was seen, with nobody at it."""
    if "due_at" not in seen:
        return False
    write = Write(
        key,
        sets={"lease_until": encoded(lease_until)},
        conditions=(
            same("due_at", seen),
            at_most("due_at", now),
            absent_or_at_most("lease_until", now),
        ),
        mark=new_mark(),
    )
    return table.write(write) is None


def page_token(place: str) -> str:
    """Return an opaque token for the place in a list after which a page begins."""
    import base64

    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def page_place(token: str) -> str:
    """Return the place of a token; raise InvalidError (`unreadable_page`)."""
    import base64

    try:
        return base64.b64decode(token + "=" * (-len(token) % 4), b"-_", validate=True).decode()
    except ValueError as error:
        raise InvalidError(Problem.of("unreadable_page", "page")) from error


def after(place: str) -> str:
    """Return the first place after `place`: names in places have no character as low as this."""
    return place + "!"
