"""Other people's words, made harmless and short before they stand in a mail."""

import unicodedata
from urllib.parse import urlsplit

_DIRECTION = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_INVISIBLE = frozenset("\u200b\u2060\ufeff")
_JOINER = "\u200d"


def clean(text: str) -> str:
    """Return `text` on one line, without control, direction or invisible characters.

    Line breaks become spaces, so that nobody's words can look like a section of ours; a lone
    surrogate becomes a replacement character, so that the mail can be encoded.
    """
    kept = []
    for char in text:
        if char in _DIRECTION or char in _INVISIBLE:
            continue
        category = unicodedata.category(char)
        if category == "Cs":
            kept.append("\ufffd")
        elif category in ("Cc", "Zl", "Zp") or char in " \t":
            kept.append(" ")
        else:
            kept.append(char)
    return " ".join(part for part in "".join(kept).split(" ") if part)


def excerpt(text: str, length: int) -> str:
    """Return the beginning of `clean(text)`, at most `length` characters, cut between words."""
    words = clean(text)
    if len(words) <= length:
        return words
    head = words[: length - 1]
    space = head.rfind(" ")
    if space > length // 2:
        head = head[:space]
    else:
        while head and (unicodedata.combining(words[len(head)]) or words[len(head)] == _JOINER):
            head = head[:-1]
    return head.rstrip(" ,;:.\u00a0\u202f" + _JOINER) + "…"


def safe_url(url: str) -> str:
    """Return `url` if it is a plain http(s) address, else an empty string."""
    if any(char.isspace() or not char.isprintable() for char in url):
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.hostname else ""
