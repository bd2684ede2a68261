"""What changed, handed to the screen in batches, so that what a frame shows is drawn once.

The first news is handed over at once. Must never lose a change, nor hand over two in another order.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from supachat.domain.events import Change

FRAME = 1 / 60
"""Seconds between two paintings."""
LONGEST_PAUSE = 0.1
"""Seconds that changes wait for one another, however long drawing takes."""


class Batches:
    def __init__(self) -> None:
        self._changes: list[Change] = []
        self._news = asyncio.Event()
        self._ended = False

    def add(self, change: Change) -> None:
        self._changes.append(change)
        self._news.set()

    def taken(self) -> tuple[Change, ...]:
        """Everything that changed since the last turn, in order."""
        batch, self._changes = tuple(self._changes), []
        return batch

    def end(self) -> None:
        """What is there is the last."""
        self._ended = True
        self._news.set()

    async def stream(self) -> AsyncIterator[tuple[Change, ...]]:
        """What `taken` would give, as it comes. After each batch there is a pause of a frame, or of as long
        as drawing it took: the rest of the time is for keys."""
        now = asyncio.get_running_loop().time
        while True:
            await self._news.wait()
            self._news.clear()
            began = now()
            if batch := self.taken():
                yield batch
            if self._ended:
                return
            await asyncio.sleep(min(max(FRAME, now() - began), LONGEST_PAUSE))
