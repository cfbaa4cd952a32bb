"""The pages: what was posted, for a person to look at."""

import html
from zoneinfo import ZoneInfo

from tools.square.messages import Request, Response
from tools.square.shown import Shown
from tools.square.square import RefusedError, Square
from tools.square.texts import to_html
from tools.square.things import Status

_SHOWN = ("public", "unlisted")
_ZONE = ZoneInfo("America/Toronto")
_STYLE = """
:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:42rem;
margin:0 auto;padding:1rem}.notice{border:2px solid #b45309;border-radius:.5rem;padding:.6rem 1rem}
article{border-top:1px solid #8886;padding:1rem 0;overflow-wrap:anywhere}
article.reply{margin-inline-start:2rem}.meta,figcaption{opacity:.75;font-size:.85rem}
img{max-width:100%;border-radius:.5rem}figure{margin:.5rem 0}.invisible{font-size:0}
"""
_NOTICE = """<p class="notice" lang="fr"><strong>Ceci n’est pas un réseau.</strong> La place est un
serveur de démonstration : personne de réel n’y lit ni n’y écrit.</p>
<p class="notice" lang="en"><strong>This is not a network.</strong> The square is a stand-in:
nobody real reads or writes here.</p>"""


class Pages:
    """Draws the square, newest first, with chains and answers under what they answer."""

    def __init__(self, square: Square, shown: Shown) -> None:
        self._square = square
        self._shown = shown

    def front(self, _: Request) -> Response:
        """Return the page of everybody."""
        return self._page("La place / The square", self._tops(""))

    def person(self, _: Request, username: str, status_id: str | None = None) -> Response:
        """Return the page of one person, or of one post; raise RefusedError (404)."""
        person = self._square.person(username)
        if person is None:
            raise RefusedError(404, "Record not found")
        if status_id:
            return self._page(f"@{username}", [self._square.status(status_id)])
        return self._page(f"@{username}", self._tops(person.id))

    def _tops(self, author_id: str) -> list[Status]:
        things = self._square.things
        tops = [
            status
            for status in things.statuses.values()
            if status.visibility in _SHOWN
            and status.in_reply_to_id not in things.statuses
            and author_id in ("", status.author_id)
        ]
        return sorted(tops, key=lambda status: status.created_at, reverse=True)

    def _page(self, title: str, statuses: list[Status]) -> Response:
        posts = "".join(self._with_replies(status, 0) for status in statuses)
        nothing = "<p>Rien encore. / Nothing yet.</p>"
        page = (
            f'<!doctype html><html lang="fr"><meta charset="utf-8"><title>{html.escape(title)}'
            '</title><meta name="viewport" content="width=device-width">'
            f"<style>{_STYLE}</style><h1>{html.escape(title)}</h1>{_NOTICE}"
            f"{posts or nothing}</html>"
        )
        headers = {
            "Content-Security-Policy": "default-src 'none'; img-src 'self'; media-src 'self'; "
            "style-src 'unsafe-inline'",
            "X-Content-Type-Options": "nosniff",
        }
        return Response(200, page.encode(), "text/html; charset=utf-8", headers)

    def _with_replies(self, status: Status, depth: int) -> str:
        replies = [s for s in self._square.replies(status) if s.visibility in _SHOWN]
        return self._post(status, depth) + "".join(
            self._with_replies(reply, depth + 1) for reply in replies
        )

    def _post(self, status: Status, depth: int) -> str:
        author = self._square.things.people[status.author_id]
        at = status.created_at.astimezone(_ZONE).strftime("%Y-%m-%d %H:%M:%S %Z")
        language = html.escape(status.language)
        warning = f"<p><strong>{html.escape(status.spoiler_text)}</strong></p>"
        return (
            f'<article{" class=reply" if depth else ""} id="s{status.id}">'
            f"<div class=meta><strong>{html.escape(author.display_name)}</strong> "
            f'<a href="/@{author.username}/{status.id}">@{author.username} · {at}</a>'
            f" · {language or '?'} · {status.visibility}</div>"
            f"{warning if status.spoiler_text else ''}"
            f'<div lang="{language}">{to_html(status.text, self._shown.url_of)}</div>'
            f"{''.join(self._figure(i) for i in status.media_ids)}"
            f"<div class=meta>★ {status.favourites} · ⟳ {status.reblogs}"
            f" · ↩ {len(self._square.replies(status))}</div></article>"
        )

    def _figure(self, media_id: str) -> str:
        media = self._square.things.attachments[media_id]
        alt = html.escape(media.description)
        if media.content_type.startswith("video/"):
            shown = f'<video controls src="/media/{media_id}" aria-label="{alt}"></video>'
        else:
            shown = f'<img src="/media/{media_id}" alt="{alt}">'
        return f"<figure>{shown}<figcaption>ALT : {alt or '—'}</figcaption></figure>"
