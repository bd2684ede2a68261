"""Tasks that nobody awaits, or not to the end. None fails unseen, and all end together."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, TypeVar

from supachat.domain.errors import SupachatError

_log = logging.getLogger(__name__)
T = TypeVar("T")


class Background:
    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = self._begin(_seen(work))
        task.add_done_callback(lambda _: work.close())  # cancelled before its first step
        return task

    async def through(self, work: Coroutine[Any, Any, T]) -> T:
        """What `work` gives. It goes on to its end though whoever waits for it here is cancelled; how it
        ends then is nobody's business."""
        task = self._begin(work)
        task.add_done_callback(lambda task: task.cancelled() or task.exception())
        return await asyncio.shield(task)

    def _begin(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def cancel(self) -> list[asyncio.Task[Any]]:
        """Cancel them all; they are still to be awaited."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        return tasks


async def _seen(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except SupachatError as error:
        _log.info("in the background: %s", error.message)
    except Exception:  # noqa: BLE001  the border of a task: a defect must be seen, not end in silence
        _log.exception("a task of the project failed")
