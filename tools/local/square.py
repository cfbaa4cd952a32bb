"""Starts the square beside the stack, as a process of its own, on the stack's clock."""

import importlib.util
import socket
import sys
import time
from collections.abc import Sequence

from tools.local.loopback import LOOPBACK
from tools.local.processes import inherited_environment
from tools.local.services import HttpService, Service, ServiceContext, StartService
from tools.local.state import StateError

MODULE = "tools.square"
START_SECONDS = 20.0


def square_services() -> Sequence[StartService]:
    """Return what starts the square, or nothing where it is not there."""
    found = importlib.util.find_spec(MODULE) is not None
    return (start_square,) if found else ()


def start_square(context: ServiceContext) -> Service:
    """Start the square and wait until it listens; raises StateError."""
    folder = context.state_folder / "square"
    folder.mkdir(parents=True, exist_ok=True)
    with (context.state_folder / "logs" / "square.log").open("ab") as log:
        process = context.processes.start(
            [
                sys.executable, "-P", "-m", MODULE,
                "--port", str(context.port),
                "--clock-url", context.clock_url,
                *(["--state", str(folder)] if context.keeps_items else []),
            ],
            folder=context.state_folder,
            environment=inherited_environment(),
            log=log,
        )  # fmt: skip
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection((LOOPBACK, context.port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            url = f"http://{LOOPBACK}:{context.port}"
            return HttpService("square", url, lambda: context.processes.end(process))
    raise StateError("the square did not start: see logs/square.log in the state folder")
