"""What the answers of AWS mean to us: the one place that reads their error codes."""

from typing import TYPE_CHECKING, Any

from portevoix.model.errors import ConfigurationError, PortevoixError, StoreUnavailableError

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

    from portevoix.aws.shapes import Item

# Nothing was written, and asking again may help.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
_BUSY = frozenset(
    {
        "InternalServerError",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "Throttling",
        "ThrottlingException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)
_FORBIDDEN = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "ExpiredTokenException",
        "IncompleteSignature",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "UnrecognizedClientException",
    }
)
_CONDITION_FAILED = "ConditionalCheckFailed"
_HARMLESS_REASONS = frozenset({"None", _CONDITION_FAILED})


class RefusedError(PortevoixError):
    """A condition did not hold. `old` has the stored item of each refused write, by its index."""

    def __init__(self, old: "dict[int, Item | None]") -> None:
        self.old = old
        super().__init__(f"The condition of {len(old)} writes did not hold.")


def code_of(error: Exception) -> str:
    """Return the service's own code of an error, or an empty string."""
    response: dict[str, Any] = getattr(error, "response", {})
    return str(response.get("Error", {}).get("Code", ""))


def status_of(error: Exception) -> int:
    """Return the HTTP status of an error, or 0."""
    response: dict[str, Any] = getattr(error, "response", {})
    return int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def store_failure(error: Exception, table: str) -> Exception:
    """Return our error for one that DynamoDB's client raised; a defect of ours stays itself."""
    from botocore.exceptions import ClientError

    if isinstance(error, ClientError):
        return _answer_failure(error, table)
    return _transport_failure(error)


def _answer_failure(error: "ClientError", table: str) -> Exception:
    code = code_of(error)
    if code == "ConditionalCheckFailedException":
        old: Any = error.response
        return RefusedError({0: old.get("Item")})
    if code == "TransactionCanceledException":
        return _cancellation(error)
    if code == "ResourceNotFoundException":
        return ConfigurationError(
            f"There is no table '{table}': set PORTEVOIX_TABLE to the table of the deployed stack "
            "(its outputs name it), or deploy the stack, or start the local one with `make up`."
        )
    if code in _FORBIDDEN:
        return ConfigurationError(
            f"AWS refuses access to the table '{table}' ({code}): check the credentials and the "
            "role that this runs with."
        )
    if code in _BUSY or status_of(error) >= 500:
        return StoreUnavailableError(f"The table '{table}' did not answer: {code}.")
    return error


def _cancellation(error: "ClientError") -> Exception:
    response: Any = error.response
    reasons = response.get("CancellationReasons") or []
    codes = {reason.get("Code", "None") for reason in reasons}
    if not codes or not codes <= _HARMLESS_REASONS:
        names = ", ".join(sorted(codes - _HARMLESS_REASONS)) or "no reason given"
        if codes & {"ValidationError", "ItemCollectionSizeLimitExceeded"}:
            return error
        return StoreUnavailableError(f"The transaction was cancelled: {names}.")
    return RefusedError(
        {
            index: reason.get("Item")
            for index, reason in enumerate(reasons)
            if reason.get("Code") == _CONDITION_FAILED
        }
    )


def service_failure(error: Exception, what: str, advice: str) -> Exception:
    """Return our error for one that another client of AWS raised.

    `what` names the thing in the sentence, `advice` says what to do if it is missing. A defect of
    ours stays itself.
    """
    from botocore.exceptions import ClientError

    if not isinstance(error, ClientError):
        return _transport_failure(error)
    code = code_of(error)
    if code in _FORBIDDEN:
        return ConfigurationError(f"AWS refuses access to {what} ({code}): check the role.")
    if code in _BUSY or status_of(error) == 429 or status_of(error) >= 500:
        return StoreUnavailableError(f"{what} did not answer: {code}.")
    if "NotFound" in code or "NonExistentQueue" in code or code == "NoSuchBucket":
        return ConfigurationError(f"{what} does not exist: {advice}")
    return error


def _transport_failure(error: Exception) -> Exception:
    from botocore.exceptions import ConnectionError as AwsConnectionError
    from botocore.exceptions import (
        HTTPClientError,
        NoCredentialsError,
        NoRegionError,
        PartialCredentialsError,
    )
    from botocore.parsers import ResponseParserError

    if isinstance(error, (NoCredentialsError, PartialCredentialsError, NoRegionError)):
        return ConfigurationError(
            f"{error} Give AWS credentials and a region (AWS_PROFILE, AWS_REGION)."
        )
    if isinstance(error, (AwsConnectionError, HTTPClientError, ResponseParserError)):
        return StoreUnavailableError(f"AWS did not answer: {type(error).__name__}.")
    return error
