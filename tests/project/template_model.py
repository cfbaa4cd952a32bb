"""A template as the rules read it: as written, and as CloudFormation gets it."""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tools.resolve_template import TEMPLATE, read_template, resolve_template

Properties = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Template:
    """`written` has SAM's resources, `resolved` CloudFormation's, `text` the comments."""

    text: str
    written: dict[str, Any]
    resolved: dict[str, Any]

    @classmethod
    def of(cls, written: dict[str, Any], text: str) -> "Template":
        """Resolve a template that may have been broken on purpose."""
        return cls(text, written, resolve_template(copy.deepcopy(written)))

    def all(self, *types: str) -> Iterator[tuple[str, Properties]]:
        """Yield (logical id, properties) of each resolved resource of the types."""
        for name, resource in self.resolved["Resources"].items():
            if resource["Type"] in types:
                yield name, resource.get("Properties", {})

    def functions(self) -> dict[str, Properties]:
        """Return the functions by logical id."""
        return dict(self.all("AWS::Lambda::Function"))

    def environment(self, function: str) -> Properties:
        """Return the environment variables of a function."""
        variables: Properties = self.functions()[function]["Environment"]["Variables"]
        return variables

    def statements(self, role: str) -> list[Properties]:
        """Return the statements of a role's policies."""
        policies = self.resolved["Resources"][role]["Properties"].get("Policies", [])
        return [line for policy in policies for line in policy["PolicyDocument"]["Statement"]]

    def statements_of(self, function: str) -> list[Properties]:
        """Return the statements of a function's role."""
        return self.statements(target(self.functions()[function]["Role"]))

    def may(self, function: str, action: str, resource: str) -> bool:
        """Whether a function's role allows an action on a resource, by logical id."""
        return any(
            line["Effect"] == "Allow"
            and action in many(line["Action"])
            and resource in [target(one) for one in many(line["Resource"])]
            for line in self.statements_of(function)
        )


def load() -> Template:
    """Return the template of this project."""
    return Template.of(read_template(), TEMPLATE.read_text("utf-8"))


def many(value: Any) -> list[Any]:
    """Return a value that may be one or a list, as a list."""
    return value if isinstance(value, list) else [value]


def target(value: Any) -> str:
    """Return the logical id that a reference is to, empty when it is none."""
    if not isinstance(value, Mapping):
        return ""
    if "Ref" in value:
        return str(value["Ref"])
    found = value.get("Fn::GetAtt", "")
    return str(found[0] if isinstance(found, list) else str(found).partition(".")[0])


def strings(value: Any) -> Iterator[str]:
    """Yield every text in a value, at any depth, keys left out."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)
