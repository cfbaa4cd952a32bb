"""Ends the stack's processes when the stack itself dies, however it dies.

Run by path with the standard library only. Reads `+PID` and `-PID` lines on its standard input;
when the input closes, the process at its other end is gone: what is still listed is ended.
(Linux's parent-death signal follows the parent's *thread*, and macOS has none.)
"""

import contextlib
import os
import signal
import sys
import time

GRACE_SECONDS = 2.0


def main() -> None:
    """Follow the list until the input closes, then end what is left on it."""
    alive: set[int] = set()
    for line in sys.stdin:
        pid = int(line[1:])
        if line[0] == "+":
            alive.add(pid)
        else:
            alive.discard(pid)
    for chosen in (signal.SIGTERM, signal.SIGKILL):
        for pid in alive:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, chosen)
        if alive and chosen is signal.SIGTERM:
            time.sleep(GRACE_SECONDS)


if __name__ == "__main__":
    main()
