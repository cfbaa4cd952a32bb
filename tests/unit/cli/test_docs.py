"""docs/command-line.md knows every command, and no other."""

import re
from pathlib import Path

import click

from tools.cli.main import portevoix

DOCS = Path(__file__).resolve().parents[3] / "docs"


def names() -> set[str]:
    found = set()
    for name, command in portevoix.commands.items():
        if isinstance(command, click.Group):
            found |= {f"{name} {inner}" for inner in command.commands}
        else:
            found.add(name)
    return found


def test_every_command_is_told_and_no_other() -> None:
    text = (DOCS / "command-line.md").read_text("utf-8")
    table = text[text.index("## Commands") :]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    told = {
        name.removesuffix(" PLAN.csv") for row in rows for name in re.findall(r"`([^`]+)`", row)
    }
    assert told == names()


def test_every_column_of_a_plan_is_told() -> None:
    from portevoix.intake.plan_rows import COLUMNS

    text = (DOCS / "plan-csv.md").read_text("utf-8")
    assert [name for name in COLUMNS if f"`{name}`" not in text] == []
