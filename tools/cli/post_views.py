"""How `portevoix post` shows posts to a person."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from portevoix.model.brands import Brand
from portevoix.model.deliveries import Delivery
from portevoix.model.posts import Post
from portevoix.web.views import post_view, whole_post_view
from portevoix.web.words import state_words

from tools.cli.session import Session, local_text


def show_whole(session: Session, brand: Brand, item: Post, deliveries: Sequence[Delivery]) -> None:
    """Print a post and its deliveries."""
    view = whole_post_view(item, deliveries, session.language)
    pair = ", a pair" if item.is_pair else ""
    moment = local_text(item.moment_at, brand.zone)
    session.show(
        f"{item.post_id} {item.ref}".strip() + f" · {moment} ({brand.zone}){pair}", style="bold"
    )
    for name, variant in item.variants.items():
        for number, part in enumerate(variant.parts, start=1):
            label = f"{name} {number}/{len(variant.parts)}" if len(variant.parts) > 1 else name
            session.show(f"  {label}: {part.text}")
    columns = {
        "account": "Account",
        "part": "Part",
        "state_text": "Where it stands",
        "url": "Address",
    }
    session.show_rows(view["deliveries"], columns, empty="")
    reasons = {
        (d["account"], (d["trouble"] or d["hold"])["message"])
        for d in view["deliveries"]
        if d["trouble"] or d["hold"]
    }
    for account, message in sorted(reasons):
        session.show(f"  {account}: {message}")


def all_posts(session: Session, brand: Brand, since: datetime, until: datetime) -> list[Post]:
    """Return a brand's posts between two moments, from every page."""
    found: list[Post] = []
    page = ""
    while True:
        answer = session.env.posts.list_posts(brand.brand_id, since, until, page=page)
        found += answer.items
        page = answer.next_page
        if not page:
            return found


def row_of(session: Session, brand: Brand, item: Post) -> dict[str, Any]:
    """Return a post for a list: `states` for programs, `local` and `stands` for a person."""
    _, deliveries = session.env.posts.read_post(item.post_id)
    codes = Counter(delivery.state.value for delivery in deliveries)
    words = Counter(state_words(delivery.state, session.language) for delivery in deliveries)
    return {
        **post_view(item),
        "states": [f"{count} {code}" if count > 1 else code for code, count in codes.items()],
        "local": local_text(item.moment_at, brand.zone),
        "stands": [f"{word} ({count})" if count > 1 else word for word, count in words.items()],
    }
