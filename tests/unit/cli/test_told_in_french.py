"""What cannot be done is told in the reader's language, without a table of ours missing."""

import pytest
from portevoix.model.errors import (
    ConfigurationError,
    ConflictError,
    NotFoundError,
    PortevoixError,
    Problem,
    StoreUnavailableError,
)

from tools.cli.session import sentences_of

NOT_THERE = NotFoundError("There is no post 'P'.", Problem.of("unknown_post", "P"))
LATE = ConflictError(
    "Too late: published.",
    Problem.of("too_late_to_change", "mastodon:a", part=1, state="published"),
    Problem.of("too_late_to_change", "mastodon:b", part=2, state="sending"),
)
TABLE = ConfigurationError("There is no table 'x': deploy the stack first.")


def test_an_error_is_told_by_its_problems() -> None:
    assert sentences_of(NOT_THERE, "en") == ["There is no post “P”: check its number."]
    [french] = sentences_of(NOT_THERE, "fr")
    assert french.startswith("Il n’y a pas de publication")


def test_states_are_told_in_the_readers_words() -> None:
    first, second = sentences_of(LATE, "fr")
    assert "mastodon:a, partie 1\u00a0: Publiée" in first
    assert "mastodon:b, partie 2\u00a0: Envoi en cours" in second
    assert "published" not in first
    assert "Published" in sentences_of(LATE, "en")[0]


def test_a_setting_is_told_in_french_with_its_name_and_in_english_as_it_is() -> None:
    [french] = sentences_of(TABLE, "fr")
    assert french == f"Un réglage de l’installation est à corriger. {TABLE}"
    assert sentences_of(TABLE, "en") == [str(TABLE)]


@pytest.mark.parametrize(
    "error", [NotFoundError("gone"), ConflictError("late"), StoreUnavailableError("500")]
)
def test_an_error_without_a_problem_is_french_too(error: PortevoixError) -> None:
    [french] = sentences_of(error, "fr")
    assert str(error) not in french
    assert french[0].isupper()
    assert sentences_of(error, "en") != [french]
