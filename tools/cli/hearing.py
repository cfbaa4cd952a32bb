"""`portevoix mentions` and `portevoix metrics`: what was said, and the numbers."""

from datetime import date, datetime, timedelta
from typing import Any

import click
from portevoix.model.mentions import Mention
from portevoix.model.posts import Visibility
from portevoix.model.times import local_day, zone_of
from portevoix.web.views import moment_view

from tools.cli.session import Session, as_json, brand_option, local_text

ON_THE_NETWORK = "(private: read it on the network)"
DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command()
@brand_option
@click.option("--days", type=click.IntRange(1, 366), default=7, show_default=True)
@click.option(
    "--private", "with_private", is_flag=True, help="Private messages too, without their words."
)
@as_json
@click.pass_obj
def mentions(
    session: Session, brand_id: str | None, days: int, with_private: bool, is_json: bool
) -> None:
    """List what was said to a brand, the oldest first.

    Of private messages, if asked for, only who wrote, when and where: the words are to be read on
    the network.
    """
    brand = session.brand(brand_id)
    now = session.now
    found: list[Mention] = []
    page = ""
    while True:
        answer = session.env.listening.list_mentions(
            brand.brand_id,
            now - timedelta(days=days),
            now + timedelta(seconds=1),
            with_private=with_private,
            page=page,
        )
        found += answer.items
        page = answer.next_page
        if not page:
            break
    rows = [mention_view(item) for item in found]
    if is_json:
        return session.show_json({"mentions": rows})
    for row, item in zip(rows, found, strict=True):
        row["local"] = local_text(item.said_at, brand.zone)
        if item.visibility is Visibility.PRIVATE:
            row["text"] = " ".join(filter(None, [ON_THE_NETWORK, item.url]))
    columns = {
        "local": f"When ({brand.zone})",
        "account": "To",
        "author": "From",
        "visibility": "For",
        "text": "What was said",
    }
    return session.show_rows(rows, columns, empty=f"Nothing was said in {days} days.")


def mention_view(item: Mention) -> dict[str, Any]:
    """Return a mention as JSON; the words of a private one stay on the network."""
    is_private = item.visibility is Visibility.PRIVATE
    return {
        "mention": item.mention_id,
        "account": item.account_id,
        "kind": item.kind,
        "author": item.author_handle,
        "author_name": item.author_name,
        "text": None if is_private else item.text,
        "url": item.url or None,
        "said_at": moment_view(item.said_at),
        "visibility": item.visibility.value,
        "language": item.language or None,
        "in_reply_to": item.in_reply_to or None,
    }


@click.command()
@brand_option
@click.option("--account", "account_id", help="Only this account.")
@click.option("--since", type=DAY, help="The first day; a week before the last if not given.")
@click.option("--until", type=DAY, help="The last day; yesterday if not given.")
@as_json
@click.pass_obj
def metrics(
    session: Session,
    brand_id: str | None,
    account_id: str | None,
    since: datetime | None,
    until: datetime | None,
    is_json: bool,
) -> None:
    """List the numbers of each day; a dash is a number that is not known, never a zero."""
    brand = session.brand(brand_id)
    last = until.date() if until else _yesterday(session, brand.zone)
    first = since.date() if since else last - timedelta(days=6)
    accounts = session.env.brands.list_accounts(brand.brand_id)
    rows: list[dict[str, Any]] = [
        {"account": day.account_id, "on": day.on.isoformat(), **day.values}
        for account in accounts
        if account_id in (None, account.account_id)
        for day in session.env.metrics.list_days(brand.brand_id, account.account_id, first, last)
    ]
    if is_json:
        return session.show_json({"days": rows})
    names = dict.fromkeys(name for row in rows for name in row)
    columns = {name: name.replace("_", " ").capitalize() for name in names}
    return session.show_rows(rows, columns, empty="No day was measured yet.")


def _yesterday(session: Session, zone: str) -> date:
    return local_day(session.now, zone_of(zone)) - timedelta(days=1)
