"""The rows of a content plan: what one line of a CSV says, and what is wrong with it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from portevoix.model.errors import Problem
from portevoix.model.posts import Visibility

COLUMNS = (
    "ref",
    "moment",
    "zone",
    "account",
    "accounts",
    "language",
    "text",
    "media",
    "alt",
    "credit",
    "pair",
    "visibility",
    "warning",
    "publish_before",
)
"""Every column that a plan may have; `moment`, `text` and `account` (or `accounts`) are needed."""


@dataclass(frozen=True, slots=True)
class PlanFile:
    """A media as a row names it: a path relative to the CSV, and its alt text."""

    path: str
    alt_text: str


@dataclass(frozen=True, slots=True)
class PlanPart:
    """One part of a row's text, with its media."""

    text: str
    files: tuple[PlanFile, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One readable row. `number` counts as a spreadsheet does: the header is row 1."""

    number: int
    ref: str
    moment_at: datetime
    account_ids: tuple[str, ...]
    language: str
    parts: tuple[PlanPart, ...]
    credit: str = ""
    pair: str = ""
    visibility: Visibility = Visibility.PUBLIC
    warning: str = ""
    publish_before: datetime | None = None

    @property
    def own_ref(self) -> str:
        """Return the pair's name, the row's, or one made of what the row says."""
        return self.pair or self.ref or f"row-{fingerprint(self)}"


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong with one cell; row 1 is the header, row 0 the whole file."""

    row: int
    column: str
    problem: Problem


def fingerprint(row: PlanRow) -> str:
    """Return 16 hexadecimal digits that stay the same while the row says the same."""
    said = (row.moment_at.isoformat(), row.account_ids, [part.text for part in row.parts])
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]
