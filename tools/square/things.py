"""Who and what is on the square: plain values that can be written to a file."""

import dataclasses
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

SCOPES = ("read", "write")


@dataclass(slots=True)
class Person:
    """An account. Members of the square have a token; its audience has none."""

    id: str
    username: str
    display_name: str
    token: str = ""
    scopes: tuple[str, ...] = SCOPES
    language: str = ""
    followers: int = 0
    following: int = 0
    is_revoked: bool = False
    is_suspended: bool = False


@dataclass(slots=True)
class Attachment:
    """A media: it may be used from `ready_at` on, by its owner, in one status."""

    id: str
    owner_id: str
    content_type: str
    description: str
    ready_at: datetime
    byte_size: int = 0
    has_failed: bool = False
    status_id: str = ""


@dataclass(slots=True)
class Status:
    """A post, with what the audience did to it."""

    id: str
    author_id: str
    text: str
    created_at: datetime
    visibility: str = "public"
    spoiler_text: str = ""
    language: str = ""
    sensitive: bool = False
    media_ids: tuple[str, ...] = ()
    in_reply_to_id: str = ""
    mentioned_ids: tuple[str, ...] = ()
    favourites: int = 0
    reblogs: int = 0
    quotes: int = 0


@dataclass(slots=True)
class Notice:
    """A notification of something to somebody."""

    id: str
    to_id: str
    kind: str
    from_id: str
    created_at: datetime
    status_id: str = ""


@dataclass(slots=True)
class Key:
    """An Idempotency-Key that was seen."""

    status_id: str
    used_at: datetime


@dataclass(slots=True)
class Planned:
    """Something the audience will do at a moment; `about` is the status it answers."""

    at: datetime
    kind: str
    author: str
    about: str = ""
    to: str = ""
    text: str = ""
    language: str = ""
    visibility: str = "public"
    author_name: str = ""
    reply_to: str = ""
    followers: int = 0


@dataclass(slots=True)
class Things:
    """Everything on the square."""

    people: dict[str, Person] = field(default_factory=dict)
    attachments: dict[str, Attachment] = field(default_factory=dict)
    statuses: dict[str, Status] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    keys: dict[str, Key] = field(default_factory=dict)
    planned: list[Planned] = field(default_factory=list)
    last_id: int = 0


def to_json(value: Any) -> Any:
    """Return `value` with its moments as ISO 8601."""
    if dataclasses.is_dataclass(value):
        return {f.name: to_json(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: to_json(item) for key, item in value.items()}
    return [to_json(item) for item in value] if isinstance(value, list | tuple) else value


def things_from(value: dict[str, Any]) -> Things:
    """Return what `to_json` wrote."""
    return Things(
        people={key: read_thing(Person, item) for key, item in value["people"].items()},
        attachments={
            key: read_thing(Attachment, item) for key, item in value["attachments"].items()
        },
        statuses={key: read_thing(Status, item) for key, item in value["statuses"].items()},
        notices=[read_thing(Notice, item) for item in value["notices"]],
        keys={key: read_thing(Key, item) for key, item in value["keys"].items()},
        planned=[read_thing(Planned, item) for item in value["planned"]],
        last_id=value["last_id"],
    )


def read_thing[T](kind: type[T], value: dict[str, Any]) -> T:
    """Return one thing that `to_json` wrote; moments without an offset are UTC's."""
    read: dict[str, Any] = {}
    for name, item in value.items():
        if name == "at" or name.endswith("_at"):
            read[name] = datetime.fromisoformat(item).astimezone(UTC)
        else:
            read[name] = tuple(item) if isinstance(item, list) else item
    return kind(**read)
