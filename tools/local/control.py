"""The stack's own address: its clock, and what another process may ask of it."""

import os
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from tools.local.clock import StackClock, clock_responder, iso, parse_moment
from tools.local.loopback import Request, Response, json_response
from tools.local.warp import NotQuietError
from tools.local.worker import InvocationResult


class Controlled(Protocol):
    """What the control address needs of the stack."""

    def tick(self, kind: str) -> InvocationResult:
        """Run the schedule of one kind now."""
        ...

    def warp(self, until: datetime) -> int:
        """Let a virtual clock pass."""
        ...


def control_responder(clock: StackClock, stack: Controlled) -> Callable[[Request], Response]:
    """Return the answer to the clock's calls, and `/control/status`, `tick`, `warp`."""
    clock_face = clock_responder(clock)

    def respond(request: Request) -> Response:
        if not request.path.startswith("/control/"):
            return clock_face(request)
        try:
            return json_response(_do(request))
        except (KeyError, ValueError, RuntimeError, NotQuietError) as error:
            return json_response({"message": str(error)}, 409)

    def _do(request: Request) -> dict[str, object]:
        call = request.json()
        match (request.method, request.path):
            case ("GET", "/control/status"):
                return {"now": iso(clock.now()), "pid": os.getpid()}
            case ("POST", "/control/tick"):
                result = stack.tick(call["kind"])
                return {
                    "now": iso(clock.now()),
                    "failed": result.failed,
                    "answer": result.payload.decode(),
                }
            case ("POST", "/control/warp"):
                jumps = stack.warp(parse_moment(call["until"]))
                return {"now": iso(clock.now()), "jumps": jumps}
        raise ValueError("POST /control/tick or POST /control/warp")

    return respond
