"""Signed links: what a mail lets its recipient do, and nothing else.

The token is the purpose, the brand, the recipient and perhaps an expiry, with their HMAC-SHA256.
An unsubscription's link never expires and may be used again: it says that it is done already.
"""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from portevoix.model.errors import PortevoixError

UNSUBSCRIBE = "unsubscribe"
UNSUBSCRIBE_PATH = "/p/unsubscribe"
_DOMAIN = b"portevoix link 1\n"
"""Keeps these signatures apart from any other use of the key."""
_TOKEN_MAX = 1000


class BadLinkError(PortevoixError):
    """A link that we did not sign, for another purpose, cut, or expired."""


@dataclass(frozen=True, slots=True)
class Link:
    """What a link lets somebody do."""

    purpose: str
    brand_id: str
    recipient_id: str
    expires_at: datetime | None = None


def sign_link(link: Link, key: bytes) -> str:
    """Return the token of a link: letters, digits, `-`, `_` and one dot."""
    expires = int(link.expires_at.timestamp()) if link.expires_at else 0
    fields = [link.purpose, link.brand_id, link.recipient_id, expires]
    payload = json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()
    return f"{_encode(payload)}.{_encode(_signature(payload, key))}"


def read_link(token: str, purpose: str, key: bytes, now: datetime) -> Link:
    """Return what a token says; raise BadLinkError. The signature is compared in constant time."""
    payload_text, dot, signature_text = token.partition(".")
    if not dot or len(token) > _TOKEN_MAX:
        raise BadLinkError("The link is cut.")
    payload, signature = _decode(payload_text), _decode(signature_text)
    if not hmac.compare_digest(signature, _signature(payload, key)):
        raise BadLinkError("The link is not signed by us.")
    fields: list[Any] = json.loads(payload)
    said_purpose, brand_id, recipient_id, expires = fields
    if said_purpose != purpose:
        raise BadLinkError("The link is for something else.")
    expires_at = datetime.fromtimestamp(expires, UTC) if expires else None
    if expires_at and now >= expires_at:
        raise BadLinkError("The link has expired.")
    return Link(said_purpose, brand_id, recipient_id, expires_at)


def unsubscribe_url(pages_url: str, brand_id: str, recipient_id: str, key: bytes) -> str:
    """Return the address that a mail carries; `pages_url` is where the pages are served."""
    token = sign_link(Link(UNSUBSCRIBE, brand_id, recipient_id), key)
    return f"{pages_url.rstrip('/')}{UNSUBSCRIBE_PATH}?{urlencode({'t': token})}"


def _signature(payload: bytes, key: bytes) -> bytes:
    return hmac.new(key, _DOMAIN + payload, hashlib.sha256).digest()


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    """Return the bytes of `text`; only its one canonical spelling is accepted."""
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError as error:
        raise BadLinkError("The link is cut.") from error
    if _encode(data) != text:
        raise BadLinkError("The link is cut.")
    return data
