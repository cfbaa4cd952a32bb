"""More servers beside the stack, such as the square: how they are started, asked and ended."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Protocol

from tools.local.clock import parse_moment
from tools.local.processes import Processes

ASK_SECONDS = 10.0


class Service(Protocol):
    """A server that lives with the stack, on its clock."""

    @property
    def name(self) -> str:
        """Return what the banner calls it."""
        ...

    @property
    def url(self) -> str:
        """Return its address."""
        ...

    def next_event(self) -> datetime | None:
        """Return when it next does something by itself, so that a jump stops there."""
        ...

    def stop(self) -> None:
        """End it."""
        ...


@dataclass(frozen=True, slots=True)
class ServiceContext:
    """What a service is started with; a child started through `processes` ends with the stack.

    `keeps_items`: whether the stack's state outlives it, so that the service's should too.
    """

    clock_url: str
    state_folder: Path
    processes: Processes
    port: int
    keeps_items: bool


StartService = Callable[[ServiceContext], Service]


@cache
def direct_opener() -> urllib.request.OpenerDirector:
    """Return an opener that never takes a proxy: all it asks is on loopback.

    Made once: it reads the machine's certificates, which takes 50 ms.
    """
    return urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True, slots=True)
class HttpService:
    """A service that answers `GET /clock/next` with {"next": ISO or null}, or not at all."""

    name: str
    url: str
    end: Callable[[], None]

    def next_event(self) -> datetime | None:
        """Return when it next does something by itself; a service without the address: never."""
        try:
            with direct_opener().open(f"{self.url}/clock/next", timeout=ASK_SECONDS) as answer:
                moment = json.load(answer).get("next")
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return None
            raise
        return parse_moment(moment) if moment else None

    def stop(self) -> None:
        """End it."""
        self.end()
