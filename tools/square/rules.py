"""What this square accepts, and which server's habits it takes on."""

from dataclasses import dataclass
from typing import Literal

type KeyHabit = Literal["honoured", "ignored", "burnt"]


@dataclass(frozen=True, slots=True)
class Limit:
    """So many requests in so many seconds, for one token."""

    requests: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Rules:
    """The knobs. The defaults are Mastodon's, but for `text_max`.

    `keys`: what becomes of an Idempotency-Key: honoured for `key_window_s` (Mastodon), ignored
    (GoToSocial), or burnt, a replay being refused with 400 (Pixelfed). `media_delay_s`: how long a
    media is processed after its upload was answered with 202; 0 answers 200 at once.
    """

    text_max: int = 400
    counting: Literal["graphemes", "code_points"] = "graphemes"
    url_length: int = 23
    media_max: int = 4
    alt_text_max: int = 1500
    image_bytes_max: int = 16 * 1024 * 1024
    image_pixels_max: int = 33_177_600
    video_bytes_max: int = 99 * 1024 * 1024
    media_types: tuple[str, ...] = (
        "image/jpeg",
        "image/png",
        "image/gif",
        "image/webp",
        "video/mp4",
    )
    media_delay_s: float = 0.0
    keys: KeyHabit = "honoured"
    key_window_s: int = 3600
    software: str = "portevoix-square"
    version: str = "4.5.0 (compatible; portevoix-square 1.0)"
    has_instance_v2: bool = True
    has_batch: bool = True
    page_max: int = 80
    sends_links: bool = True
    sends_retry_after: bool = False
    reads: Limit = Limit(300, 300)
    posts: Limit = Limit(300, 10_800)
    uploads: Limit = Limit(30, 1_800)
    deletes: Limit = Limit(30, 1_800)
