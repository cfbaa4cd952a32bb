"""The HTTP API on loopback: payload format 2.0, routes from the template.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

import base64
import json
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

from tools.local.clock import StackClock
from tools.local.intrinsics import ACCOUNT
from tools.local.lambda_api import Invoker
from tools.local.loopback import Request, Response, json_response
from tools.local.resources import Route
from tools.local.worker import InvocationResult

MAXIMUM_BODY_BYTES = 10 * 1024 * 1024  # the HTTP API's own quota
# Lambda takes 6 MB, and a body travels in base64 inside the event: about 4.5 MB of it.
MAXIMUM_EVENT_BYTES = 6 * 1024 * 1024
_TEXT_TYPES = re.compile(r"text/|application/(json|xml|javascript|[a-z0-9.+-]+\+(json|xml))")


@dataclass(frozen=True, slots=True)
class _Match:
    route: Route
    parameters: dict[str, str]


class HttpApi:
    """Turns requests into function events; `routes` and `invoker` are set when they stand."""

    def __init__(self, clock: StackClock) -> None:
        self.routes: Sequence[Route] = ()
        self.invoker: Invoker | None = None
        self._clock = clock

    def respond(self, request: Request) -> Response:
        """Answer one request through the function of its route."""
        match = self._match(request.method, request.path)
        if match is None or self.invoker is None:
            return json_response({"message": "Not Found"}, 404)
        event = json.dumps(self._event(match, request)).encode()
        if len(request.body) > MAXIMUM_BODY_BYTES or len(event) > MAXIMUM_EVENT_BYTES:
            return json_response({"message": "Request Entity Too Large"}, 413)
        return _translated(self.invoker.invoke(match.route.function, event))

    def _match(self, method: str, path: str) -> _Match | None:
        candidates = []
        for route in self.routes:
            if route.method not in (method, "ANY"):
                continue
            parameters = _path_parameters(route.path, path)
            if parameters is not None:
                candidates.append((_specificity(route), _Match(route, parameters)))
        return max(candidates, key=lambda pair: pair[0])[1] if candidates else None

    def _event(self, match: _Match, request: Request) -> dict[str, Any]:
        now = self._clock.now()
        route_key = f"{match.route.method} {match.route.path}"
        headers = {k: v for k, v in request.headers.items() if k != "cookie"}
        event: dict[str, Any] = {
            "version": "2.0",
            "routeKey": route_key,
            "rawPath": unquote(request.path),
            "rawQueryString": request.query,
            "headers": headers,
            "requestContext": {
                "accountId": ACCOUNT,
                "apiId": "local",
                "domainName": headers.get("host", ""),
                "domainPrefix": "local",
                "http": {
                    "method": request.method,
                    "path": unquote(request.path),
                    "protocol": "HTTP/1.1",
                    "sourceIp": "127.0.0.1",
                    "userAgent": headers.get("user-agent", ""),
                },
                "requestId": uuid.uuid4().hex,
                "routeKey": route_key,
                "stage": "$default",
                "time": f"{now:%d/%b/%Y:%H:%M:%S +0000}",
                "timeEpoch": int(now.timestamp() * 1000),
            },
            "isBase64Encoded": False,
        }
        # API Gateway leaves out what is empty.
        optional = {
            "cookies": list(request.cookies),
            "queryStringParameters": _joined(request.query),
            "pathParameters": match.parameters,
        }
        event.update({name: value for name, value in optional.items() if value})
        return event | _body(request)


def _body(request: Request) -> dict[str, Any]:
    if not request.body:
        return {}
    # A form's body arrives in base64 too: only text types are passed as they are.
    if _TEXT_TYPES.match(request.headers.get("content-type", "").lower()):
        try:
            return {"body": request.body.decode(), "isBase64Encoded": False}
        except UnicodeDecodeError:
            pass
    return {"body": base64.b64encode(request.body).decode(), "isBase64Encoded": True}


def _joined(query: str) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


def _path_parameters(pattern: str, path: str) -> dict[str, str] | None:
    if pattern == "$default":
        return {}
    wanted, given = pattern.strip("/").split("/"), path.strip("/").split("/")
    parameters: dict[str, str] = {}
    for index, part in enumerate(wanted):
        if part.startswith("{") and part.endswith("+}"):
            rest = "/".join(given[index:])
            return parameters | {part[1:-2]: unquote(rest)} if rest else None
        if index >= len(given):
            return None
        if part.startswith("{") and part.endswith("}"):
            parameters[part[1:-1]] = unquote(given[index])
        elif part != given[index]:
            return None
    return parameters if len(wanted) == len(given) else None


def _specificity(route: Route) -> tuple[int, int, int]:
    exact = sum(1 for part in route.path.split("/") if part and not part.startswith(("{", "$")))
    return exact, "+}" not in route.path, route.method != "ANY"


def _translated(result: InvocationResult) -> Response:
    if result.failed:
        return json_response({"message": "Internal Server Error"}, 500)
    answer = json.loads(result.payload)
    if not isinstance(answer, dict) or "statusCode" not in answer:
        return json_response(answer)
    text = answer.get("body") or ""
    body = base64.b64decode(text) if answer.get("isBase64Encoded") else str(text).encode()
    headers = [(str(k), str(v)) for k, v in (answer.get("headers") or {}).items()]
    for name, values in (answer.get("multiValueHeaders") or {}).items():
        headers.extend((name, str(value)) for value in values)
    headers.extend(("Set-Cookie", cookie) for cookie in answer.get("cookies") or [])
    headers = [(k, v) for k, v in headers if k.lower() != "content-length"]
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", "text/plain; charset=utf-8"))
    return Response(int(answer["statusCode"]), body, headers)
