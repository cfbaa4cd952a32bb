"""Every sentence a person reads, in French and English.

Each module of this folder has `TEXTS`: code -> (French, English), with `{name}` places. The French
is written with ordinary spaces: `typeset` puts in those that do not break.
"""

import re
from functools import cache
from importlib import import_module

LANGUAGES = ("fr", "en")


def language_of(tag: str) -> str:
    """Return `fr` or `en` for a language tag (`fr-CA`); English for any other."""
    return "fr" if tag.partition("-")[0].lower() == "fr" else "en"


def say(code: str, language: str, /, **values: object) -> str:
    """Return the sentence `group.code` in `language` (`fr-CA` is French).

    Raise KeyError for a code that texts/ does not know, or a value that the sentence needs.
    """
    group, _, name = code.partition(".")
    sentences = import_module(f"portevoix.texts.{group}").TEXTS
    sentence = str(sentences[name][LANGUAGES.index(language_of(language))])
    return (typeset(sentence) if language_of(language) == "fr" else sentence).format(**values)


@cache
def typeset(french: str) -> str:
    """Return `french` with U+202F before ; ! ? and U+00A0 before a colon and inside « ».

    Only for our own sentences, never for what somebody else wrote.
    """
    french = re.sub(r" (?=[;!?])", "\u202f", french)
    return re.sub(r" (?=[:»])|(?<=«) ", "\u00a0", french)
