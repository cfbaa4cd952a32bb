"""A small threaded HTTP server on 127.0.0.1: the ground of every endpoint of the local stack."""

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

LOOPBACK = "127.0.0.1"
LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
MAXIMUM_BODY_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request: `headers` have lower-case names, `query` is the raw query string."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    cookies: tuple[str, ...] = ()

    def json(self) -> Any:
        """Return the body as JSON; an empty body is an empty object."""
        return json.loads(self.body or b"{}")

    def parameter(self, name: str) -> str | None:
        """Return the first value of a query parameter."""
        return parse_qs(self.query).get(name, [None])[0]


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP response; `headers` is a list since Set-Cookie may repeat."""

    status: int = 200
    body: bytes = b""
    headers: list[tuple[str, str]] = field(default_factory=list)


Respond = Callable[[Request], Response]


def json_response(value: object, status: int = 200, **headers: str) -> Response:
    """Return `value` as a JSON response; header names are given with `_` for `-`."""
    named = [(name.replace("_", "-"), content) for name, content in headers.items()]
    return Response(
        status, json.dumps(value).encode(), [("Content-Type", "application/json"), *named]
    )


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256
    respond: Respond
    stopping = False

    def accept_until_stopped(self) -> None:
        """Block in accept: unlike `serve_forever`, no wake-ups, and an immediate end."""
        while not self.stopping:
            self._handle_request_noblock()  # type: ignore[attr-defined]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay quiet about clients that hang up; anything else is answered with a 500."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Without these two, each answer waits for a delayed acknowledgement: 44 ms.
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server

    def handle_one_request(self) -> None:
        """Serve one request; a client that hangs up ends its connection, nothing else."""
        with contextlib.suppress(ConnectionError, TimeoutError):
            super().handle_one_request()
            return
        self.close_connection = True

    def _answer(self) -> None:
        response = self._response()
        self.send_response(response.status)
        for name, value in response.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)
        self.wfile.flush()

    def _response(self) -> Response:
        if _host_name(self.headers.get("Host", "")) not in LOOPBACK_NAMES:
            return json_response({"message": "only loopback names are served"}, 403)
        body = self._read_body()
        if body is None:
            self.close_connection = True
            return json_response({"message": "the body is too large"}, 413)
        parts = urlsplit(self.path)
        request = Request(
            method=self.command,
            path=parts.path,
            query=parts.query,
            headers=_merged_headers(self.headers.items()),
            body=body,
            cookies=tuple(
                cookie.strip()
                for line in self.headers.get_all("Cookie", [])
                for cookie in line.split(";")
            ),
        )
        try:
            return self.server.respond(request)
        except Exception as error:  # a stand-in server answers its own faults as a 500
            return json_response({"message": f"{type(error).__name__}: {error}"}, 500)

    def _read_body(self) -> bytes | None:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            return self._read_chunks()
        length = int(self.headers.get("Content-Length") or 0)
        return None if length > MAXIMUM_BODY_BYTES else self.rfile.read(length)

    def _read_chunks(self) -> bytes:
        body = b""
        while (size := int(self.rfile.readline().split(b";")[0], 16)) > 0:
            body += self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return body

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - inherited name
        """Say nothing: the functions' own logs are what a person reads."""

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _answer  # noqa: N815


def _host_name(header: str) -> str:
    bracketed = header.startswith("[")
    return header[1:].partition("]")[0] if bracketed else header.partition(":")[0]


class LoopbackServer:
    """Serve `respond` on 127.0.0.1; `port` is taken if free, else any free one is.

    Requests whose Host is not a loopback name are refused, so that a page in a browser cannot
    reach the stack through a name of its own.
    """

    def __init__(self, respond: Respond, port: int = 0, name: str = "loopback") -> None:
        try:
            self._server = _Server((LOOPBACK, port), _Handler)
        except OSError:
            self._server = _Server((LOOPBACK, 0), _Handler)
        self._server.respond = respond
        self.port: int = self._server.server_address[1]
        self.url = f"http://{LOOPBACK}:{self.port}"
        self._thread = threading.Thread(
            target=self._server.accept_until_stopped, name=name, daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop accepting, and close the port."""
        self._server.stopping = True
        with contextlib.suppress(OSError):
            socket.create_connection((LOOPBACK, self.port), timeout=1).close()
        self._thread.join(timeout=2)
        self._server.server_close()


def _merged_headers(items: list[tuple[str, str]]) -> dict[str, str]:
    merged: dict[str, str] = {}
    for name, value in items:
        key = name.lower()
        merged[key] = f"{merged[key]},{value}" if key in merged else value
    return merged
