"""`portevoix token`: keys to the API."""

import dataclasses
from collections.abc import Sequence

import click
from portevoix.web.tokens import new_token
from portevoix.web.views import moment_view

from tools.cli.session import Session, as_json


@click.group()
def token() -> None:
    """Make, list and revoke keys to the HTTP API."""


@token.command("create")
@click.argument("name")
@click.option("--brand", "brand_ids", multiple=True, help="For this brand only; may be repeated.")
@click.pass_obj
def token_create(session: Session, name: str, brand_ids: Sequence[str]) -> None:
    """Make a key; NAME says who or what uses it. It is shown once."""
    for brand_id in brand_ids:
        session.env.brands.get_brand(brand_id)
    token, text = new_token(name, brand_ids, session.env.new_id, session.now)
    session.env.brands.save_token(token)
    click.echo(text)
    click.echo("Keep it now: it is not shown again.", err=True)


@token.command("list")
@as_json
@click.pass_obj
def token_list(session: Session, is_json: bool) -> None:
    """List the keys, without their secrets."""
    rows = [
        {
            "token": item.token_id,
            "name": item.name,
            "brands": list(item.brand_ids),
            "created_at": moment_view(item.created_at),
            "revoked_at": moment_view(item.revoked_at),
        }
        for item in session.env.brands.list_tokens()
    ]
    if is_json:
        return session.show_json({"tokens": rows})
    columns = {
        "token": "Token",
        "name": "Name",
        "brands": "Brands",
        "created_at": "Created",
        "revoked_at": "Revoked",
    }
    return session.show_rows(rows, columns, empty="No key: `portevoix token create`.")


@token.command("revoke")
@click.argument("token_id")
@click.pass_obj
def token_revoke(session: Session, token_id: str) -> None:
    """Shut a key out, at once and for good."""
    found = session.env.brands.get_token(token_id)
    if found.revoked_at is None:
        session.env.brands.save_token(dataclasses.replace(found, revoked_at=session.now))
    session.show(f"{found.name} no longer opens the API.")
