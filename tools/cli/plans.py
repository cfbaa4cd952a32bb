"""`portevoix import PLAN.csv`: a content plan, row by row."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from portevoix.intake.import_plan import (
    ImportReport,
    Plan,
    ReadyPost,
    import_plan,
    prepare_plan,
)
from portevoix.model.brands import Brand
from portevoix.model.errors import InvalidError, Problem
from portevoix.model.posts import Media
from portevoix.model.times import zone_of
from portevoix.publishing.plan import Draft, Queued, queue_post
from portevoix.texts.problems import problem_sentence
from portevoix.web.views import delivery_view
from rich.progress import track

from tools.cli.media import store_file
from tools.cli.session import Session, as_json, brand_option


@click.command("import")
@click.argument("plan", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@brand_option
@as_json
@click.pass_obj
def import_csv(session: Session, plan: Path, brand_id: str | None, is_json: bool) -> int:
    """Queue every row of a CSV plan; what is broken is told, and again adds nothing.

    The columns are told in docs/plan-csv.md. Ends with 1 if something asks for a change.
    """
    brand = session.brand(brand_id)
    read, steps = start_import(session.env, brand, plan, session.now)
    report = next(steps)
    is_shown = session.console.is_terminal and not is_json
    for _ in track(
        read.posts, "Importing", console=session.console, disable=not is_shown, transient=True
    ):
        report = next(steps)
    show_report(session, report, is_json)
    return 0 if report.is_clean else 1


def start_import(
    env: Any, brand: Brand, file: Path, now: datetime
) -> tuple[Plan, Iterator[ImportReport]]:
    """Read a plan; return it, and what imports one post of it a step (the first does none)."""
    accounts = env.brands.list_accounts(brand.brand_id)
    plan = prepare_plan(file.read_bytes(), zone_of(brand.zone), accounts)
    steps = import_plan(
        plan,
        accounts,
        store_media=_media_beside(file, env, brand.brand_id, now),
        queue_post=_queue(env, brand.brand_id, f"import {file.name}", now),
    )
    return plan, steps


def _media_beside(
    plan: Path, env: Any, brand_id: str, now: datetime
) -> Callable[[str, Mapping[str, str], str], Media]:
    """Return what stores the media that rows name: files in the plan's folder, never outside."""
    folder = plan.resolve().parent

    def store(path: str, alt_texts: Mapping[str, str], credit: str) -> Media:
        file = (folder / path).resolve()
        if not file.is_relative_to(folder):
            raise InvalidError(Problem.of("media_outside", "media", file=path))
        if not file.is_file():
            raise InvalidError(Problem.of("media_not_found", "media", file=path))
        return store_file(env, brand_id, file, alt_texts, credit, now)

    return store


def _queue(
    env: Any, brand_id: str, created_by: str, now: datetime
) -> Callable[[ReadyPost], Queued]:
    def queue(ready: ReadyPost) -> Queued:
        draft = Draft(
            brand_id=brand_id,
            moment_at=ready.moment_at,
            account_ids=ready.account_ids,
            variants=ready.variants,
            ref=ready.post.ref,
            is_pair=ready.is_pair,
            publish_before=ready.post.publish_before,
            created_by=created_by,
        )
        return queue_post(draft, env.desk, now, keep_refused=True)

    return queue


def show_report(session: Session, report: ImportReport, is_json: bool) -> None:
    """Print what an import did, and all that is to change."""
    language = session.language
    refused = sorted(
        ({"row": report.row_of(d), **delivery_view(d, language)} for d in report.refused), key=_row
    )
    problems = [
        {
            "row": found.row,
            "column": found.column,
            "code": found.problem.code,
            "message": problem_sentence(found.problem, language),
        }
        for found in sorted(report.problems, key=lambda found: found.row)
    ]
    if is_json:
        return session.show_json(
            {
                "planned": [delivery_view(d, language) for d in report.planned],
                "refused": refused,
                "already_there": [post.post_id for post in report.already_there],
                "problems": problems,
            }
        )
    session.show(
        f"{len(report.planned)} planned, {len(refused)} refused, "
        f"{len(report.already_there)} posts already there, {len(problems)} problems."
    )
    told = [{"row": r["row"], "column": r["account"], "message": _why(r)} for r in refused]
    columns = {"row": "Row", "column": "Where", "message": "What to change"}
    if told or problems:
        session.show_rows(sorted([*problems, *told], key=_row), columns, empty="")
    return None


def _row(view: Mapping[str, Any]) -> int:
    return int(view["row"])


def _why(view: Mapping[str, Any]) -> str:
    reason = view["trouble"] or view["hold"]
    return str(reason["message"]) if reason else str(view["state_text"])
