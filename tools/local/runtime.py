"""Runs the functions: a pool of warm workers for each, one worker per concurrent call."""

import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from tools.local.clock import StackClock
from tools.local.processes import Processes
from tools.local.resources import FunctionResource
from tools.local.worker import InvocationResult, Worker

MAXIMUM_WORKERS = 32


class UnknownFunctionError(LookupError):
    """No function of the template has this name."""


class FunctionPool:
    """The workers of one function: an idle one is used again, else a new one is started."""

    def __init__(
        self,
        function: FunctionResource,
        start: Callable[[], Worker],
        clock: StackClock,
        maximum: int = MAXIMUM_WORKERS,
    ) -> None:
        self.function = function
        self._start = start
        self._clock = clock
        self._slots = threading.Semaphore(maximum)
        self._lock = threading.Lock()
        self._idle: list[Worker] = []
        self._all: set[Worker] = set()
        self._stopped = False
        self.started_count = 0

    def invoke(self, payload: bytes) -> InvocationResult:
        """Run one invocation, after waiting for a worker where all are busy."""
        if not self._slots.acquire(blocking=False):
            # Whoever waits for workers that wait for the clock waits for the clock.
            self._clock.activity.begin_waiting()
            self._slots.acquire()
            self._clock.activity.end_waiting()
        try:
            worker = self._take()
            result = worker.invoke(payload)
            self._give_back(worker)
            return result
        finally:
            self._slots.release()

    def cool(self) -> None:
        """End the idle workers, as Lambda does by and by: the next calls start cold."""
        with self._lock:
            idle, self._idle = self._idle, []
            self._all.difference_update(idle)
        for worker in idle:
            worker.stop(at_once=True)

    def stop(self) -> None:
        """End all workers."""
        with self._lock:
            self._stopped = True
            workers = list(self._all)
            self._all.clear()
            self._idle.clear()
        for worker in workers:
            worker.stop(at_once=True)

    def _take(self) -> Worker:
        with self._lock:
            while self._idle:
                worker = self._idle.pop()
                if worker.alive:
                    return worker
                self._all.discard(worker)
            if self._stopped:
                message = "the local stack is stopping"
                raise RuntimeError(message)
            self.started_count += 1
        worker = self._start()
        with self._lock:
            self._all.add(worker)
        return worker

    def _give_back(self, worker: Worker) -> None:
        with self._lock:
            if worker.alive and not self._stopped:
                self._idle.append(worker)
                return
            self._all.discard(worker)
        worker.stop()


class Functions:
    """All functions of the stack, by name, logical id, folder or ARN."""

    def __init__(
        self,
        functions: Mapping[str, FunctionResource],
        environment: Callable[[FunctionResource], Mapping[str, str]],
        *,
        processes: Processes,
        clock: StackClock,
        logs: Path,
        pure: bool | None = None,
        maximum_workers: int = MAXIMUM_WORKERS,
    ) -> None:
        logs.mkdir(parents=True, exist_ok=True)
        self._pools: dict[str, FunctionPool] = {}
        self._names: dict[str, str] = {}

        def starter(function: FunctionResource) -> Callable[[], Worker]:
            return lambda: Worker(
                function,
                environment(function),
                processes=processes,
                clock=clock,
                log=logs / f"{function.short_name}.log",
                pure=pure,
            )

        for name, function in functions.items():
            pool = FunctionPool(function, starter(function), clock, maximum_workers)
            self._pools[name] = pool
            for alias in (name, function.logical_id, function.short_name, function.arn):
                self._names[alias] = name

    def pool(self, reference: str) -> FunctionPool:
        """Return the pool of a function; raises UnknownFunctionError."""
        bare = reference.removesuffix(":$LATEST")
        name = self._names.get(bare) or self._names.get(bare.rpartition(":")[2])
        if name is None:
            raise UnknownFunctionError(reference)
        return self._pools[name]

    def invoke(self, reference: str, payload: bytes) -> InvocationResult:
        """Run one invocation and wait for it; raises UnknownFunctionError."""
        return self.pool(reference).invoke(payload)

    def cool(self) -> None:
        """End the idle workers of all functions."""
        for pool in self._pools.values():
            pool.cool()

    def stop(self) -> None:
        """End all workers of all functions."""
        for pool in self._pools.values():
            pool.stop()
