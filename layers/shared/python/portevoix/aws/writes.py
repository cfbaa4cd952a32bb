"""One write to the table, with its conditions, as DynamoDB's API wants it."""

from dataclasses import dataclass
from typing import Any

from portevoix.aws.keys import Key
from portevoix.aws.shapes import Item, Value, encoded


@dataclass(frozen=True, slots=True)
class Condition:
    """What must hold of one attribute: `{n}` in `form` is its name, `{v}` its value."""

    form: str
    name: str
    value: Value | None = None


def same(name: str, item: Item) -> Condition:
    """Require that an attribute is as it is in `item`, or as absent as there."""
    if name not in item:
        return absent(name)
    return Condition("{n} = {v}", name, item[name])


def absent(name: str) -> Condition:
    """Require that an attribute is not there; of `pk`: that the item is new."""
    return Condition("attribute_not_exists({n})", name)


def present(name: str) -> Condition:
    """Require that an attribute is there; of `pk`: that the item exists."""
    return Condition("attribute_exists({n})", name)


def at_most(name: str, value: Any) -> Condition:
    """Require that an attribute is there and not above `value`."""
    return Condition("{n} <= {v}", name, encoded(value))


def absent_or_at_most(name: str, value: Any) -> Condition:
    """Require that an attribute, if it is there, is not above `value`."""
    return Condition("(attribute_not_exists({n}) OR {n} <= {v})", name, encoded(value))


def absent_or_below(name: str, value: Any) -> Condition:
    """Require that an attribute, if it is there, is below `value`."""
    return Condition("(attribute_not_exists({n}) OR {n} < {v})", name, encoded(value))


@dataclass(frozen=True, slots=True)
class Mark:
    """An attribute written along, whose value proves that this very write landed."""

    name: str
    token: str

    def is_on(self, item: Item | None) -> bool:
        """Whether `item` carries it."""
        return item is not None and item.get(self.name) == {"S": self.token}


@dataclass(frozen=True, slots=True)
class Write:
    """A whole item to put, or the attributes of one to set and to remove, under conditions."""

    key: Key
    item: Item | None = None
    sets: Item | None = None
    removes: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    mark: Mark | None = None

    @property
    def operation(self) -> str:
        """How TransactWriteItems calls it."""
        return "Put" if self.item is not None else "Update"

    def request(self, table: str) -> dict[str, Any]:
        """Return the parameters of PutItem or UpdateItem; a transaction takes the same."""
        marks = {self.mark.name: {"S": self.mark.token}} if self.mark else {}
        names = _Names()
        request: dict[str, Any] = {"TableName": table}
        if self.item is not None:
            request["Item"] = self.item | marks
        else:
            request["Key"] = key_item(self.key)
            request["UpdateExpression"] = self._update((self.sets or {}) | marks, names)
        if self.conditions:
            request["ConditionExpression"] = " AND ".join(map(names.condition, self.conditions))
            request["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        return request | names.parameters()

    def _update(self, sets: Item, names: "_Names") -> str:
        parts = []
        if sets:
            pairs = (f"{names.name(n)} = {names.value(v)}" for n, v in sets.items())
            parts.append("SET " + ", ".join(pairs))
        if self.removes:
            parts.append("REMOVE " + ", ".join(names.name(n) for n in self.removes))
        return " ".join(parts)


class _Names:
    """Placeholders, since half of our words are reserved ones of DynamoDB."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._values: dict[str, Value] = {}

    def name(self, attribute: str) -> str:
        return self._names.setdefault(attribute, f"#n{len(self._names)}")

    def value(self, value: Value) -> str:
        self._values[f":v{len(self._values)}"] = value
        return f":v{len(self._values) - 1}"

    def condition(self, condition: Condition) -> str:
        value = self.value(condition.value) if condition.value is not None else ""
        return condition.form.format(n=self.name(condition.name), v=value)

    def parameters(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if self._names:
            found["ExpressionAttributeNames"] = {p: name for name, p in self._names.items()}
        if self._values:
            found["ExpressionAttributeValues"] = self._values
        return found


def key_item(key: Key) -> Item:
    """Return a key as attributes."""
    return {"pk": {"S": key.pk}, "sk": {"S": key.sk}}


def difference(seen: Item, after: Item) -> tuple[Item, tuple[str, ...]]:
    """Return what must be set and what must be removed for `seen` to become `after`."""
    sets = {name: value for name, value in after.items() if seen.get(name) != value}
    return sets, tuple(name for name in seen if name not in after)
