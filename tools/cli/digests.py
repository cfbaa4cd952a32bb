"""`portevoix recipient` and `portevoix digest`."""

import dataclasses
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import click
from portevoix.model.digests import DigestSending
from portevoix.model.times import local_day, zone_of
from portevoix.reporting.digest import SendState, preview_digest, send_digest
from portevoix.reporting.recipients import NewRecipient, save_recipient
from portevoix.web.views import moment_view

from tools.cli.session import Session, as_json, brand_option, local_text

OUTCOMES = {
    SendState.SENT: "is sent",
    SendState.EMPTY: "has nothing to tell, so nothing was sent",
    SendState.ALREADY: "was sent before, and is not sent twice",
    SendState.SKIPPED: "is not sent: the recipient unsubscribed",
    SendState.WAITING: "was tried a moment ago, or is being sent just now: it is tried again at",
    SendState.NOT_SENT: "could not be sent, and is tried again in ten minutes",
    SendState.REFUSED: "was refused: check the recipient's address",
    SendState.IN_DOUBT: "may have been received or not; it is not sent twice",
}


@click.group()
def recipient() -> None:
    """Choose who receives the digest, in which language, at which hour."""


@recipient.command("add")
@click.argument("address")
@brand_option
@click.option("--name", default="", help="As it stands in the mail.")
@click.option("--language", default="", help="fr or en; the brand's if not given.")
@click.option("--zone", default="", help="Where the hour is told; the brand's if not given.")
@click.option("--hour", default="08:00", show_default=True)
@click.pass_obj
def recipient_add(session: Session, /, address: str, brand_id: str | None, **given: str) -> None:
    """Add a recipient by e-mail address."""
    brand = session.brand(brand_id)
    env = session.env
    wanted = NewRecipient(brand.brand_id, address, **given)
    added = save_recipient(wanted, env.digests, env.brands, session.now)
    first = local_text(added.due_at, added.zone)
    session.show(f"{added.address} ({added.recipient_id}) gets a first digest:")
    session.show(f"  {first} ({added.zone}), if there is something to tell.")


@recipient.command("list")
@brand_option
@as_json
@click.pass_obj
def recipient_list(session: Session, brand_id: str | None, is_json: bool) -> None:
    """List a brand's recipients."""
    rows = [
        {
            "recipient": item.recipient_id,
            "address": item.address,
            "name": item.name or None,
            "language": item.language,
            "zone": item.zone,
            "hour": item.hour.isoformat("minutes"),
            "next_at": moment_view(item.due_at),
            "unsubscribed_at": moment_view(item.unsubscribed_at),
        }
        for item in session.env.digests.list_recipients(session.brand(brand_id).brand_id)
    ]
    if is_json:
        return session.show_json({"recipients": rows})
    columns = {
        "recipient": "Recipient",
        "address": "Address",
        "language": "Language",
        "hour": "Hour",
        "zone": "Zone",
        "unsubscribed_at": "Unsubscribed",
    }
    return session.show_rows(rows, columns, empty="Nobody yet: `portevoix recipient add`.")


@click.group()
def digest() -> None:
    """Preview and send the day's mail: what left, what was said, what moved."""


@digest.command("preview")
@click.argument("recipient_id")
@brand_option
@click.option("--html", "html_file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def digest_preview(
    session: Session, recipient_id: str, brand_id: str | None, html_file: Path | None
) -> None:
    """Show the digest as it would leave now; nothing is sent."""
    ports = session.env.digesting
    found = session.brand(brand_id).brand_id
    subject, html, text = preview_digest(found, recipient_id, ports, session.now)
    session.show(subject, style="bold")
    session.show(text)
    if html_file:
        html_file.write_text(html, "utf-8")
        session.show(f"The HTML is in {html_file}.")


@digest.command("send")
@click.argument("recipient_id")
@brand_option
@click.pass_obj
def digest_send(session: Session, recipient_id: str, brand_id: str | None) -> int:
    """Send the digest now instead of at its hour; each day's leaves at most once."""
    env, now = session.env, session.now
    found = session.brand(brand_id).brand_id
    item = env.digests.get_recipient(found, recipient_id)
    ports = env.digesting
    is_taken = item.lease_until is not None and item.lease_until > now
    if item.unsubscribed_at is None and not is_taken:
        env.digests.rearm_recipient(dataclasses.replace(item, due_at=now))
    outcome = send_digest(found, recipient_id, ports, now)
    about = f"The digest of {outcome.on}" if outcome.on else "The digest"
    again = f" {local_text(outcome.again_at, item.zone)}" if outcome.again_at else ""
    session.show(f"{about} {OUTCOMES[outcome.state]}{again}.")
    return 0 if outcome.state in (SendState.SENT, SendState.EMPTY, SendState.ALREADY) else 1


@digest.command("list")
@brand_option
@click.option("--days", type=click.IntRange(1, 366), default=7, show_default=True)
@as_json
@click.pass_obj
def digest_list(session: Session, brand_id: str | None, days: int, is_json: bool) -> None:
    """List the digests that were sent, and those in doubt."""
    brand = session.brand(brand_id)
    today: date = local_day(session.now, zone_of(brand.zone))
    listed = session.env.digests.list_digests(brand.brand_id, today - timedelta(days=days), today)
    rows = [sending_view(item) for item in listed]
    if is_json:
        return session.show_json({"digests": rows})
    columns = {"on": "Day", "recipient": "Recipient", "state": "State", "armed_at": "When (UTC)"}
    return session.show_rows(rows, columns, empty=f"No digest in {days} days.")


def sending_view(item: DigestSending) -> dict[str, Any]:
    """Return what became of a digest as JSON."""
    return {
        "on": item.on.isoformat(),
        "recipient": item.recipient_id,
        "state": item.state.value,
        "armed_at": moment_view(item.armed_at),
    }
