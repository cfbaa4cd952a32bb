"""Where we listen, and what was said."""

from dataclasses import dataclass
from datetime import datetime

from portevoix.model.posts import Visibility


@dataclass(frozen=True, slots=True)
class Source:
    """A place where we listen. `cursor` is the network's own; `interval_s` adapts to its pace."""

    source_id: str
    brand_id: str
    kind: str
    account_id: str
    due_at: datetime | None
    cursor: str = ""
    interval_s: int = 60
    lease_until: datetime | None = None
    failures: int = 0
    trouble: str = ""
    polled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Mention:
    """One thing somebody said, as plain text.

    `mention_id` is stable: the same thing polled twice is one mention. `in_reply_to` is the remote
    id of the post it answers. `text` of a PRIVATE mention is in no digest, list, export or log.
    """

    mention_id: str
    brand_id: str
    source_id: str
    account_id: str
    network: str
    kind: str
    author_handle: str
    author_name: str
    text: str
    url: str
    said_at: datetime
    visibility: Visibility
    language: str = ""
    in_reply_to: str = ""
    remote_id: str = ""
    author_audience: int | None = None

    @property
    def is_private(self) -> bool:
        """Whether only the brand may read it: everything that is not public or unlisted."""
        return self.visibility not in (Visibility.PUBLIC, Visibility.UNLISTED)


@dataclass(frozen=True, slots=True)
class MentionPage:
    """What one poll gave; `cursor` is stored only with its mentions."""

    mentions: tuple[Mention, ...]
    cursor: str
    has_more: bool
