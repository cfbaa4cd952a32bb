"""Read a content plan from CSV: each broken row says its number, its column and why.

UTF-8 (a byte order mark is welcome), comma or semicolon, as Excel, LibreOffice and Google Sheets
write it (RFC 4180: https://www.rfc-editor.org/rfc/rfc4180).
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from portevoix.intake.plan_rows import COLUMNS, PlanFile, PlanPart, PlanRow, RowProblem
from portevoix.model.errors import InvalidError, Problem
from portevoix.model.posts import Visibility
from portevoix.model.times import parse_moment, zone_of

MAXIMUM_BYTES = 5_000_000
MAXIMUM_ROWS = 5_000
_PART_LINE = re.compile(r"\n[ \t]*---[ \t]*\n")


@dataclass(frozen=True, slots=True)
class PlanRead:
    """What could be read of a plan, and what could not."""

    rows: tuple[PlanRow, ...]
    problems: tuple[RowProblem, ...]


def read_plan(data: bytes, zone: ZoneInfo) -> PlanRead:
    """Return the rows of a CSV plan; moments without a `zone` column are local to `zone`.

    Nothing is raised for what somebody typed: problems name row and column, the rest is read.
    """
    try:
        reader = _open(data)
        header = _header(reader)
    except InvalidError as error:
        return PlanRead((), tuple(RowProblem(0, p.where, p) for p in error.problems))
    problems = [
        RowProblem(1, name, Problem.of("csv_unknown_column", name, column=name))
        for name in header
        if name and name not in COLUMNS
    ]
    rows: list[PlanRow] = []
    for number, cells in _records(reader, problems):
        if number > MAXIMUM_ROWS:
            problem = Problem.of("csv_too_many_rows", "file", maximum=MAXIMUM_ROWS)
            problems.append(RowProblem(number, "", problem))
            break
        try:
            rows.append(_read_row(number, _named(header, cells), zone))
        except InvalidError as error:
            problems += [RowProblem(number, p.where, p) for p in error.problems]
    return PlanRead(tuple(rows), tuple(problems))


def _open(data: bytes) -> Iterator[list[str]]:
    if len(data) > MAXIMUM_BYTES:
        raise InvalidError(Problem.of("csv_too_big", "file", maximum=MAXIMUM_BYTES))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidError(Problem.of("csv_not_utf8", "file")) from error
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = ";" if first.count(";") > first.count(",") else ","
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def _header(reader: Iterator[list[str]]) -> tuple[str, ...]:
    try:
        names = tuple(cell.strip().lower() for cell in next(reader, []))
    except csv.Error as error:
        raise InvalidError(Problem.of("csv_unreadable_row", "file")) from error
    if not any(names):
        raise InvalidError(Problem.of("csv_empty", "file"))
    missing = [name for name in ("moment", "text") if name not in names]
    if "account" not in names and "accounts" not in names:
        missing.append("account")
    if missing:
        raise InvalidError(*(Problem.of("csv_missing_column", n, column=n) for n in missing))
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise InvalidError(*(Problem.of("csv_column_twice", n, column=n) for n in twice))
    return names


def _records(
    reader: Iterator[list[str]], problems: list[RowProblem]
) -> Iterator[tuple[int, list[str]]]:
    number = 1
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            # The reader starts afresh on the next line, so later rows are still read.
            problems.append(RowProblem(number, "", Problem.of("csv_unreadable_row", "row")))
            continue
        if any(cell.strip() for cell in cells):
            yield number, cells


def _named(header: tuple[str, ...], cells: list[str]) -> Mapping[str, str]:
    if len(cells) > len(header):
        values = {"cells": len(cells), "columns": len(header)}
        raise InvalidError(Problem.of("csv_too_many_cells", "", **values))
    filled = cells + [""] * (len(header) - len(cells))
    return dict(zip(header, (cell.strip() for cell in filled), strict=True))


def _read_row(number: int, cells: Mapping[str, str], brand_zone: ZoneInfo) -> PlanRow:
    found: list[Problem] = []
    moment_at = publish_before = None
    try:
        zone = zone_of(cells["zone"]) if cells.get("zone") else brand_zone
        moment_at = _moment(cells, "moment", zone)
        publish_before = _moment(cells, "publish_before", zone)
    except InvalidError as error:
        found += error.problems
    else:
        if moment_at is None:
            found.append(_missing("moment"))
    account_column = "account" if "account" in cells else "accounts"
    account_ids = f"{cells.get('account', '')} {cells.get('accounts', '')}".split()
    if not account_ids:
        found.append(_missing(account_column))
    if not cells["text"]:
        found.append(_missing("text"))
    parts = _parts(cells, found)
    visibility = _visibility(cells, found)
    if found or moment_at is None:
        raise InvalidError(*found)
    return PlanRow(
        number=number,
        ref=cells.get("ref", ""),
        moment_at=moment_at,
        account_ids=tuple(dict.fromkeys(account_ids)),
        language=cells.get("language", ""),
        parts=parts,
        credit=cells.get("credit", ""),
        pair=cells.get("pair", ""),
        visibility=visibility,
        warning=cells.get("warning", ""),
        publish_before=publish_before,
    )


def _missing(column: str) -> Problem:
    return Problem.of("missing_value", column, column=column)


def _moment(cells: Mapping[str, str], column: str, zone: ZoneInfo) -> datetime | None:
    text = cells.get(column, "")
    return parse_moment(text, zone, column) if text else None


def _visibility(cells: Mapping[str, str], found: list[Problem]) -> Visibility:
    text = cells.get("visibility", "").lower()
    if text in ("", *Visibility):
        return Visibility(text or Visibility.PUBLIC)
    allowed = ", ".join(Visibility)
    found.append(Problem.of("unknown_visibility", "visibility", text=text, allowed=allowed))
    return Visibility.PUBLIC


def _parts(cells: Mapping[str, str], found: list[Problem]) -> tuple[PlanPart, ...]:
    texts = _split_parts(cells["text"])
    files = _split_parts(cells.get("media", ""))
    alts = _split_parts(cells.get("alt", ""))
    if max(len(files), len(alts)) > len(texts):
        found.append(Problem.of("csv_media_without_part", "media", parts=len(texts)))
    if any(not text for text in texts) and len(texts) > 1:
        found.append(Problem.of("empty_part", "text"))
    parts = []
    for index, text in enumerate(texts):
        paths = _split_list(files[index]) if index < len(files) else []
        said = _split_list(alts[index]) if index < len(alts) else []
        parts.append(PlanPart(text, _files(paths, said, found)))
    return tuple(parts)


def _files(paths: list[str], alts: list[str], found: list[Problem]) -> tuple[PlanFile, ...]:
    if len(alts) > len(paths):
        found.append(Problem.of("csv_alt_without_media", "alt"))
    said = alts + [""] * (len(paths) - len(alts))
    for path, alt in zip(paths, said, strict=False):
        if not alt:
            found.append(Problem.of("alt_text_missing", "alt", file=path))
    return tuple(PlanFile(path, alt) for path, alt in zip(paths, said, strict=False))


def _split_parts(cell: str) -> list[str]:
    text = cell.replace("\r\n", "\n").replace("\r", "\n")
    return [part.strip() for part in _PART_LINE.split(f"\n{text}\n")]


def _split_list(cell: str) -> list[str]:
    return [item.strip() for item in cell.replace("|", "\n").split("\n") if item.strip()]
