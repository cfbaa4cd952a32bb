"""Cold start of `publish_delivery`: a new process, its imports, and a text sent to the square.

Against a handler that does nothing, under the same runtime and the same local Runtime API, in
alternation, since whatever else the machine does then disturbs both. Both have botocore as the
layer's build leaves it; DynamoDB, Systems Manager and the square are those of the stack. The first
figure is the time that passes from the start of the process to its first answer; the second is the
processor's own work for it, which other programs disturb less.
"""

import dataclasses
import json
import os
import resource
import statistics
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bench.layer import trimmed_botocore
from bench.newsroom import Newsroom
from bench.numbers import circumstances
from tools.local.resources import FunctionResource
from tools.local.worker import Worker

PAIRS = 15
GOAL = 5.0
TARGET = 8.0
BARE = "def handler(event, context):\n    return {}\n"


@dataclass(frozen=True, slots=True)
class Start:
    """One cold start, in seconds: what passed, and what the processor worked."""

    wall_s: float
    processor_s: float


def measure(room: Newsroom, *, pairs: int = PAIRS) -> float:
    """Print the medians and return the ratio of the times that passed."""
    sender = room.stack.functions.pool("publish_delivery").function
    bare = _bare(sender, room.stack.state_folder / "bare")
    layer = trimmed_botocore(room.stack.state_folder)
    _start(room, layer, bare, b"{}")  # the first of each reads its files from the disk
    _start(room, layer, sender, _text_due_now(room))
    bares: list[Start] = []
    senders: list[Start] = []
    for _ in range(pairs):
        bares.append(_start(room, layer, bare, b"{}"))
        senders.append(_start(room, layer, sender, _text_due_now(room)))
    print(f"Cold start, {circumstances()}, {pairs} pairs, medians")
    for name, starts in (("bare handler", bares), ("publish_delivery", senders)):
        wall, work = _medians(starts)
        print(f"  {name:17} {wall * 1000:5.0f} ms passed, {work * 1000:5.0f} ms of processor")
    ratio = _medians(senders)[0] / _medians(bares)[0]
    work_ratio = _medians(senders)[1] / _medians(bares)[1]
    print(
        f"  ratio {ratio:.1f} (of processor {work_ratio:.1f}); "
        f"the target is at most {TARGET:.0f}, the goal {GOAL:.0f}"
    )
    return ratio


def _medians(starts: list[Start]) -> tuple[float, float]:
    return (
        statistics.median(start.wall_s for start in starts),
        statistics.median(start.processor_s for start in starts),
    )


def _bare(function: FunctionResource, folder: Path) -> FunctionResource:
    folder.mkdir(exist_ok=True)
    (folder / "handler.py").write_text(BARE, encoding="utf-8")
    return dataclasses.replace(function, folder=folder)


def _start(room: Newsroom, layer: Path, function: FunctionResource, payload: bytes) -> Start:
    """Run one invocation in a process of its own; raise RuntimeError if it failed."""
    stack = room.stack
    environment = dict(stack.function_environment(function))
    environment["PYTHONPATH"] = f"{layer}{os.pathsep}{environment['PYTHONPATH']}"
    worked_s = _children_s()
    began_s = time.perf_counter()
    worker = Worker(
        function,
        environment,
        processes=stack.processes,
        clock=stack.clock,
        log=stack.state_folder / "logs" / "cold_start.log",
    )
    result = worker.invoke(payload)
    wall_s = time.perf_counter() - began_s
    worker.stop(at_once=True)
    if result.failed:
        raise RuntimeError(f"{function.short_name}: {result.payload.decode()}")
    return Start(wall_s, _children_s() - worked_s)


def _text_due_now(room: Newsroom) -> bytes:
    """Queue a text that is due, and return the event that SQS would make of its message."""
    now = room.stack.clock.now() - timedelta(milliseconds=5)
    queued = room.queue(now, f"Mesure du démarrage, {now:%H:%M:%S.%f}")
    key = queued.deliveries[0].key
    body = {"post_id": key.post_id, "account_id": key.account_id, "part": key.part}
    return json.dumps({"Records": [{"messageId": "1", "body": json.dumps(body)}]}).encode()


def _children_s() -> float:
    """Return the processor time of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
