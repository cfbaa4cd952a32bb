"""`python -m tools.local up|tick|warp`: the local stack from a shell."""

import argparse
import signal
import sys
import threading
from datetime import datetime, timedelta
from pathlib import Path

from tools.local.clock import StackClock, parse_moment
from tools.local.options import StackOptions
from tools.local.running import (
    RunningStack,
    StackAnswerError,
    default_state_folder,
    find_running,
)
from tools.local.sam import TemplateError
from tools.local.square import square_services
from tools.local.stack import LocalStack
from tools.local.state import StateError


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return its exit status."""
    parser = _parser()
    given = parser.parse_args(arguments)
    try:
        status: int = given.run(given)
    except (StateError, TemplateError, StackAnswerError) as error:
        print(error, file=sys.stderr)
        return 1
    return status


def run_until_stopped(
    state_folder: Path, *, virtual_at: datetime | None = None, ephemeral: bool = False
) -> int:
    """Stand the stack up, print its addresses, and stop it on SIGINT or SIGTERM."""
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    clock = StackClock.virtual(virtual_at) if virtual_at else StackClock.real()
    options = StackOptions(
        ephemeral=ephemeral, stable_ports=not ephemeral, services=square_services()
    )
    with LocalStack(state_folder, clock=clock, options=options) as stack:
        print(banner(stack), flush=True)
        stopped.wait()
        print("Stopping.", flush=True)
    return 0


def banner(stack: LocalStack) -> str:
    """Return the addresses of a stack, and whether what it holds is kept."""
    rows = [
        ("API", f"{stack.api_url}/v1"),
        ("Pages", f"{stack.pages_url}/p"),
        ("Mails", stack.mails_url),
        ("Square", stack.square_url or "not started"),
        ("State", _kept(stack)),
        ("Logs", str(stack.state_folder / "logs")),
    ]
    if stack.clock.is_virtual:
        rows.append(("Clock", f"virtual, at {stack.clock.now().isoformat()}: it moves by `warp`"))
    lines = [f"  {name:<8}{value}" for name, value in rows]
    return "\n".join(["Portevoix runs on this machine. Ctrl-C stops it.", *lines])


def _kept(stack: LocalStack) -> str:
    if stack.servers.keeps_items:
        return f"kept in {stack.state_folder}"
    if stack.servers.database == "moto":
        return "in memory: nothing will be kept (Node and Java 17 would keep it)"
    return "in memory: nothing will be kept"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.local", description=__doc__)
    commands = parser.add_subparsers(required=True)
    up = commands.add_parser("up", help="stand the stack up until it is stopped")
    up.add_argument("--virtual", metavar="MOMENT", type=parse_moment, help="a clock of its own")
    up.add_argument("--ephemeral", action="store_true", help="keep nothing")
    up.set_defaults(run=_up)
    tick = commands.add_parser("tick", help="run one schedule of the running stack now")
    tick.add_argument("kind", choices=["publish", "listen", "measure", "digest"])
    tick.set_defaults(run=_tick)
    warp = commands.add_parser("warp", help="let the virtual clock of the running stack pass")
    target = warp.add_mutually_exclusive_group(required=True)
    target.add_argument("--until", metavar="MOMENT", type=parse_moment)
    target.add_argument("--minutes", type=float)
    warp.set_defaults(run=_warp)
    for command in (up, tick, warp):
        command.add_argument("--state", type=Path, default=None, help="the state folder")
    return parser


def _up(given: argparse.Namespace) -> int:
    folder = given.state or default_state_folder()
    return run_until_stopped(folder, virtual_at=given.virtual, ephemeral=given.ephemeral)


def _tick(given: argparse.Namespace) -> int:
    answer = _running(given).tick(given.kind)
    print(f"{given.kind}: {answer['answer']}")
    return 1 if answer["failed"] else 0


def _warp(given: argparse.Namespace) -> int:
    stack = _running(given)
    until = given.until or stack.now() + timedelta(minutes=given.minutes)
    answer = stack.warp(until)
    print(f"{answer['jumps']} jumps; it is {answer['now']}")
    return 0


def _running(given: argparse.Namespace) -> RunningStack:
    found = find_running(given.state)
    if found is None:
        raise StateError("no stack runs here: start one with `make up`")
    return found


if __name__ == "__main__":
    sys.exit(main())
