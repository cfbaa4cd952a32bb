"""No test reaches AWS or another machine: dummy credentials, and loopback alone.

Subprocesses inherit the environment; a test marked `live` may connect where it says.
"""

import ipaddress
import os
import socket
from collections.abc import Iterator
from typing import Any

import pytest

DUMMY_AWS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_SESSION_TOKEN": "testing",
    "AWS_DEFAULT_REGION": "ca-central-1",
    "AWS_REGION": "ca-central-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}


class ConnectionBlockedError(RuntimeError):
    """A test tried to reach another machine: give it a fake, or mark it `live`."""


class _Sockets:
    """The real functions, and whether the running test may use them freely."""

    connect = socket.socket.connect
    connect_ex = socket.socket.connect_ex
    getaddrinfo = staticmethod(socket.getaddrinfo)
    are_free = False


def pytest_configure() -> None:
    """Shut the doors before any module of a test is imported."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(DUMMY_AWS)
    socket.socket.connect = _connect  # type: ignore[method-assign,assignment]
    socket.socket.connect_ex = _connect_ex  # type: ignore[method-assign,assignment]
    socket.getaddrinfo = _getaddrinfo


@pytest.fixture(autouse=True)
def _free_sockets_of_live_tests(request: pytest.FixtureRequest) -> Iterator[None]:
    _Sockets.are_free = request.node.get_closest_marker("live") is not None
    yield
    _Sockets.are_free = False


def is_loopback(host: object) -> bool:
    """Whether a host is this machine, by name or by address."""
    name = str(host or "localhost").lower().partition("%")[0]
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def is_address(host: object) -> bool:
    """Whether a host is spelt as an address, which nobody is asked for."""
    try:
        ipaddress.ip_address(str(host).partition("%")[0])
    except ValueError:
        return False
    return True


def _allow(family: int, address: Any) -> None:
    if _Sockets.are_free or family not in (socket.AF_INET, socket.AF_INET6):
        return
    if not is_loopback(address[0]):
        raise ConnectionBlockedError(f"A test tried to connect to {address[0]}.")


def _connect(self: socket.socket, address: Any) -> None:
    _allow(self.family, address)
    _Sockets.connect(self, address)


def _connect_ex(self: socket.socket, address: Any) -> int:
    _allow(self.family, address)
    return _Sockets.connect_ex(self, address)


def _getaddrinfo(host: Any, *rest: Any, **options: Any) -> Any:
    spelt = host.decode() if isinstance(host, bytes) else host
    if not (_Sockets.are_free or is_loopback(spelt) or is_address(spelt)):
        raise ConnectionBlockedError(f"A test asked for the address of {spelt}.")
    return _Sockets.getaddrinfo(host, *rest, **options)
