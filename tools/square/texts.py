"""How the square counts, and how it shows a text: on purpose not our connector's code."""

import html
import re
from collections.abc import Callable

from tools.square.rules import Rules

_LINK = re.compile(r"https?://[^\s<>«»“”\"]*[\w/]")
_MENTION = re.compile(r"(?<![\w/@])@(\w+)(@[\w.-]+\w)?")
_TAG = re.compile(r"(?<![\w/&])#(\w+)")
_ANY = re.compile(f"{_LINK.pattern}|{_MENTION.pattern}|{_TAG.pattern}")


def length_of(text: str, spoiler_text: str, rules: Rules) -> int:
    """Return the length of a status under these rules."""
    if rules.counting == "code_points":
        return len(text) + len(spoiler_text)
    import regex  # type: ignore[import-untyped]

    short = _LINK.sub("#" * rules.url_length, text)
    short = _MENTION.sub(lambda match: f"@{match[1]}", short)
    return len(regex.findall(r"\X", spoiler_text + short))


def mentioned(text: str) -> list[str]:
    """Return the user names that a text mentions."""
    return [match[1].lower() for match in _MENTION.finditer(text)]


def to_html(text: str, url_of: Callable[[str], str]) -> str:
    """Return a status as Mastodon renders it: `url_of` gives the address of a name or a tag."""
    paragraphs = re.split(r"\n{2,}", text.strip()) if text.strip() else []
    return "".join(
        "<p>" + "<br />".join(_line(line, url_of) for line in paragraph.split("\n")) + "</p>"
        for paragraph in paragraphs
    )


def _line(line: str, url_of: Callable[[str], str]) -> str:
    pieces, end = [], 0
    for match in _ANY.finditer(line):
        pieces += [html.escape(line[end : match.start()]), _piece(match[0], url_of)]
        end = match.end()
    return "".join([*pieces, html.escape(line[end:])])


def _piece(found: str, url_of: Callable[[str], str]) -> str:
    if found.startswith("@"):
        name = html.escape(found[1:].partition("@")[0])
        return (
            f'<span class="h-card" translate="no"><a href="{url_of(found)}" '
            f'class="u-url mention">@<span>{name}</span></a></span>'
        )
    if found.startswith("#"):
        tag = html.escape(found[1:])
        return (
            f'<a href="{url_of(found)}" class="mention hashtag" rel="tag">#<span>{tag}</span></a>'
        )
    return _shortened(found)


def _shortened(url: str) -> str:
    """Return a link whose scheme and end are there, but not shown."""
    scheme, _, rest = url.partition("://")
    shown, hidden = html.escape(rest[:30]), html.escape(rest[30:])
    kind = "ellipsis" if hidden else ""
    return (
        f'<a href="{html.escape(url)}" target="_blank" rel="nofollow noopener noreferrer" '
        f'translate="no"><span class="invisible">{scheme}://</span>'
        f'<span class="{kind}">{shown}</span><span class="invisible">{hidden}</span></a>'
    )
