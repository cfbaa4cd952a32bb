"""What a content plan in CSV may look like, and what is said of a broken one."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from portevoix.intake.plan_csv import PlanRead, read_plan
from portevoix.model.posts import Visibility
from portevoix.texts.problems import problem_sentence

TORONTO = ZoneInfo("America/Toronto")
HEADER = "ref,moment,account,text,media,alt\n"


def read(text: str) -> PlanRead:
    return read_plan(text.encode(), TORONTO)


def told(plan: PlanRead) -> list[tuple[int, str, str]]:
    return [(p.row, p.column, p.problem.code) for p in plan.problems]


def test_a_row_is_read_local_to_the_brands_zone() -> None:
    plan = read("ref,moment,account,text\nR1,2027-03-22 08:00,mastodon:a,Bonjour\n")
    [row] = plan.rows
    assert plan.problems == ()
    assert row.number == 2
    assert row.moment_at == datetime(2027, 3, 22, 12, tzinfo=UTC)
    assert row.account_ids == ("mastodon:a",)
    assert row.parts[0].text == "Bonjour"


def test_a_zone_column_wins_over_the_brands_zone() -> None:
    plan = read("moment,zone,account,text\n2027-03-22 08:00,Europe/Paris,mastodon:a,Salut\n")
    assert plan.rows[0].moment_at == datetime(2027, 3, 22, 7, tzinfo=UTC)


@pytest.mark.parametrize("start", ["", "\ufeff"])
@pytest.mark.parametrize("separator", [",", ";"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_what_spreadsheets_write_is_read(start: str, separator: str, newline: str) -> None:
    cells = [
        ["moment", "accounts", "text"],
        ["2027-03-22 08:00", "a:x a:y", '"Un, deux; ""trois"""'],
    ]
    text = start + newline.join(separator.join(row) for row in cells) + newline
    [row] = read(text).rows
    assert row.account_ids == ("a:x", "a:y")
    assert row.parts[0].text == 'Un, deux; "trois"'


def test_a_line_of_three_hyphens_separates_the_parts_of_a_chain() -> None:
    plan = read('moment,account,text\n2027-03-22 08:00,a:x,"Un\n---\nDeux\n\nencore\n---\nTrois"\n')
    assert [part.text for part in plan.rows[0].parts] == ["Un", "Deux\n\nencore", "Trois"]


def test_no_break_spaces_of_the_text_stay() -> None:
    plan = read("moment,account,text\n2027-03-22 08:00,a:x,Vraiment\u202f? Oui\u00a0: 1\u00a0248\n")
    assert plan.rows[0].parts[0].text == "Vraiment\u202f? Oui\u00a0: 1\u00a0248"


def test_each_broken_row_says_its_number_its_column_and_why_and_the_others_are_read() -> None:
    plan = read(
        HEADER + "A,2027-03-22 24:30,a:x,Texte,,\n"
        "B,2027-03-22 08:00,,Texte,,\n"
        "\n"
        "C,2027-03-22 08:00,a:x,,,\n"
        "D,2027-03-14 02:30,a:x,Texte,,\n"
        "E,2027-03-22 08:00,a:x,Texte,photo.png,\n"
        "F,2027-03-22 08:00,a:x,Un, deux, trois, quatre\n"
        "G,2027-03-22 08:00,a:x,Bon,,\n"
    )
    assert [row.ref for row in plan.rows] == ["G"]
    assert plan.rows[0].number == 9
    assert told(plan) == [
        (2, "moment", "unreadable_moment"),
        (3, "account", "missing_value"),
        (5, "text", "missing_value"),
        (6, "moment", "skipped_moment"),
        (7, "alt", "alt_text_missing"),
        (8, "", "csv_too_many_cells"),
    ]


def test_all_that_is_wrong_with_a_row_is_told_at_once() -> None:
    plan = read("moment,account,text,visibility\n,,,everybody\n")
    assert [column for _, column, _ in told(plan)] == ["moment", "account", "text", "visibility"]


def test_an_unknown_zone_is_told() -> None:
    plan = read("moment,zone,account,text\n2027-03-22 08:00,America/Montral,a:x,Texte\n")
    assert told(plan) == [(2, "zone", "unknown_zone")]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "csv_empty"),
        ("moment,account,text\n2027-03-22 08:00,a:x,été".encode("latin-1"), "csv_not_utf8"),
        (b"moment,account,text,text\n", "csv_column_twice"),
        (b"when,account,text\n", "csv_missing_column"),
        (b"moment,account,text\n" + b"x" * 5_000_001, "csv_too_big"),
    ],
)
def test_a_file_that_is_no_plan_is_told_as_one(data: bytes, code: str) -> None:
    plan = read_plan(data, TORONTO)
    assert plan.rows == ()
    assert [p.problem.code for p in plan.problems] == [code]


def test_an_unbalanced_quotation_mark_is_told_and_nothing_is_raised() -> None:
    plan = read('moment,account,text\n2027-03-22 08:00,a:x,"never closed\n')
    assert told(plan) == [(2, "", "csv_unreadable_row")]


def test_a_misspelt_column_is_told_and_the_plan_is_read() -> None:
    plan = read("moment,account,text,visiblity\n2027-03-22 08:00,a:x,Texte,private\n")
    assert told(plan) == [(1, "visiblity", "csv_unknown_column")]
    assert plan.rows[0].visibility is Visibility.PUBLIC


def test_every_problem_has_a_sentence_in_both_languages() -> None:
    plan = read(HEADER + "A,24:30,,,photo.png,\nB,2027-03-22 08:00,a:x,T,,Alt\nC,1,2,3,4,5,6,7\n")
    for found in plan.problems:
        sentences = {problem_sentence(found.problem, language) for language in ("fr", "en")}
        assert len(sentences) == 2
