"""A small SES of ours: takes Raw mails, refuses unverified senders, keeps each as an .eml file.

moto's server keeps no mail that another process can read back whole, and forgets all at its end.
https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
"""

import base64
import binascii
import email
import json
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import default as mail_policy
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from tools.local.clock import StackClock, iso
from tools.local.loopback import Request, Response, json_response

MAXIMUM_MAIL_BYTES = 40 * 1024 * 1024
API = "/v2/email/"


class MailRefusedError(ValueError):
    """A call that SES refuses; `code` is SES's own name of the reason."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


@dataclass(frozen=True, slots=True)
class StoredMail:
    """One mail as it was sent; `path` is its .eml file, `sent_at` in the stack's time."""

    id: str
    path: Path
    sent_at: str
    sender: str
    destinations: tuple[str, ...]

    def message(self) -> EmailMessage:
        """Return the mail, parsed."""
        message = email.message_from_bytes(self.path.read_bytes(), policy=mail_policy)
        if not isinstance(message, EmailMessage):
            raise TypeError(type(message))
        return message


class MailStore:
    """The mails of one folder, in the order they were sent; kept between runs."""

    def __init__(self, folder: Path, clock: StackClock) -> None:
        self.folder = folder
        self._clock = clock
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)

    def add(self, raw: bytes, sender: str, destinations: list[str]) -> StoredMail:
        """Store one mail and return it."""
        with self._lock:
            number = len(list(self.folder.glob("*.eml"))) + 1
            path = self.folder / f"{number:06d}.eml"
            stored = {
                "id": uuid.uuid4().hex,
                "sent_at": iso(self._clock.now()),
                "sender": sender,
                "destinations": destinations,
            }
            path.with_suffix(".json").write_text(json.dumps(stored), "utf-8")
            path.write_bytes(raw)
        return _stored(path)

    def all(self) -> list[StoredMail]:
        """Return all mails, the oldest first."""
        return [_stored(path) for path in sorted(self.folder.glob("*.eml"))]

    def find(self, name: str) -> StoredMail | None:
        """Return the mail whose file has this name (without .eml)."""
        path = self.folder / f"{name}.eml"
        return _stored(path) if name.isdigit() and path.exists() else None


class MailApi:
    """Answers SESv2's calls: send Raw, and the identities that may send."""

    def __init__(self, store: MailStore, region: str) -> None:
        self.store = store
        self._region = region
        self._identities: set[str] = set()

    def verify(self, identity: str) -> None:
        """Let an address or a domain send."""
        self._identities.add(identity.lower())

    def respond(self, request: Request) -> Response:
        """Answer one call."""
        parts = [unquote(part) for part in request.path.removeprefix(API).split("/")]
        try:
            match (request.method, *parts):
                case ("POST", "outbound-emails"):
                    return json_response({"MessageId": self._send(request.json())})
                case ("POST", "identities"):
                    self.verify(request.json()["EmailIdentity"])
                    return json_response({"VerifiedForSendingStatus": True})
                case ("GET", "identities"):
                    return json_response({"EmailIdentities": self._listed()})
                case ("GET", "identities", identity):
                    return json_response(self._described(identity))
                case ("DELETE", "identities", identity):
                    self._identities.discard(identity.lower())
                    return json_response({})
                case ("GET", "account"):
                    return json_response({"SendingEnabled": True, "ProductionAccessEnabled": True})
            raise MailRefusedError("NotFoundException", f"{request.path}: not here", 404)
        except MailRefusedError as error:
            return json_response({"message": str(error)}, error.status, x_amzn_errortype=error.code)

    def _send(self, call: dict[str, Any]) -> str:
        raw = _raw_content(call)
        message = email.message_from_bytes(raw, policy=mail_policy)
        sender = parseaddr(call.get("FromEmailAddress") or str(message.get("From", "")))[1]
        self._check_sender(sender)
        destination = call.get("Destination") or {}
        named = [
            address
            for field in ("ToAddresses", "CcAddresses", "BccAddresses")
            for address in destination.get(field) or []
        ]
        recipients = named or [str(message.get("To", ""))]
        if not any(recipients):
            raise MailRefusedError("BadRequestException", "Missing required header 'To'.")
        return self.store.add(raw, sender, recipients).id

    def _check_sender(self, sender: str) -> None:
        domain = sender.rpartition("@")[2].lower()
        if not sender or not {sender.lower(), domain} & self._identities:
            raise MailRefusedError(
                "MessageRejected",
                "Email address is not verified. The following identities failed the check in "
                f"region {self._region.upper()}: {sender}",
            )

    def _listed(self) -> list[dict[str, object]]:
        return [
            {"IdentityName": name, "IdentityType": _kind(name), "SendingEnabled": True}
            for name in sorted(self._identities)
        ]

    def _described(self, identity: str) -> dict[str, object]:
        if identity.lower() not in self._identities:
            raise MailRefusedError("NotFoundException", f"{identity} does not exist.", 404)
        return {
            "IdentityType": _kind(identity),
            "VerifiedForSendingStatus": True,
            "VerificationStatus": "SUCCESS",
        }


def mail_responder(
    api: MailApi, pages: Callable[[Request], Response]
) -> Callable[[Request], Response]:
    """Return one answer to both: SES's calls, and the pages where a person reads the mails."""
    return lambda request: api.respond(request) if request.path.startswith(API) else pages(request)


def _raw_content(call: dict[str, Any]) -> bytes:
    raw = (call.get("Content") or {}).get("Raw")
    if not raw:
        raise MailRefusedError("BadRequestException", "only Raw content is taken here")
    try:
        content = base64.b64decode(raw["Data"], validate=True)
    except (KeyError, binascii.Error) as error:
        raise MailRefusedError("BadRequestException", f"Raw.Data: {error}") from error
    if len(content) > MAXIMUM_MAIL_BYTES:
        raise MailRefusedError("MessageRejected", "the mail is larger than 40 MB")
    return content


def _kind(identity: str) -> str:
    return "EMAIL_ADDRESS" if "@" in identity else "DOMAIN"


def _stored(path: Path) -> StoredMail:
    stored = json.loads(path.with_suffix(".json").read_text("utf-8"))
    return StoredMail(
        id=stored["id"],
        path=path,
        sent_at=stored["sent_at"],
        sender=stored["sender"],
        destinations=tuple(stored["destinations"]),
    )
