"""Links: what we signed is read back, and nothing else is."""

import base64
from datetime import timedelta

import pytest
from portevoix.web.links import BadLinkError, Link, read_link, sign_link, unsubscribe_url

from tests.factories import NOON

KEY = b"k" * 32
LINK = Link("unsubscribe", "rive-commune", "léa.o'neil")


def test_a_link_is_read_back() -> None:
    token = sign_link(LINK, KEY)
    assert read_link(token, "unsubscribe", KEY, NOON) == LINK
    assert token.replace("-", "").replace("_", "").replace(".", "").isalnum()


def test_an_unsubscription_never_expires() -> None:
    token = sign_link(LINK, KEY)
    assert read_link(token, "unsubscribe", KEY, NOON + timedelta(days=9000)) == LINK


def test_an_expiry_is_kept() -> None:
    link = Link("other", "b", "r", NOON)
    token = sign_link(link, KEY)
    assert read_link(token, "other", KEY, NOON - timedelta(seconds=1)) == link
    with pytest.raises(BadLinkError):
        read_link(token, "other", KEY, NOON)


def test_a_link_serves_one_purpose_and_one_key() -> None:
    token = sign_link(LINK, KEY)
    with pytest.raises(BadLinkError):
        read_link(token, "decide", KEY, NOON)
    with pytest.raises(BadLinkError):
        read_link(token, "unsubscribe", b"another key", NOON)


def test_every_changed_character_is_refused() -> None:
    token = sign_link(LINK, KEY)
    for place, char in enumerate(token):
        changed = token[:place] + ("A" if char != "A" else "B") + token[place + 1 :]
        with pytest.raises(BadLinkError):
            read_link(changed, "unsubscribe", KEY, NOON)


@pytest.mark.parametrize("token", ["", ".", "a", "é.é", "a.b", "=.=", "x" * 5000 + ".y", "a.b.c"])
def test_nonsense_is_refused(token: str) -> None:
    with pytest.raises(BadLinkError):
        read_link(token, "unsubscribe", KEY, NOON)


def test_another_spelling_of_the_same_bytes_is_refused() -> None:
    payload, _, signature = sign_link(LINK, KEY).partition(".")
    padded = base64.urlsafe_b64encode(base64.urlsafe_b64decode(signature + "=")).decode()
    assert padded != signature
    with pytest.raises(BadLinkError):
        read_link(f"{payload}.{padded}", "unsubscribe", KEY, NOON)


def test_the_address_of_the_page_carries_the_link() -> None:
    url = unsubscribe_url("https://x.example/", "rive-commune", "léa", KEY)
    assert url.startswith("https://x.example/p/unsubscribe?t=")
    assert url.isascii()
