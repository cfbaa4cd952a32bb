"""Posts: what a brand wants to say, once, with a moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

PUBLISH_BEFORE = timedelta(hours=1)
"""How late a post may leave unless it says otherwise."""


class Visibility(StrEnum):
    """Who may read a post or a mention. What is PRIVATE is in no digest, list, export or log."""

    PUBLIC = "public"
    UNLISTED = "unlisted"
    FOLLOWERS = "followers"
    PRIVATE = "private"


@dataclass(frozen=True, slots=True)
class Media:
    """An image or a video of a brand. `alt_texts` by language (`fr`), sizes in bytes and pixels.

    `is_stored` is False between the presigned upload's creation and the first look at the object.
    """

    media_id: str
    brand_id: str
    file_name: str
    content_type: str
    byte_size: int
    created_at: datetime
    width: int = 0
    height: int = 0
    sha256: str = ""
    alt_texts: Mapping[str, str] = field(default_factory=dict)
    credit: str = ""
    is_stored: bool = True

    @property
    def is_video(self) -> bool:
        """Whether it moves."""
        return self.content_type.startswith("video/")

    def alt_text(self, language: str) -> str:
        """Return the alt text for `language` (`fr-CA` falls back to `fr`), or an empty string."""
        return self.alt_texts.get(language) or self.alt_texts.get(language.partition("-")[0]) or ""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a post; a post with several parts is a chain."""

    text: str
    media_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Variant:
    """What a post says on one account or network. Empty `language` means the account's."""

    parts: tuple[Part, ...]
    language: str = ""
    visibility: Visibility = Visibility.PUBLIC
    content_warning: str = ""


@dataclass(frozen=True, slots=True)
class Post:
    """What a brand wants to say, once.

    `variants` are keyed by account id, network, or `*` for the post's own text. A pair is a post
    whose accounts leave together or not at all. `ref` is the plan's own name for it (`R1`).
    """

    post_id: str
    brand_id: str
    moment_at: datetime
    publish_before: datetime
    account_ids: tuple[str, ...]
    variants: Mapping[str, Variant]
    created_at: datetime
    created_by: str = ""
    ref: str = ""
    is_pair: bool = False
    revision: int = 1

    def variant_for(self, account_id: str, network: str) -> Variant | None:
        """Return the text for an account: its own, else its network's, else the post's."""
        return self.variants.get(account_id) or self.variants.get(network) or self.variants.get("*")
