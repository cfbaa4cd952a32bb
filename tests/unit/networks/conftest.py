"""Small raw servers on loopback, so that a test says every byte of an answer."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

import pytest

type Converse = Callable[[socket.socket], None]


class RawServer:
    """Gives each connection to `converse`; `requests` holds what was read by `read_request`."""

    def __init__(self, converse: Converse) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.connections = 0
        self.stopping = threading.Event()
        self._converse = converse
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            if self.stopping.is_set():
                connection.close()
                return
            self.connections += 1
            with connection, contextlib.suppress(OSError):
                self._converse(connection)

    def stop(self) -> None:
        self.stopping.set()
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            pass
        self._listener.close()
        self._thread.join(5)


def read_request(connection: socket.socket) -> bytes:
    """Return a request, its body too."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


@pytest.fixture
def raw_server() -> Iterator[Callable[[Converse], RawServer]]:
    servers: list[RawServer] = []

    def start(converse: Converse) -> RawServer:
        servers.append(RawServer(converse))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()
