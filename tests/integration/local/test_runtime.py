"""The functions' runtime: reuse, concurrency, time-outs, errors, environment."""

import json
import os
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.integration.local.conftest import START
from tools.local.stack import LocalStack
from tools.local.state import client
from tools.local.worker import InvocationResult, runtime_command


def probe(stack: LocalStack, **event: object) -> InvocationResult:
    return stack.invoke("probe", json.dumps(event).encode())


def answer(result: InvocationResult) -> dict[str, Any]:
    assert not result.failed, result.payload
    loaded: dict[str, Any] = json.loads(result.payload)
    return loaded


def test_a_warm_worker_is_used_again(stack: LocalStack) -> None:
    assert answer(probe(stack))["pid"] == answer(probe(stack))["pid"]


def test_a_warm_call_takes_milliseconds(stack: LocalStack) -> None:
    probe(stack)
    durations = []
    for _ in range(10):
        started = time.perf_counter()
        probe(stack)
        durations.append(time.perf_counter() - started)
    # A forgotten TCP_NODELAY costs 44 ms on each.
    assert min(durations) < 0.03


def test_concurrent_calls_have_a_process_each(stack: LocalStack) -> None:
    pids: list[int] = []

    def call() -> None:
        pids.append(answer(probe(stack, do="sleep", seconds=0.4))["pid"])

    threads = [threading.Thread(target=call) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(pids)) == 3


def test_a_handler_s_error_comes_back_with_its_type(stack: LocalStack) -> None:
    result = probe(stack, do="fail")
    assert result.error_type == "ToyError"
    assert json.loads(result.payload)["errorMessage"] == "as asked"


def test_a_process_that_dies_is_an_exit_error_and_the_next_call_works(stack: LocalStack) -> None:
    assert probe(stack, do="exit").error_type == "Runtime.ExitError"
    assert answer(probe(stack))["event"] == {}


def test_a_call_beyond_its_time_is_ended_for_real(stack: LocalStack) -> None:
    probe(stack)
    pid = answer(probe(stack))["pid"]
    result = probe(stack, do="sleep", seconds=30)
    assert result.error_type == "Sandbox.Timedout"
    assert "Task timed out after 1.00 seconds" in json.loads(result.payload)["errorMessage"]
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_the_environment_is_lambda_s_and_the_template_s(stack: LocalStack) -> None:
    told = answer(probe(stack))
    variables = told["variables"]
    assert variables["AWS_LAMBDA_FUNCTION_NAME"] == told["function_name"] == "local-Probe"
    assert variables["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "256"
    assert variables["_HANDLER"] == "handler.handler"
    assert variables["PORTEVOIX_TABLE"] == "local-Table"
    assert variables["PORTEVOIX_LOCAL"] == "1"
    assert variables["PYTHONPATH"].endswith("layers/shared/python")
    assert variables["PORTEVOIX_PAGES_URL"] == stack.pages_url
    assert (variables["TOY_SHARDS"], variables["TOY_EXTRA"]) == ("2", "none")
    assert variables["AWS_ENDPOINT_URL_SQS"].startswith("http://127.0.0.1:")
    assert told["folder"].endswith("functions/probe")
    assert 0 < told["remaining_ms"] <= 1000


def test_a_call_that_waits_for_the_virtual_clock_does_not_time_out(stack: LocalStack) -> None:
    until = stack.clock.now() + timedelta(minutes=5)
    results: list[InvocationResult] = []
    thread = threading.Thread(
        target=lambda: results.append(probe(stack, do="wait", until=until.isoformat()))
    )
    thread.start()
    while stack.clock.earliest_wait() is None:
        time.sleep(0.01)
    time.sleep(1.6)
    stack.warp(until)
    thread.join(timeout=5)
    assert not results[0].failed
    assert stack.clock.now() > START


def test_boto3_invokes_both_ways_and_is_told_what_failed(stack: LocalStack) -> None:
    functions = client("lambda", stack.environment["AWS_ENDPOINT_URL_LAMBDA"])
    waited = functions.invoke(FunctionName="local-Probe", Payload=b'{"a": 1}')
    assert json.load(waited["Payload"])["event"] == {"a": 1}
    failed = functions.invoke(FunctionName="local-Probe", Payload=b'{"do": "fail"}')
    assert failed["FunctionError"] == "Unhandled"
    queued = functions.invoke(FunctionName="local-Probe", InvocationType="Event", Payload=b"{}")
    assert queued["StatusCode"] == 202
    with pytest.raises(functions.exceptions.ResourceNotFoundException):
        functions.invoke(FunctionName="nobody", Payload=b"{}")


def test_what_functions_print_is_in_the_state_folder(stack: LocalStack) -> None:
    probe(stack, do="fail")
    assert "as asked" in (stack.state_folder / "logs" / "probe.log").read_text("utf-8")


def test_the_pure_client_stands_in_where_the_wheel_is_missing() -> None:
    command = runtime_command("handler.handler", pure=True)
    assert Path(command[2]).name == "runtime_client.py"
