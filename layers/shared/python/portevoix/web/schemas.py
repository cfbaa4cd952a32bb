"""What the API takes: pydantic stands at this door, and its complaints become our problems."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from portevoix.model.errors import InvalidError, Problem
from portevoix.model.posts import Part, Variant, Visibility
from portevoix.model.times import parse_moment, zone_of

MAXIMUM_DEPTH = 8
_CODES = {"missing": "field_missing", "extra_forbidden": "field_unknown"}

Name = Annotated[str, Field(min_length=1, max_length=120)]
Text = Annotated[str, Field(max_length=20_000)]


class Body(BaseModel):
    """A request: unknown fields are refused, so that a typing error is told.

    Each kind is built when it is first used: a cold start needs one of them.
    """

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, defer_build=True)


class PartBody(Body):
    """One part of a chain."""

    text: Text = ""
    media: list[Name] = Field(default=[], max_length=20)


class VariantBody(Body):
    """What is said on one account: `text` with `media`, or `parts` of a chain."""

    text: Text | None = None
    media: list[Name] = Field(default=[], max_length=20)
    parts: list[PartBody] | None = Field(default=None, min_length=1, max_length=99)
    language: str = Field(default="", max_length=35)
    visibility: Visibility = Visibility.PUBLIC
    content_warning: str = Field(default="", max_length=500)

    @property
    def says_something(self) -> bool:
        """Whether it has a text, media or parts."""
        return self.text is not None or bool(self.media) or self.parts is not None

    def variant(self) -> Variant:
        """Return the variant; raise InvalidError if it gives both `text` and `parts`."""
        if self.parts is not None and (self.text is not None or self.media):
            raise InvalidError(Problem.of("text_or_parts", "parts"))
        bodies = self.parts or [PartBody(text=self.text or "", media=self.media)]
        parts = tuple(Part(part.text, tuple(part.media)) for part in bodies)
        return Variant(parts, self.language, self.visibility, self.content_warning)


class EditBody(VariantBody):
    """A change of a post: only what is given changes."""

    moment: str | None = Field(default=None, max_length=40)
    publish_before: str | None = Field(default=None, max_length=40)
    zone: str = Field(default="", max_length=64)
    variants: dict[Name, VariantBody] = Field(default={}, max_length=99)

    def all_variants(self) -> dict[str, Variant]:
        """Return the variants by account id, network or `*`; empty if no text is given."""
        found = {name: body.variant() for name, body in self.variants.items()}
        if self.says_something:
            found["*"] = self.variant()
        return found

    def moment_at(self, brand_zone: ZoneInfo, now: datetime) -> datetime | None:
        """Return the moment asked for, local to `zone` or the brand's; `now` is allowed."""
        if (self.moment or "").lower() == "now":
            return now
        return self._parse(self.moment, brand_zone, "moment")

    def latest_at(self, brand_zone: ZoneInfo) -> datetime | None:
        """Return how late the post may leave."""
        return self._parse(self.publish_before, brand_zone, "publish_before")

    def _parse(self, text: str | None, brand_zone: ZoneInfo, where: str) -> datetime | None:
        zone = zone_of(self.zone) if self.zone else brand_zone
        return parse_moment(text, zone, where) if text else None


class PostBody(EditBody):
    """A new post."""

    brand: Name
    moment: str = Field(max_length=40)
    accounts: list[Name] = Field(min_length=1, max_length=99)
    ref: str = Field(default="", max_length=120)
    pair: bool = False
    hold: bool = False


class MediaBody(Body):
    """A media to come: its bytes follow by the form that is answered."""

    brand: Name
    file_name: Name
    content_type: str = Field(pattern=r"^(image|video)/[a-z0-9.+-]{1,60}$")
    byte_size: int = Field(gt=0, le=2_000_000_000)
    alt_texts: dict[Annotated[str, Field(max_length=35)], Annotated[str, Field(max_length=5000)]]
    credit: str = Field(default="", max_length=200)


class ScopeBody(Body):
    """Which account of a post is meant; none means all."""

    account: Name | None = None


class DecisionBody(Body):
    """What a member says of a delivery in doubt."""

    account: Name
    part: int = Field(default=1, ge=1, le=99)
    there: str | None = Field(default=None, max_length=2000)
    again: bool = False


def parse_body[B: Body](kind: type[B], text: str) -> B:
    """Return the request in `text`; raise InvalidError with every field to change."""
    try:
        value = json.loads(text or "{}")
    except (ValueError, RecursionError) as error:
        raise InvalidError(Problem.of("unreadable_json", "body")) from error
    if not isinstance(value, dict):
        raise InvalidError(Problem.of("unreadable_json", "body"))
    _check_depth(value)
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        raise InvalidError(*map(_problem_of, error.errors(include_url=False))) from error


def _check_depth(value: object) -> None:
    level: Sequence[object] = [value]
    for _ in range(MAXIMUM_DEPTH):
        level = [inner for item in level for inner in _inside(item)]
    if level:
        raise InvalidError(Problem.of("json_too_deep", "body", maximum=MAXIMUM_DEPTH))


def _inside(item: object) -> Sequence[object]:
    if isinstance(item, Mapping):
        return list(item.values())
    return item if isinstance(item, list) else ()


def _problem_of(error: Mapping[str, Any]) -> Problem:
    where = ".".join(str(step) for step in error["loc"])
    code = _CODES.get(error["type"], "field_unusable")
    return (
        Problem.of(code, where, reason=error["msg"])
        if code == "field_unusable"
        else (Problem.of(code, where))
    )
