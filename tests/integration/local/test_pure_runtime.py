"""The pure-Python runtime client, which stands in where `awslambdaric` has no wheel."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.local.conftest import TOY
from tools.local.clock import StackClock
from tools.local.processes import Processes
from tools.local.resources import FunctionResource
from tools.local.runtime import Functions, UnknownFunctionError


@pytest.fixture
def functions(tmp_path: Path) -> Iterator[Functions]:
    folder = TOY.parent / "functions" / "probe"
    probe = FunctionResource(
        "Probe", "local-Probe", "arn:x:function:local-Probe", folder, "handler.handler",
        {"TOY": "1"}, 1, 128, "Text", 0,
    )  # fmt: skip
    processes = Processes()
    yield Functions(
        {"local-Probe": probe},
        lambda function: function.environment,
        processes=processes,
        clock=StackClock.real(),
        logs=tmp_path,
        pure=True,
    )
    processes.stop()


def test_it_runs_a_handler_and_keeps_the_worker_warm(functions: Functions) -> None:
    first, second = (json.loads(functions.invoke("probe", b"{}").payload) for _ in range(2))
    assert first["pid"] == second["pid"]
    assert first["request_id"] != second["request_id"]
    assert 0 < first["remaining_ms"] <= 1000
    assert first["variables"]["TOY"] == "1"


def test_it_tells_a_handler_s_error_and_goes_on(functions: Functions) -> None:
    assert functions.invoke("probe", b'{"do": "fail"}').error_type == "ToyError"
    assert not functions.invoke("probe", b"{}").failed


def test_it_ends_with_its_handler_s_exit_and_time_out(functions: Functions) -> None:
    assert functions.invoke("probe", b'{"do": "exit"}').error_type == "Runtime.ExitError"
    late = functions.invoke("probe", b'{"do": "sleep", "seconds": 30}')
    assert late.error_type in ("Sandbox.Timedout",)


def test_a_function_that_is_not_there_is_told(functions: Functions) -> None:
    with pytest.raises(UnknownFunctionError):
        functions.invoke("nobody", b"{}")


@pytest.mark.parametrize("pure", [True, False])
def test_a_handler_that_cannot_be_imported_is_an_error_of_the_call(
    tmp_path: Path, pure: bool
) -> None:
    (tmp_path / "handler.py").write_text("raise KeyError('at import')")
    broken = FunctionResource(
        "B", "B", "arn:x:function:B", tmp_path, "handler.handler", {}, 3, 128, "Text", 0
    )
    processes = Processes()
    functions = Functions(
        {"B": broken}, lambda _: {}, processes=processes, clock=StackClock.real(),
        logs=tmp_path, pure=pure,
    )  # fmt: skip
    try:
        for _ in range(2):
            assert functions.invoke("B", b"{}").failed
    finally:
        processes.stop()
