"""Starts and ends the stack's child processes, each by its own pid; no orphan survives."""

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

REAPER = Path(__file__).with_name("reaper.py")
GRACE_SECONDS = 3.0

Process = subprocess.Popen[bytes]


class Processes:
    """The children of one stack.

    They get a session of their own, so that Ctrl-C in a terminal reaches the stack alone, which
    then ends them in order. A reaper process ends them if the stack is killed.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._children: dict[int, Process] = {}
        self._reaper = subprocess.Popen(
            [sys.executable, "-I", "-S", str(REAPER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )

    def start(
        self,
        command: Sequence[str],
        *,
        folder: Path,
        environment: Mapping[str, str],
        log: IO[Any] | int,
        stdin: int = subprocess.DEVNULL,
    ) -> Process:
        """Start `command` in `folder` with exactly `environment`; both outputs go to `log`."""
        child = subprocess.Popen(
            list(command),
            cwd=folder,
            env=dict(environment),
            stdin=stdin,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        with self._lock:
            self._children[child.pid] = child
            self._tell_reaper(f"+{child.pid}")
        return child

    def end(self, child: Process, *, at_once: bool = False) -> None:
        """End one child and wait for it; `at_once` does not ask first."""
        if child.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                child.kill() if at_once else child.terminate()
            try:
                child.wait(GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        self.forget(child)

    def forget(self, child: Process) -> None:
        """Take a child that has ended off the list."""
        with self._lock:
            if self._children.pop(child.pid, None) is not None:
                self._tell_reaper(f"-{child.pid}")

    def stop(self) -> None:
        """End all children, then the reaper."""
        with self._lock:
            children = list(self._children.values())
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                child.terminate()
        for child in children:
            self.end(child)
        if self._reaper.stdin is not None:
            self._reaper.stdin.close()
        self._reaper.wait(GRACE_SECONDS * 2)

    def _tell_reaper(self, line: str) -> None:
        stdin = self._reaper.stdin
        if stdin is not None and not stdin.closed:
            with contextlib.suppress(BrokenPipeError):
                stdin.write(f"{line}\n".encode())
                stdin.flush()


def inherited_environment() -> dict[str, str]:
    """Return the few variables that a child keeps of ours; no credential, proxy or AWS setting."""
    kept = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "JAVA_HOME", "SYSTEMROOT")
    return {name: os.environ[name] for name in kept if name in os.environ}
