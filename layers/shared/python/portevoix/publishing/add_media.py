"""Media come in by their bytes: the same image added twice is one media, with all its alt texts."""

import dataclasses
import hashlib
import io
from collections.abc import Mapping
from datetime import datetime

from portevoix.model.errors import InvalidError, NotFoundError, Problem
from portevoix.model.posts import Media
from portevoix.ports import MediaObjects, PostStore

_SIGNATURES = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF8", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypqt", "video/quicktime"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
)
"""Where a kind of file says what it is: https://mimesniff.spec.whatwg.org/#matching-an-image-type-pattern"""


def describe_media(
    brand_id: str,
    file_name: str,
    data: bytes,
    *,
    alt_texts: Mapping[str, str],
    credit: str,
    now: datetime,
) -> Media:
    """Return the media that `data` is, named after brand and content.

    Raise InvalidError: `media_empty`, `media_unreadable` for what is neither image nor video.
    """
    if not data:
        raise InvalidError(Problem.of("media_empty", "media", file=file_name))
    content_type = content_type_of(data)
    if not content_type:
        raise InvalidError(Problem.of("media_unreadable", "media", file=file_name))
    width, height = _size_of(data) if content_type.startswith("image/") else (0, 0)
    sha256 = hashlib.sha256(data).hexdigest()
    return Media(
        media_id=media_id_of(brand_id, sha256),
        brand_id=brand_id,
        file_name=file_name,
        content_type=content_type,
        byte_size=len(data),
        created_at=now,
        width=width,
        height=height,
        sha256=sha256,
        alt_texts={language: text for language, text in alt_texts.items() if text.strip()},
        credit=credit,
    )


def add_media(media: Media, data: bytes, posts: PostStore, objects: MediaObjects) -> Media:
    """Store a described media and its bytes; return it with the alt texts that it had before."""
    try:
        known = posts.get_media(media.brand_id, media.media_id)
    except NotFoundError:
        objects.put(media, data)
        posts.save_media(media)
        return media
    alt_texts = {**known.alt_texts, **media.alt_texts}
    merged = dataclasses.replace(known, alt_texts=alt_texts, credit=media.credit or known.credit)
    if not known.is_stored:
        objects.put(media, data)
        merged = dataclasses.replace(merged, is_stored=True)
    if merged != known:
        posts.save_media(merged)
    return merged


def media_id_of(brand_id: str, sha256: str) -> str:
    """Return the id of a brand's media with this content (26 characters)."""
    return hashlib.sha256(f"{brand_id}/{sha256}".encode()).hexdigest()[:26]


def content_type_of(data: bytes) -> str:
    """Return the media type that the first bytes say, or an empty string."""
    for offset, signature, content_type in _SIGNATURES:
        if data[offset : offset + len(signature)] == signature:
            return content_type
    return ""


def look_at_upload(media: Media, posts: PostStore, objects: MediaObjects) -> Media:
    """Return a media, noted as stored once its bytes arrived: an image with its real measures.

    A video is not read: it may be larger than a function's memory.
    """
    size = None if media.is_stored else objects.size(media)
    if size is None:
        return media
    stored = dataclasses.replace(media, is_stored=True, byte_size=size)
    if not media.is_video:
        data = objects.read(media)
        width, height = _size_of(data)
        stored = dataclasses.replace(
            stored,
            content_type=content_type_of(data) or media.content_type,
            width=width,
            height=height,
            sha256=hashlib.sha256(data).hexdigest(),
        )
    posts.save_media(stored)
    return stored


def _size_of(data: bytes) -> tuple[int, int]:
    import imagesize  # 40 ms that a function which takes no media need not pay

    width, height = imagesize.get(io.BytesIO(data))
    return max(0, width), max(0, height)
