"""The only door to foreign hosts: addresses pinned and public, sizes and times bounded.

Built on the standard library's `http.client`: see docs/decisions/0004-guarded-session.md. Nothing
is retried here, no proxy or cookie is read from anywhere, and each request has its own connection.

What a failure means, for the caller: everything before the first byte of the request is proof
that nothing left (NotSentError); everything after it is doubt (UnknownOutcomeError), reads too.
"""

import contextlib
import io
import json
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urljoin

from portevoix.model.deliveries import HTTP_READ
from portevoix.model.errors import UnknownOutcomeError
from portevoix.networks.addresses import (
    Target,
    check_target,
    is_loopback_name,
    read_target,
    refuse,
)

if TYPE_CHECKING:
    import http.client
    import ssl

USER_AGENT = "Portevoix/0.1"
DEADLINE_S = HTTP_READ.total_seconds()
MAX_BYTES = 4 * 1024 * 1024
MAX_REDIRECTS = 3
CONNECT_S = 4.0
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_READS = frozenset({"GET", "HEAD"})

type Resolve = Callable[[str, int], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete HTTP answer: `headers` by lower-case name, `url` after redirects."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str

    def json(self) -> Any:
        """Return the body as JSON; raise ValueError if it is anything else."""
        return json.loads(self.body)


def resolve_host(host: str, port: int) -> Sequence[str]:
    """Return the addresses of `host`, as the system resolves them; raise OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def _never() -> bool:
    return False


class GuardedSession:
    """Opens requests to foreign hosts, each on a fresh connection to the address that was checked.

    `is_local`: loopback, and there any port and plain HTTP, are allowed too. `only_loopback`: asked
    at each request; while it says yes (the local stack's clock is warped), nothing else is.
    """

    def __init__(
        self,
        is_local: bool = False,
        *,
        only_loopback: Callable[[], bool] = _never,
        resolve: Resolve = resolve_host,
        ca_file: str = "",
    ) -> None:
        self._is_local = is_local
        self._only_loopback = only_loopback
        self._resolve = resolve
        self._ca_file = ca_file
        self._tls: ssl.SSLContext | None = None

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        deadline_s: float = DEADLINE_S,
        max_bytes: int = MAX_BYTES,
    ) -> Answer:
        """Return the answer, whatever its status; follow redirects of reads only.

        Raise UnreachableError (a NotSentError: nothing left) or UnknownOutcomeError (time-out,
        reset, truncated, larger than `max_bytes`). `deadline_s` bounds the whole exchange.
        """
        deadline = time.monotonic() + deadline_s
        sent_headers = {"User-Agent": USER_AGENT, **(headers or {})}
        for _ in range(MAX_REDIRECTS + 1):
            answer = self._exchange(method, url, sent_headers, body, deadline, max_bytes)
            location = answer.headers.get("location", "")
            if method not in _READS or answer.status not in _REDIRECTS or not location:
                return answer
            following = urljoin(url, location)
            if read_target(following).origin != read_target(url).origin:
                sent_headers = {
                    name: value
                    for name, value in sent_headers.items()
                    if name.lower() != "authorization"
                }
            url = following
        raise UnknownOutcomeError(f"more than {MAX_REDIRECTS} redirects, the last to {url[:200]}")

    def _exchange(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        deadline: float,
        max_bytes: int,
    ) -> Answer:
        import http.client

        target = read_target(url)
        credential = any(name.lower() == "authorization" for name in headers)
        addresses = self._checked_addresses(target, has_credential=credential)
        what = f"{method} {target.host}{target.path.partition('?')[0]}"
        with self._connected(target, addresses, deadline) as raw:
            connection = http.client.HTTPConnection(target.host, target.port)
            connection.default_port = 443 if target.is_secure else 80
            connection.sock = _TimedSocket(raw, deadline)
            try:
                connection.request(method, target.path, body, {**headers, "Connection": "close"})
                response = connection.getresponse()
                content = response.read(max_bytes + 1)
                if len(content) <= max_bytes:
                    # A read of a given size does not notice a missing end; the next one does.
                    content += response.read()
            except (OSError, http.client.HTTPException) as error:
                raise UnknownOutcomeError(
                    f"{what}: {type(error).__name__}: {str(error)[:200]}"
                ) from error
        if len(content) > max_bytes:
            raise UnknownOutcomeError(f"{what}: the answer is larger than {max_bytes} bytes")
        return Answer(response.status, _lower_names(response), content, url)

    def _checked_addresses(self, target: Target, *, has_credential: bool) -> Sequence[str]:
        if self._only_loopback() and not is_loopback_name(target.host):
            raise refuse("only_loopback", target.host)
        try:
            addresses = self._resolve(target.host, target.port)
        except (OSError, UnicodeError) as error:
            raise refuse("unknown_host", target.host) from error
        if not addresses:
            raise refuse("unknown_host", target.host)
        check_target(target, addresses, is_local=self._is_local, has_credential=has_credential)
        return addresses

    @contextlib.contextmanager
    def _connected(
        self, target: Target, addresses: Sequence[str], deadline: float
    ) -> Iterator[socket.socket]:
        raw = _connect(target, addresses, deadline)
        with contextlib.closing(raw):
            if not target.is_secure:
                yield raw
                return
            with contextlib.closing(self._under_tls(raw, target, deadline)) as secured:
                yield secured

    def _under_tls(self, raw: socket.socket, target: Target, deadline: float) -> socket.socket:
        import ssl

        if self._tls is None:
            import certifi

            self._tls = ssl.create_default_context(cafile=self._ca_file or certifi.where())
        try:
            raw.settimeout(_remaining(deadline))
            return self._tls.wrap_socket(raw, server_hostname=target.host)
        except (OSError, ValueError) as error:
            raise refuse("tls_failed", target.host) from error


class _TimedSocket:
    """A socket whose every read and write gets only what is left of the deadline.

    A time-out of the socket alone would begin anew at each byte of a slow answer.
    """

    def __init__(self, raw: socket.socket, deadline: float) -> None:
        self._raw = raw
        self._deadline = deadline

    def sendall(self, data: bytes) -> None:
        """Send all of `data`."""
        view = memoryview(data)
        while view:
            self._raw.settimeout(_remaining(self._deadline))
            view = view[self._raw.send(view) :]

    def makefile(self, mode: Literal["rb"]) -> io.BufferedReader:
        """Return a reader of what comes back."""
        del mode
        return _WholeLines(_TimedReader(self._raw, self._deadline))

    def close(self) -> None:
        """Do nothing: http.client closes before the body is read; the session closes after."""


class _WholeLines(io.BufferedReader):
    """Refuses a line without its end: http.client takes half a header for the last one."""

    def readline(self, size: int | None = -1, /) -> bytes:
        line = super().readline(size)
        if not line.endswith(b"\n") and (size is None or size < 0 or len(line) < size):
            raise ConnectionError("the answer ends within its head")
        return line


class _TimedReader(io.RawIOBase):
    def __init__(self, raw: socket.socket, deadline: float) -> None:
        self._raw = raw
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._raw.settimeout(_remaining(self._deadline))
        return self._raw.recv_into(buffer)


def _remaining(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("the deadline of the whole request has passed")
    return left


def _connect(target: Target, addresses: Sequence[str], deadline: float) -> socket.socket:
    """Return a socket connected to the first of the checked addresses that answers."""
    failure: OSError = OSError("no address")
    for address in addresses:
        try:
            seconds = min(CONNECT_S, _remaining(deadline))
            raw = socket.create_connection((address, target.port), timeout=seconds)
        except OSError as error:
            failure = error
            continue
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return raw
    raise refuse("no_connection", target.host, port=target.port) from failure


def _lower_names(response: "http.client.HTTPResponse") -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in response.getheaders():
        key = name.lower()
        headers[key] = f"{headers[key]}, {value}" if key in headers else value
    return headers
