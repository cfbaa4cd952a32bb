"""Every sentence is there in both languages, well set, in the words of the glossary."""

import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from string import Formatter

import portevoix.texts
import pytest
from portevoix.model.deliveries import DeliveryState, HoldReason
from portevoix.model.troubles import READING
from portevoix.reporting.definitions import DEFINITIONS
from portevoix.texts import problems, say, troubles, typeset
from portevoix.texts.troubles import explain

GROUPS = tuple(module.name for module in pkgutil.iter_modules(portevoix.texts.__path__))
TRAPS = (
    r"\bretenue?s?\b",
    r"\blivraisons?\b",
    r"\blivrée?s?\b",
    r"\bdigests?\b",
    r"\bnewsletters?\b",
    r"\bton\b",
    r"\bassign",
    r"\bmanquée",
    r"\bwebhooks?\b",
    r"\bpayload\b",
    r"\bincidents?\b",
    r"\bidempoten",
    r"\bdétracteur",
    r"·",
)
"""What French screens never say (the glossary's traps)."""
FAULTS = {
    "an ordinary space before ; ! ? or a colon": re.compile(r" [;:!?](?!\S*//)"),
    "no thin space before ; ! ?": re.compile(r"[^\s\u202f(“«][;!?](?=\s|$)"),
    "no space before a colon": re.compile(r"[^\s\u00a0\d\\{}-]:(?=\s|$)"),
    "a space that breaks inside quotation marks": re.compile(r"«(?!\u00a0)|(?<!\u00a0)»"),
    "a straight apostrophe": re.compile(r"\w'\w"),
    "three dots": re.compile(r"\.\.\."),
}

FRENCH_SAYS_LESS = {"problems.field_unusable"}
"""Its reason comes from the validator, in English only."""


def sentences() -> Iterator[tuple[str, str, str]]:
    for group in GROUPS:
        texts = import_module(f"portevoix.texts.{group}").TEXTS
        for code, (french, english) in texts.items():
            yield f"{group}.{code}", french, english


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize(("code", "french", "english"), list(sentences()))
def test_both_languages_are_there_with_the_same_places(
    code: str, french: str, english: str
) -> None:
    assert french.strip()
    assert english.strip()
    if code not in FRENCH_SAYS_LESS:
        assert places(french) == places(english)
    assert places(french) <= places(english)


def faults(french: str) -> list[str]:
    return [name for name, pattern in FAULTS.items() if pattern.search(french)]


@pytest.mark.parametrize(("code", "french"), [(code, fr) for code, fr, _ in sentences()])
def test_french_is_well_set(code: str, french: str) -> None:
    assert faults(typeset(french.replace("Authorization:", ""))) == []


@pytest.mark.parametrize(
    "wrong",
    ["Non : rien", "Non: rien", "Quoi ?", "Quoi?", "« non »", "l'eau", "Et...", "Oui ; non"],
)
def test_the_checker_sees_bad_typography(wrong: str) -> None:
    assert faults(wrong)


@pytest.mark.parametrize(("code", "french"), [(code, fr) for code, fr, _ in sentences()])
def test_french_avoids_the_traps_of_the_glossary(code: str, french: str) -> None:
    assert [trap for trap in TRAPS if re.search(trap, french, re.IGNORECASE)] == []


def test_every_state_and_reason_has_its_words() -> None:
    for state in DeliveryState:
        assert say(f"states.{state}", "fr")
    for reason in HoldReason:
        assert say(f"states.held_{reason}", "fr")
        assert explain(f"held_{reason}", "en")[1]


def test_states_are_those_of_the_glossary() -> None:
    assert say("states.held", "fr") == "Suspendue"
    assert say("states.missed", "fr") == "Non envoyée (trop tard)"
    assert say("states.uncertain", "fr") == "Envoi à vérifier"
    assert say("states.needs_decision", "fr") == "À décider"


def test_every_trouble_says_what_to_do() -> None:
    for code in troubles.TEXTS:
        if code.endswith("_do") or code == "network_says":
            continue
        for language in ("fr", "en"):
            sentence, action = explain(code, language)
            assert sentence
            assert action


def test_every_trouble_of_reading_has_its_sentence() -> None:
    for _, code in READING:
        assert code in troubles.TEXTS
    assert "unreadable_answer" in troubles.TEXTS


def test_a_problem_s_sentence_is_its_own_action() -> None:
    values = (("length", "417"), ("limit", "400"), ("over", "17"))
    sentence, action = explain("text_too_long", "fr", values=values, where="mastodon:a")
    assert "417" in sentence
    assert action == ""
    assert set(problems.TEXTS) & set(troubles.TEXTS) == set()


def test_a_doubt_asks_a_member_only_once_it_is_theirs_to_decide() -> None:
    for language, nothing in (("fr", "Rien à faire"), ("en", "Nothing to do")):
        sentence, action = explain("uncertain", language, state="uncertain")
        assert action.startswith(nothing)
        asked = explain("uncertain", language, state="needs_decision")
        assert asked[0] == sentence
        assert not asked[1].startswith(nothing)


def test_five_tries_in_vain_leave_it_to_a_member() -> None:
    sentence, action = explain("gave_up", "fr")
    assert "cinq essais" in sentence
    assert action == "Relancez l’envoi, ou annulez-le."


def test_an_unknown_code_still_has_a_sentence() -> None:
    assert explain("never-heard-of", "en")[0] == "Something prevented this sending."


def test_every_number_has_a_name_and_a_meaning() -> None:
    for definition in DEFINITIONS:
        for language in ("fr", "en"):
            assert say(f"metrics.{definition.name}", language)
            assert say(f"metrics.{definition.name}_meaning", language)


def test_every_trouble_that_our_code_names_has_its_sentence() -> None:
    package = Path(portevoix.texts.__file__).parent.parent
    named = {
        code
        for path in package.rglob("*.py")
        for code in re.findall(r'\bTrouble\(\s*"(\w+)"', path.read_text(encoding="utf-8"))
    }
    assert {"uncertain", "too_late", "rejected"} <= named
    assert named <= set(troubles.TEXTS) | set(problems.TEXTS)
