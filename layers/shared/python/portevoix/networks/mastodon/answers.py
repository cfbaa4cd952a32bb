"""What an answer means, by its status: never by its words, which come in every language.

https://docs.joinmastodon.org/api/rate-limits/ and app/controllers/concerns/api/error_handling.rb
of mastodon/mastodon.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from portevoix.model.errors import (
    AuthorizationError,
    NetworkError,
    NotSentError,
    RateLimitedError,
    RejectedError,
    UnknownOutcomeError,
)
from portevoix.networks.session import Answer

REASON_MAX = 200
LIMITED_WITHOUT_A_MOMENT = timedelta(seconds=60)
LONGEST_LIMIT = timedelta(hours=6)
"""A server whose clock is wrong does not stop an account for days."""
_BEFORE_THE_SERVER_ACTS = frozenset({408, 425})


def error_of(answer: Answer, now: Callable[[], datetime]) -> NetworkError | None:
    """Return what went wrong in an answer, or None for a success (200 to 299)."""
    status = answer.status
    if 200 <= status < 300:
        return None
    said = _said(answer)
    detail = f"HTTP {status} {said}".strip()
    if status == 429:
        return RateLimitedError(detail, retry_at=retry_at(answer, now()))
    if status in (401, 403) or (status == 400 and _is_plain_text(answer)):
        # Takahe answers a bad token with 400 and a plain text. 403: a scope is missing, or the
        # account is suspended: nothing about the content helps.
        return AuthorizationError(detail)
    if status in _BEFORE_THE_SERVER_ACTS:
        return NotSentError(detail)
    if 400 <= status < 500:
        return RejectedError(detail, reason=said or f"HTTP {status}")
    return UnknownOutcomeError(detail)


def object_of(answer: Answer) -> dict[str, Any]:
    """Return the JSON object of a success; raise UnknownOutcomeError for anything else."""
    try:
        value = answer.json()
    except ValueError as error:
        raise UnknownOutcomeError(f"HTTP {answer.status} that is not JSON") from error
    if not isinstance(value, dict):
        raise UnknownOutcomeError(f"HTTP {answer.status} with JSON that is not an object")
    return value


def list_of(answer: Answer) -> list[Any]:
    """Return the JSON list of a success; raise UnknownOutcomeError for anything else."""
    try:
        value = answer.json()
    except ValueError as error:
        raise UnknownOutcomeError(f"HTTP {answer.status} that is not JSON") from error
    if not isinstance(value, list):
        raise UnknownOutcomeError(f"HTTP {answer.status} with JSON that is not a list")
    return value


def retry_at(answer: Answer, now: datetime) -> datetime:
    """Return when a limited request may be sent again: what the server says, or in a minute."""
    told = _retry_after(answer, now) or reset_at(answer)
    moment = told or now + LIMITED_WITHOUT_A_MOMENT
    return min(max(moment, now + timedelta(seconds=1)), now + LONGEST_LIMIT)


def exhausted_until(answer: Answer, now: datetime) -> datetime | None:
    """Return until when the answer says that no request is left, or None."""
    if answer.headers.get("x-ratelimit-remaining", "").strip() != "0":
        return None
    reset = reset_at(answer)
    return min(reset, now + LONGEST_LIMIT) if reset and reset > now else None


def reset_at(answer: Answer) -> datetime | None:
    """Return the moment of `X-RateLimit-Reset` (ISO 8601), or None."""
    return moment_of(answer.headers.get("x-ratelimit-reset", ""))


def moment_of(text: str) -> datetime | None:
    """Return the aware UTC moment of an ISO 8601 text, or None if it is not one."""
    try:
        moment = datetime.fromisoformat(text.strip())
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def link_of(answer: Answer, relation: str) -> str:
    """Return the URL of a `Link` header, verbatim, or an empty string.

    Its forms differ from server to server: it is followed, never built.
    """
    for url, parameters in re.findall(r"<([^>]*)>([^<]*)", answer.headers.get("link", "")):
        if re.search(rf'\brel\s*=\s*"?{relation}\b', parameters):
            return str(url)
    return ""


def _retry_after(answer: Answer, now: datetime) -> datetime | None:
    """Return the moment of `Retry-After`: seconds, or an HTTP date."""
    text = answer.headers.get("retry-after", "").strip()
    if text.isdecimal():
        return now + min(timedelta(seconds=int(text[:9])), LONGEST_LIMIT)
    if not text:
        return None
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(text)
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except OverflowError:
        return None
    except ValueError:
        return moment_of(text)


def _said(answer: Answer) -> str:
    """Return the server's own words on one short line; markup is nobody's words."""
    try:
        value = answer.json()
    except ValueError:
        return _one_line(answer.body.decode("utf-8", "replace")) if _is_plain_text(answer) else ""
    words = value.get("error") if isinstance(value, dict) else None
    return _one_line(words) if isinstance(words, str) else ""


def _one_line(words: str) -> str:
    line = " ".join("".join(c if c.isprintable() else " " for c in words).split())
    return line if len(line) <= REASON_MAX else line[: REASON_MAX - 1] + "…"


def _is_plain_text(answer: Answer) -> bool:
    return answer.headers.get("content-type", "").lower().startswith("text/plain")
