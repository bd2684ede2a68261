"""What changed, handed to the screen in batches, so that what a frame shows is drawn once.

The first news is handed over at once. Must never lose a change, nor hand over two in another order.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from supachat.domain import events as ev
from supachat.domain.events import Change

_ASK = (ev.PeopleChanged, ev.FeedChanged, ev.PricesChanged, ev.PresenceChanged)
"""What only says that something is to be asked for: of several in a batch the first says it all. Not so
ThreadsChanged: a command without a screen counts how many lists came."""
_OF_THE_PANE = (ev.TimelineReset, ev.TimelineSpliced, ev.EdgeChanged, ev.StandingChanged, ev.HealthChanged)
FRAME = 1 / 60
"""Seconds between two paintings."""
LONGEST_PAUSE = 0.1
"""Seconds that changes wait for one another, however long drawing takes."""


class Batches:
    def __init__(self) -> None:
        self._changes: list[Change] = []
        self._asked: set[Change] = set()
        self.beside_the_pane = 0
        """How many changes were told that may have to do with more than the open thread's messages."""
        self._news = asyncio.Event()
        self._ended = False

    def add(self, change: Change) -> None:
        self.beside_the_pane += not isinstance(change, _OF_THE_PANE)
        if isinstance(change, _ASK):
            if change in self._asked:
                return
            self._asked.add(change)
        self._changes.append(change)
        self._news.set()

    @property
    def waiting(self) -> bool:
        """Whether something was told that nobody has taken."""
        return bool(self._changes)

    def taken(self) -> tuple[Change, ...]:
        """Everything that changed since the last turn, in order."""
        batch, self._changes = tuple(self._changes), []
        self._asked.clear()
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
            if self._ended and not self._changes:
                return
            await asyncio.sleep(min(max(FRAME, now() - began), LONGEST_PAUSE))
