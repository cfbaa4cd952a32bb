"""A stand-in for `awslambdaric` where it has no wheel (macOS): the Runtime API's client, plainly.

Run by path, with `-P`, from the function's folder: `python -P runtime_client.py handler.handler`.
https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import http.client
import importlib
import json
import os
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any

VERSION = "/2018-06-01/runtime"
Handler = Callable[[Any, "Context"], Any]


class Context:
    """What a handler gets as its second argument."""

    def __init__(self, headers: http.client.HTTPMessage) -> None:
        self.aws_request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        self.invoked_function_arn = headers["Lambda-Runtime-Invoked-Function-Arn"]
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.client_context = None
        self.identity = None
        self._deadline_ms = int(headers["Lambda-Runtime-Deadline-Ms"])

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds left before the function is ended."""
        return max(0, self._deadline_ms - int(time.time() * 1000))


def main() -> None:
    """Load the handler, then serve one invocation after the other until the API goes away."""
    connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
    try:
        handler = _load(sys.argv[1])
    except BaseException as error:
        _post(connection, f"{VERSION}/init/error", _described(error))
        raise
    while True:
        try:
            _serve_one(connection, handler)
        except ConnectionError:
            return


def _load(name: str) -> Handler:
    module, _, function = name.rpartition(".")
    handler: Handler = getattr(importlib.import_module(module.replace("/", ".")), function)
    return handler


def _serve_one(connection: http.client.HTTPConnection, handler: Handler) -> None:
    connection.request("GET", f"{VERSION}/invocation/next")
    response = connection.getresponse()
    event = json.loads(response.read())
    os.environ["_X_AMZN_TRACE_ID"] = response.headers.get("Lambda-Runtime-Trace-Id", "")
    context = Context(response.headers)
    address = f"{VERSION}/invocation/{context.aws_request_id}"
    try:
        result = json.dumps(handler(event, context), ensure_ascii=False).encode()
    except Exception as error:
        traceback.print_exc()
        _post(connection, f"{address}/error", _described(error))
    else:
        _post(connection, f"{address}/response", result)


def _described(error: BaseException) -> bytes:
    return json.dumps(
        {
            "errorMessage": str(error),
            "errorType": type(error).__name__,
            "stackTrace": traceback.format_exception(error),
        }
    ).encode()


def _post(connection: http.client.HTTPConnection, path: str, body: bytes) -> None:
    connection.request("POST", path, body, {"Content-Type": "application/json"})
    connection.getresponse().read()


if __name__ == "__main__":
    main()
