"""What every command shares: the running stack, the language, and how things are shown."""

import json
import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click
from portevoix import bootstrap
from portevoix.model.brands import Brand
from portevoix.model.errors import (
    ConfigurationError,
    ConflictError,
    NetworkError,
    NotFoundError,
    PortevoixError,
    Problem,
    StoreUnavailableError,
)
from portevoix.model.times import zone_of
from portevoix.model.troubles import reading_trouble
from portevoix.texts import language_of, say
from portevoix.texts.problems import problem_sentence
from portevoix.texts.troubles import explain
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from tools.local.running import RunningStack, find_running

if TYPE_CHECKING:
    from portevoix.publishing.connect import Counter

PIPED_WIDTH = 200
OPTIONS = {
    "base_url": "--url",
    "token": "--access-token",
    "publish_before": "--publish-before",
}
"""The options by which a command takes what a problem is about."""
GENERAL = ((NotFoundError, "not_found"), (ConflictError, "conflict"))
"""Codes of texts/api for an error that carries no problem of its own."""


class NoStackError(click.ClickException):
    """No local stack runs, so there is nothing to talk to."""

    def __init__(self) -> None:
        super().__init__("No local stack runs here: start it with `make up`, in another window.")


class Session:
    """One run of the command line. Tests give `env`; people have the stack that runs."""

    def __init__(self, env: Any = None, environ: Mapping[str, str] = os.environ) -> None:
        self._given = env
        self._environ = environ
        self.console = Console(width=None if Console().is_terminal else PIPED_WIDTH)
        self.errors = Console(stderr=True, soft_wrap=True)

    @cached_property
    def language(self) -> str:
        """Return `fr` or `en`: PORTEVOIX_LANGUAGE, else LANG, else English."""
        tag = self._environ.get("PORTEVOIX_LANGUAGE") or self._environ.get("LANG", "")
        return language_of(tag.replace("_", "-"))

    @cached_property
    def stack(self) -> RunningStack:
        """Return the stack that runs; raise NoStackError."""
        found = find_running()
        if found is None:
            raise NoStackError
        return found

    @cached_property
    def env(self) -> Any:
        """Return the composition root: on the stack that the settings name, else on the local one.

        Whoever has set PORTEVOIX_TABLE means a deployed stack (see docs/install.md).
        """
        if self._given is not None:
            return self._given
        if not self._environ.get("PORTEVOIX_TABLE"):
            os.environ.update(self.stack.environment)
        bootstrap.use(None)
        return bootstrap.environment()

    @property
    def now(self) -> datetime:
        """Return the stack's moment."""
        moment: datetime = self.env.clock.now()
        return moment

    @property
    def counter(self) -> "Counter":
        """Return what connecting an account needs."""
        from portevoix.publishing.connect import Counter

        env = self.env
        return Counter(env.brands, env.listening, env.metrics, env.credentials, env.connectors)

    def brand(self, brand_id: str | None) -> Brand:
        """Return the brand of this id; without one, the only brand there is."""
        if brand_id:
            found: Brand = self.env.brands.get_brand(brand_id)
            return found
        brands: Sequence[Brand] = self.env.brands.list_brands()
        if len(brands) == 1:
            return brands[0]
        if not brands:
            raise click.ClickException("There is no brand yet: add one with `portevoix brand add`.")
        names = ", ".join(brand.brand_id for brand in brands)
        raise click.UsageError(f"Say which brand with --brand: {names}.")

    def show(self, text: str, style: str | None = None) -> None:
        """Print a line as it is: brackets in what people write are not markup."""
        self.console.print(text, style=style, soft_wrap=True, highlight=False, markup=False)

    def show_json(self, value: Any) -> None:
        """Print JSON, for other programs."""
        click.echo(json.dumps(value, ensure_ascii=False, indent=2))

    def show_rows(
        self, rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str], *, empty: str
    ) -> None:
        """Print a table: `columns` are titles by key; `empty` is said where there is nothing."""
        if not rows:
            self.show(empty)
            return
        table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
        for title in columns.values():
            table.add_column(title, overflow="fold")
        for row in rows:
            table.add_row(*(_cell(row.get(key)) for key in columns))
        self.console.print(table, highlight=False)

    def show_error(self, error: PortevoixError) -> None:
        """Print what went wrong and what to do, on the error stream."""
        for sentence in sentences_of(error, self.language):
            self.errors.print(sentence, style="red", highlight=False, markup=False)


def sentences_of(error: PortevoixError, language: str) -> list[str]:
    """Return an error as sentences; a network's own words stay in the log."""
    if error.problems:
        return [_told(problem, language) for problem in error.problems]
    if isinstance(error, NetworkError):
        return [" ".join(filter(None, explain(reading_trouble(error), language)))]
    if isinstance(error, ConfigurationError):
        return [say("problems.setting_to_mend", language, detail=error)]
    if language == "en" and str(error) and not isinstance(error, StoreUnavailableError):
        return [str(error)]
    code = next((code for kind, code in GENERAL if isinstance(error, kind)), "unavailable")
    return [say(f"api.{code}", language)]


def _told(problem: Problem, language: str) -> str:
    """Return a problem's sentence, after what it is about if the sentence does not name that."""
    where, text = OPTIONS.get(problem.where, problem.where), problem_sentence(problem, language)
    return f"{where}: {text}" if where and where not in text else text


def local_text(moment: datetime | None, zone: str | ZoneInfo) -> str:
    """Return a moment as the wall clock of `zone` shows it (`Mon 2027-03-22 08:00:00`)."""
    if moment is None:
        return ""
    return moment.astimezone(zone_of(zone) if isinstance(zone, str) else zone).strftime(
        "%a %Y-%m-%d %H:%M:%S"
    )


def _cell(value: Any) -> str:
    from rich.markup import escape

    if value is None:
        return "—"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return escape(", ".join(map(str, value)))
    return escape(str(value))


as_json = click.option("--json", "is_json", is_flag=True, help="Print JSON instead of a table.")
brand_option = click.option(
    "--brand", "brand_id", help="The brand's id; needed if there are several."
)
