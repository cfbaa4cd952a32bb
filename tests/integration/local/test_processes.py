"""Nothing outlives the stack, however it ends; a running one can be found."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.integration.local.conftest import START
from tools.local.options import StackOptions
from tools.local.processes import Processes, inherited_environment
from tools.local.running import CHECKOUT, find_running
from tools.local.stack import LocalStack
from tools.local.state import StateError

PARENT = """
import subprocess, sys, time
from pathlib import Path
from tools.local.processes import Processes
child = Processes().start([sys.executable, "-c", "import time; time.sleep(60)"],
    folder=Path("/"), environment={}, log=subprocess.DEVNULL)
print(child.pid, flush=True)
time.sleep(60)
"""


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # An ended child of nobody may stay listed where no init collects it.
    stat = Path(f"/proc/{pid}/stat")
    return not (stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z")


def wait_for(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return False


def test_a_killed_parent_leaves_no_orphan() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, cwd=CHECKOUT
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert is_alive(pid)
        parent.kill()
        parent.wait()
    assert wait_for(lambda: not is_alive(pid))


def test_a_stopped_stack_s_children_are_gone() -> None:
    processes = Processes()
    child = processes.start(
        [sys.executable, "-c", "import time; time.sleep(60)"],
        folder=Path("/"),
        environment=inherited_environment(),
        log=subprocess.DEVNULL,
    )
    processes.stop()
    assert child.returncode is not None


def test_a_running_stack_is_found_and_moved_by_another_process(stack: LocalStack) -> None:
    found = find_running(stack.state_folder)
    assert found is not None
    assert found.environment["PORTEVOIX_TABLE"] == "local-Table"
    assert found.environment["PORTEVOIX_CLOCK_URL"] == stack.clock_url
    assert not found.tick("publish")["failed"]
    until = max(START, found.now()) + timedelta(seconds=30)
    found.warp(until)
    assert found.now() == until
    with pytest.raises(RuntimeError, match="no schedule hands out nothing"):
        found.tick("nothing")


def test_a_second_stack_on_the_same_folder_is_refused(
    stack: LocalStack, toy_options: StackOptions
) -> None:
    with pytest.raises(StateError, match="already"):
        LocalStack(stack.state_folder, clock=stack.clock, options=toy_options).__enter__()


def test_a_folder_without_a_stack_has_none_running(tmp_path: Path) -> None:
    assert find_running(tmp_path) is None


def test_up_runs_until_it_is_told_to_stop_and_says_what_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = [sys.executable, "-m", "tools.local", "up", "--ephemeral", "--state", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=CHECKOUT, text=True) as up:
        assert wait_for(lambda: find_running(tmp_path) is not None, 25)
        up.send_signal(signal.SIGTERM)
        told, _ = up.communicate(timeout=15)
        assert up.returncode == 0
    assert "nothing will be kept" in told
    assert "API     http://127.0.0.1:" in told
    assert find_running(tmp_path) is None
