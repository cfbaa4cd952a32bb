"""The one builder of mails: a view becomes a complete MIME message with HTML and text twins.

One-click unsubscription: https://www.rfc-editor.org/rfc/rfc8058
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from portevoix.model.errors import ConfigurationError
from portevoix.reporting.view import DigestView, Line, Section
from portevoix.reporting.words import excerpt
from portevoix.texts import say

if TYPE_CHECKING:
    from jinja2 import Template

DISPLAY_NAME_MAX = 60
_LONG_LINES = SMTP.clone(max_line_length=900)
"""A link in a header must not be folded; 998 is the most a line may have (RFC 5322 2.1.1)."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """From whom, to whom, when; `name` is the same for the same mail, and never seen."""

    sender: str
    sender_name: str
    recipient: str
    recipient_name: str
    name: str
    now: datetime


def html_of(view: DigestView) -> str:
    """Return the HTML twin: inline styles, no image, nothing fetched from anywhere."""
    return str(_template().render(view=view)).strip() + "\n"


def text_of(view: DigestView) -> str:
    """Return the text twin: the same facts in the same order."""
    blocks = [view.title, view.covers]
    for section in view.sections:
        blocks.append("\n".join(_section_text(section, view.language)))
    colon = say("digest.colon", view.language)
    blocks += [*view.footer, f"{view.unsubscribe}{colon}{view.unsubscribe_url}"]
    return "\n\n".join(blocks) + "\n"


def build_mail(view: DigestView, envelope: Envelope) -> bytes:
    """Return the message as it is sent; the same view and envelope give the same bytes.

    Raise ConfigurationError if the sender's address cannot be used.
    """
    digest = hashlib.sha256(envelope.name.encode()).hexdigest()[:32]
    message = EmailMessage(policy=_LONG_LINES)
    message["From"] = _address(envelope.sender_name, envelope.sender)
    message["To"] = _address(envelope.recipient_name, envelope.recipient)
    message["Subject"] = view.subject
    message["Date"] = format_datetime(envelope.now)
    message["Message-ID"] = f"<{digest}@{envelope.sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = view.language
    message["List-Unsubscribe"] = f"<{view.unsubscribe_url}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(text_of(view), cte="quoted-printable")
    message.add_alternative(html_of(view), subtype="html", cte="quoted-printable")
    message.set_boundary(f"=_{digest}")
    return message.as_bytes()


def _address(name: str, address: str) -> Address:
    """Return an address whose display name cannot break out of its header."""
    try:
        return Address(excerpt(name, DISPLAY_NAME_MAX), addr_spec=address)
    except (ValueError, IndexError) as error:
        raise ConfigurationError(f"'{address}' is not an address that a mail can carry.") from error


@cache
def _template() -> "Template":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment: Any = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template: Template = environment.get_template("digest.html")
    return template


def _section_text(section: Section, language: str) -> list[str]:
    lines = [section.heading.upper()]
    for line in section.lines:
        lines += _line_text(line, language)
    for table in section.tables:
        lines.append(f"\n{table.caption}")
        for row in table.rows:
            usual = f" ({table.columns[2].lower()} {row.usual})" if row.usual else ""
            lines.append(f"  {row.label}{say('digest.colon', language)}{row.value}{usual}")
    if section.more:
        lines.append(section.more)
    return lines


def _line_text(line: Line, language: str) -> list[str]:
    lines = [f"- {line.title}"]
    lines += [f"  {text}" for text in (line.place, line.note, line.action) if text]
    if line.url:
        lines.append(f"  {line.link}{say('digest.colon', language)}{line.url}")
    return lines
