"""The numbers of a digest as tables with bars, beside what is usual."""

from collections.abc import Sequence
from dataclasses import dataclass

from portevoix.reporting.definitions import DEFINITIONS, Definition
from portevoix.reporting.facts import AccountNumbers
from portevoix.texts import say
from portevoix.texts.writing import change, number

TOLD_ELSEWHERE = frozenset({"posts_published"})
WITHOUT_BAR = frozenset({"followers", "followers_gained"})
"""Drawn beside the others, they would make all of them look small."""


@dataclass(frozen=True, slots=True)
class Row:
    """One number: `share` is its bar in percent, 0 for none; `usual` is empty without history."""

    label: str
    value: str
    usual: str
    share: int
    is_known: bool


@dataclass(frozen=True, slots=True)
class Table:
    """An account's numbers of one day."""

    caption: str
    columns: tuple[str, str, str]
    rows: tuple[Row, ...]

    @property
    def has_usual(self) -> bool:
        """Whether any number has a usual value."""
        return any(row.usual for row in self.rows)


def number_tables(numbers: Sequence[AccountNumbers], language: str) -> tuple[Table, ...]:
    """Return one table an account; bars of the same day share one scale."""
    shown = [d for d in DEFINITIONS if d.name not in TOLD_ELSEWHERE]
    scale = max(
        (
            value or 0
            for account in numbers
            for name, value in (*account.values.items(), *account.usual.items())
            if name not in WITHOUT_BAR | TOLD_ELSEWHERE
        ),
        default=0,
    )
    columns = (
        say("digest.column_number", language),
        say("digest.column_value", language),
        say("digest.column_usual", language),
    )
    return tuple(
        Table(
            account.account_id,
            columns,
            tuple(_row(definition, account, scale, language) for definition in shown),
        )
        for account in numbers
    )


def _row(definition: Definition, account: AccountNumbers, scale: int, language: str) -> Row:
    value = account.values.get(definition.name)
    usual = account.usual.get(definition.name)
    write = change if definition.name == "followers_gained" else number
    drawn = definition.name not in WITHOUT_BAR and value is not None and value > 0 and scale > 0
    return Row(
        label=say(f"metrics.{definition.name}", language),
        value=say("digest.not_known", language) if value is None else write(value, language),
        usual="" if usual is None else write(usual, language),
        share=max(1, round(100 * value / scale)) if drawn and value else 0,
        is_known=value is not None,
    )
