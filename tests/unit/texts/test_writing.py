"""Numbers, days and hours, as each language writes them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from portevoix.model.errors import Problem
from portevoix.texts.problems import problem_sentence
from portevoix.texts.writing import (
    THIN,
    amount,
    change,
    counted,
    day,
    days,
    hour,
    number,
    quoted,
)


@pytest.mark.parametrize(
    ("value", "french", "english"),
    [
        (0, "0", "0"),
        (999, "999", "999"),
        (1248, "1\u202f248", "1,248"),
        (-3, "−3", "−3"),
        (1234567, "1\u202f234\u202f567", "1,234,567"),
    ],
)
def test_numbers(value: int, french: str, english: str) -> None:
    assert (number(value, "fr-CA"), number(value, "en")) == (french, english)


def test_a_change_has_its_sign() -> None:
    assert [change(value, "fr") for value in (3, 0, -1)] == ["+3", "0", "−1"]


def test_zero_is_singular_in_french_and_plural_in_english() -> None:
    said = [[counted("digest.published", n, lang) for n in (0, 1, 2)] for lang in ("fr", "en")]
    assert said == [
        ["0 publication", "1 publication", "2 publications"],
        ["0 posts", "1 post", "2 posts"],
    ]


def test_days() -> None:
    monday, first = date(2027, 3, 22), date(2027, 4, 1)
    assert day(monday, "fr") == "lundi 22\u00a0mars"
    assert day(first, "fr") == "jeudi 1er\u00a0avril"
    assert day(first, "en") == "Thursday, April\u00a01"
    assert days(monday, monday, "fr") == day(monday, "fr")
    assert days(monday, first, "fr") == "du lundi 22\u00a0mars au jeudi 1er\u00a0avril"


@pytest.mark.parametrize(
    ("utc", "french", "english"),
    [
        (datetime(2027, 3, 22, 12, tzinfo=UTC), "8\u00a0h", "8:00\u00a0a.m."),
        (datetime(2027, 3, 22, 22, 30, tzinfo=UTC), "18\u00a0h\u00a030", "6:30\u00a0p.m."),
        (datetime(2027, 3, 22, 4, 5, tzinfo=UTC), "0\u00a0h\u00a005", "12:05\u00a0a.m."),
        (datetime(2027, 3, 22, 16, tzinfo=UTC), "12\u00a0h", "12:00\u00a0p.m."),
    ],
)
def test_hours_of_toronto(utc: datetime, french: str, english: str) -> None:
    zone = ZoneInfo("America/Toronto")
    assert (hour(utc, zone, "fr"), hour(utc, zone, "en")) == (french, english)


def test_quotation_marks() -> None:
    assert (quoted("a", "fr"), quoted("a", "en")) == ("«\u00a0a\u00a0»", "“a”")


def test_numbers_of_a_problem_are_written_as_the_language_does() -> None:
    big = Problem.of("media_too_big", "m:a", file="2027.5", size="17.0", limit="1200.5")
    french, english = (problem_sentence(big, language) for language in ("fr-CA", "en"))
    assert "pèse 17,0 Mo" in french
    assert f"1{THIN}200,5" in french
    assert "2027.5" in french
    assert "weighs 17.0 MB" in english
    assert "1,200.5" in english
    wide = Problem.of("too_many_pixels", "m:a", file="a.png", pixels=81000000, limit=16777216)
    assert f"81{THIN}000{THIN}000 pixels" in problem_sentence(wide, "fr")
    assert amount("fr-CA", "fr") == "fr-CA"
