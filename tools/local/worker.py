"""One execution environment: a process under the Lambda runtime, with a server of its own.

The server is its Runtime API, and under a virtual clock the clock that it reads and waits for.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import importlib.util
import json
import sys
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from queue import Empty, SimpleQueue

from tools.local.clock import StackClock, clock_responder
from tools.local.loopback import LoopbackServer, Request, Response, json_response
from tools.local.processes import Process, Processes, inherited_environment
from tools.local.resources import FunctionResource

PREFIX = "/2018-06-01/runtime/"
CLIENT = Path(__file__).with_name("runtime_client.py")
# https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html (the init phase)
INIT_SECONDS = 10.0
POLL_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class InvocationResult:
    """What an invocation gave: its JSON payload, and the error's kind when it failed."""

    payload: bytes
    error_type: str | None = None

    @property
    def failed(self) -> bool:
        """Say whether the function failed, timed out or died."""
        return self.error_type is not None


@dataclass(frozen=True, slots=True)
class _Task:
    request_id: str
    payload: bytes
    deadline_ms: int


def runtime_command(handler: str, *, pure: bool | None = None) -> list[str]:
    """Return the command that runs `handler`: `awslambdaric`, or where it is missing, ours."""
    if pure is None:
        pure = importlib.util.find_spec("runtime_client") is None
    if pure:
        return [sys.executable, "-P", str(CLIENT), handler]
    return [sys.executable, "-m", "awslambdaric", handler]


class Worker:
    """A process that serves one invocation at a time, and its Runtime API on loopback."""

    def __init__(
        self,
        function: FunctionResource,
        environment: Mapping[str, str],
        *,
        processes: Processes,
        clock: StackClock,
        log: Path,
        pure: bool | None = None,
    ) -> None:
        self.id = uuid.uuid4().hex[:12]
        self._function = function
        self._processes = processes
        self._clock = clock
        self._tasks: SimpleQueue[_Task | None] = SimpleQueue()
        self._results: SimpleQueue[InvocationResult] = SimpleQueue()
        self._current: _Task | None = None
        self._initialised = threading.Event()
        self._spent = False
        self._clock_face = clock_responder(clock, self.id)
        self._api = LoopbackServer(self._respond, name=f"runtime {function.short_name}")
        with log.open("ab") as output:
            self.process: Process = processes.start(
                runtime_command(function.handler, pure=pure),
                folder=function.folder,
                environment=self._process_environment(environment),
                log=output,
            )
        threading.Thread(target=self._watch, name=f"watch {self.id}", daemon=True).start()

    @property
    def alive(self) -> bool:
        """Say whether the process can take another invocation."""
        return not self._spent and self.process.poll() is None

    def invoke(self, payload: bytes) -> InvocationResult:
        """Run one invocation; a time-out or a death of the process is a result too.

        Time spent waiting for a virtual clock does not count towards the time-out, which is real.
        """
        limit = self._function.timeout_seconds
        request_id = str(uuid.uuid4())
        self._tasks.put(_Task(request_id, payload, int((time.time() + limit) * 1000)))
        # A first call waits for the imports, which have a time of their own.
        init_left, left = INIT_SECONDS, float(limit)
        while True:
            started = time.monotonic()
            try:
                return self._results.get(timeout=max(0.001, min(POLL_SECONDS, left)))
            except Empty:
                passed = time.monotonic() - started
            if not self._initialised.is_set():
                init_left -= passed
            elif not (self._clock.is_virtual and self._clock.is_waiting(self.id)):
                left -= passed
            if min(init_left, left) <= 0:
                self.stop(at_once=True)
                return _timed_out(request_id, limit)

    def stop(self, *, at_once: bool = False) -> None:
        """End the process and its Runtime API."""
        self._spent = True
        self._tasks.put(None)
        self._processes.end(self.process, at_once=at_once)
        self._clock.forget_worker(self.id)
        self._api.stop()

    def _watch(self) -> None:
        status = self.process.wait()
        self._processes.forget(self.process)
        self._clock.forget_worker(self.id)
        # A process that ends by itself never answers its invocation: this answer stands in.
        self._results.put(
            _failure("Runtime.ExitError", f"Runtime exited with error: exit status {status}")
        )

    def _respond(self, request: Request) -> Response:
        parts = request.path.removeprefix(PREFIX).split("/")
        match (request.method, *parts):
            case ("GET", "invocation", "next"):
                return self._next()
            case ("POST", "invocation", request_id, "response"):
                return self._finish(request_id, InvocationResult(request.body))
            case ("POST", "invocation", request_id, "error"):
                return self._finish(
                    request_id, InvocationResult(request.body, _error_type(request))
                )
            case ("POST", "init", "error"):
                self._spent = True
                self._results.put(InvocationResult(request.body, _error_type(request)))
                return json_response({"status": "OK"}, 202)
            case _:
                return self._clock_face(request)

    def _next(self) -> Response:
        self._initialised.set()
        task = self._tasks.get()
        if task is None:
            return json_response({"errorType": "Stopped"}, 410)
        self._current = task
        headers = [
            ("Content-Type", "application/json"),
            ("Lambda-Runtime-Aws-Request-Id", task.request_id),
            ("Lambda-Runtime-Deadline-Ms", str(task.deadline_ms)),
            ("Lambda-Runtime-Invoked-Function-Arn", self._function.arn),
            ("Lambda-Runtime-Trace-Id", "Root=1-00000000-000000000000000000000000;Sampled=0"),
        ]
        return Response(200, task.payload, headers)

    def _finish(self, request_id: str, result: InvocationResult) -> Response:
        if self._current is None or self._current.request_id != request_id:
            return json_response({"errorType": "InvalidRequestID"}, 400)
        self._current = None
        self._results.put(result)
        return json_response({"status": "OK"}, 202)

    def _process_environment(self, environment: Mapping[str, str]) -> dict[str, str]:
        function = self._function
        today = datetime.now(UTC)
        own = {
            "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
            "AWS_LAMBDA_FUNCTION_NAME": function.name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_megabytes),
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_FORMAT": function.log_format,
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.name}",
            "AWS_LAMBDA_LOG_STREAM_NAME": f"{today:%Y/%m/%d}/[$LATEST]{self.id}",
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self._api.port}",
            "LAMBDA_TASK_ROOT": str(function.folder),
            "_HANDLER": function.handler,
            "TZ": "UTC",
            "PYTHONUNBUFFERED": "1",
        }
        merged = inherited_environment() | dict(environment) | own
        if "PORTEVOIX_CLOCK_URL" in merged:
            merged["PORTEVOIX_CLOCK_URL"] = self._api.url
        return merged


def _error_type(request: Request) -> str:
    header = request.headers.get("lambda-runtime-function-error-type")
    # awslambdaric says "Unhandled" in the header; the handler's own type is in the body.
    try:
        return str(request.json().get("errorType") or header or "Unhandled")
    except (ValueError, AttributeError):
        return header or "Unhandled"


def _failure(error_type: str, message: str) -> InvocationResult:
    payload = json.dumps({"errorType": error_type, "errorMessage": message}).encode()
    return InvocationResult(payload, error_type)


def _timed_out(request_id: str, limit: int) -> InvocationResult:
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return _failure(
        "Sandbox.Timedout", f"{now} {request_id} Task timed out after {limit:.2f} seconds"
    )
