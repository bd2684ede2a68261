"""Going to one message of a thread, wherever it lies. Pure.

What this computer keeps between it and the newest is brought into memory first, stretch by stretch, so
that no two pages are ever shown as neighbours that are none; if the message is not among that, the pages
before and after it are read. What still lies between stays a gap.
"""

from __future__ import annotations

from supachat.domain.changes import Sought
from supachat.domain.model import NOTHING, Cursor, Micros, ThreadKey
from supachat.domain.requests import FetchPage, Recall
from supachat.domain.text import Safe
from supachat.sync.catching import PAGE
from supachat.sync.shelf import Outcome, Shelf
from supachat.sync.timeline import Timeline

ALL = 1_000_000
"""Messages of one stretch that are brought into memory: as many as this computer keeps."""


class Seeker:
    """At most one message is sought. `came` and `failed` hear of every page of every thread."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._goal: tuple[ThreadKey, Cursor] | None = None
        self._recalls: set[Recall] = set()
        self._looked = False
        """What is kept here has been asked for."""
        self._page: FetchPage | None = None
        """The page that must hold it."""

    def seek(self, thread: ThreadKey, goal: Cursor, out: Outcome) -> None:
        self.stop()
        self._goal = (thread, goal)
        self._go_on(out)

    def stop(self) -> None:
        """Nobody waits for it any more; pages that are under way are merged when they come."""
        self._goal, self._page, self._looked = None, None, False
        self._recalls.clear()

    def came(self, request: FetchPage | Recall, out: Outcome) -> None:
        """A page is merged."""
        if isinstance(request, Recall):
            self._recalls.discard(request)
        if self._page is not None and request == self._page:
            self._page = None
            self._end(out, self._there(), Safe("that message is not there any more"))
        elif self._goal is not None and self._goal[0] == request.thread:
            self._go_on(out)

    def failed(self, request: FetchPage, words: Safe, out: Outcome) -> None:
        if request == self._page:
            self._end(out, False, words)

    def _there(self) -> bool:
        return self._goal is not None and self._goal[1].id in self._shelf.reading(self._goal[0]).timeline

    def _go_on(self, out: Outcome) -> None:
        if self._goal is None or self._page is not None:
            return
        thread, goal = self._goal
        reading = self._shelf.reading(thread)
        if self._there():
            self._end(out, True)
        elif not reading.recalled or self._recalls:
            return
        elif not self._looked and (kept := _kept(reading.timeline, goal)):
            self._looked, self._recalls = True, set(kept)
            out.requests += kept
        elif self._shelf.unstored(thread):
            self._end(out, False, Safe("the server does not store it, and it is not kept here"))
        else:
            # a place where no message stands: the one page may come without the other
            behind = Cursor(Micros(goal.at + 1), "")
            self._page = FetchPage(thread, before=behind, limit=PAGE)
            out.requests += [self._page, FetchPage(thread, after=behind, limit=PAGE, aside=True)]

    def _end(self, out: Outcome, found: bool, reason: Safe = NOTHING) -> None:
        if self._goal is not None:
            thread, goal = self._goal
            out.changes.append(Sought(thread, goal.id, found, NOTHING if found else reason))
        self.stop()


def _kept(timeline: Timeline, goal: Cursor) -> list[Recall]:
    """What is to be brought into memory of the stretches that reach from `goal` or later to the oldest
    in memory. Each whole: its beginning in memory must be its beginning."""
    oldest = timeline.oldest
    found = []
    for low, high in timeline.spans:
        if high >= goal and low < high and (oldest is None or low < oldest):
            end = oldest if oldest is not None and high >= oldest else Cursor(Micros(high.at + 1), "")
            found.append(Recall(timeline.thread, before=end, since=low, limit=ALL))
    return found
