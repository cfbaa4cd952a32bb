"""A post office that keeps the mails."""

from collections import deque
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP


@dataclass(frozen=True, slots=True)
class SentMail:
    """One mail as it left."""

    message: bytes
    sender: str
    recipient: str

    def parsed(self) -> EmailMessage:
        """Return the mail as a recipient's program reads it."""
        return message_from_bytes(self.message, policy=SMTP)


@dataclass(frozen=True, slots=True)
class MailFault:
    """Raised instead of an answer; the mail has left all the same if `is_sent`."""

    error: Exception
    is_sent: bool = False


class FakeMailer:
    """Implements `ports.Mailer`: `sent` holds what left; `faults` are taken one a call."""

    def __init__(self) -> None:
        self.sent: list[SentMail] = []
        self.faults: deque[MailFault] = deque()

    def send(self, message: bytes, *, sender: str, recipient: str) -> str:
        fault = self.faults.popleft() if self.faults else None
        if fault is None or fault.is_sent:
            self.sent.append(SentMail(message, sender, recipient))
        if fault:
            raise fault.error
        return f"message-{len(self.sent)}"

    def to(self, recipient: str) -> list[SentMail]:
        """Return what one address received."""
        return [mail for mail in self.sent if mail.recipient == recipient]
