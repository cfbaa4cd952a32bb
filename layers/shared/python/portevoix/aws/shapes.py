"""Dataclasses as DynamoDB attributes, and back.

An item says its shape's version in `v`. What is None, or empty where the default is empty too, is
left out; what is missing is None or the field's default, and what is unknown is ignored: so older
and newer shapes can be read. Times are kept to the millisecond (`model.times.to_text`): cutting
keeps their order, so `due_at <= now` on cut times is never false where it was true.
A field of unnamed values (a frozen record's body) is kept as JSON, which gives back exactly what
was frozen.
"""

import dataclasses
import json
import types
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from enum import Enum
from functools import cache
from typing import Any, NamedTuple, Union, cast, get_args, get_origin, get_type_hints

from portevoix.model.errors import ConfigurationError
from portevoix.model.times import from_text, to_text

type Value = dict[str, Any]
"""One attribute with its type: `{"S": "text"}`."""
type Item = dict[str, Value]

VERSION = 1
_EMPTY: tuple[Any, ...] = ("", (), {})


class _Codec(NamedTuple):
    encode: Callable[[Any], Value]
    decode: Callable[[Value], Any]


class _Field(NamedTuple):
    name: str
    codec: _Codec
    leaves_out_empty: bool
    default: Callable[[], Any] | None


def to_item(value: Any) -> Item:
    """Return a dataclass as attributes, its version among them."""
    return {"v": {"N": str(VERSION)}} | _fields_to_item(type(value), value)


def from_item[T](kind: type[T], item: Item) -> T:
    """Return the dataclass that `to_item` wrote; raise ConfigurationError if it cannot be read."""
    version = int(item.get("v", {"N": "0"})["N"])
    name = "/".join(item[k]["S"] for k in ("pk", "sk") if k in item)
    if version > VERSION:
        raise ConfigurationError(
            f"{name} was written by a newer Portevoix (shape {version}): deploy that one."
        )
    try:
        return cast(T, _item_to_fields(kind, item))
    except (KeyError, ValueError, TypeError) as error:
        raise ConfigurationError(f"{name} cannot be read as {kind.__name__}: {error!r}.") from error


def encoded(value: Any) -> Value:
    """Return one plain value (text, number, time, dataclass) as an attribute."""
    kind: Any = type(value)
    codec: _Codec = _codec(kind)
    return codec.encode(value)


def _fields_to_item(kind: Any, value: Any) -> Item:
    item: Item = {}
    for field in _fields(kind):
        content = getattr(value, field.name)
        if content is not None and not (field.leaves_out_empty and content in _EMPTY):
            item[field.name] = field.codec.encode(content)
    return item


def _item_to_fields(kind: Any, item: Item) -> Any:
    found = {}
    for field in _fields(kind):
        if field.name in item:
            found[field.name] = field.codec.decode(item[field.name])
        elif field.default is not None:
            found[field.name] = field.default()
    return kind(**found)


@cache
def _fields(kind: Any) -> tuple[_Field, ...]:
    hints = get_type_hints(kind)
    return tuple(_field(field, hints[field.name]) for field in dataclasses.fields(kind))


def _field(field: "dataclasses.Field[Any]", hint: Any) -> _Field:
    default: Callable[[], Any] | None = None
    if _is_optional(hint):
        default = _none
    elif field.default is not dataclasses.MISSING:
        default = _always(field.default)
    elif field.default_factory is not dataclasses.MISSING:
        default = field.default_factory
    is_empty = default is not None and default() in _EMPTY
    return _Field(field.name, _codec(hint), is_empty, default)


def _none() -> None:
    return None


def _always(value: Any) -> Callable[[], Any]:
    return lambda: value


def _is_optional(hint: Any) -> bool:
    return get_origin(hint) in (types.UnionType, Union) and type(None) in get_args(hint)


_PLAIN: dict[Any, _Codec] = {
    str: _Codec(lambda text: {"S": str(text)}, lambda value: value["S"]),
    bool: _Codec(lambda flag: {"BOOL": flag}, lambda value: value["BOOL"]),
    int: _Codec(lambda number: {"N": str(number)}, lambda value: int(value["N"])),
    float: _Codec(lambda number: {"N": repr(number)}, lambda value: float(value["N"])),
    datetime: _Codec(lambda at: {"S": to_text(at)}, lambda value: from_text(value["S"])),
    date: _Codec(lambda on: {"S": on.isoformat()}, lambda value: date.fromisoformat(value["S"])),
    time: _Codec(lambda at: {"S": at.isoformat()}, lambda value: time.fromisoformat(value["S"])),
    Any: _Codec(
        lambda any_: {"S": json.dumps(any_, ensure_ascii=False)},
        lambda value: json.loads(value["S"]),
    ),
}


@cache
def _codec(hint: Any) -> _Codec:
    if hint in _PLAIN:
        return _PLAIN[hint]
    if _is_optional(hint):
        return _optional(next(arg for arg in get_args(hint) if arg is not type(None)))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _Codec(lambda member: {"S": member.value}, lambda value: hint(value["S"]))
    if dataclasses.is_dataclass(hint):
        return _Codec(
            lambda value: {"M": _fields_to_item(hint, value)},
            lambda value: _item_to_fields(hint, value["M"]),
        )
    return _collection(get_origin(hint), get_args(hint))


def _optional(hint: Any) -> _Codec:
    inner = _codec(hint)
    return _Codec(
        lambda value: {"NULL": True} if value is None else inner.encode(value),
        lambda value: None if "NULL" in value else inner.decode(value),
    )


def _collection(origin: Any, args: tuple[Any, ...]) -> _Codec:
    if origin is tuple:
        inner = _codec(args[0])
        return _Codec(
            lambda values: {"L": [inner.encode(value) for value in values]},
            lambda value: tuple(inner.decode(each) for each in value["L"]),
        )
    if origin in (dict, Mapping) and args[1] is Any:
        return _PLAIN[Any]
    if origin in (dict, Mapping):
        inner = _codec(args[1])
        return _Codec(
            lambda values: {"M": {name: inner.encode(each) for name, each in values.items()}},
            lambda value: {name: inner.decode(each) for name, each in value["M"].items()},
        )
    raise TypeError(f"No shape for {origin} of {args}.")
