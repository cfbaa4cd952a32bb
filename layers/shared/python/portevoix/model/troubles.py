"""Which trouble an error is while something is read (sources, counters)."""

from portevoix.model.errors import (
    AuthorizationError,
    ConfigurationError,
    NotFoundError,
    NotSentError,
    PortevoixError,
    QuotaError,
    RateLimitedError,
    RejectedError,
)

READING = (
    (RateLimitedError, "rate_limited"),
    (NotSentError, "unreachable"),
    (AuthorizationError, "authorization"),
    (QuotaError, "quota"),
    (RejectedError, "reading_refused"),
    (ConfigurationError, "secret_missing"),
    (NotFoundError, "account_missing"),
)
"""Kinds of errors, narrow before wide, with their code of texts/troubles."""


def reading_trouble(error: PortevoixError) -> str:
    """Return the code of texts/troubles for an error met while reading."""
    found = (code for kind, code in READING if isinstance(error, kind))
    return next(found, "unreadable_answer")
