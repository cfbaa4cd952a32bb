"""Faults of a store: its answer is lost, before or after the write."""

import functools
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, Concatenate

from portevoix.model.errors import StoreUnavailableError


class Faulty:
    """A store whose verbs can be told to fail; one call at a time, as if it were a database."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.calls: list[str] = []
        self._faults: dict[str, deque[bool | None]] = {}

    def fail(self, verb: str, *, landed: bool = False, times: int = 1, after: int = 0) -> None:
        """Let calls of `verb` raise StoreUnavailableError, once `after` calls went well.

        With `landed`, what was to be written is there all the same.
        """
        plan = self._faults.setdefault(verb, deque())
        plan.extend([None] * after)
        plan.extend([landed] * times)

    def _fault(self, verb: str) -> bool | None:
        plan = self._faults.get(verb)
        return plan.popleft() if plan else None


def verb[S: Faulty, **P, R](
    method: Callable[Concatenate[S, P], R],
) -> Callable[Concatenate[S, P], R]:
    """Make a method of a Faulty store one step that may fail, and note that it was called."""

    @functools.wraps(method)
    def step(store: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
        name = method.__name__
        with store.lock:
            store.calls.append(name)
            landed = store._fault(name)
            if landed is False:
                raise StoreUnavailableError(f"{name} was told to fail.")
            result: Any = method(store, *args, **kwargs)
            if landed:
                raise StoreUnavailableError(f"{name} was told to lose its answer.")
            return result  # type: ignore[no-any-return]

    return step
