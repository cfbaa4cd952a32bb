"""Mail through Amazon SES: one message to one address, once."""

from typing import TYPE_CHECKING, Any

from portevoix.aws.failures import code_of, status_of
from portevoix.model.errors import (
    ConfigurationError,
    NotSentError,
    PortevoixError,
    Problem,
    RejectedError,
    UnknownOutcomeError,
)

if TYPE_CHECKING:
    from botocore.exceptions import ClientError
    from mypy_boto3_sesv2 import SESV2Client

NETWORK = "ses"
# https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html#API_SendEmail_Errors
_BUSY = frozenset(
    {"LimitExceededException", "Throttling", "ThrottlingException", "TooManyRequestsException"}
)
_STOPPED = frozenset({"AccountSuspendedException", "SendingPausedException"})
_FORBIDDEN = frozenset({"AccessDenied", "AccessDeniedException", "UnrecognizedClientException"})


class SesMailer:
    """Implements `ports.Mailer`. Its client never retries (`clients.py`)."""

    def __init__(self, client: "SESV2Client", configuration_set: str = "") -> None:
        self._client = client
        self._configuration_set = configuration_set

    def send(self, message: bytes, *, sender: str, recipient: str) -> str:
        """Send a complete MIME message as it is; return its id.

        Raise ConfigurationError (sender not verified, sandbox, paused), RejectedError (recipient
        or message refused), NotSentError (nothing left), UnknownOutcomeError (it may have left).
        """
        from botocore.exceptions import BotoCoreError, ClientError

        request: dict[str, Any] = {
            "FromEmailAddress": sender,
            "Destination": {"ToAddresses": [recipient]},
            "Content": {"Raw": {"Data": message}},
        }
        if self._configuration_set:
            request["ConfigurationSetName"] = self._configuration_set
        try:
            answer = self._client.send_email(**request)
        except ClientError as error:
            raise _refusal(error, sender) from error
        except BotoCoreError as error:
            raise _silence(error) from error
        return answer["MessageId"]


def _refusal(error: "ClientError", sender: str) -> PortevoixError:
    code = code_of(error)
    words = str(error.response.get("Error", {}).get("Message", ""))
    if "not verified" in words or code == "MailFromDomainNotVerifiedException":
        return ConfigurationError(
            f"Amazon SES does not send for '{sender}': verify this address or its domain in SES "
            "(PORTEVOIX_SENDER_ADDRESS), or, if it is verified, leave the SES sandbox, in which "
            "recipients must be verified too.",
            Problem.of("sender_not_verified", address=sender),
        )
    if code in _STOPPED:
        return ConfigurationError(
            f"Amazon SES has stopped this account's sending ({code}).", Problem.of("mail_stopped")
        )
    if code in _FORBIDDEN:
        return ConfigurationError(
            f"AWS refuses to send as '{sender}' ({code}): the role allows only the address of "
            "PORTEVOIX_SENDER_ADDRESS."
        )
    if code == "NotFoundException":
        return ConfigurationError(
            "Amazon SES has no such configuration set: set PORTEVOIX_CONFIGURATION_SET to the one "
            "of the stack."
        )
    if code in _BUSY:
        return NotSentError(code, network=NETWORK)
    if status_of(error) >= 500:
        return UnknownOutcomeError(code, network=NETWORK)
    return RejectedError(code, reason=words[:200], network=NETWORK)


def _silence(error: Exception) -> PortevoixError:
    from botocore.exceptions import (
        ConnectTimeoutError,
        EndpointConnectionError,
        NoCredentialsError,
        NoRegionError,
        PartialCredentialsError,
        ProxyConnectionError,
        SSLError,
    )

    name = type(error).__name__
    if isinstance(error, (NoCredentialsError, PartialCredentialsError, NoRegionError)):
        return ConfigurationError(f"{error} Give AWS credentials and a region.")
    if isinstance(
        error, (ConnectTimeoutError, EndpointConnectionError, ProxyConnectionError, SSLError)
    ):
        return NotSentError(name, network=NETWORK)
    return UnknownOutcomeError(name, network=NETWORK)
