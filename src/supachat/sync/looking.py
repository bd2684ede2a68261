"""Whether the open thread is looked at or only passed, and how far the server has to know that it is read.

Who holds a key to walk through the list opens thirty threads a second: those are shown from memory and the
cache, nothing is asked for and nothing is marked. Time comes as an argument. No I/O, no clock.
"""

from __future__ import annotations

from math import inf

from supachat.domain.model import Cursor, ThreadKey
from supachat.domain.requests import MarkRead

REST = 0.3
"""Seconds after which an open thread is looked at. One that is opened sooner after another is passed."""


class Looking:
    def __init__(self) -> None:
        self.passing = False
        """The open thread may be left again at once: the server is not asked for it yet."""
        self.wants_older = False
        """The pane asked for older messages of a thread that was passed."""
        self._rests_at = -inf
        self._resting = True
        """Everything that waited for the look at the open thread has happened."""
        self._seen: Cursor | None = None
        """How far the open thread was on the screen before it was looked at."""
        self._owed: dict[ThreadKey, Cursor] = {}
        self._telling: dict[ThreadKey, MarkRead] = {}
        self._untold: dict[ThreadKey, Cursor] = {}
        """What a request that came to nothing was to tell: it waits for the next look at everything."""

    # ------------------------------------------------------------ the open thread

    def opened(self, now: float) -> None:
        """Another thread is open. What was on the screen of one that was passed does not count as read."""
        self.passing = now < self._rests_at
        self._rests_at, self._resting, self._seen, self.wants_older = now + REST, False, None, False

    def seen(self, to: Cursor, now: float) -> bool:
        """The open thread was on the screen up to there. Whether that is read; else it soon will be."""
        if now < self._rests_at:
            self._seen = to
            return False
        return True

    def next_due(self) -> float | None:
        return None if self._resting else self._rests_at

    def rested(self, now: float) -> bool:
        """Whether the open thread has just come to be looked at: true once."""
        if self._resting or now < self._rests_at:
            return False
        self._resting = True
        return True

    def stays(self) -> bool:
        """The open thread is not passed any more. Whether it was."""
        passed, self.passing = self.passing, False
        return passed

    def read_to(self) -> Cursor | None:
        """What was seen before it was looked at, once."""
        seen, self._seen = self._seen, None
        return seen

    # ------------------------------------------------------------ what the server is told

    def owe(self, thread: ThreadKey, to: Cursor) -> None:
        """The server is to know that the thread is read up to there."""
        self._owed[thread] = max(self._owed.get(thread, to), to)

    def due(self) -> list[MarkRead]:
        """What is to be told now: of a thread one place at a time, and then the newest."""
        free = [thread for thread in self._owed if thread not in self._telling]
        asked = [MarkRead(thread, self._owed.pop(thread)) for thread in free]
        self._telling.update((request.thread, request) for request in asked)
        return asked

    def told(self, request: MarkRead, *, again: bool = False) -> None:
        """It has been answered; `again`: it came to nothing that another try may mend."""
        if self._telling.get(request.thread) == request:
            del self._telling[request.thread]
            if again:
                self._untold[request.thread] = request.to

    def once_more(self) -> None:
        """Everything is looked at anew: tell also what could not be told before."""
        untold, self._untold = self._untold, {}
        for thread, to in untold.items():
            self.owe(thread, to)
