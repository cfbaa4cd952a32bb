"""What SES's answers, and its silences, mean: a client over a loopback server that plays it."""

import base64
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

import pytest
from botocore.config import Config
from botocore.session import get_session
from portevoix.aws.clients import Clients
from portevoix.aws.mail import SesMailer
from portevoix.model.errors import (
    ConfigurationError,
    NotSentError,
    RejectedError,
    UnknownOutcomeError,
)
from portevoix.settings import Settings

from tools.local.loopback import LOOPBACK
from tools.local.state import choose_port

MESSAGE = b"Subject: Bonjour\r\nList-Unsubscribe: <https://example.org/p/1>\r\n\r\nMerci\r\n"
SENDER, RECIPIENT = "digests@example.org", "odile@example.org"


@dataclass
class PlayedSes:
    """A server that gives one answer, and keeps what it was asked."""

    url: str = ""
    status: int = 200
    code: str = ""
    words: str = ""
    hangs_up: bool = False
    asked: list[dict[str, Any]] = field(default_factory=list)


class _Handler(BaseHTTPRequestHandler):
    played: PlayedSes

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.played.asked.append(json.loads(body))
        if self.played.hangs_up:
            self.close_connection = True
            return
        answer = {"message": self.played.words} if self.played.code else {"MessageId": "m-1"}
        data = json.dumps(answer).encode()
        self.send_response(self.played.status)
        if self.played.code:
            self.send_header("x-amzn-ErrorType", self.played.code)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""


@pytest.fixture
def ses() -> Iterator[PlayedSes]:
    played = PlayedSes()
    handler = cast(type[_Handler], type("Handler", (_Handler,), {"played": played}))
    with ThreadingHTTPServer((LOOPBACK, 0), handler) as server:
        played.url = f"http://{LOOPBACK}:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield played
        server.shutdown()
        thread.join()


def mailer(url: str, configuration_set: str = "") -> SesMailer:
    config = Config(retries={"total_max_attempts": 1}, proxies={})
    client: Any = get_session().create_client("sesv2", endpoint_url=url, config=config)
    return SesMailer(client, configuration_set)


def send(played: PlayedSes) -> str:
    return mailer(played.url).send(MESSAGE, sender=SENDER, recipient=RECIPIENT)


def test_a_mail_leaves_as_it_is_to_one_address(ses: PlayedSes) -> None:
    assert send(ses) == "m-1"
    (asked,) = ses.asked
    assert base64.b64decode(asked["Content"]["Raw"]["Data"]) == MESSAGE
    assert asked["FromEmailAddress"] == SENDER
    assert asked["Destination"] == {"ToAddresses": [RECIPIENT]}
    assert "ConfigurationSetName" not in asked


def test_the_configuration_set_is_named_when_there_is_one(ses: PlayedSes) -> None:
    mailer(ses.url, "stack").send(MESSAGE, sender=SENDER, recipient=RECIPIENT)
    assert ses.asked[0]["ConfigurationSetName"] == "stack"


NOT_VERIFIED = (
    "Email address is not verified. The following identities failed the check in region "
    "CA-CENTRAL-1: digests@example.org"
)


@pytest.mark.parametrize(
    ("status", "code", "words", "says"),
    [
        (400, "MessageRejected", NOT_VERIFIED, "PORTEVOIX_SENDER_ADDRESS"),
        (400, "MailFromDomainNotVerifiedException", "", "verify this address"),
        (400, "AccountSuspendedException", "", "stopped"),
        (400, "SendingPausedException", "", "stopped"),
        (404, "NotFoundException", "", "PORTEVOIX_CONFIGURATION_SET"),
        (403, "AccessDeniedException", "", "PORTEVOIX_SENDER_ADDRESS"),
    ],
)
def test_what_an_operator_must_change_is_said(
    ses: PlayedSes, status: int, code: str, words: str, says: str
) -> None:
    ses.status, ses.code, ses.words = status, code, words
    with pytest.raises(ConfigurationError, match=says):
        send(ses)


@pytest.mark.parametrize(
    ("status", "code"), [(429, "TooManyRequestsException"), (400, "LimitExceededException")]
)
def test_a_throttled_mail_was_not_sent(ses: PlayedSes, status: int, code: str) -> None:
    ses.status, ses.code = status, code
    with pytest.raises(NotSentError):
        send(ses)
    assert len(ses.asked) == 1


@pytest.mark.parametrize("code", ["MessageRejected", "BadRequestException"])
def test_a_refused_mail_says_why(ses: PlayedSes, code: str) -> None:
    ses.status, ses.code, ses.words = 400, code, "Illegal address"
    with pytest.raises(RejectedError) as refused:
        send(ses)
    assert refused.value.reason == "Illegal address"


@pytest.mark.parametrize("status", [500, 503])
def test_a_mail_answered_by_a_broken_server_may_have_left_and_is_not_repeated(
    ses: PlayedSes, status: int
) -> None:
    ses.status, ses.code = status, "InternalFailure"
    with pytest.raises(UnknownOutcomeError):
        send(ses)
    assert len(ses.asked) == 1


def test_a_mail_whose_connection_breaks_may_have_left_and_is_not_repeated(ses: PlayedSes) -> None:
    ses.hangs_up = True
    with pytest.raises(UnknownOutcomeError):
        send(ses)
    assert len(ses.asked) == 1


def test_a_mail_that_nobody_takes_was_not_sent() -> None:
    url = f"http://{LOOPBACK}:{choose_port(0)}"
    with pytest.raises(NotSentError):
        mailer(url).send(MESSAGE, sender=SENDER, recipient=RECIPIENT)


def test_the_deployed_clients_never_repeat_a_mail_or_hide_a_write() -> None:
    clients = Clients(Settings(table="t"))
    configs: list[Any] = [clients.ses.meta.config, clients.dynamodb.meta.config]
    assert [config.retries["total_max_attempts"] for config in configs] == [1, 1]
    assert (configs[1].connect_timeout, configs[1].read_timeout) == (2, 5)
