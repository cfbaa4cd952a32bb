"""How the demonstration is told on the screen."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from portevoix.intake.import_plan import ImportReport
from portevoix.model.deliveries import Delivery
from portevoix.web.words import state_words, trouble_sentence
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from tools.demo.reckoning import Week

TORONTO = ZoneInfo("America/Toronto")
PIPED_WIDTH = 160


class Teller:
    """Writes to the terminal, or plainly to a file."""

    def __init__(self) -> None:
        self._console = Console(width=None if Console().is_terminal else PIPED_WIDTH)

    def say(self, text: str, style: str | None = None) -> None:
        """Print a line."""
        self._console.print(text, style=style, highlight=False, markup=False, soft_wrap=True)

    def step(self, text: str, started: float) -> None:
        """Print that something is done, and how long it took since `started`."""
        self.say(f"{text} ({time.monotonic() - started:.1f} s).")

    def trouble(self, text: str) -> None:
        """Print what prevents the demonstration."""
        self.say(text, style="red")

    def imported(self, report: ImportReport) -> None:
        """Print what the import did, with the reason of what was refused."""
        self.say(f"Imported the plan: {len(report.planned)} sendings planned,", style="bold")
        self.say(f"  {len(report.refused)} refused, and told with what to change:")
        for delivery in report.refused:
            reason = _reason(delivery)
            self.say(f"  row {report.row_of(delivery)}, {delivery.key.account_id}:")
            self.say(f"    {reason}")
        for found in report.problems:
            self.trouble(f"  row {found.row}, {found.column}: {found.problem.code}")

    @contextmanager
    def passing(self) -> Iterator[Callable[[datetime], None]]:
        """Show the day that it is while time passes."""
        started = time.monotonic()
        with self._console.status("The week passes…") as status:

            def show(moment: datetime) -> None:
                status.update(f"The week passes: {moment.astimezone(TORONTO):%A %d %B, %H:%M}")

            yield show
        self.step("Eight days have passed", started)

    def timeline(self, week: Week, zone: ZoneInfo) -> None:
        """Print every sending: when it was planned, when the square had it, and where it is."""
        table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
        for title in ("Planned for", "On the square at", "Account", "Part", "State", "Address"):
            table.add_column(title, no_wrap=title != "State")
        ordered = sorted(week.deliveries, key=lambda d: (d.moment_at, d.key))
        for delivery in ordered:
            post = week.on_square(delivery)
            table.add_row(
                f"{delivery.moment_at.astimezone(zone):%a %d %b %H:%M:%S}",
                f"{post.created_at.astimezone(zone):%H:%M:%S.%f}"[:-3] if post else "—",
                delivery.key.account_id,
                f"{delivery.key.part}/{delivery.parts}",
                state_words(delivery.state, "en"),
                delivery.url or "—",
            )
        self.say("")
        self.say(f"The week, in {zone.key}", style="bold")
        self._console.print(table)

    def table(self, week: Week) -> None:
        """Print the closing table."""
        private = sum(mention.is_private for mention in week.mentions)
        table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
        rows = {
            "planned": week.planned,
            "published": len(week.published),
            "refused": week.refused,
            "late": len(week.late),
            "doubled": week.doubled,
            "mentions": f"{len(week.mentions)} ({private} private)",
            "mails": len(week.digests),
        }
        for name in rows:
            table.add_column(name)
        table.add_row(*map(str, rows.values()))
        self.say("")
        self._console.print(table)

    def digests(self, pages: Sequence[Path]) -> None:
        """Say where the mails are."""
        self.say("")
        if not pages:
            return
        self.say(f"{len(pages)} digests are in {_short(pages[0].parent)}; open for example:")
        for page in pages[4:6]:
            self.say(f"  {_short(page)}")

    def verdict(self, broken: Sequence[str], started: float) -> None:
        """Print whether the promise was kept."""
        self.say("")
        if not broken:
            self.say("Every post of the plan is on the square exactly once, on time.", "bold green")
        for sentence in broken:
            self.trouble(f"Not as promised: {sentence}.")
        self.step("Done", started)


def _reason(delivery: Delivery) -> str:
    if delivery.trouble is None:
        return state_words(delivery.state, "en")
    return trouble_sentence(delivery, "en")


def _short(path: Path) -> Path:
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
