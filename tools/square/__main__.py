"""`python -m tools.square`: serve a square on loopback until stopped."""

import argparse
import json
import signal
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from tools.square.audience import Audience, PlantedMention
from tools.square.clock import stack_clock
from tools.square.rules import Rules
from tools.square.server import RunningSquare, serve_square
from tools.square.things import read_thing

READY_ACCOUNTS = (
    ("rivecommune", "Rive commune", "fr"),
    ("commonshore", "Common Shore", "en"),
)
"""Two accounts, so that a pair can be posted at once."""


def main() -> None:
    """Serve until interrupted or told to end; the port and the ready accounts are printed."""
    options = _options().parse_args()
    now: Callable[[], datetime] | None = None
    if options.clock_url:
        now = stack_clock(options.clock_url)
    running = serve_square(
        now=now,
        port=options.port,
        folder=options.state,
        rules=Rules(text_max=options.text_max),
        audience=Audience(seed=options.seed, reacts=not options.quiet, talks=not options.quiet),
    )
    if options.mentions:
        found = json.loads(options.mentions.read_text(encoding="utf-8"))
        running.crowd.plant(read_thing(PlantedMention, item) for item in found)
    _tell(running)
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    stopped.wait()
    running.stop()


def _tell(running: RunningSquare) -> None:
    print(f"square {running.url}", flush=True)
    for username, name, language in READY_ACCOUNTS:
        person = running.square.add_member(username, name, language)
        print(f"account @{username} token {person.token}", flush=True)


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.square", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 is any free one")
    parser.add_argument("--state", type=Path, help="folder to keep everything in")
    parser.add_argument("--clock-url", default="", help="the local stack's clock")
    parser.add_argument("--text-max", type=int, default=Rules().text_max)
    parser.add_argument("--seed", default="square", help="changes what the audience does")
    parser.add_argument("--quiet", action="store_true", help="no audience")
    parser.add_argument("--mentions", type=Path, help="JSON list of mentions to be said")
    return parser


if __name__ == "__main__":
    main()
