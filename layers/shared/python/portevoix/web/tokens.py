"""Keys to the API: `pvx_<token id>_<secret>`, shown once; only the secret's hash is stored."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from datetime import datetime

from portevoix.model.brands import Token
from portevoix.model.errors import NotFoundError
from portevoix.ports import BrandStore, NewId

_TOKEN = re.compile(r"pvx_([A-Za-z0-9]{1,40})_([0-9a-f]{64})")
_NOBODY = hashlib.sha256(b"nobody").hexdigest()


def new_token(
    name: str, brand_ids: Sequence[str], new_id: NewId, now: datetime
) -> tuple[Token, str]:
    """Return a token to store and the text to hand over; no `brand_ids` means every brand."""
    secret = secrets.token_hex(32)
    token = Token(new_id(now), name, hash_of(secret), tuple(brand_ids), created_at=now)
    return token, f"pvx_{token.token_id}_{secret}"


def hash_of(secret: str) -> str:
    """Return what is stored of a secret: it has 256 random bits, so one SHA-256 is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def authenticate(authorization: str, brands: BrandStore) -> Token | None:
    """Return the token of an `Authorization` header; None if missing, unknown or revoked.

    The three are told apart neither by the answer nor by the time of a comparison.
    """
    scheme, _, value = authorization.strip().partition(" ")
    match = _TOKEN.fullmatch(value.strip()) if scheme.lower() == "bearer" else None
    if not match:
        return None
    try:
        token = brands.get_token(match[1])
    except NotFoundError:
        token = None
    is_right = hmac.compare_digest(token.secret_hash if token else _NOBODY, hash_of(match[2]))
    return token if token and is_right and token.revoked_at is None else None


def may_act_for(token: Token, brand_id: str) -> bool:
    """Whether a token is for this brand."""
    return not token.brand_ids or brand_id in token.brand_ids
