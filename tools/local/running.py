"""Tells other processes where a running stack is: `stack.json` in its state folder."""

import json
import os
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from http.client import HTTPException
from pathlib import Path
from typing import Any

from tools.local.clock import iso, parse_moment
from tools.local.services import direct_opener

CHECKOUT = Path(__file__).resolve().parents[2]
FOLDER_VARIABLE = "PORTEVOIX_STATE"
ASK_SECONDS = 5.0
WARP_SECONDS = 3600.0


class StackAnswerError(RuntimeError):
    """The running stack refused what it was asked; the message is its own."""


def default_state_folder() -> Path:
    """Return the folder of PORTEVOIX_STATE, else `.portevoix` in the checkout."""
    named = os.environ.get(FOLDER_VARIABLE)
    return Path(named).resolve() if named else CHECKOUT / ".portevoix"


@dataclass(frozen=True, slots=True)
class RunningStack:
    """The addresses of a running stack, and the environment in which a use case meets it."""

    pid: int
    api_url: str
    pages_url: str
    mails_url: str
    square_url: str | None
    clock_url: str
    is_virtual: bool
    keeps_items: bool
    state_folder: str
    environment: Mapping[str, str]

    def write(self) -> None:
        """Write `stack.json`, readable by its owner only."""
        path = _path(Path(self.state_folder))
        temporary = path.with_suffix(".new")
        temporary.touch(mode=0o600)
        temporary.write_text(json.dumps(asdict(self), indent=1), "utf-8")
        temporary.replace(path)

    def now(self) -> datetime:
        """Return the stack's moment; raises OSError when it is gone."""
        return parse_moment(_call("GET", f"{self.clock_url}/now", None, ASK_SECONDS)["now"])

    def answers(self) -> bool:
        """Say whether this very stack answers, and not another at its address."""
        told = _call("GET", f"{self.clock_url}/control/status", None, ASK_SECONDS)
        return told.get("pid") == self.pid

    def tick(self, kind: str) -> dict[str, Any]:
        """Run the schedule of one kind now; raises StackAnswerError."""
        return _call("POST", f"{self.clock_url}/control/tick", {"kind": kind}, WARP_SECONDS)

    def warp(self, until: datetime) -> dict[str, Any]:
        """Let a virtual clock pass to `until`, and wait for it; raises StackAnswerError."""
        return _call("POST", f"{self.clock_url}/control/warp", {"until": iso(until)}, WARP_SECONDS)


def find_running(state_folder: Path | None = None) -> RunningStack | None:
    """Return the stack that runs on a state folder, or None."""
    path = _path(state_folder or default_state_folder())
    try:
        found = RunningStack(**json.loads(path.read_text("utf-8")))
        return found if found.answers() else None
    except (OSError, HTTPException, ValueError, TypeError, StackAnswerError):
        return None


def forget_running(state_folder: Path) -> None:
    """Remove `stack.json`."""
    _path(state_folder).unlink(missing_ok=True)


def _path(state_folder: Path) -> Path:
    return state_folder / "stack.json"


def _call(method: str, url: str, body: object, seconds: float) -> dict[str, Any]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)  # noqa: S310
    try:
        with direct_opener().open(request, timeout=seconds) as answer:
            loaded: dict[str, Any] = json.load(answer)
            return loaded
    except urllib.error.HTTPError as error:
        raise StackAnswerError(json.load(error).get("message", str(error))) from error
