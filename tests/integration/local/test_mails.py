"""The stack's SES: Raw mails, refused senders, and the pages that show them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError

from tools.local.clock import StackClock
from tools.local.loopback import LoopbackServer
from tools.local.mail import MailApi, MailStore, mail_responder
from tools.local.mail_pages import mail_pages
from tools.local.state import client

START = datetime(2027, 3, 28, 6, tzinfo=UTC)
SENDER = "digests@portevoix.example"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LoopbackServer]:
    store = MailStore(tmp_path, StackClock.virtual(START))
    api = MailApi(store, "eu-west-3")
    api.verify(SENDER)
    started = LoopbackServer(mail_responder(api, mail_pages(store)))
    yield started
    started.stop()


@pytest.fixture
def ses(server: LoopbackServer) -> Any:
    return client("sesv2", server.url)


def mail(sender: str = SENDER) -> bytes:
    message = EmailMessage()
    message["From"] = f"Rive commune <{sender}>"
    message["To"] = "lea@example.org"
    message["Subject"] = "Votre bilan <du jour>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content("Bonjour Léa")
    message.add_alternative("<p>Bonjour <b>Léa</b></p><script>1</script>", subtype="html")
    return message.as_bytes()


def send(ses: Any, raw: bytes) -> None:
    ses.send_email(
        FromEmailAddress=SENDER if SENDER.encode() in raw else "stranger@example.net",
        Destination={"ToAddresses": ["lea@example.org"]},
        Content={"Raw": {"Data": raw}},
        ConfigurationSetName="any",
    )


def test_a_mail_is_kept_to_the_byte(ses: Any, tmp_path: Path) -> None:
    raw = mail()
    send(ses, raw)
    assert (tmp_path / "000001.eml").read_bytes() == raw


def test_an_unverified_sender_is_refused_as_ses_does(ses: Any, tmp_path: Path) -> None:
    with pytest.raises(ClientError) as refused:
        send(ses, mail("stranger@example.net"))
    assert refused.value.response["Error"]["Code"] == "MessageRejected"
    assert "stranger@example.net" in str(refused.value)
    assert list(tmp_path.glob("*.eml")) == []


def test_a_verified_domain_lets_its_addresses_send(ses: Any) -> None:
    ses.create_email_identity(EmailIdentity="example.net")
    send(ses, mail("stranger@example.net"))
    assert ses.get_email_identity(EmailIdentity="example.net")["VerifiedForSendingStatus"]


def test_simple_content_is_refused_since_only_raw_is_sent(ses: Any) -> None:
    content = {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}
    with pytest.raises(ClientError, match="only Raw"):
        ses.send_email(FromEmailAddress=SENDER, Content={"Simple": content})


def test_the_pages_show_list_twins_and_headers(ses: Any, server: LoopbackServer) -> None:
    send(ses, mail())
    listed = requests.get(f"{server.url}/mails", timeout=5).text
    assert "Votre bilan &lt;du jour&gt;" in listed
    assert "2027-03-28T06:00:00.000Z" in listed
    view = requests.get(f"{server.url}/mails/000001", timeout=5).text
    assert '<iframe sandbox title="Votre bilan' in view
    assert "Bonjour Léa" in requests.get(f"{server.url}/mails/000001/text", timeout=5).text
    headers = requests.get(f"{server.url}/mails/000001/headers", timeout=5).text
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in headers
    (row,) = requests.get(f"{server.url}/mails.json", timeout=5).json()
    assert row["destinations"] == ["lea@example.org"]
    assert requests.get(f"{server.url}/mails/000002", timeout=5).status_code == 404


def test_a_mail_s_html_is_shown_without_any_right(ses: Any, server: LoopbackServer) -> None:
    send(ses, mail())
    answer = requests.get(f"{server.url}/mails/000001/html", timeout=5)
    assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert "script-src" not in answer.headers["Content-Security-Policy"]
