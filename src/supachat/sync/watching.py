"""Which threads' topics are wanted: the open one's, then those of the threads that moved last.

Told when it changes, and again where nobody does it any more. Time comes as an argument. No I/O, no clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from supachat.domain.model import ThreadKey
from supachat.domain.requests import Watch
from supachat.sync.shelf import Shelf

WATCHED = 28
"""Threads whose topics are joined: two topics each stay under the link's 60."""
WATCH_EVERY = 1.0
"""Seconds between two such wishes that do not come of another open thread."""


class Watcher:
    """`recent` gives all threads, the last to move first."""

    def __init__(self, shelf: Shelf, recent: Callable[[], Iterator[ThreadKey]]) -> None:
        self._shelf, self._recent = shelf, recent
        self.watched: tuple[ThreadKey, ...] = ()
        self._for: list[ThreadKey] | None = None
        self._at = 0.0

    def due(self, now: float) -> list[Watch]:
        """What is to be told. What a burst moves is gathered; another open thread is told at once, unless
        it is only passed."""
        opened = [self._shelf.open] if self._shelf.open is not None else []
        soon = self._for == opened and now < self._at + WATCH_EVERY
        if self._shelf.looking.passing or soon:
            return []
        wanted = tuple(dict.fromkeys([*opened, *islice(self._recent(), WATCHED)]))[:WATCHED]
        if set(wanted) == set(self.watched) and wanted[:1] == self.watched[:1]:
            return []
        self.watched, self._for, self._at = wanted, opened, now
        return [Watch(wanted)]

    def undone(self) -> None:
        """It came to nothing, or nobody does it any more: it is told again, a moment later."""
        self.watched = ()
