"""How late posts leave, in real time: `python -m bench.punctuality`, a quarter of an hour.

A local stack on the real clock: real processes under awslambdaric, the square as the network. The
ticks come up to 59 s late within their minute, as EventBridge's do. Posts are planned at least ten
minutes ahead, so that a tick hands out each, and their workers start cold. After them some are
posted at once through the API: the first half with every process cold, the others warm.

Lateness is the moment that the square received a post less its own moment; of a post sent at once,
less the moment that its request began. Ends with 1 if one is early, more than a second late,
missing or doubled. `--lost 0.05` loses that share of the ticks; `--burst 100` plans as many posts
for one second, whose lateness is told and not judged.
"""

import argparse
import json
import sys
import tempfile
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from portevoix.web.tokens import new_token

from bench.newsroom import ACCOUNT, BRAND, Newsroom, Seen, a_newsroom
from bench.numbers import circumstances, percentile, summary
from tools.local.clock import StackClock
from tools.local.drivers import TickFaults
from tools.local.options import StackOptions
from tools.local.square import square_services

LIMIT_S = 1.0
AHEAD = timedelta(minutes=10, seconds=15)
BETWEEN = timedelta(seconds=6.13)
"""Not a whole number of seconds: moments fall anywhere within theirs."""
JITTER_S = 59.0
COOL_EVERY_S = 1.0
NOW_EVERY_S = 5.0
GRACE = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How late each post was, in seconds (negative is early), and which never or twice arrived."""

    lateness: Mapping[str, float]
    missing: tuple[str, ...]
    doubled: tuple[str, ...]

    @property
    def is_good(self) -> bool:
        """Whether all arrived once, at their moment or within the limit after it."""
        in_time = all(0 <= late <= LIMIT_S for late in self.lateness.values())
        return in_time and not self.missing and not self.doubled


def judge(moments: Mapping[str, datetime], seen: Sequence[Seen]) -> Verdict:
    """Return how late the posts of `moments` (by text) were received."""
    counts = Counter(post.text for post in seen)
    received = {post.text: post.received_at for post in seen}
    return Verdict(
        {
            text: (received[text] - moment).total_seconds()
            for text, moment in moments.items()
            if text in received
        },
        missing=tuple(text for text in moments if not counts[text]),
        doubled=tuple(text for text in moments if counts[text] > 1),
    )


def main() -> int:
    """Measure, print, and return 1 if a post broke the promise."""
    options = _options().parse_args()
    faults = TickFaults(jitter_seconds=JITTER_S, lost_share=options.lost, seed=options.seed)
    stack_options = StackOptions(
        ephemeral=True,
        database=options.database,
        services=square_services(),
        faults=faults,
        parameters={"MaximumConcurrency": str(options.concurrency)},
    )
    print(f"Punctuality, {circumstances()}", flush=True)
    with tempfile.TemporaryDirectory(prefix="portevoix-bench-") as folder:
        state = Path(folder)
        with a_newsroom(state, StackClock.real(), stack_options) as room:
            if options.burst:
                return _burst(room, options.burst, options.concurrency)
            started_at = room.stack.clock.now()
            planned = not options.posts or _planned(room, options.posts)
            at_once = _at_once(room, options.now)
            _tell_ticks(state, started_at, room.stack.clock.now())
            return int(not all([planned, at_once]))


def _planned(room: Newsroom, count: int) -> bool:
    first = room.stack.clock.now() + AHEAD
    moments = {f"À l’heure {n}": first + n * BETWEEN for n in range(count)}
    for text, moment in moments.items():
        room.queue(moment, text)
    last = max(moments.values())
    print(f"{count} posts planned from {first:%H:%M:%S} to {last:%H:%M:%S} UTC", flush=True)
    with _cold(room):
        _wait_until(last + GRACE)
    return _report("planned, handed out by a tick, cold", judge(moments, room.seen()))


def _at_once(room: Newsroom, count: int) -> bool:
    token, secret = new_token("bench", [BRAND], room.env.new_id, room.stack.clock.now())
    room.env.brands.save_token(token)
    is_good = True
    for how, texts in {
        "posted at once, API and sender cold": [f"Tout de suite {n}" for n in range(count // 2)],
        "posted at once, warm": [f"Tout de suite {n}" for n in range(count // 2, count)],
    }.items():
        moments: dict[str, datetime] = {}
        for text in texts:
            if "cold" in how:
                room.stack.functions.cool()
            moments[text] = _post_now(room, secret, text)
            time.sleep(NOW_EVERY_S)
        if texts:
            is_good &= _report(how, judge(moments, room.seen()))
    return is_good


def _post_now(room: Newsroom, secret: str, text: str) -> datetime:
    """Post through the API; return when the request began."""
    body = {"brand": BRAND, "accounts": [ACCOUNT], "moment": "now", "text": text}
    request = urllib.request.Request(
        f"{room.stack.api_url}/v1/posts",
        json.dumps(body).encode(),
        {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"},
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    began_at = room.stack.clock.now()
    opener.open(request, timeout=30).close()
    return began_at


def _burst(room: Newsroom, count: int, concurrency: int) -> int:
    """Tell how late `count` posts of one second are."""
    moment = room.stack.clock.now().replace(microsecond=0) + timedelta(seconds=60)
    texts = [f"Ensemble {n}" for n in range(count)]
    for text in texts:
        room.queue(moment, text)
    with _cold(room):
        _wait_until(moment + timedelta(seconds=max(20, count / 4)))
    verdict = judge(dict.fromkeys(texts, moment), room.seen())
    late = list(verdict.lateness.values())
    shares = (0.1, 0.25, 0.5, 0.75, 0.9, 1.0)
    curve = ", ".join(f"{share:.0%} within {percentile(late, share):.1f} s" for share in shares)
    print(f"{count} posts of one second, {concurrency} senders at a time: {curve}")
    return int(bool(verdict.missing or verdict.doubled))


class _cold:  # noqa: N801 (a context manager, used as a word)
    """Ends idle workers again and again, so that nearly each invocation starts cold."""

    def __init__(self, room: Newsroom) -> None:
        self._room = room
        self._pool = room.stack.functions.pool("publish_delivery")
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="cooling", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()
        print(f"  {self._pool.started_count} cold starts of publish_delivery", flush=True)

    def _run(self) -> None:
        while not self._stopped.wait(COOL_EVERY_S):
            self._room.stack.functions.cool()


def _wait_until(moment: datetime) -> None:
    time.sleep(max(0.0, (moment - datetime.now(UTC)).total_seconds()))


def _report(what: str, verdict: Verdict) -> bool:
    late = list(verdict.lateness.values())
    print(f"{what}: {len(late)} posts, {summary(late) if late else 'none arrived'}", flush=True)
    for text, seconds in verdict.lateness.items():
        if not 0 <= seconds <= LIMIT_S:
            print(f"  {text}: {seconds * 1000:.0f} ms")
    for text in verdict.missing:
        print(f"  {text}: never arrived")
    for text in verdict.doubled:
        print(f"  {text}: arrived more than once")
    return verdict.is_good


def _tell_ticks(state: Path, started_at: datetime, ended_at: datetime) -> None:
    """Tell how many ticks of the publish schedule came of those that were due."""
    log = state / "logs" / "dispatch_due.log"
    came = log.read_text(encoding="utf-8").count('"kind":"publish"') if log.exists() else 0
    minutes = int(ended_at.timestamp() // 60 - started_at.timestamp() // 60)
    print(f"{came} publish ticks came in {minutes} minutes, each up to {JITTER_S:.0f} s late")


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.punctuality", description=__doc__)
    parser.add_argument("--posts", type=int, default=50, help="planned ahead")
    parser.add_argument("--now", type=int, default=10, help="posted at once")
    parser.add_argument("--lost", type=float, default=0.0, help="share of ticks lost, 0 to 1")
    parser.add_argument("--seed", type=int, default=1, help="repeats jitter and losses")
    parser.add_argument("--burst", type=int, default=0, help="as many posts for one second")
    parser.add_argument("--concurrency", type=int, default=8, help="senders at a time")
    parser.add_argument("--database", choices=("auto", "dynamodb_local", "moto"), default="auto")
    return parser


if __name__ == "__main__":
    sys.exit(main())
