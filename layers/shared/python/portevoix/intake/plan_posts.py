"""From the rows of a plan to posts: rows that share a pair make one post, both halves or none."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from portevoix.intake.plan_csv import PlanRead
from portevoix.intake.plan_rows import COLUMNS, PlanPart, PlanRow, RowProblem
from portevoix.model.brands import Account
from portevoix.model.errors import InvalidError, Problem
from portevoix.model.posts import Media, Part, Variant


@dataclass(frozen=True, slots=True)
class PlanPost:
    """One post of a plan, with the rows that it comes from."""

    ref: str
    rows: tuple[PlanRow, ...]

    @property
    def is_pair(self) -> bool:
        """Whether its halves leave together or not at all."""
        return bool(self.rows[0].pair)

    @property
    def moment_at(self) -> datetime:
        """Return when it is to leave."""
        return self.rows[0].moment_at

    @property
    def publish_before(self) -> datetime | None:
        """Return the earliest of its rows' limits, or None."""
        limits = [row.publish_before for row in self.rows if row.publish_before]
        return min(limits, default=None)

    @property
    def account_ids(self) -> tuple[str, ...]:
        """Return its accounts, in the order of the rows."""
        return tuple(account_id for row in self.rows for account_id in row.account_ids)

    def row_of(self, account_id: str) -> PlanRow:
        """Return the row of an account, or the first one."""
        return next((row for row in self.rows if account_id in row.account_ids), self.rows[0])


StoreMedia = Callable[[str, Mapping[str, str], str], Media]
"""Take a path, its alt texts by language and its credit; return the stored media."""


def group_rows(
    read: PlanRead, accounts: Mapping[str, Account]
) -> tuple[tuple[PlanPost, ...], tuple[RowProblem, ...]]:
    """Return the posts of a plan, in its order, and the problems that stop rows from being one."""
    groups: dict[str, list[PlanRow]] = {}
    for row in read.rows:
        groups.setdefault(row.own_ref, []).append(row)
    problems: list[RowProblem] = []
    posts = []
    for ref, rows in groups.items():
        found = _problems_of(rows, accounts)
        problems += found
        if not found:
            posts.append(PlanPost(ref, tuple(rows)))
    return tuple(posts), tuple(problems)


def build_variants(
    post: PlanPost, accounts: Mapping[str, Account], store_media: StoreMedia
) -> dict[str, Variant]:
    """Return the variants of a post by account id, its media stored on the way."""
    variants = {}
    for row in post.rows:
        languages = {row.language or accounts[name].language for name in row.account_ids}
        parts = tuple(_part(part, row.credit, languages, store_media) for part in row.parts)
        variant = Variant(parts, row.language, row.visibility, row.warning)
        variants.update(dict.fromkeys(row.account_ids, variant))
    return variants


def _part(part: PlanPart, credit: str, languages: Iterable[str], store_media: StoreMedia) -> Part:
    stored = [
        store_media(file.path, dict.fromkeys(languages, file.alt_text), credit)
        for file in part.files
    ]
    return Part(part.text, tuple(media.media_id for media in stored))


def _problems_of(rows: Sequence[PlanRow], accounts: Mapping[str, Account]) -> list[RowProblem]:
    found = [
        RowProblem(row.number, "account", Problem.of("unknown_account", name))
        for row in rows
        for name in row.account_ids
        if name not in accounts
    ]
    first, *others = rows
    if first.pair:
        return found + _pair_problems(rows)
    for row in others:
        problem = Problem.of("ref_twice", "ref", ref=row.ref or row.own_ref, row=first.number)
        found.append(RowProblem(row.number, "ref", problem))
    return found


def _pair_problems(rows: Sequence[PlanRow]) -> list[RowProblem]:
    pair, first = rows[0].pair, rows[0]
    names = [name for row in rows for name in row.account_ids]
    found = []
    if len(set(names)) < 2:
        problem = Problem.of("pair_half_missing", pair)
        found.append(RowProblem(first.number, "pair", problem))
    if len(names) != len(set(names)):
        problem = Problem.of("pair_account_twice", "pair", pair=pair)
        found.append(RowProblem(rows[-1].number, "pair", problem))
    for row in rows:
        if row.moment_at != first.moment_at:
            problem = Problem.of("pair_moments_differ", "moment", pair=pair, row=first.number)
            found.append(RowProblem(row.number, "moment", problem))
    return found


def invalid_rows(post: PlanPost, error: InvalidError) -> list[RowProblem]:
    """Return the problems of a refused post, each at the row and column that it is about."""
    return [
        RowProblem(post.row_of(problem.where).number, column_of(problem), problem)
        for problem in error.problems
    ]


def column_of(problem: Problem) -> str:
    """Return the column that a problem is about: by its words, else the text's."""
    if problem.where in COLUMNS:
        return problem.where
    return next((column for word, column in _COLUMN_OF_WORD if word in problem.code), "text")


_COLUMN_OF_WORD = (
    ("alt_text", "alt"),
    ("moment", "moment"),
    ("publish_before", "publish_before"),
    ("media", "media"),
    ("pixels", "media"),
    ("language", "language"),
    ("account", "account"),
)
