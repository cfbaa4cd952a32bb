"""How Mastodon counts a text. GoToSocial announces the same rules and counts otherwise.

https://docs.joinmastodon.org/api/guidelines/ and, for the details that no page tells,
app/validators/status_length_validator.rb of mastodon/mastodon.
"""

import re

from portevoix.model.limits import Limits

_URL = re.compile(r"(?<![\w@＠$#＃/])https?://[^\s<>\"«»“”]+", re.IGNORECASE)
_AFTER_URL = ".,;:!?…'’*_~)]}"
_MENTION = re.compile(
    r"(?<![=/\w])@([a-z0-9_]+(?:[.-]+[a-z0-9_]+)*)(?:@\w+(?:[.-]+\w+)*)?", re.IGNORECASE
)


def count(text: str, content_warning: str, limits: Limits) -> int:
    """Return the length of a post: its warning as it stands, its text with links and mentions cut.

    A link with its scheme counts `limits.url_length`; `@user@host` counts as `@user`.
    """
    counted = text
    if limits.url_length is not None:
        counted = _URL.sub(lambda match: _shortened(match[0], limits.url_length or 0), counted)
    if not limits.counts_mention_domains:
        counted = _MENTION.sub(r"@\1", counted)
    whole = content_warning + counted
    return len(whole) if limits.counting == "code_points" else count_graphemes(whole)


def count_graphemes(text: str) -> int:
    """Return how many grapheme clusters `text` has (Unicode UAX 29)."""
    if text.isascii():
        return len(text) - text.count("\r\n")
    import regex  # type: ignore[import-untyped]

    return len(regex.findall(r"\X", text))


def _shortened(url: str, length: int) -> str:
    """Return `length` letters for the link, and the punctuation that closes its sentence."""
    link = url
    while link and link[-1] in _AFTER_URL and not (link[-1] == ")" and _is_balanced(link)):
        link = link[:-1]
    return "x" * length + url[len(link) :]


def _is_balanced(link: str) -> bool:
    return link.count("(") == link.count(")")
