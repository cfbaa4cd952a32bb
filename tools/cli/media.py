"""`portevoix media`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from portevoix.model.brands import Brand
from portevoix.model.errors import InvalidError, Problem
from portevoix.model.posts import Media
from portevoix.publishing.add_media import add_media, describe_media
from portevoix.web.views import media_view

from tools.cli.session import Session, as_json, brand_option

file_option = click.option(
    "--file",
    "files",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help="An image or a video; may be repeated.",
)
alt_option = click.option(
    "--alt", "alts", multiple=True, help="What is seen, by language: --alt fr='Une rive'."
)
credit_option = click.option(
    "--credit", default="", help="Who made it; a line of the post says so."
)


@click.group()
def media() -> None:
    """Add and list images and videos of a brand."""


@media.command("add")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@brand_option
@alt_option
@credit_option
@as_json
@click.pass_obj
def media_add(
    session: Session,
    file: Path,
    brand_id: str | None,
    alts: Sequence[str],
    credit: str,
    is_json: bool,
) -> None:
    """Add an image or a video; the same file again is the same media."""
    brand = session.brand(brand_id)
    alt_texts = read_alt_texts(alts, brand.language)
    if not alt_texts:
        raise InvalidError(Problem.of("alt_text_missing", "--alt", file=file.name))
    added = store_file(session.env, brand.brand_id, file, alt_texts, credit, session.now)
    if is_json:
        return session.show_json(media_view(added))
    return session.show(f"{file.name} is media {added.media_id} ({added.byte_size} bytes).")


@media.command("list")
@brand_option
@as_json
@click.pass_obj
def media_list(session: Session, brand_id: str | None, is_json: bool) -> None:
    """List a brand's media."""
    found = session.env.posts.list_media(session.brand(brand_id).brand_id)
    rows = [media_view(item) for item in found]
    if is_json:
        return session.show_json({"media": rows})
    columns = {
        "media": "Media",
        "file_name": "File",
        "content_type": "Type",
        "byte_size": "Bytes",
        "credit": "Credit",
        "is_stored": "Stored",
    }
    return session.show_rows(rows, columns, empty="No media: `portevoix media add`.")


def read_alt_texts(given: Sequence[str], language: str) -> dict[str, str]:
    """Return alt texts by language of `fr=…` items; one without a language is in `language`."""
    texts = {}
    for item in given:
        tag, separator, text = item.partition("=")
        is_tagged = separator and 2 <= len(tag) <= 6 and tag.replace("-", "").isalpha()
        texts[tag if is_tagged else language] = text if is_tagged else item
    return {tag: text.strip() for tag, text in texts.items() if text.strip()}


def store_files(session: Session, brand: Brand, given: Mapping[str, Any]) -> tuple[str, ...]:
    """Store the `files` of a command, with its `alts` and `credit`; return the ids."""
    alt_texts = read_alt_texts(given["alts"], brand.language)
    stored = (
        store_file(session.env, brand.brand_id, file, alt_texts, given["credit"], session.now)
        for file in given["files"]
    )
    return tuple(media.media_id for media in stored)


def store_file(
    env: Any,
    brand_id: str,
    file: Path,
    alt_texts: Mapping[str, str],
    credit: str,
    now: datetime,
) -> Media:
    """Store a file as media of a brand; raise InvalidError if it is none."""
    data = file.read_bytes()
    described = describe_media(
        brand_id, file.name, data, alt_texts=alt_texts, credit=credit, now=now
    )
    return add_media(described, data, env.posts, env.media_objects)
