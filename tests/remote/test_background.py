"""Tasks that outlive whoever waits for them."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

from supachat.domain.errors import SessionEnded
from supachat.remote.background import Background


async def test_what_goes_on_alone_may_fail_without_a_cry() -> None:
    """A renewal that was refused after its reader had gone stood in the log as a defect."""
    cried = list[dict[str, Any]]()
    asyncio.get_running_loop().set_exception_handler(lambda _, told: cried.append(told))
    goes, background = asyncio.Event(), Background()

    async def fails() -> None:
        await goes.wait()
        raise SessionEnded("the session is over")

    waits = asyncio.create_task(background.through(fails()))
    await asyncio.sleep(0)
    waits.cancel()
    await asyncio.wait([waits])
    goes.set()
    while background._tasks:
        await asyncio.sleep(0)
    gc.collect()
    assert cried == []
