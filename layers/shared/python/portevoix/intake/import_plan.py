"""Import a content plan: what is right is planned, what is broken is told, again adds nothing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from portevoix.intake.plan_csv import read_plan
from portevoix.intake.plan_posts import (
    PlanPost,
    StoreMedia,
    build_variants,
    group_rows,
    invalid_rows,
)
from portevoix.intake.plan_rows import RowProblem
from portevoix.model.brands import Account
from portevoix.model.deliveries import STOPPED, Delivery
from portevoix.model.errors import ConflictError, InvalidError, Problem
from portevoix.model.posts import Post, Variant


class QueuedPost(Protocol):
    """What became of one post: as planning answers it."""

    @property
    def post(self) -> Post:
        """The post as it is stored."""
        ...

    @property
    def deliveries(self) -> tuple[Delivery, ...]:
        """Its deliveries as they are stored."""
        ...

    @property
    def is_new(self) -> bool:
        """Whether it was not there before."""
        ...


@dataclass(frozen=True, slots=True)
class ReadyPost:
    """A post of a plan with its texts, its media stored."""

    post: PlanPost
    variants: Mapping[str, Variant]

    @property
    def moment_at(self) -> datetime:
        """Return when it is to leave."""
        return self.post.moment_at

    @property
    def account_ids(self) -> tuple[str, ...]:
        """Return its accounts."""
        return self.post.account_ids

    @property
    def is_pair(self) -> bool:
        """Return whether its halves leave together or not at all."""
        return self.post.is_pair


QueuePost = Callable[[ReadyPost], QueuedPost]
"""Plan a post, keeping refused deliveries with their reason; raise InvalidError."""


@dataclass(slots=True)
class ImportReport:
    """What an import did. `refused` has what is held by a refused half as well."""

    planned: list[Delivery] = field(default_factory=list)
    refused: list[Delivery] = field(default_factory=list)
    already_there: list[Post] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)
    rows: dict[tuple[str, str], int] = field(default_factory=dict)
    """The row of each post id and account."""

    def row_of(self, delivery: Delivery) -> int:
        """Return the row that a delivery comes from."""
        return self.rows[delivery.key.post_id, delivery.key.account_id]

    @property
    def is_clean(self) -> bool:
        """Whether nothing asks for a change."""
        return not self.problems and not self.refused


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan that was read: what can become posts, and what cannot."""

    posts: tuple[PlanPost, ...]
    problems: tuple[RowProblem, ...]


def prepare_plan(data: bytes, zone: ZoneInfo, accounts: Sequence[Account]) -> Plan:
    """Return the posts of a CSV plan; `accounts` are the brand's, `zone` is its own."""
    by_id = {account.account_id: account for account in accounts}
    read = read_plan(data, zone)
    posts, problems = group_rows(read, by_id)
    told = sorted((*read.problems, *problems), key=lambda found: found.row)
    return Plan(posts, tuple(told))


def import_plan(
    plan: Plan,
    accounts: Sequence[Account],
    *,
    store_media: StoreMedia,
    queue_post: QueuePost,
) -> Iterator[ImportReport]:
    """Plan the posts of `plan` one by one; yield the same growing report after each of them."""
    by_id = {account.account_id: account for account in accounts}
    report = ImportReport(problems=list(plan.problems))
    yield report
    for post in plan.posts:
        try:
            ready = ReadyPost(post, build_variants(post, by_id, store_media))
            _count(report, ready, queue_post(ready))
        except InvalidError as error:
            report.problems += invalid_rows(post, error)
        yield report


def _count(
    report: ImportReport,
    wanted: ReadyPost,
    queued: QueuedPost,
) -> None:
    row = wanted.post.rows[0].number
    for name in wanted.account_ids:
        report.rows[queued.post.post_id, name] = wanted.post.row_of(name).number
    if queued.is_new:
        for delivery in queued.deliveries:
            is_stopped = delivery.state in STOPPED
            (report.refused if is_stopped else report.planned).append(delivery)
        return
    report.already_there.append(queued.post)
    try:
        check_same(wanted, queued)
    except ConflictError as error:
        report.problems += [RowProblem(row, "ref", problem) for problem in error.problems]


class Wanted(Protocol):
    """What a post is to say, before it is one."""

    @property
    def moment_at(self) -> datetime:
        """When it is to leave."""
        ...

    @property
    def account_ids(self) -> tuple[str, ...]:
        """Where."""
        ...

    @property
    def is_pair(self) -> bool:
        """Whether its accounts leave together or not at all."""
        ...

    @property
    def variants(self) -> Mapping[str, Variant]:
        """Its texts."""
        ...


def check_same(wanted: Wanted, queued: QueuedPost, *, with_moment: bool = True) -> None:
    """Raise ConflictError if the `ref` was queued before and says something else."""
    stored = queued.post
    if queued.is_new or says_the_same(wanted, stored, with_moment=with_moment):
        return
    raise ConflictError(
        f"'{stored.ref}' is queued already and says something else: post {stored.post_id}.",
        Problem.of("ref_changed", "ref", ref=stored.ref, post=stored.post_id),
    )


def says_the_same(wanted: Wanted, stored: Post, *, with_moment: bool = True) -> bool:
    """Whether a post that is queued already says what is wanted, so that nothing is lost."""
    return (
        (wanted.moment_at == stored.moment_at or not with_moment)
        and set(wanted.account_ids) == set(stored.account_ids)
        and wanted.is_pair == stored.is_pair
        and dict(wanted.variants) == dict(stored.variants)
    )
