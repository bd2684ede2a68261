"""Calls that may hang for ever, in threads that do not keep the process alive.

Neither asyncio's threads nor those of concurrent.futures would let the process end.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


def in_daemon(work: Callable[[], T]) -> Future[T]:
    """What `work` gives or raises; an exception that would end a program comes as a `RuntimeError`."""
    future: Future[T] = Future()

    def run() -> None:
        if not future.set_running_or_notify_cancel():
            return
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001  handed to whoever waits
            tame = isinstance(error, Exception) and not isinstance(error, StopIteration)
            future.set_exception(error if tame else RuntimeError(type(error).__name__))

    threading.Thread(target=run, daemon=True, name="supachat-aside").start()
    return future


class Lane:
    """One call after the other: while one hangs none is begun, so that threads do not pile up, and what is
    written late is never written over something newer."""

    def __init__(self) -> None:
        self._last: Future[Any] | None = None

    async def run(self, work: Callable[[], T]) -> T:
        """To be called under a deadline."""
        while self._last is not None and not self._last.done():  # noqa: ASYNC110  a thread ends it
            await asyncio.sleep(0.02)
        future = self._last = in_daemon(work)
        return await asyncio.wrap_future(future)
