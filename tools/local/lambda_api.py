"""Lambda's Invoke call, waiting or asynchronous, as boto3 speaks it.

https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
"""

import json
import sys
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import unquote

from tools.local.clock import StackClock
from tools.local.loopback import Request, Response, json_response
from tools.local.runtime import Functions, UnknownFunctionError
from tools.local.worker import InvocationResult

MAXIMUM_WAITING_BYTES = 6 * 1024 * 1024
MAXIMUM_ASYNCHRONOUS_BYTES = 1024 * 1024
ASYNCHRONOUS_THREADS = 64
FIRST_RETRY_SECONDS = 60.0


class Invoker:
    """Runs invocations and counts them as in flight, so that the clock knows when it is quiet."""

    def __init__(self, functions: Functions, clock: StackClock) -> None:
        self._functions = functions
        self._clock = clock
        self._activity = clock.activity
        self._threads = ThreadPoolExecutor(ASYNCHRONOUS_THREADS, "asynchronous invoke")
        self._stopped = threading.Event()

    def invoke(self, reference: str, payload: bytes) -> InvocationResult:
        """Run one invocation now; raises UnknownFunctionError."""
        with self._activity.flight():
            return self._noted(reference, self._functions.invoke(reference, payload))

    def invoke_counted(self, reference: str, payload: bytes) -> InvocationResult:
        """Run one invocation whose caller has counted it already, and ends the count."""
        return self._noted(reference, self._functions.invoke(reference, payload))

    def submit(self, reference: str, payload: bytes) -> None:
        """Queue one asynchronous invocation; raises UnknownFunctionError."""
        self._functions.pool(reference)
        self._activity.begin()
        self._submit(self._run, reference, payload)

    def stop(self) -> None:
        """Take nothing more, and wait for no retry."""
        self._stopped.set()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _submit(self, work: Callable[..., None], *arguments: object) -> None:
        try:
            self._threads.submit(work, *arguments)
        except RuntimeError:  # the stack is stopping
            self._activity.end()

    def _run(self, reference: str, payload: bytes) -> None:
        retries = self._functions.pool(reference).function.retries
        try:
            for attempt in range(retries + 1):
                result = self.invoke_counted(reference, payload)
                if not result.failed:
                    return
                if attempt < retries:
                    self._wait_for_retry(FIRST_RETRY_SECONDS * (attempt + 1))
                if self._stopped.is_set():
                    return
        except Exception as error:  # a thread's failure has nobody else to tell it
            self._say(f"asynchronous call of {reference}: {type(error).__name__}: {error}")
        finally:
            self._activity.end()

    def _wait_for_retry(self, seconds: float) -> None:
        if self._clock.is_virtual:
            self._clock.wait(self._clock.now() + timedelta(seconds=seconds), uuid.uuid4().hex)
        else:
            self._stopped.wait(seconds)

    def _noted(self, reference: str, result: InvocationResult) -> InvocationResult:
        if result.failed:
            self._say(f"{reference} failed: {result.error_type}: {_message(result.payload)}")
        return result

    def _say(self, sentence: str) -> None:
        print(sentence, file=sys.stderr)


class LambdaApi:
    """Answers Lambda's calls; `invoker` is set once the functions stand."""

    def __init__(self) -> None:
        self.invoker: Invoker | None = None

    def respond(self, request: Request) -> Response:
        """Answer `POST /2015-03-31/functions/NAME/invocations`."""
        parts = request.path.strip("/").split("/")
        match (request.method, *parts):
            case ("POST", "2015-03-31", "functions", name, "invocations"):
                return self._invoke(unquote(name), request)
            case _:
                return _refused(404, "UnknownOperationException", "only Invoke is here")

    def _invoke(self, name: str, request: Request) -> Response:
        kind = request.headers.get("x-amz-invocation-type", "RequestResponse")
        payload = request.body or b"{}"
        asynchronous = kind == "Event"
        limit = MAXIMUM_ASYNCHRONOUS_BYTES if asynchronous else MAXIMUM_WAITING_BYTES
        if len(payload) > limit:
            return _refused(413, "RequestTooLargeException", f"more than {limit} bytes")
        try:
            json.loads(payload)
        except ValueError as error:
            return _refused(400, "InvalidRequestContentException", f"not JSON: {error}")
        if self.invoker is None:
            return _refused(503, "ServiceException", "the stack is starting")
        try:
            if asynchronous:
                self.invoker.submit(name, payload)
                return Response(202)
            return _answer(self.invoker.invoke(name, payload))
        except UnknownFunctionError:
            return _refused(404, "ResourceNotFoundException", f"Function not found: {name}")


def _answer(result: InvocationResult) -> Response:
    headers = [("Content-Type", "application/json"), ("X-Amz-Executed-Version", "$LATEST")]
    if result.failed:
        headers.append(("X-Amz-Function-Error", "Unhandled"))
    return Response(200, result.payload, headers)


def _refused(status: int, code: str, message: str) -> Response:
    return json_response({"Type": "User", "Message": message}, status, x_amzn_errortype=code)


def _message(payload: bytes) -> str:
    try:
        return str(json.loads(payload).get("errorMessage", ""))
    except (ValueError, AttributeError):
        return ""
