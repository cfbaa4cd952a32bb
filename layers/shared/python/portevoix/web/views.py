"""What the API and `--json` answer: plain dictionaries with stable keys. Absent means unknown."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from portevoix.model.brands import Account
from portevoix.model.deliveries import Delivery
from portevoix.model.errors import Problem
from portevoix.model.posts import Media, Post, Variant
from portevoix.model.times import to_text
from portevoix.texts import say
from portevoix.texts.problems import problem_sentence
from portevoix.web.words import hold_words, state_words, trouble_sentence

TOLD_BY_PROBLEMS = frozenset({"not_found", "conflict"})
"""Codes of texts/api that are said only where nothing more precise is known."""


def moment_view(moment: datetime | None) -> str | None:
    """Return a moment in UTC, or None."""
    return to_text(moment) if moment else None


def problem_view(problem: Problem, language: str) -> dict[str, str]:
    """Return one thing to change."""
    message = problem_sentence(problem, language)
    return {"code": problem.code, "where": problem.where, "message": message}


def delivery_view(delivery: Delivery, language: str) -> dict[str, Any]:
    """Return where one delivery stands, and what a member can do about it."""
    view: dict[str, Any] = {
        "post": delivery.key.post_id,
        "account": delivery.key.account_id,
        "part": delivery.key.part,
        "state": delivery.state.value,
        "state_text": state_words(delivery.state, language),
        "moment_at": moment_view(delivery.moment_at),
        "publish_before": moment_view(delivery.publish_before),
        "published_at": moment_view(delivery.published_at),
        "url": delivery.url or None,
        "attempts": delivery.attempts,
        "hold": None,
        "trouble": None,
    }
    if delivery.hold:
        message = hold_words(delivery.hold, language)
        view["hold"] = {"reason": delivery.hold.value, "message": message}
    if delivery.trouble:
        message = trouble_sentence(delivery, language)
        view["trouble"] = {"code": delivery.trouble.code, "message": message}
    return view


def post_view(post: Post) -> dict[str, Any]:
    """Return what a post says, without its deliveries."""
    return {
        "post": post.post_id,
        "brand": post.brand_id,
        "ref": post.ref or None,
        "moment_at": moment_view(post.moment_at),
        "publish_before": moment_view(post.publish_before),
        "accounts": list(post.account_ids),
        "pair": post.is_pair,
        "revision": post.revision,
        "created_at": moment_view(post.created_at),
        "created_by": post.created_by or None,
        "variants": {name: variant_view(item) for name, item in post.variants.items()},
    }


def variant_view(variant: Variant) -> dict[str, Any]:
    """Return what a post says on one account."""
    return {
        "parts": [{"text": part.text, "media": list(part.media_ids)} for part in variant.parts],
        "language": variant.language or None,
        "visibility": variant.visibility.value,
        "content_warning": variant.content_warning or None,
    }


def whole_post_view(post: Post, deliveries: Sequence[Delivery], language: str) -> dict[str, Any]:
    """Return a post with its deliveries."""
    listed = [delivery_view(delivery, language) for delivery in deliveries]
    return {**post_view(post), "deliveries": listed}


def media_view(media: Media) -> dict[str, Any]:
    """Return a media's description."""
    return {
        "media": media.media_id,
        "brand": media.brand_id,
        "file_name": media.file_name,
        "content_type": media.content_type,
        "byte_size": media.byte_size,
        "width": media.width or None,
        "height": media.height or None,
        "alt_texts": dict(media.alt_texts),
        "credit": media.credit or None,
        "is_stored": media.is_stored,
    }


def account_view(account: Account) -> dict[str, Any]:
    """Return an account with what its network accepts; never a secret."""
    return {
        "account": account.account_id,
        "brand": account.brand_id,
        "network": account.network,
        "handle": account.handle,
        "url": account.url or None,
        "language": account.language,
        "zone": account.zone,
        "software": account.software or None,
        "needs_reconnection": account.needs_reconnection,
        "checked_at": moment_view(account.checked_at),
        "text_max": account.limits.text_max,
        "media_max": account.limits.media_max,
    }


def error_view(
    code: str, language: str, problems: Sequence[Problem] = (), **values: object
) -> Mapping[str, Any]:
    """Return an error: a sentence of texts/api and each thing to change."""
    told = [problem_view(problem, language) for problem in problems]
    message = say(f"api.{code}", language, **values)
    if told and code in TOLD_BY_PROBLEMS:
        message = " ".join(view["message"] for view in told)
    return {"error": {"message": message, "problems": told}}
