"""The mails of the week, as files that a person can open."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

from portevoix.model.times import from_text

from tools.local.mail import StoredMail


@dataclass(frozen=True, slots=True)
class SentDigest:
    """One mail that left."""

    address: str
    subject: str
    sent_at: datetime
    raw: bytes
    html: str
    text: str

    @property
    def everything(self) -> str:
        """Return all that a reader, or a reader of its source, may see."""
        return "\n".join((self.subject, self.html, self.text, self.raw.decode("utf-8", "replace")))


def read_digests(mails: Iterable[StoredMail]) -> list[SentDigest]:
    """Return the mails that the stack sent, in their order."""
    return [_read(mail) for mail in mails]


def write_digests(digests: Iterable[SentDigest], folder: Path) -> list[Path]:
    """Write each as .html, .txt and .eml; return the pages."""
    pages = []
    for digest in digests:
        name = f"{digest.sent_at:%Y-%m-%d}-{digest.address.partition('@')[0]}"
        page = folder / f"{name}.html"
        page.write_text(digest.html, "utf-8")
        page.with_suffix(".txt").write_text(digest.text, "utf-8")
        page.with_suffix(".eml").write_bytes(digest.raw)
        pages.append(page)
    return pages


def _read(mail: StoredMail) -> SentDigest:
    message = mail.message()
    [address] = mail.destinations
    return SentDigest(
        address=address.rpartition("<")[2].strip(">"),
        subject=str(message["Subject"]),
        sent_at=from_text(mail.sent_at),
        raw=mail.path.read_bytes(),
        html=_twin(message, "html"),
        text=_twin(message, "plain"),
    )


def _twin(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    return str(body.get_content()) if body else ""
