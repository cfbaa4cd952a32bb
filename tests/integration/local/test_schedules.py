"""Schedules in real time: their payload, lateness and loss."""

import threading
from datetime import UTC, datetime, timedelta

from tools.local.clock import StackClock
from tools.local.drivers import ScheduleDriver, TickFaults, schedule_payload
from tools.local.resources import ScheduleResource


class Recorder:
    """Stands for the invoker: notes what is submitted, and when."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, bytes, datetime]] = []
        self.called = threading.Event()

    def submit(self, reference: str, payload: bytes) -> None:
        self.calls.append((reference, payload, datetime.now(UTC)))
        self.called.set()


def schedule_at(moment: datetime) -> ScheduleResource:
    return ScheduleResource(
        name="Publish",
        function="Dispatch",
        expression=f"at({moment:%Y-%m-%dT%H:%M:%S})",
        zone="UTC",
        payload='{"kind": "publish", "scheduled_at": "<aws.scheduler.scheduled-time>"}',
        kind="publish",
        enabled=True,
    )


def run(faults: TickFaults, seconds: float) -> tuple[datetime, Recorder]:
    moment = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
    recorder = Recorder()
    driver = ScheduleDriver([schedule_at(moment)], recorder, StackClock.real(), faults)
    driver.start()
    recorder.called.wait(seconds)
    driver.stop()
    return moment, recorder


def test_a_tick_says_the_time_it_was_scheduled_for_not_when_it_came() -> None:
    moment, recorder = run(TickFaults(jitter_seconds=0.5, seed=1), 3)
    ((function, payload, came_at),) = recorder.calls
    assert function == "Dispatch"
    assert f'"scheduled_at": "{moment:%Y-%m-%dT%H:%M:%SZ}"'.encode() in payload
    assert moment <= came_at < moment + timedelta(seconds=1.5)


def test_a_lost_tick_never_comes() -> None:
    _, recorder = run(TickFaults(lost_share=1.0), 1.3)
    assert recorder.calls == []


def test_the_scheduler_s_words_are_filled_in() -> None:
    moment = datetime(2027, 3, 28, 1, tzinfo=UTC)
    payload = schedule_payload(schedule_at(moment), moment)
    assert payload == b'{"kind": "publish", "scheduled_at": "2027-03-28T01:00:00Z"}'
