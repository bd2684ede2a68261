"""When an app has nothing left to do: looked up in its loop, not guessed from the processor's time.

Textual's pilot takes a process that used no processor for 20 ms as idle. On a loaded machine so is one that
was not let run, and on any machine each key costs two such waits: they were most of what these tests took.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from supachat.cache.store import Cache

T = TypeVar("T")
SOON = 0.03
"""Seconds: a timer that is due within them belongs to what is under way, as the next painting does."""
ROUNDS = 3
"""Turns of the loop in a row in which nobody else wanted one."""

_jobs = 0
_do = Cache._do


async def counted(cache: Cache, job: Callable[[], T]) -> T:
    """`Cache._do`, seen from here while the cache's thread is at it."""
    global _jobs
    _jobs += 1
    try:
        return await _do(cache, job)
    finally:
        _jobs -= 1


def _next_timer(loop: asyncio.AbstractEventLoop) -> float:
    """Seconds until the next timer of the loop is due; a lot where there is none."""
    timers: list[asyncio.TimerHandle] = vars(loop)["_scheduled"]
    return min((timer.when() - loop.time() for timer in timers if not timer.cancelled()), default=60.0)


async def wait_for_idle(min_sleep: float = 0.0, max_sleep: float = 1.0) -> None:
    """Until no task of this loop can go on, no timer is due soon and the cache has answered.

    Stands in for Textual's function of this name, and gives up after `max_sleep` seconds as that one does:
    something that moves all the time is no reason to fail.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + max_sleep
    quiet = 0
    while quiet < ROUNDS and loop.time() < end:
        await asyncio.sleep(0)
        due = _next_timer(loop)
        if vars(loop)["_ready"]:
            quiet = 0
        elif _jobs or due < SOON:
            quiet = 0
            await asyncio.sleep(0.001 if _jobs else max(due, 0.0))
        else:
            quiet += 1
