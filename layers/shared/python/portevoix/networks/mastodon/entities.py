"""The answers we read, with the fields we use. Ids are opaque strings; the rest is ignored.

https://docs.joinmastodon.org/entities/. Loaded when listening, measuring or connecting; sending
does without, since pydantic takes longer to import than a post to leave.
"""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from portevoix.model.errors import UnknownOutcomeError


class Entity(BaseModel):
    """A part of an answer. Null is the same as absent: servers differ in which they send."""

    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {name: item for name, item in value.items() if item is not None}


class AccountEntity(Entity):
    """Who: https://docs.joinmastodon.org/entities/Account/."""

    id: str
    username: str = ""
    acct: str
    display_name: str = ""
    url: str | None = None
    followers_count: int | None = None
    following_count: int | None = None
    statuses_count: int | None = None


class StatusEntity(Entity):
    """A post: https://docs.joinmastodon.org/entities/Status/."""

    id: str
    uri: str = ""
    url: str | None = None
    created_at: datetime
    account: AccountEntity
    content: str = ""
    spoiler_text: str = ""
    visibility: str = ""
    language: str | None = None
    in_reply_to_id: str | None = None
    in_reply_to_account_id: str | None = None
    replies_count: int | None = None
    reblogs_count: int | None = None
    favourites_count: int | None = None
    quotes_count: int | None = None


class NotificationEntity(Entity):
    """Something that happened: https://docs.joinmastodon.org/entities/Notification/."""

    id: str
    type: str
    created_at: datetime
    status: StatusEntity | None = None


class SearchEntity(Entity):
    """What a search found: https://docs.joinmastodon.org/entities/Search/."""

    statuses: tuple[StatusEntity, ...] = ()


class StatusLimits(Entity):
    """`configuration.statuses` of an instance."""

    max_characters: int | None = None
    max_media_attachments: int | None = None
    characters_reserved_per_url: int | None = None


class MediaLimits(Entity):
    """`configuration.media_attachments` of an instance."""

    supported_mime_types: tuple[str, ...] = ()
    image_size_limit: int | None = None
    image_matrix_limit: int | None = None
    video_size_limit: int | None = None
    description_limit: int | None = None


class InstanceConfiguration(Entity):
    """What a server accepts."""

    statuses: StatusLimits = Field(default_factory=StatusLimits)
    media_attachments: MediaLimits = Field(default_factory=MediaLimits)


class InstanceEntity(Entity):
    """A server, version 2 or 1: https://docs.joinmastodon.org/entities/Instance/."""

    domain: str = ""
    account_domain: str = ""
    uri: str = ""
    version: str
    source_url: str = ""
    max_toot_chars: int | None = None
    configuration: InstanceConfiguration = Field(default_factory=InstanceConfiguration)


def read[T: Entity](kind: type[T], value: Any) -> T:
    """Return `value` as `kind`; raise UnknownOutcomeError naming the fields that do not fit."""
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        raise UnknownOutcomeError(f"{kind.__name__}: {_misfits(error)}") from error


def read_list[T: Entity](kind: type[T], values: list[Any]) -> tuple[T, ...]:
    """Return each of `values` as `kind`; raise UnknownOutcomeError as `read` does."""
    try:
        return TypeAdapter(tuple[kind, ...]).validate_python(values)  # type: ignore[valid-type]
    except ValidationError as error:
        raise UnknownOutcomeError(f"{kind.__name__}: {_misfits(error)}") from error


def _misfits(error: ValidationError) -> str:
    """Return where and why, without the values: they may be private words."""
    found = error.errors(include_input=False, include_url=False, include_context=False)
    return "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['type']}" for e in found[:5])
