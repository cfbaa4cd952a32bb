"""Import a content plan: what is right is planned, what is broken is told, again adds nothing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
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
from portevoix.model.deliveries import Delivery, DeliveryState
from portevoix.model.errors import InvalidError, Problem
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


QueuePost = Callable[[PlanPost, Mapping[str, Variant]], QueuedPost]
"""Plan a post, keeping refused deliveries with their reason; raise InvalidError."""


@dataclass(slots=True)
class ImportReport:
    """What an import did: deliveries planned and refused, posts already there, problems."""

    planned: list[Delivery] = field(default_factory=list)
    refused: list[Delivery] = field(default_factory=list)
    already_there: list[Post] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    """The first row of each post, by post id."""

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
            variants = build_variants(post, by_id, store_media)
            _count(report, post, variants, queue_post(post, variants))
        except InvalidError as error:
            report.problems += invalid_rows(post, error)
        yield report


def _count(
    report: ImportReport,
    wanted: PlanPost,
    variants: Mapping[str, Variant],
    queued: QueuedPost,
) -> None:
    report.rows[queued.post.post_id] = wanted.rows[0].number
    if queued.is_new:
        for delivery in queued.deliveries:
            is_refused = delivery.state is DeliveryState.REJECTED
            (report.refused if is_refused else report.planned).append(delivery)
        return
    report.already_there.append(queued.post)
    if not _says_the_same(wanted, variants, queued.post):
        problem = Problem.of("ref_changed", "ref", ref=wanted.ref, post=queued.post.post_id)
        report.problems.append(RowProblem(wanted.rows[0].number, "ref", problem))


def _says_the_same(wanted: PlanPost, variants: Mapping[str, Variant], stored: Post) -> bool:
    return (
        wanted.moment_at == stored.moment_at
        and set(wanted.account_ids) == set(stored.account_ids)
        and wanted.is_pair == stored.is_pair
        and dict(variants) == dict(stored.variants)
    )
