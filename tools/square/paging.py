"""Pages, newest first: https://docs.joinmastodon.org/api/guidelines/#pagination."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from tools.square.messages import Request, Response, json_response
from tools.square.rules import Rules

_CURSORS = ("max_id", "min_id", "since_id")


def page_of(
    request: Request,
    things: list[Any],
    show: Callable[[Any], Any],
    address: str,
    rules: Rules,
) -> Response:
    """Return one page of `things`, which have ids, with links to the next ones.

    `since_id` gives the newest page above it, `min_id` the oldest.
    """
    limit = min(int(request.parameter("limit") or 40), rules.page_max)
    min_id = request.parameter("min_id")
    above = int(min_id or request.parameter("since_id") or 0)
    below = int(request.parameter("max_id") or 10**30)
    found = [t for t in things if above < int(t.id) < below]
    found.sort(key=lambda thing: int(thing.id), reverse=True)
    page = found[-limit:] if min_id else found[:limit]
    links = {"Link": _links(request, page, address)} if page and rules.sends_links else {}
    return replace(json_response([show(thing) for thing in page]), headers=links)


def _links(request: Request, page: list[Any], address: str) -> str:
    kept = [pair for pair in parse_qsl(request.query) if pair[0] not in _CURSORS]
    older = urlencode([*kept, ("max_id", page[-1].id)])
    newer = urlencode([*kept, ("min_id", page[0].id)])
    return f'<{address}?{older}>; rel="next", <{address}?{newer}>; rel="prev"'
