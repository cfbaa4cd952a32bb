"""`portevoix post`."""

import dataclasses
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import click
from portevoix.intake.import_plan import check_same
from portevoix.model.brands import Brand
from portevoix.model.deliveries import DeliveryKey
from portevoix.model.posts import Part, Post, Variant, Visibility
from portevoix.model.times import parse_moment, zone_of
from portevoix.publishing.change import (
    cancel_post,
    decide_delivery,
    hold_post,
    release_post,
)
from portevoix.publishing.edit import Edit, edit_post
from portevoix.publishing.plan import Draft, queue_post
from portevoix.web.views import whole_post_view

from tools.cli.media import alt_option, credit_option, file_option, store_files
from tools.cli.post_views import all_posts, row_of, show_whole
from tools.cli.session import Session, as_json, brand_option

account_option = click.option("--account", "account_id", help="Only this account of the post.")


@click.group()
def post() -> None:
    """Queue, change and follow what a brand wants to say."""


@post.command("add")
@click.argument("texts", nargs=-1, required=True)
@brand_option
@click.option("--at", "moment", default="now", show_default=True, help="Like '2027-03-22 08:00'.")
@click.option("--account", "accounts", multiple=True, required=True, help="Where; may be repeated.")
@file_option
@alt_option
@credit_option
@click.option("--language", default="", help="The account's if not given.")
@click.option("--visibility", type=click.Choice(list(Visibility)), default=Visibility.PUBLIC)
@click.option("--warning", default="", help="Shown before the text.")
@click.option("--ref", default="", help="Your name for it: the same again is the same post.")
@click.option("--publish-before", help="How late it may leave; an hour after its moment if not.")
@click.option("--hold", "is_held", is_flag=True, help="Keep it until it is released.")
@as_json
@click.pass_obj
def post_add(session: Session, /, texts: Sequence[str], is_json: bool, **given: Any) -> None:
    """Queue a post; several TEXTS make a chain, in their order.

    Files go with the first text. For a pair in two languages, use a plan: `portevoix import`.
    """
    brand = session.brand(given["brand_id"])
    now = session.now
    media = store_files(session, brand, given)
    parts = [Part(text, media if index == 0 else ()) for index, text in enumerate(texts)]
    visibility = Visibility(given["visibility"])
    draft = Draft(
        brand_id=brand.brand_id,
        moment_at=_moment(given["moment"], brand, now) or now,
        account_ids=tuple(given["accounts"]),
        variants={"*": Variant(tuple(parts), given["language"], visibility, given["warning"])},
        ref=given["ref"],
        publish_before=_moment(given["publish_before"], brand, now),
        created_by="the command line",
        is_held=given["is_held"],
    )
    queued = queue_post(draft, session.env.desk, now)
    check_same(draft, queued, with_moment=given["moment"].lower() != "now")
    if is_json:
        view = whole_post_view(queued.post, queued.deliveries, session.language)
        return session.show_json({**view, "is_new": queued.is_new})
    if not queued.is_new:
        session.show(f"{given['ref']} was queued before; nothing was changed.")
    return show_whole(session, brand, queued.post, queued.deliveries)


@post.command("list")
@brand_option
@click.option("--since", help="A day or a moment; a week ago if not given.")
@click.option("--until", help="A day or a moment; in a month if not given.")
@as_json
@click.pass_obj
def post_list(
    session: Session, brand_id: str | None, since: str | None, until: str | None, is_json: bool
) -> None:
    """List a brand's posts by moment, with where each stands."""
    brand = session.brand(brand_id)
    now = session.now
    start = _moment(_with_hour(since), brand, now) or now - timedelta(days=7)
    end = _moment(_with_hour(until), brand, now) or now + timedelta(days=31)
    rows = [row_of(session, brand, item) for item in all_posts(session, brand, start, end)]
    if is_json:
        for row in rows:
            del row["local"], row["stands"]
        return session.show_json({"posts": rows})
    columns = {
        "local": f"Moment ({brand.zone})",
        "post": "Post",
        "ref": "Ref",
        "accounts": "Accounts",
        "stands": "Where it stands",
    }
    return session.show_rows(rows, columns, empty="No post: `portevoix post add`.")


@post.command("show")
@click.argument("post_id")
@as_json
@click.pass_obj
def post_show(session: Session, post_id: str, is_json: bool) -> None:
    """Show a post: what it says, and where each sending stands, with what to do."""
    return _show(session, post_id, is_json)


@post.command("edit")
@click.argument("post_id")
@click.argument("texts", nargs=-1)
@click.option("--account", "account_id", default="*", help="Only this account's version.")
@click.option("--at", "moment", help="Another moment.")
@click.option("--publish-before", help="How late it may leave.")
@file_option
@click.option("--part", type=click.IntRange(1, 99), default=1, help="Whose files; the first's.")
@alt_option
@credit_option
@as_json
@click.pass_obj
def post_edit(
    session: Session, /, post_id: str, texts: Sequence[str], is_json: bool, **given: Any
) -> None:
    """Change what has not left: TEXTS (one a part of the chain), files, or the moment.

    Files replace those of one part; the texts stay if none is given.
    """
    item, _ = session.env.posts.read_post(post_id)
    brand, now = session.brand(item.brand_id), session.now
    account_id, variants = given["account_id"], None
    if texts or given["files"]:
        told = _retold(item, account_id, texts)
        variants = {account_id: _refiled(told, given["part"], store_files(session, brand, given))}
    moments = (_moment(given[name], brand, now) for name in ("moment", "publish_before"))
    edit = Edit(variants, *moments)
    if edit == Edit():
        raise click.UsageError("Say what changes: a text, --file, --at or --publish-before.")
    edit_post(post_id, edit, session.env.desk, now)
    return _show(session, post_id, is_json)


@post.command("cancel")
@click.argument("post_id")
@account_option
@click.pass_obj
def post_cancel(session: Session, post_id: str, account_id: str | None) -> None:
    """Cancel what has not left."""
    cancel_post(post_id, session.env.desk, session.now, account_id=account_id)
    return _show(session, post_id)


@post.command("hold")
@click.argument("post_id")
@account_option
@click.option("--by", default="the command line", show_default=True, help="Who stops it.")
@click.pass_obj
def post_hold(session: Session, post_id: str, account_id: str | None, by: str) -> None:
    """Stop what has not left, until it is released."""
    hold_post(post_id, session.env.desk, session.now, by=by, account_id=account_id)
    return _show(session, post_id)


@post.command("release")
@click.argument("post_id")
@account_option
@click.pass_obj
def post_release(session: Session, post_id: str, account_id: str | None) -> None:
    """Let what was stopped leave at its moment, or now if that has passed."""
    release_post(post_id, session.env.desk, session.now, account_id=account_id)
    return _show(session, post_id)


@post.command("decide")
@click.argument("post_id")
@click.option("--account", "account_id", help="Which account; needed if there are several.")
@click.option("--part", type=click.IntRange(1, 99), default=1, show_default=True)
@click.option("--there", metavar="URL", help="It is there, at this address.")
@click.option("--again", is_flag=True, help="It is not there: send it again.")
@click.pass_obj
def post_decide(
    session: Session,
    post_id: str,
    account_id: str | None,
    part: int,
    there: str | None,
    again: bool,
) -> None:
    """Answer a doubt: the post is there, or is to be sent again."""
    if bool(there) == again:
        raise click.UsageError("Give either --there URL or --again.")
    env = session.env
    item, _ = env.posts.read_post(post_id)
    if account_id is None and len(item.account_ids) > 1:
        raise click.UsageError(f"Say which --account: {', '.join(item.account_ids)}.")
    key = DeliveryKey(post_id, account_id or item.account_ids[0], part)
    decide_delivery(key, env.desk, env.credentials, session.now, there_url=there, again=again)
    return _show(session, post_id)


def _show(session: Session, post_id: str, is_json: bool = False) -> None:
    item, deliveries = session.env.posts.read_post(post_id)
    if is_json:
        return session.show_json(whole_post_view(item, deliveries, session.language))
    return show_whole(session, session.brand(item.brand_id), item, deliveries)


def _retold(item: Post, account_id: str, texts: Sequence[str]) -> Variant:
    """Return the version with other texts, if there are any; all the rest stays."""
    known = item.variants.get(account_id) or item.variants.get("*")
    if known is None and len(item.variants) > 1:
        raise click.UsageError(f"Say which --account: {', '.join(item.variants)}.")
    known = known or next(iter(item.variants.values()))
    if not texts:
        return known
    media = [part.media_ids for part in known.parts] + [()] * len(texts)
    parts = tuple(Part(text, media[index]) for index, text in enumerate(texts))
    return dataclasses.replace(known, parts=parts)


def _refiled(variant: Variant, number: int, media: tuple[str, ...]) -> Variant:
    """Return the version with other media for one part; without media, as it is."""
    if not media:
        return variant
    if number > len(variant.parts):
        raise click.UsageError(f"There is no --part {number}: the chain has {len(variant.parts)}.")
    parts = list(variant.parts)
    parts[number - 1] = dataclasses.replace(parts[number - 1], media_ids=media)
    return dataclasses.replace(variant, parts=tuple(parts))


def _moment(text: str | None, brand: Brand, now: datetime) -> datetime | None:
    if not text:
        return None
    return now if text.lower() == "now" else parse_moment(text, zone_of(brand.zone))


def _with_hour(text: str | None) -> str | None:
    return f"{text} 00:00" if text and len(text.strip()) == len("2027-03-22") else text
