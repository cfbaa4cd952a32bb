"""The pages behind the links of a mail. GET shows, POST acts: a scanner that opens changes nothing.

Events and answers are API Gateway's HTTP API payload format 2.0:
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import parse_qs

from portevoix.model.digests import Recipient
from portevoix.model.errors import NotFoundError
from portevoix.ports import BrandStore, Clock, Credentials, DigestStore
from portevoix.texts import language_of, say
from portevoix.web.links import UNSUBSCRIBE, UNSUBSCRIBE_PATH, BadLinkError, read_link

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATES = Path(__file__).parent / "templates"
_ALLOWED = ("GET", "HEAD", "POST")
_FIELD, _VALUE = "List-Unsubscribe", "One-Click"
"""What a mail program posts (RFC 8058), and our own button too."""


class PagesEnvironment(Protocol):
    """What the pages need; bootstrap's Environment has it."""

    @property
    def clock(self) -> Clock:
        """The time."""
        ...

    @property
    def credentials(self) -> Credentials:
        """The signing key."""
        ...

    @property
    def brands(self) -> BrandStore:
        """Brands, for their names."""
        ...

    @property
    def digests(self) -> DigestStore:
        """Recipients."""
        ...


@dataclass(frozen=True, slots=True)
class PageView:
    """A page in words; `button` is empty where there is nothing to do."""

    language: str
    title: str
    lines: tuple[str, ...]
    button: str = ""


def handle_page(event: Mapping[str, Any], env: PagesEnvironment) -> dict[str, Any]:
    """Return the answer to one request; a bad link is a page that says so, with status 400."""
    method = str(event["requestContext"]["http"]["method"]).upper()
    path = str(event.get("rawPath", "")).rstrip("/")
    language = _browser_language(event)
    if path != UNSUBSCRIBE_PATH:
        return _answer(404, _plain("not_found", language), method)
    if method not in _ALLOWED:
        answer = _answer(405, _plain("wrong_method", language), method)
        return {**answer, "headers": {**answer["headers"], "Allow": ", ".join(_ALLOWED)}}
    token = str((event.get("queryStringParameters") or {}).get("t", ""))
    try:
        link = read_link(token, UNSUBSCRIBE, env.credentials.signing_key(), env.clock.now())
        recipient = env.digests.get_recipient(link.brand_id, link.recipient_id)
        brand = env.brands.get_brand(link.brand_id).name
    except (BadLinkError, NotFoundError):
        return _answer(400, _plain("bad_link", language), method)
    if method == "POST":
        return _act(event, env, recipient, brand)
    if recipient.unsubscribed_at:
        return _answer(200, _ended("already", recipient.language, brand), method)
    return _answer(200, _ask(recipient.language, brand), method)


def _act(
    event: Mapping[str, Any], env: PagesEnvironment, recipient: Recipient, brand: str
) -> dict[str, Any]:
    """Unsubscribe, if the request says so as our button and mail programs do."""
    language = recipient.language
    if not _is_one_click(event):
        view = _ask(language, brand, title=say("pages.unclear_title", language))
        return _answer(400, view, "POST")
    is_new = env.digests.unsubscribe(recipient.brand_id, recipient.recipient_id, env.clock.now())
    return _answer(200, _ended("done" if is_new else "already", language, brand), "POST")


def _is_one_click(event: Mapping[str, Any]) -> bool:
    """Whether the body says `List-Unsubscribe=One-Click`, as a form or as multipart."""
    body = str(event.get("body") or "")
    if event.get("isBase64Encoded"):
        try:
            body = base64.b64decode(body, validate=True).decode("utf-8", "replace")
        except binascii.Error:
            return False
    headers = {str(k).lower(): str(v) for k, v in (event.get("headers") or {}).items()}
    if headers.get("content-type", "").lower().startswith("multipart/form-data"):
        return f'name="{_FIELD}"' in body and _VALUE in body
    try:
        return parse_qs(body, max_num_fields=20).get(_FIELD) == [_VALUE]
    except ValueError:
        return False


def _browser_language(event: Mapping[str, Any]) -> str:
    """Return the language for somebody whom we do not know."""
    headers = {str(k).lower(): str(v) for k, v in (event.get("headers") or {}).items()}
    return language_of(headers.get("accept-language", "").partition(",")[0].strip())


def _ask(language: str, brand: str, title: str = "") -> PageView:
    return PageView(
        language_of(language),
        title or say("pages.ask_title", language),
        (say("pages.ask", language, brand=brand),),
        say("pages.ask_button", language),
    )


def _ended(code: str, language: str, brand: str) -> PageView:
    return PageView(
        language_of(language),
        say(f"pages.{code}_title", language),
        (say(f"pages.{code}", language, brand=brand), say("pages.regret", language, brand=brand)),
    )


def _plain(code: str, language: str) -> PageView:
    title, line = say(f"pages.{code}_title", language), say(f"pages.{code}", language)
    return PageView(language_of(language), title, (line,))


def _answer(status: int, view: PageView, method: str) -> dict[str, Any]:
    style = _style()
    page = _templates().get_template("page.html").render(view=view, style=style)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Language": view.language,
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "X-Robots-Tag": "noindex",
    }
    body = "" if method == "HEAD" else page
    return {"statusCode": status, "headers": headers, "body": body}


@cache
def _style() -> str:
    return (_TEMPLATES / "page.css").read_text(encoding="utf-8").strip()


@cache
def _templates() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
