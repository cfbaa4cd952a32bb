"""The page of the unsubscription: GET shows, POST acts, again says that it is done."""

import base64
import hashlib
import re
from typing import Any

import pytest
from portevoix.model.errors import ConfigurationError
from portevoix.web.links import Link, sign_link
from portevoix.web.pages import handle_page

from tests.factories import BRAND, a_brand, a_recipient
from tests.fakes.clock import FakeClock
from tests.fakes.credentials import FakeCredentials
from tests.fakes.store import FakeStore

FORM = "List-Unsubscribe=One-Click"


class Desk:
    """The environment of the pages, in memory."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.credentials = FakeCredentials()
        self.store = self.brands = self.digests = FakeStore()
        self.store.save_brand(a_brand())
        self.store.save_recipient(a_recipient())

    def token(self, recipient_id: str = "odile", purpose: str = "unsubscribe") -> str:
        return sign_link(Link(purpose, BRAND, recipient_id), self.credentials.key)

    def ask(self, method: str = "GET", token: str | None = None, **more: Any) -> dict[str, Any]:
        event = {
            "version": "2.0",
            "rawPath": "/p/unsubscribe",
            "requestContext": {"http": {"method": method}},
            "queryStringParameters": {"t": self.token() if token is None else token},
            "headers": {"content-type": "application/x-www-form-urlencoded"},
        }
        return handle_page(event | more, self)

    @property
    def is_subscribed(self) -> bool:
        return self.store.get_recipient(BRAND, "odile").unsubscribed_at is None


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_opening_the_link_changes_nothing_however_often(desk: Desk) -> None:
    desk.store.calls.clear()
    for method in ("GET", "HEAD", "GET", "GET"):
        assert desk.ask(method)["statusCode"] == 200
    assert desk.is_subscribed
    assert {call.partition("_")[0] for call in desk.store.calls} == {"get"}


def test_the_page_asks_in_the_recipient_s_language(desk: Desk) -> None:
    french = desk.ask()["body"]
    assert '<html lang="fr">' in french
    assert "Le point du jour de Rive commune ne vous sera plus envoyé." in french
    assert '<form method="post">' in french
    desk.store.save_recipient(a_recipient(language="en-CA"))
    english = desk.ask()["body"]
    assert '<html lang="en">' in english
    assert "Stop receiving it" in english


def test_the_button_stops_the_digest(desk: Desk) -> None:
    answer = desk.ask("POST", body=FORM)
    assert answer["statusCode"] == 200
    assert "C’est fait" in answer["body"]
    assert not desk.is_subscribed


def test_again_says_that_it_is_done_already(desk: Desk) -> None:
    desk.ask("POST", body=FORM)
    first = desk.store.get_recipient(BRAND, "odile")
    desk.clock.advance(86400 * 400)
    for answer in (desk.ask("POST", body=FORM), desk.ask()):
        assert answer["statusCode"] == 200
        assert "C’est déjà fait" in answer["body"]
        assert "<form" not in answer["body"]
    assert desk.store.get_recipient(BRAND, "odile") == first


@pytest.mark.parametrize(
    "more",
    [
        {"body": base64.b64encode(FORM.encode()).decode(), "isBase64Encoded": True},
        {
            "body": '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\n'
            "One-Click\r\n--x--\r\n",
            "headers": {"Content-Type": "multipart/form-data; boundary=x"},
        },
    ],
)
def test_a_mail_program_s_one_click_is_understood(desk: Desk, more: dict[str, Any]) -> None:
    assert desk.ask("POST", **more)["statusCode"] == 200
    assert not desk.is_subscribed


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"body": ""},
        {"body": "List-Unsubscribe=no"},
        {"body": "x=1"},
        {"body": "&".join("a=1" for _ in range(50))},
        {"body": "%%%", "isBase64Encoded": True},
    ],
)
def test_a_post_that_does_not_say_so_changes_nothing(desk: Desk, more: dict[str, Any]) -> None:
    answer = desk.ask("POST", **more)
    assert answer["statusCode"] == 400
    assert "Rien n’a changé" in answer["body"]
    assert desk.is_subscribed


def test_a_bad_link_is_a_clear_page(desk: Desk) -> None:
    bad = [
        "",
        "nonsense",
        desk.token()[:-2],
        desk.token(purpose="decide"),
        desk.token(recipient_id="gone"),
    ]
    for method in ("GET", "POST", "HEAD"):
        for token in bad:
            answer = desk.ask(method, token, body=FORM, headers={"Accept-Language": "fr-CA,en"})
            assert answer["statusCode"] == 400
            assert method == "HEAD" or "Ce lien ne fonctionne pas" in answer["body"]
    assert desk.is_subscribed


def test_an_unknown_recipient_and_a_bad_signature_look_the_same(desk: Desk) -> None:
    assert desk.ask(token=desk.token(recipient_id="gone")) == desk.ask(token="x.y")


def test_a_request_without_query_or_headers_is_answered(desk: Desk) -> None:
    answer = desk.ask(queryStringParameters=None, headers=None)
    assert answer["statusCode"] == 400
    assert "This link does not work" in answer["body"]


def test_other_methods_and_paths_are_refused(desk: Desk) -> None:
    for method in ("PUT", "DELETE", "OPTIONS", "PATCH"):
        answer = desk.ask(method, body=FORM)
        assert (answer["statusCode"], answer["headers"]["Allow"]) == (405, "GET, HEAD, POST")
    assert desk.ask(rawPath="/p/other")["statusCode"] == 404
    assert desk.is_subscribed


def test_without_a_signing_key_the_invocation_fails(desk: Desk) -> None:
    token = desk.token()
    desk.credentials.key = b""
    with pytest.raises(ConfigurationError):
        desk.ask(token=token)


def test_every_answer_is_closed(desk: Desk) -> None:
    answers = [desk.ask(), desk.ask("POST", body=FORM), desk.ask(token="x"), desk.ask("PUT")]
    for answer in answers:
        headers = answer["headers"]
        style = re.search(r"<style>(.*?)</style>", answer["body"], re.DOTALL)
        assert style
        digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
        policy = headers["Content-Security-Policy"]
        assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}'; ")
        assert "frame-ancestors 'none'" in policy
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Type"] == "text/html; charset=utf-8"
        assert "style=" not in answer["body"]
        assert "<script" not in answer["body"]
        assert answer["body"].count("<h1>") == answer["body"].count("<title>") == 1


def test_a_hostile_brand_name_stays_a_name(desk: Desk) -> None:
    desk.store.save_brand(a_brand(name="<script>alert(1)</script>"))
    assert "<script" not in desk.ask()["body"]


def test_head_has_headers_and_no_body(desk: Desk) -> None:
    assert desk.ask("HEAD")["body"] == ""
    assert desk.ask("HEAD")["headers"] == desk.ask("GET")["headers"]


def test_text_and_background_contrast_is_enough(desk: Desk) -> None:
    style = re.search(r"<style>(.*?)</style>", desk.ask()["body"], re.DOTALL)
    assert style
    for ink, paper in (("#1d2a2e", "#ffffff"), ("#1d2a2e", "#f4f1ea"), ("#ffffff", "#0b5c6b")):
        assert ink.replace("ffffff", "fff") in style[1]
        assert contrast(ink, paper) >= 4.5


def contrast(first: str, second: str) -> float:
    """WCAG's ratio: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio."""
    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
