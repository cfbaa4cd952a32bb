"""The square over HTTP, on loopback only."""

import contextlib
import socket
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tools.square.api import Api
from tools.square.audience import Audience
from tools.square.crowd import Crowd
from tools.square.faults import Fault, Faults
from tools.square.messages import Request, Response, json_response
from tools.square.rules import Rules
from tools.square.square import Square

LOOPBACK = "127.0.0.1"
_NAMES = frozenset({LOOPBACK, "localhost", "[::1]"})
_SILENCE_S = 60.0
_BODY_MAX = 128 * 1024 * 1024


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    api: Api
    faults: Faults
    stopping: threading.Event

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that hang up."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 120
    server: _Server

    def _serve(self) -> None:
        path = urlsplit(self.path)
        fault = self.server.faults.take(self.command, path.path)
        if fault and fault.reply == "close" and not fault.acts:
            self._hang_up()
            return
        length = int(self.headers.get("Content-Length") or 0)
        if length > _BODY_MAX:
            self._send(json_response({"error": "Payload too large"}, 413))
            self.close_connection = True
            return
        body = self.rfile.read(length)
        if self.headers.get("Host", "").rpartition(":")[0] not in _NAMES:
            # A page in a browser must not reach the square through a name of its own.
            self._send(json_response({"error": "only loopback names are served"}, 403))
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, path.path, path.query, headers, body)
        response = self.server.api.answer(request) if fault is None or fault.acts else None
        if fault is None and response is not None:
            self._send(response)
        elif fault is not None:
            self._go_wrong(fault, response)

    def _go_wrong(self, fault: Fault, response: Response | None) -> None:
        self.close_connection = True
        answer = fault.response or response or json_response({})
        if fault.reply == "answer":
            self._send(answer)
        elif fault.reply == "silence":
            self.server.stopping.wait(_SILENCE_S)
        elif fault.reply == "truncate":
            self._send(answer, cut=len(answer.body) // 2)
        elif fault.reply == "drip":
            self._drip(answer, fault.pause_s)
        if fault.reply in ("close", "silence", "truncate"):
            self._hang_up()

    def _send(self, response: Response, cut: int | None = None) -> None:
        self.send_response(response.status)
        self.send_header("Content-Type", response.content_type)
        self.send_header("Content-Length", str(len(response.body)))
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body[:cut])
        self.wfile.flush()

    def _drip(self, response: Response, pause_s: float) -> None:
        head = f"HTTP/1.1 {response.status} OK\r\nContent-Length: {len(response.body)}\r\n\r\n"
        for byte in head.encode() + response.body:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            if self.server.stopping.wait(pause_s):
                return

    def _hang_up(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - inherited name
        """Say nothing."""

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _serve  # noqa: N815


class RunningSquare:
    """A square that is being served at `url`, until `stop`."""

    def __init__(self, server: _Server, square: Square, crowd: Crowd) -> None:
        self._server = server
        self.square = square
        self.crowd = crowd
        self.faults = server.faults
        self.port: int = server.server_address[1]
        self.url = f"http://{LOOPBACK}:{self.port}"
        server.api = Api(square, crowd, self.url)
        self._thread = threading.Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="square", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop serving, and close the port."""
        self._server.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def serve_square(
    *,
    now: Callable[[], datetime] | None = None,
    port: int = 0,
    folder: Path | None = None,
    rules: Rules | None = None,
    audience: Audience | None = None,
) -> RunningSquare:
    """Serve a square on 127.0.0.1 and return it, running in threads of its own.

    `port` 0 is any free one; raise OSError if it is taken. Without `folder` nothing is kept.
    """
    square = Square(now or _now, rules=rules, folder=folder)
    crowd = Crowd(square, audience or Audience())
    server = _Server((LOOPBACK, port), _Handler)
    server.faults = Faults()
    server.stopping = threading.Event()
    return RunningSquare(server, square, crowd)


def _now() -> datetime:
    return datetime.now(UTC)
