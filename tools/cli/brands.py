"""`portevoix brand` and `portevoix account`."""

from typing import Any

import click
from portevoix.model.brands import Brand
from portevoix.publishing.change import pause as pause_scope
from portevoix.publishing.change import resume as resume_scope
from portevoix.publishing.connect import Connection, add_brand, check_account, connect_account
from portevoix.web.views import account_view, moment_view

from tools.cli.session import Session, as_json, brand_option

ACCOUNT_COLUMNS = {
    "account": "Account",
    "handle": "Handle",
    "language": "Language",
    "zone": "Zone",
    "text_max": "Longest text",
    "needs_reconnection": "To reconnect",
}


@click.group()
def brand() -> None:
    """Work with brands: an organisation's voice, its zone and language."""


@brand.command("add")
@click.argument("brand_id")
@click.option("--name", required=True, help="As people write it.")
@click.option("--zone", required=True, help="Where its moments are told, like America/Toronto.")
@click.option("--language", default="en", show_default=True, help="Like fr-CA.")
@click.pass_obj
def brand_add(session: Session, brand_id: str, name: str, zone: str, language: str) -> int:
    """Add a brand; BRAND_ID is a short name like rive-commune."""
    is_new = add_brand(Brand(brand_id, name, zone, language, session.now), session.env.brands)
    session.show(f"{name} is added." if is_new else f"There is a brand {brand_id} already.")
    return 0 if is_new else 1


@brand.command("list")
@as_json
@click.pass_obj
def brand_list(session: Session, is_json: bool) -> None:
    """List the brands."""
    rows = [brand_view(item) for item in session.env.brands.list_brands()]
    if is_json:
        return session.show_json({"brands": rows})
    columns = {"brand": "Brand", "name": "Name", "zone": "Zone", "language": "Language"}
    return session.show_rows(rows, columns, empty="No brand yet: `portevoix brand add`.")


@brand.command("show")
@click.argument("brand_id", required=False)
@as_json
@click.pass_obj
def brand_show(session: Session, brand_id: str | None, is_json: bool) -> None:
    """Show a brand, its accounts and what is paused."""
    item = session.brand(brand_id)
    accounts = session.env.brands.list_accounts(item.brand_id)
    names = [account.account_id for account in accounts]
    pauses = [
        {"scope": p.scope, "by": p.by, "reason": p.reason, "since_at": moment_view(p.since_at)}
        for p in session.env.brands.list_pauses(item.brand_id, names)
    ]
    rows = [account_view(account) for account in accounts]
    if is_json:
        return session.show_json({**brand_view(item), "accounts": rows, "pauses": pauses})
    session.show(f"{item.name} ({item.brand_id}) · {item.zone} · {item.language}", style="bold")
    session.show_rows(rows, ACCOUNT_COLUMNS, empty="No account yet: `portevoix account add`.")
    for pause in pauses:
        session.show(f"Paused: {pause['scope']}, by {pause['by']}: {pause['reason']}")
    return None


@brand.command("pause")
@click.argument("brand_id", required=False)
@click.option("--account", "account_id", help="Only this account.")
@click.option("--reason", default="", help="Why; everybody will see it.")
@click.option("--by", default="the command line", show_default=True, help="Who stops it.")
@click.pass_obj
def brand_pause(
    session: Session, brand_id: str | None, account_id: str | None, reason: str, by: str
) -> None:
    """Stop all that a brand sends, or one account of it."""
    scope = _scope(session, brand_id, account_id)
    pause_scope(scope, session.env.desk, session.now, by=by, reason=reason)
    session.show(f"{scope} is paused. What was already leaving may still go, for 65 seconds.")


@brand.command("resume")
@click.argument("brand_id", required=False)
@click.option("--account", "account_id", help="Only this account.")
@click.pass_obj
def brand_resume(session: Session, brand_id: str | None, account_id: str | None) -> None:
    """End a pause; what it held waits for `portevoix post release`."""
    scope = _scope(session, brand_id, account_id)
    resume_scope(scope, session.env.desk)
    session.show(f"{scope} goes on. What was held meanwhile waits for `portevoix post release`.")


@click.group()
def account() -> None:
    """Connect a brand's identities on networks."""


@account.command("add")
@click.argument("account_id")
@brand_option
@click.option("--network", help="The network; the part before the colon of the id's first word.")
@click.option("--url", "base_url", required=True, help="The server, like https://mastodon.example.")
@click.option(
    "--access-token",
    envvar="PORTEVOIX_ACCESS_TOKEN",
    prompt="Access token",
    hide_input=True,
    help="The account's own; asked for if it is not given, so that it stays out of the history.",
)
@click.option("--language", default="", help="Like fr-CA; the brand's if not given.")
@click.option("--zone", default="", help="The brand's if not given.")
@click.pass_obj
def account_add(session: Session, /, brand_id: str | None, access_token: str, **given: Any) -> None:
    """Connect an account; ACCOUNT_ID is a name like mastodon-fr:rivecommune."""
    wanted = Connection(
        account_id=given["account_id"],
        brand_id=session.brand(brand_id).brand_id,
        network=given["network"] or network_of(given["account_id"]),
        base_url=given["base_url"],
        language=given["language"],
        zone=given["zone"],
    )
    added = connect_account(wanted, access_token.strip(), session.counter, session.now)
    session.show(f"{added.account_id} is connected: {added.handle}, on {added.software}.")
    session.show(f"Texts may have {added.limits.text_max} characters, and mentions are read now.")


@account.command("check")
@click.argument("account_id")
@brand_option
@click.pass_obj
def account_check(session: Session, account_id: str, brand_id: str | None) -> None:
    """Ask an account's server who we are and what it accepts, and keep the answer."""
    known = session.env.brands.get_account(session.brand(brand_id).brand_id, account_id)
    checked = check_account(known, session.counter, session.now)
    session.show(f"{account_id} works: {checked.handle}, on {checked.software}.")


@account.command("list")
@brand_option
@as_json
@click.pass_obj
def account_list(session: Session, brand_id: str | None, is_json: bool) -> None:
    """List a brand's accounts."""
    accounts = session.env.brands.list_accounts(session.brand(brand_id).brand_id)
    rows = [account_view(item) for item in accounts]
    if is_json:
        return session.show_json({"accounts": rows})
    return session.show_rows(rows, ACCOUNT_COLUMNS, empty="No account: `portevoix account add`.")


def network_of(account_id: str) -> str:
    """Return the network that an account's id begins with: `mastodon-fr:x` is on mastodon."""
    return account_id.partition(":")[0].partition("-")[0]


def brand_view(item: Brand) -> dict[str, Any]:
    """Return a brand as JSON."""
    return {
        "brand": item.brand_id,
        "name": item.name,
        "zone": item.zone,
        "language": item.language,
        "created_at": moment_view(item.created_at),
    }


def _scope(session: Session, brand_id: str | None, account_id: str | None) -> str:
    found = session.brand(brand_id).brand_id
    if not account_id:
        return found
    session.env.brands.get_account(found, account_id)
    return f"{found}/{account_id}"
