"""What every store says of something that is not there, or that somebody else changed first."""

from collections.abc import Iterable

from portevoix.model.deliveries import DeliveryKey
from portevoix.model.errors import ConflictError, NotFoundError, Problem


def no_brand(brand_id: str) -> NotFoundError:
    """Return the error for a brand that is not there."""
    return NotFoundError(f"There is no brand '{brand_id}'.", Problem.of("unknown_brand", brand_id))


def no_account(brand_id: str, account_id: str) -> NotFoundError:
    """Return the error for an account that is not there."""
    return NotFoundError(
        f"Brand '{brand_id}' has no account '{account_id}'.",
        Problem.of("unknown_account", account_id),
    )


def no_token(token_id: str) -> NotFoundError:
    """Return the error for a key to the API that is not there."""
    return NotFoundError(f"There is no token '{token_id}'.", Problem.of("unknown_key", token_id))


def no_post(post_id: str) -> NotFoundError:
    """Return the error for a post that is not there."""
    return NotFoundError(f"There is no post '{post_id}'.", Problem.of("unknown_post", post_id))


def no_delivery(key: DeliveryKey) -> NotFoundError:
    """Return the error for a delivery that is not there."""
    return NotFoundError(
        f"There is no delivery '{key}'.",
        Problem.of("unknown_delivery", key.account_id, part=key.part),
    )


def no_media(brand_id: str, media_id: str) -> NotFoundError:
    """Return the error for a media that is not there."""
    return NotFoundError(
        f"Brand '{brand_id}' has no media '{media_id}'.", Problem.of("unknown_media", media_id)
    )


def no_recipient(brand_id: str, recipient_id: str) -> NotFoundError:
    """Return the error for a recipient who is not there."""
    return NotFoundError(
        f"Brand '{brand_id}' has no recipient '{recipient_id}'.",
        Problem.of("unknown_recipient", recipient_id),
    )


def no_source(brand_id: str, source_id: str) -> NotFoundError:
    """Return the error for a source that is not there."""
    return NotFoundError(
        f"Brand '{brand_id}' has no source '{source_id}'.",
        Problem.of("unknown_source", source_id),
    )


def changed_meanwhile(names: Iterable[str]) -> ConflictError:
    """Return the error for what others changed after it was read; `names` is for the log."""
    return ConflictError(
        f"Changed meanwhile, read again: {', '.join(names)}.", Problem.of("changed_meanwhile")
    )
