"""CloudFormation's intrinsic functions, resolved against the local stack's values."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

ACCOUNT = "000000000000"
_REFERENCE = re.compile(r"\$\{([^}]+)\}")
_MISSING = object()


@dataclass(frozen=True, slots=True)
class Values:
    """What references resolve to.

    `references` answers `Ref` (parameters, resources), `attributes` answers `GetAtt` by
    (resource, attribute), `conditions` are the template's own, unresolved.
    """

    region: str
    stack: str
    references: dict[str, Any] = field(default_factory=dict)
    attributes: dict[tuple[str, str], Any] = field(default_factory=dict)
    conditions: Mapping[str, Any] = field(default_factory=dict)
    mappings: Mapping[str, Any] = field(default_factory=dict)

    def reference(self, name: str) -> Any:
        """Return what `Ref` gives; an unknown resource gives its own logical name."""
        pseudo = {
            "AWS::Region": self.region,
            "AWS::StackName": self.stack,
            "AWS::AccountId": ACCOUNT,
            "AWS::Partition": "aws",
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::StackId": f"arn:aws:cloudformation:{self.region}:{ACCOUNT}:stack/{self.stack}/0",
            "AWS::NoValue": _MISSING,
        }
        return pseudo[name] if name in pseudo else self.references.get(name, name)

    def attribute(self, resource: str, attribute: str) -> Any:
        """Return what `GetAtt` gives; an unknown one is written `resource.attribute`."""
        return self.attributes.get((resource, attribute), f"{resource}.{attribute}")


def resolve(value: Any, values: Values) -> Any:
    """Return `value` (parsed YAML or JSON) with every intrinsic function resolved."""
    if isinstance(value, list):
        items = (resolve(item, values) for item in value)
        return [item for item in items if item is not _MISSING]
    if not isinstance(value, Mapping):
        return value
    if len(value) == 1:
        name, argument = next(iter(value.items()))
        if name in _FUNCTIONS:
            return _FUNCTIONS[name](argument, values)
    resolved = {key: resolve(item, values) for key, item in value.items()}
    return {key: item for key, item in resolved.items() if item is not _MISSING}


def condition_holds(name: str, values: Values) -> bool:
    """Say whether a condition of the template holds."""
    return bool(resolve(values.conditions[name], values))


def _ref(argument: Any, values: Values) -> Any:
    return values.reference(argument)


def _get_att(argument: Any, values: Values) -> Any:
    parts = argument if isinstance(argument, list) else argument.split(".", 1)
    return values.attribute(parts[0], ".".join(parts[1:]))


def _sub(argument: Any, values: Values) -> str:
    text, own = argument if isinstance(argument, list) else (argument, {})

    def replaced(match: re.Match[str]) -> str:
        name = match[1]
        if name.startswith("!"):
            return f"${{{name[1:]}}}"
        if name in own:
            return str(resolve(own[name], values))
        if "." in name:
            return str(_get_att(name, values))
        return str(values.reference(name))

    return _REFERENCE.sub(replaced, text)


def _join(argument: Any, values: Values) -> str:
    separator, items = argument
    return str(separator).join(str(item) for item in resolve(items, values))


def _select(argument: Any, values: Values) -> Any:
    index, items = argument
    return resolve(items, values)[int(resolve(index, values))]


def _split(argument: Any, values: Values) -> list[str]:
    separator, text = argument
    return str(resolve(text, values)).split(separator)


def _if(argument: Any, values: Values) -> Any:
    name, yes, no = argument
    return resolve(yes if condition_holds(name, values) else no, values)


def _equals(argument: Any, values: Values) -> bool:
    first, second = (resolve(item, values) for item in argument)
    return str(first) == str(second)


def _not(argument: Any, values: Values) -> bool:
    return not resolve(argument[0], values)


def _and(argument: Any, values: Values) -> bool:
    return all(resolve(item, values) for item in argument)


def _or(argument: Any, values: Values) -> bool:
    return any(resolve(item, values) for item in argument)


def _condition(argument: Any, values: Values) -> Any:
    # A lone `Condition` key is also a statement's or a resource's own property.
    known = isinstance(argument, str) and argument in values.conditions
    if known:
        return condition_holds(argument, values)
    return {"Condition": resolve(argument, values)}


def _find_in_map(argument: Any, values: Values) -> Any:
    name, first, second = (resolve(item, values) for item in argument[:3])
    return resolve(values.mappings[name][first][second], values)


_FUNCTIONS: dict[str, Callable[[Any, Values], Any]] = {
    "Ref": _ref,
    "Fn::GetAtt": _get_att,
    "Fn::Sub": _sub,
    "Fn::Join": _join,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::If": _if,
    "Fn::Equals": _equals,
    "Fn::Not": _not,
    "Fn::And": _and,
    "Fn::Or": _or,
    "Fn::FindInMap": _find_in_map,
    "Condition": _condition,
}
