"""What a tick with nothing to do asks of the table, and what a month costs from it.

The calls are counted on an empty table of its own. The time and the log of a tick are those of the
real function, warm. Prices are lists' (`prices.py`); media bytes and traffic are not in them.
"""

import dataclasses
import json
import statistics
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from portevoix.bootstrap import Environment
from portevoix.listening.poll import poll_sources
from portevoix.model.due import DueKind
from portevoix.publishing.dispatch import dispatch

from bench.counting import Counted, counting
from bench.month import Work, bill, usage
from bench.newsroom import ACCOUNT, BRAND, Newsroom
from bench.numbers import circumstances
from bench.prices import MONTH_S, NOTED_ON, PRICES, REGION
from bench.writes import Costs
from tools.local.expressions import next_tick
from tools.local.options import TEMPLATE
from tools.local.sam import read_template
from tools.local.state import client, create_table

TIMES = 10
DELIVERIES = 1000
POLLS = 3 * MONTH_S / 120
MAILS = 150
REQUESTS = 3000
WAITS_S = 2.5
METRICS = 3
"""A busy brand's month: a thousand deliveries with an image each, whose worker waits 2 to 3 s for
the moment; three sources, polled every other minute; five readers of the digest; an API in
use; every metric of our own fed around the clock."""


def measure(room: Newsroom, costs: Costs) -> bool:
    """Print calls and bills; return whether an idle tick reads and writes as little as it may."""
    print(f"An idle tick, {circumstances()}")
    counts = {kind: _count(_empty(room), kind) for kind in DueKind}
    shards = room.env.settings.due_shards
    for kind, counted in counts.items():
        print(
            f"  {kind:8} {counted.calls['Query']} queries ({shards} shards),"
            f" {counted.calls['GetItem']} read and {counted.writes} write of the watermark,"
            f" {counted.read_units:g} read and {counted.write_units:g} write units"
        )
    seconds, log_bytes = _run(room)
    print(f"  the function, warm: {seconds * 1000:.0f} ms, {log_bytes:.0f} bytes of log")
    idle = [
        _work(counts[kind], times, log_bytes, seconds=seconds)
        for kind, times in _ticks(room).items()
    ]
    _tell_month("idle", _usage(room, idle))
    _tell_month("a busy brand's", _busy(room, idle, costs, log_bytes))
    return all(_is_least(counted, kind, shards) for kind, counted in counts.items())


def _is_least(counted: Counted, kind: DueKind, shards: int) -> bool:
    watermark = int(kind is DueKind.PUBLISH)
    return counted.reads == shards + watermark and counted.writes == watermark


def _empty(room: Newsroom) -> Environment:
    """Return an environment whose table is empty."""
    name = "idle"
    (properties,) = room.stack.resources.tables.values()
    dynamodb = client("dynamodb", room.stack.servers.dynamodb_url)
    create_table(dynamodb, name, properties, expires=False)
    settings = dataclasses.replace(room.env.settings, table=name)
    return Environment(settings, room.env.clock)


def _count(env: Environment, kind: DueKind) -> Counted:
    now = env.clock.now()
    with counting(env.clients) as counted:
        dispatch(kind, now, env.dispatcher)
    return counted


def _run(room: Newsroom) -> tuple[float, float]:
    """Return the median seconds of the real function's idle tick, and the bytes that it logs."""
    log = room.stack.state_folder / "logs" / "dispatch_due.log"
    took: list[float] = []
    logged: list[int] = []
    for _ in range(TIMES):
        payload = {"kind": "digest", "scheduled_at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:00Z}"}
        before = log.stat().st_size if log.exists() else 0
        began_s = time.perf_counter()
        result = room.stack.invoke("dispatch_due", json.dumps(payload).encode())
        took.append(time.perf_counter() - began_s)
        logged.append(log.stat().st_size - before)
        if result.failed:
            raise RuntimeError(result.payload.decode())
    return statistics.median(took), statistics.median(logged)


def _ticks(room: Newsroom) -> Mapping[DueKind, float]:
    """Return how often a month the template's schedules tick, by kind."""
    day = datetime(2027, 3, 1, tzinfo=UTC)
    times: dict[DueKind, float] = {}
    for schedule in room.stack.resources.schedules:
        count, last = 0, day - timedelta(seconds=1)
        while tick := next_tick(schedule.expression, schedule.zone, last, day):
            if tick >= day + timedelta(days=1):
                break
            count, last = count + 1, tick
        times[DueKind(schedule.kind or "")] = count * MONTH_S / 86400
    return times


def _work(
    counted: Counted, times: float, log_bytes: float, *, seconds: float | None = None
) -> Work:
    return Work(
        times=times,
        write_units=counted.write_units,
        read_units=counted.read_units,
        queue_requests=counted.messages,
        log_bytes=log_bytes,
        seconds=counted.seconds if seconds is None else seconds,
    )


def _usage(room: Newsroom, works: Iterable[Work], **others: float) -> Mapping[str, float]:
    template = read_template(TEMPLATE)[1]
    kinds = [resource["Type"] for resource in template["Resources"].values()]
    fixed = {
        "ticks": sum(_ticks(room).values()),
        "alarms": kinds.count("AWS::CloudWatch::Alarm"),
        "metrics": 0.0,
    }
    memory_mb = room.stack.functions.pool("dispatch_due").function.memory_megabytes
    return usage(works, memory_mb=memory_mb, **(fixed | others))


def _busy(room: Newsroom, idle: list[Work], costs: Costs, log_bytes: float) -> Mapping[str, float]:
    sending = _work(costs.image, DELIVERIES, log_bytes)
    works = [
        *idle,
        _work(costs.planning, DELIVERIES, log_bytes),
        _work(costs.preparing, DELIVERIES, log_bytes),
        # Taken and deleted by Lambda, and sent by a tick.
        dataclasses.replace(sending, waits_s=WAITS_S, queue_requests=3),
        _work(_poll(room), POLLS, log_bytes),
    ]
    others = {"mails": MAILS, "http_requests": REQUESTS, "metrics": METRICS}
    return _usage(room, works, **others)


def _poll(room: Newsroom) -> Counted:
    """Count one poll that hears nothing new."""
    env = room.env
    (source,) = [s for s in env.listening.list_sources(BRAND) if s.account_id == ACCOUNT]

    def poll() -> None:
        poll_sources(
            [(BRAND, source.source_id)],
            listening=env.listening,
            brands=env.brands,
            connectors=env.connectors,
            credentials=env.credentials,
            clock=env.clock,
        )

    poll()
    polled = env.listening.get_source(BRAND, source.source_id)
    env.listening.save_source(dataclasses.replace(polled, due_at=env.clock.now()))
    with counting(env.clients) as counted:
        poll()
    return counted


def _tell_month(whose: str, used: Mapping[str, float]) -> None:
    full, paid = bill(used, with_free=False), bill(used, with_free=True)
    print(
        f"  {whose} month, {REGION}, list prices of {NOTED_ON} (to be checked):"
        f" {sum(full.values()):.2f} USD, {sum(paid.values()):.2f} USD with what is free each month"
    )
    for name, units in used.items():
        what = PRICES[name].what
        print(f"    {what:36} {units:14,.0f} {full[name]:8.3f} {paid[name]:8.3f}")
