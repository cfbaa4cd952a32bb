"""Other people's words, harmless and short."""

import pytest
from portevoix.reporting.words import clean, excerpt, safe_url


@pytest.mark.parametrize(
    ("wild", "tame"),
    [
        ("a\r\nb\n\nc", "a b c"),
        ("\u202eabc\u202c", "abc"),
        ("a\u2028b\u0085c", "a b c"),
        ("\x1b[31mred", "[31mred"),
        ("a\u200bb\ufeff", "ab"),
        ("\ud800", "\ufffd"),
        ("👩\u200d🔬 ok", "👩\u200d🔬 ok"),
        ("l’été\u00a0: oui\u202f!", "l’été\u00a0: oui\u202f!"),
    ],
)
def test_words_are_cleaned(wild: str, tame: str) -> None:
    assert clean(wild) == tame
    clean(wild).encode()


def test_an_excerpt_ends_between_words() -> None:
    assert excerpt("un deux trois quatre", 12) == "un deux…"
    assert excerpt("court", 12) == "court"
    assert len(excerpt("x" * 500, 40)) == 40


def test_an_excerpt_cuts_no_accent_and_no_emoji() -> None:
    assert excerpt("e\u0301" * 20, 11) == "e\u0301" * 5 + "…"
    assert not excerpt("👩\u200d🔬" * 10, 6).endswith("\u200d…")


@pytest.mark.parametrize("url", ["https://a.example/x?y=1#z", "http://127.0.0.1:8091/@a/1"])
def test_a_plain_address_is_kept(url: str) -> None:
    assert safe_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://",
        "//a.example",
        "https://a b",
        "https://a\u202e.example",
        "https://a.example/\n",
        "https://[",
        "mailto:a@b.org",
    ],
)
def test_anything_else_is_dropped(url: str) -> None:
    assert safe_url(url) == ""
