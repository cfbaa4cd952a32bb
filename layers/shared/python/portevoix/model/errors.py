"""Errors branch by what the caller does next.

::

    PortevoixError
      ConfigurationError        fail, and say which setting
        MissingSecretError      an account must be connected again
      NotFoundError             404
      InvalidError              422, with every problem found
      ConflictError             409, or skip
      StoreUnavailableError     our own store did not answer: a write may have landed
      NetworkError(network, account_id)
        NotSentError            proof that nothing left: retry later
          RateLimitedError      a documented 429: not before `retry_at`
        UnknownOutcomeError     it may have been received: prove, never guess
        RejectedError           a definite no about the content: a member edits
        AuthorizationError      the account must be reconnected
        QuotaError              credits or daily quota gone: wait or pay
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to change: a `code` of texts/problems, its `values`, and where it stands.

    `where` is what a person recognises: an account id, a CSV column, a field name.
    """

    code: str
    where: str = ""
    values: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, code: str, where: str = "", **values: object) -> "Problem":
        """Build a problem with `values` given by name."""
        return cls(code, where, tuple((name, str(value)) for name, value in values.items()))


class PortevoixError(Exception):
    """Every error of ours. `str(error)` is one English sentence, for the log.

    `problems` say the same to a person, in their language; without any, the sentence has to do.
    """

    problems: tuple[Problem, ...] = ()

    def __init__(self, sentence: str = "", *problems: Problem) -> None:
        self.problems = problems
        super().__init__(sentence)


class ConfigurationError(PortevoixError):
    """A setting is missing or unusable; the sentence names it."""


class MissingSecretError(ConfigurationError):
    """An account's secret is not stored: it must be connected again."""


class NotFoundError(PortevoixError):
    """What was asked for does not exist (HTTP 404)."""


class ConflictError(PortevoixError):
    """Somebody else was faster, or it is too late (HTTP 409)."""


class StoreUnavailableError(PortevoixError):
    """Our own store did not answer, though asked again; what was to be written may be there."""


class InvalidError(PortevoixError):
    """Bad input (HTTP 422); `problems` says each thing to change."""

    def __init__(self, *problems: Problem) -> None:
        told = "; ".join(f"{p.where}: {p.code} {dict(p.values)}" for p in problems)
        super().__init__(told, *problems)


class NetworkError(PortevoixError):
    """A network's answer, or its absence. `detail` is for the log, redacted, never a screen."""

    def __init__(self, detail: str, *, network: str = "", account_id: str = "") -> None:
        self.detail = detail
        self.network = network
        self.account_id = account_id
        super().__init__(f"{network} {account_id}: {detail}".strip())


class NotSentError(NetworkError):
    """Proof that nothing left: DNS, refused, TLS, or a documented refusal to act now."""


class RateLimitedError(NotSentError):
    """The network said: not before `retry_at`."""

    def __init__(
        self, detail: str, *, retry_at: datetime, network: str = "", account_id: str = ""
    ) -> None:
        self.retry_at = retry_at
        super().__init__(detail, network=network, account_id=account_id)


class UnknownOutcomeError(NetworkError):
    """Time-out, reset, 5xx or nonsense after the first byte: it may have been received."""


class RejectedError(NetworkError):
    """The network refused the content. `reason` is the network's own words, shortened."""

    def __init__(
        self, detail: str, *, reason: str = "", network: str = "", account_id: str = ""
    ) -> None:
        self.reason = reason
        super().__init__(detail, network=network, account_id=account_id)


class AuthorizationError(NetworkError):
    """The network no longer accepts the account's credential."""


class QuotaError(NetworkError):
    """Credits or a daily quota are used up."""
