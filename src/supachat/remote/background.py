"""Tasks that nobody awaits. None fails unseen, and all end together."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from supachat.domain.errors import SupachatError

_log = logging.getLogger(__name__)


class Background:
    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(_seen(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: work.close())  # cancelled before its first step
        return task

    def cancel(self) -> list[asyncio.Task[None]]:
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
