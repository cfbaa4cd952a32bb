"""The HTTP API: a table of routes behind a bearer token, its errors in two languages.

A table of our own, since Powertools' resolver adds 135 ms to a cold start
(docs/decisions/0006-routes.md).
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from portevoix.model.errors import (
    ConflictError,
    InvalidError,
    NetworkError,
    NotFoundError,
    PortevoixError,
    Problem,
    StoreUnavailableError,
)
from portevoix.web import api_media, api_posts
from portevoix.web.call import Answer, ApiEnvironment, Call, ForbiddenError
from portevoix.web.requests import (
    MAXIMUM_BODY,
    BodyTooLargeError,
    Request,
    json_answer,
    read_request,
)
from portevoix.web.tokens import authenticate
from portevoix.web.views import error_view

type Route = Callable[..., Answer]

_ID = r"([A-Za-z0-9._:-]{1,80})"
ROUTES: tuple[tuple[str, str, Route], ...] = (
    ("POST", r"/v1/media", api_media.create_media),
    ("GET", rf"/v1/media/{_ID}", api_media.show_media),
    ("GET", r"/v1/accounts", api_media.list_accounts),
    ("POST", r"/v1/posts", api_posts.create_post),
    ("GET", r"/v1/posts", api_posts.list_posts),
    ("GET", rf"/v1/posts/{_ID}", api_posts.show_post),
    ("PATCH", rf"/v1/posts/{_ID}", api_posts.change_post),
    ("POST", rf"/v1/posts/{_ID}/cancel", api_posts.cancel),
    ("POST", rf"/v1/posts/{_ID}/hold", api_posts.hold),
    ("POST", rf"/v1/posts/{_ID}/release", api_posts.release),
    ("POST", rf"/v1/posts/{_ID}/decide", api_posts.decide),
)


def handle_api(event: Mapping[str, Any], env: ApiEnvironment) -> dict[str, Any]:
    """Answer one request (payload 2.0) in French or English, by `Accept-Language`.

    What is not the caller's doing (a missing setting, a bug) is raised: the invocation fails, the
    alarm sees it, and API Gateway answers 500 without a word of it.
    """
    request = read_request(event)
    language = request.language
    token = authenticate(request.headers.get("authorization", ""), env.brands)
    if token is None:
        return json_answer(
            401, error_view("unauthorized", language), language, www_authenticate="Bearer"
        )
    route, arguments, allowed = find_route(request)
    if route is None and allowed:
        body = error_view("wrong_method", language, allowed=", ".join(allowed))
        return json_answer(405, body, language, allow=", ".join(allowed))
    if route is None:
        return json_answer(404, error_view("no_route", language), language)
    try:
        status, body = route(Call(request, token, env, env.clock.now()), *arguments)
    except ForbiddenError:
        return json_answer(403, error_view("forbidden", language), language)
    except BodyTooLargeError:
        told = Problem.of("body_too_large", "body", maximum=MAXIMUM_BODY)
        return json_answer(413, error_view("too_large", language, [told]), language)
    except PortevoixError as error:
        return refusal(error, language)
    return json_answer(status, body, language)


def find_route(request: Request) -> tuple[Route | None, tuple[str, ...], list[str]]:
    """Return the route of a request with the names in its path, and the methods it would take."""
    allowed = []
    for method, pattern, route in ROUTES:
        match = re.fullmatch(pattern, request.path)
        if match and method == request.method:
            return route, match.groups(), []
        if match:
            allowed.append(method)
    return None, (), allowed


def refusal(error: PortevoixError, language: str) -> dict[str, Any]:
    """Return the answer to what a caller can change or await; raise anything else again."""
    for kind, status, code in (
        (InvalidError, 422, "invalid"),
        (NotFoundError, 404, "not_found"),
        (ConflictError, 409, "conflict"),
        (NetworkError, 502, "network"),
        (StoreUnavailableError, 503, "unavailable"),
    ):
        if isinstance(error, kind):
            return json_answer(status, error_view(code, language, error.problems), language)
    raise error
