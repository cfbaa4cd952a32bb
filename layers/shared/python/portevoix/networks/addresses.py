"""Which addresses our code may open: pure rules, no resolving and no connecting."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from portevoix.model.errors import NotSentError, Problem

PORTS = {"http": 80, "https": 443}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
type _Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class UnreachableError(NotSentError):
    """Nothing left, and `problem` says what about the address a person may change."""

    def __init__(self, problem: Problem, detail: str) -> None:
        self.problem = problem
        super().__init__(detail)


@dataclass(frozen=True, slots=True)
class Target:
    """A URL taken apart: `host` in ASCII and lower case, `path` with its query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def origin(self) -> tuple[str, str, int]:
        """What two URLs must share for one to see the other's credential."""
        return (self.scheme, self.host, self.port)

    @property
    def is_secure(self) -> bool:
        """Whether it is spoken under TLS."""
        return self.scheme == "https"


def refuse(code: str, host: str, **values: object) -> UnreachableError:
    """Return the refusal `code` of an address, ready to be raised."""
    problem = Problem.of(code, "base_url", host=host, **values)
    return UnreachableError(problem, f"{host}: {code}")


def read_target(url: str) -> Target:
    """Return the parts of `url`; raise UnreachableError (`unusable_server_address`)."""
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme.lower(), _ascii_host(parts), parts.port
    except ValueError as error:
        raise refuse("unusable_server_address", url[:200]) from error
    if scheme not in PORTS or not host or "@" in parts.netloc or not url.isprintable():
        raise refuse("unusable_server_address", url[:200])
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(scheme, host, PORTS[scheme] if port is None else port, path)


def is_public(address: str) -> bool:
    """Whether `address` belongs to a host on the public Internet, whatever it is wrapped in."""
    ip = _unwrapped(ipaddress.ip_address(address))
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def is_loopback(address: str) -> bool:
    """Whether `address` is this very machine."""
    return _unwrapped(ipaddress.ip_address(address)).is_loopback


def is_loopback_name(host: str) -> bool:
    """Whether `host` is this very machine before anybody is asked."""
    if host == "localhost":
        return True
    try:
        return is_loopback(host)
    except ValueError:
        return False


def check_target(
    target: Target, addresses: Sequence[str], *, is_local: bool, has_credential: bool
) -> None:
    """Raise UnreachableError unless every address of `target` may be opened.

    One private address among public ones is refused too: that is how a name is made to point
    somewhere else between two looks.
    """
    if is_local and all(is_loopback(address) for address in addresses):
        return
    if not all(is_public(address) for address in addresses):
        raise refuse("private_address", target.host)
    if target.port != PORTS[target.scheme]:
        raise refuse("port_not_allowed", target.host, port=target.port)
    if has_credential and not target.is_secure:
        raise refuse("https_needed", target.host)


def _ascii_host(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    return host if host.isascii() else host.encode("idna").decode("ascii")


def _unwrapped(ip: _Address) -> _Address:
    """Return the IPv4 address that an IPv6 one carries (mapped, NAT64, 6to4, Teredo), or itself."""
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    if ip in _NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else ip)
