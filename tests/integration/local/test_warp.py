"""The virtual clock: a jump gives what the full minutes give."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.integration.local.conftest import START
from tools.local.clock import StackClock, iso
from tools.local.due import DueMoment
from tools.local.options import StackOptions
from tools.local.resources import ScheduleResource
from tools.local.services import ServiceContext
from tools.local.stack import LocalStack
from tools.local.state import client
from tools.local.warp import Warper
from tools.local.worker import InvocationResult

POSTS = {
    "near": timedelta(minutes=2, seconds=7),
    "on the minute": timedelta(minutes=20),
    "to the second": timedelta(minutes=27, seconds=13),
    "with another": timedelta(minutes=27, seconds=13, milliseconds=250),
    "much later": timedelta(minutes=31, seconds=59),
}
END = START + timedelta(minutes=40)


class Audience:
    """A service that does something once, and says when."""

    name = "audience"
    url = "http://127.0.0.1:1"

    def __init__(self, clock: StackClock, at: datetime) -> None:
        self._clock = clock
        self._at = at

    def next_event(self) -> datetime | None:
        return self._at if self._at > self._clock.now() else None

    def stop(self) -> None:
        pass


def fill(table: Any, name: str) -> None:
    for sk, offset in POSTS.items():
        put(table, name, "post", sk, "publish#0", START + offset)
    put(table, name, "work", "daily", "measure#0", START + timedelta(minutes=10))


def put(table: Any, name: str, pk: str, sk: str, kind: str, due_at: datetime) -> None:
    item = {"pk": pk, "sk": sk, "due_kind": kind, "due_at": iso(due_at)}
    table.put_item(TableName=name, Item={key: {"S": value} for key, value in item.items()})


def final_state(table: Any, name: str) -> list[dict[str, Any]]:
    items = table.scan(TableName=name)["Items"]
    # The watermark is of the last tick that ran: it may differ.
    return sorted((i for i in items if i["pk"]["S"] != "clock"), key=lambda i: str(i["sk"]))


@pytest.fixture
def fresh(tmp_path: Path, toy_options: StackOptions) -> Iterator[LocalStack]:
    with LocalStack(tmp_path, clock=StackClock.virtual(START), options=toy_options) as stack:
        yield stack


def test_a_jump_gives_what_the_full_minutes_give(tmp_path: Path, toy_options: StackOptions) -> None:
    results, jumps = [], []
    for every_tick in (False, True):
        folder = tmp_path / str(every_tick)
        with LocalStack(folder, clock=StackClock.virtual(START), options=toy_options) as stack:
            table = client("dynamodb", stack.servers.dynamodb_url)
            fill(table, "local-Table")
            jumps.append(stack.warp(END, every_tick=every_tick))
            assert stack.clock.now() == END
            results.append(final_state(table, "local-Table"))
    assert results[0] == results[1]
    published = {item["sk"]["S"]: item for item in results[0] if item["pk"]["S"] == "post"}
    for sk, offset in POSTS.items():
        assert published[sk]["published_at"]["S"] == iso(START + offset)
        assert "due_at" not in published[sk]
    (work,) = (item for item in results[0] if item["pk"]["S"] == "work")
    assert work["runs"]["N"] == "2"
    assert jumps[0] < jumps[1] / 2


def test_a_failed_message_is_tried_again_then_buried(fresh: LocalStack) -> None:
    queue = next(q for name, q in fresh.queues.items() if name == "local-Queue")
    dead = next(q for name, q in fresh.queues.items() if name == "local-DeadLetters")
    queue.send("bad")
    fresh.warp(START + timedelta(minutes=5))
    assert dead.counts()[0] == 1
    assert sum(queue.counts()) == 0


def test_a_service_s_event_is_a_stop_of_the_clock(
    tmp_path: Path, toy_options: StackOptions
) -> None:
    at = START + timedelta(minutes=3, seconds=21)
    clock = StackClock.virtual(START)

    def start(_: ServiceContext) -> Audience:
        return Audience(clock, at)

    options = StackOptions(
        template=toy_options.template, ephemeral=True, database="moto", services=(start,)
    )
    steps: list[datetime] = []
    with LocalStack(tmp_path, clock=clock, options=options) as stack:
        stack.warp(START + timedelta(minutes=10), on_step=steps.append)
    assert steps == [at, START + timedelta(minutes=10)]


def test_the_real_clock_is_not_warped(tmp_path: Path) -> None:
    stack = LocalStack(tmp_path, clock=StackClock.real())
    with pytest.raises(RuntimeError, match="real clock"):
        stack.warp(END)


def test_a_tick_of_an_unknown_kind_says_which_there_are(stack: LocalStack) -> None:
    with pytest.raises(ValueError, match="measure, publish"):
        stack.tick("listen")


def at(seconds: float, *, is_ahead: bool = True) -> DueMoment:
    return DueMoment(START + timedelta(seconds=seconds), is_ahead)


class Ticks:
    """Stands for the invoker: notes the minute of each tick; due things stay due."""

    def __init__(self, clock: StackClock) -> None:
        self.seconds: list[float] = []
        self._clock = clock

    def submit(self, reference: str, payload: bytes) -> None:
        self.seconds.append((self._clock.now() - START).total_seconds())

    def invoke(self, reference: str, payload: bytes) -> InvocationResult:
        raise NotImplementedError


@pytest.mark.parametrize(
    ("due", "expected"),
    [
        # The first tick that looks 195 s ahead to it, then each that finds it overdue by 60 s.
        ([at(600)], [420, 660, 720]),
        ([at(630)], [480, 720]),
        # A preparation is never handed out ahead of its time.
        ([at(600, is_ahead=False)], [600, 660, 720]),
        ([at(630, is_ahead=False)], [660, 720]),
        # What a tick has handed out hides nothing that comes after it.
        ([at(600), at(900)], [420, 660, 720]),
        ([at(300), at(900)], [120, 360, 420, 480, 540, 600, 660, 720]),
    ],
)
def test_the_publish_tick_comes_when_it_would_hand_something_out(
    due: list[DueMoment], expected: list[float]
) -> None:
    clock = StackClock.virtual(START)
    ticks = Ticks(clock)
    schedule = ScheduleResource(
        "Publish", "Dispatch", "cron(* * * * ? *)", "UTC", "{}", "publish", True
    )
    warper = Warper(
        clock, [schedule], ticks, queues=[], drivers=[], services=[],
        due=lambda: {"publish": due},
    )  # fmt: skip
    warper.warp(START + timedelta(seconds=750))
    assert ticks.seconds == expected
