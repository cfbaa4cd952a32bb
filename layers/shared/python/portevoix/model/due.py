"""What the clock hands out."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class DueKind(StrEnum):
    """Kinds of work with a schedule of their own."""

    PUBLISH = "publish"
    LISTEN = "listen"
    MEASURE = "measure"
    DIGEST = "digest"


@dataclass(frozen=True, slots=True)
class DueItem:
    """An entry of the due index: what (`parts` name it, as its kind does), when, for whom.

    `parts`: publish (post_id, account_id, part), listen (brand_id, source_id),
    measure (brand_id, account_id), digest (brand_id, recipient_id).
    """

    kind: DueKind
    parts: tuple[str, ...]
    due_at: datetime
    worker: str = ""
