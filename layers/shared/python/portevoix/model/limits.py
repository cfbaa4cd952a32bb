"""What a network, or one server of it, accepts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one account, as its network stated them; sizes in bytes, `pixels_max` in pixels.

    `url_length` is what a link counts for (None: its own length). `counts_mention_domains` says
    whether `@user@host` counts whole. `counting` names the measure (`graphemes`, `code_points`).
    """

    text_max: int
    counting: str = "graphemes"
    url_length: int | None = None
    counts_mention_domains: bool = True
    media_max: int = 4
    image_bytes_max: int = 0
    image_pixels_max: int = 0
    video_bytes_max: int = 0
    alt_text_max: int = 1500
    media_types: tuple[str, ...] = ()
