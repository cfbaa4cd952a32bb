"""Moves a virtual clock from one earliest event to the next, as fast as the work allows."""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from tools.local.clock import StackClock, iso
from tools.local.drivers import QueueDriver, schedule_payload
from tools.local.due import DueMoment, DueMoments
from tools.local.expressions import next_tick
from tools.local.queue import LocalQueue
from tools.local.resources import ScheduleResource
from tools.local.services import Service
from tools.local.worker import InvocationResult

QUIET_SECONDS = 180.0
# A publish tick hands out what is due within this, and what is overdue by a minute.
LOOK_AHEAD = timedelta(seconds=195)
OVERDUE = timedelta(seconds=60)
_INSTANT = timedelta(microseconds=1)


class Invokes(Protocol):
    """What the warper needs of the invoker."""

    def invoke(self, reference: str, payload: bytes) -> InvocationResult:
        """Run one invocation now."""
        ...

    def submit(self, reference: str, payload: bytes) -> None:
        """Queue one asynchronous invocation."""
        ...


class NotQuietError(RuntimeError):
    """Something stayed in flight for so long that the clock could not move."""


class Warper:
    """Knows what comes next on the stack, and jumps there.

    A jump waits until no invocation runs (those that wait for the clock count as quiet) and no
    message could be taken. A tick that would hand out nothing is skipped; that the result is the
    same as with every minute is tested.
    """

    def __init__(
        self,
        clock: StackClock,
        schedules: Sequence[ScheduleResource],
        invoker: Invokes,
        *,
        queues: Sequence[LocalQueue],
        drivers: Sequence[QueueDriver],
        due: Callable[[], DueMoments],
        services: Sequence[Service],
    ) -> None:
        self._clock = clock
        self._schedules = [schedule for schedule in schedules if schedule.enabled]
        self._invoker = invoker
        self._queues = queues
        self._drivers = drivers
        self._due = due
        self._services = services
        self._anchor = clock.now()
        self._last: dict[str, datetime] = {}

    def tick(self, kind: str) -> InvocationResult:
        """Run the schedule of one kind now, for the minute that it is; raises ValueError."""
        schedule = next((s for s in self._schedules if s.kind == kind), None)
        if schedule is None:
            kinds = ", ".join(sorted(s.kind for s in self._schedules if s.kind))
            raise ValueError(f"no schedule hands out {kind}: there are {kinds}")
        minute = self._clock.now().replace(second=0, microsecond=0)
        result = self._invoker.invoke(schedule.function, schedule_payload(schedule, minute))
        if self._clock.is_virtual:
            self.wait_until_quiet()
        return result

    def warp(
        self,
        until: datetime,
        *,
        every_tick: bool = False,
        on_step: Callable[[datetime], None] = lambda _: None,
    ) -> int:
        """Let the time pass until `until`; return the number of jumps.

        `every_tick` runs every tick of every schedule, as the real clock would.
        """
        jumps = 0
        while True:
            self.wait_until_quiet()
            now = self._clock.now()
            if now >= until:
                return jumps
            moment, ticks = self._next(now, until, every_tick=every_tick)
            self._clock.advance(moment)
            for schedule in ticks:
                self._last[schedule.name] = moment
                self._invoker.submit(schedule.function, schedule_payload(schedule, moment))
            jumps += 1
            on_step(moment)

    def wait_until_quiet(self) -> None:
        """Return once nothing is in flight but what waits for the clock; raises NotQuietError."""
        activity = self._clock.activity
        deadline = time.monotonic() + QUIET_SECONDS
        while not self._is_quiet():
            if time.monotonic() > deadline:
                busy, waiting, _ = activity.reading()
                raise NotQuietError(
                    f"{busy - waiting} calls still run at {iso(self._clock.now())} "
                    f"after {QUIET_SECONDS:.0f} s: see the functions' logs"
                )
            with activity.changed:
                activity.changed.wait(0.02)

    def _is_quiet(self) -> bool:
        before = self._clock.activity.reading()
        if any(driver.visible_count and not driver.is_full for driver in self._drivers):
            return False
        after = self._clock.activity.reading()
        return before == after and after[0] == after[1]

    def _next(
        self, now: datetime, until: datetime, *, every_tick: bool
    ) -> tuple[datetime, list[ScheduleResource]]:
        ticks = dict(self._ticks(now, every_tick=every_tick))
        others = [
            self._clock.earliest_wait(),
            *(queue.next_visible_at() for queue in self._queues),
            *(service.next_event() for service in self._services),
        ]
        moments = [moment for moment in others if moment is not None and moment > now]
        moment = min([*moments, *ticks.values(), until])
        by_name = {schedule.name: schedule for schedule in self._schedules}
        return moment, [by_name[name] for name, at in ticks.items() if at == moment]

    def _ticks(self, now: datetime, *, every_tick: bool) -> Iterator[tuple[str, datetime]]:
        due: DueMoments = {} if every_tick else self._due()
        for schedule in self._schedules:
            if every_tick or schedule.kind is None:
                wanted = [now]
            else:
                last = self._last.get(schedule.name)
                wanted = _looked_for(due.get(schedule.kind, ()), last)
            found = [self._tick_from(schedule, moment, now) for moment in wanted]
            moments = [moment for moment in found if moment is not None]
            if moments:
                yield schedule.name, min(moments)

    def _tick_from(
        self, schedule: ScheduleResource, moment: datetime, now: datetime
    ) -> datetime | None:
        after = max(now, moment - _INSTANT)
        return next_tick(schedule.expression, schedule.zone, after, self._anchor)


def _looked_for(due: Sequence[DueMoment], last: datetime | None) -> list[datetime]:
    """Return the moments from which on a tick would hand something out, after the `last` one."""
    on_time = [moment.at for moment in due if not moment.is_ahead][:1]
    ahead = [moment.at for moment in due if moment.is_ahead]
    if last is None:
        return on_time + [at - LOOK_AHEAD for at in ahead[:1]]
    handed = last + LOOK_AHEAD
    overdue = [at + OVERDUE for at in ahead[:1] if at <= handed]
    next_ahead = [at - LOOK_AHEAD for at in ahead if at > handed]
    return on_time + overdue + next_ahead[:1]
