"""What a store does to a value: times are kept to the millisecond."""

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from portevoix.model.errors import InvalidError, Problem


def kept[T](value: T) -> T:
    """Return `value` as a store gives it back."""
    return _kept(value)  # type: ignore[no-any-return]


def _kept(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.replace(microsecond=value.microsecond // 1000 * 1000)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: _kept(getattr(value, f.name)) for f in dataclasses.fields(value)}
        return type(value)(**fields)
    if isinstance(value, tuple):
        return tuple(_kept(item) for item in value)
    if isinstance(value, Mapping):
        return {name: _kept(item) for name, item in value.items()}
    return value


def merged[T](stored: T, seen: T, after: T) -> T:
    """Return `stored` with only the fields in which `after` differs from `seen`."""
    names = [f.name for f in dataclasses.fields(stored)]  # type: ignore[arg-type]
    changes = {
        name: getattr(after, name) for name in names if getattr(seen, name) != getattr(after, name)
    }
    return dataclasses.replace(stored, **changes)  # type: ignore[type-var]


def listed_page[T](found: list[tuple[str, T]], limit: int, page: str) -> tuple[tuple[T, ...], str]:
    """Return the items after `page`, at most `limit`, and the token of the next page."""
    if page and not page.startswith("after "):
        raise InvalidError(Problem.of("unreadable_page", "page"))
    place = page.removeprefix("after ")
    rest = sorted((entry for entry in found if entry[0] > place), key=lambda entry: entry[0])
    items = tuple(item for _, item in rest[:limit])
    return items, f"after {rest[limit - 1][0]}" if len(rest) > limit else ""
