"""Plain text out of the HTML of a status."""

import re
from html.parser import HTMLParser

_HIDDEN = frozenset({"script", "style", "template"})
_BLOCKS = frozenset({"p", "blockquote", "pre", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6"})
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def to_plain_text(html: str) -> str:
    """Return what a reader sees: paragraphs apart, line breaks kept, links in full.

    Servers shorten links for the eye; the whole address is given here. Mentions and hashtags stay
    as written. Nothing of the markup survives.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    text = _CONTROL.sub("", "".join(reader.pieces))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._hidden = 0
        self._link: str | None = None
        self._link_start = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HIDDEN:
            self._hidden += 1
        elif tag == "br":
            self.pieces.append("\n")
        elif tag in _BLOCKS:
            self._break()
        elif tag == "li":
            self.pieces.append("\n- ")
        elif tag == "a":
            self._open_link(dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        elif tag in _BLOCKS:
            self._break()
        elif tag == "a":
            self._close_link()

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.pieces.append(data.replace("\r", ""))

    def _break(self) -> None:
        if self.pieces:
            self.pieces.append("\n\n")

    def _open_link(self, attributes: dict[str, str | None]) -> None:
        href = attributes.get("href") or ""
        classes = (attributes.get("class") or "").split()
        is_plain = not {"mention", "hashtag"} & set(classes)
        self._link = href if is_plain and href.startswith(("http://", "https://")) else None
        self._link_start = len(self.pieces)

    def _close_link(self) -> None:
        if self._link is None:
            return
        shown = "".join(self.pieces[self._link_start :]).strip()
        is_address = not shown or shown.rstrip("…/") in self._link
        self.pieces[self._link_start :] = [self._link if is_address else f"{shown} ({self._link})"]
        self._link = None
