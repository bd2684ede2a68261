"""Catching up: everything since what is known is read, page by page, until the thread is live.

Join, read since the cursor with an overlap, once more when ready, a second look after ten seconds. A
thread is "live" when its topics are joined and everything up to that moment has been fetched. No I/O, no
clock.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from supachat.domain.changes import Edge
from supachat.domain.events import PageFetched
from supachat.domain.model import Cursor, Micros, Thread, ThreadKey
from supachat.domain.requests import FetchPage
from supachat.domain.text import Safe
from supachat.sync.order import Splice
from supachat.sync.rereading import DEEP, OVERLAP, Rereader
from supachat.sync.shelf import Outcome, Reading, Shelf
from supachat.sync.spans import START
from supachat.sync.timeline import Timeline

PAGE = 50
SECOND_LOOK = 10.0
"""Seconds after a thread came to be live in which a transaction that began before may still commit."""
ASK_AGAIN = 5.0
"""Seconds after which a catch-up that came to nothing is tried again."""
MOST_PAGES = 20
"""Pages that one catch-up reads in a row; what is still missing then stays a gap to be filled. What was
only heard is read to its end all the same: skipped, its holes would never be found."""


class Catcher:
    def __init__(self, shelf: Shelf, rereader: Rereader) -> None:
        self._shelf, self._rereader = shelf, rereader

    def behind(self) -> list[Reading]:
        """Threads that are not complete yet: something is asked for, or the open one holds what was only
        heard. A second look at a live one is no catching up."""
        return [r for r in self._shelf.all() if not r.live and (r.catching is not None or self._lacks(r))]

    def _lacks(self, reading: Reading) -> bool:
        timeline = reading.timeline
        return timeline.thread == self._shelf.open and len(timeline.gaps) > timeline.holes

    def ready(self, thread: ThreadKey, out: Outcome) -> None:
        """Rows flow from now on: what passed before is read once more, for the truth."""
        reading = self._shelf.reading(thread)
        reading.ready, reading.live = True, False
        reading.stale = reading.catching is not None
        reading.windows, reading.sweeping = DEEP, reading.timeline.newest
        self.catch_up(thread, out)

    def deaf(self, thread: ThreadKey) -> None:
        reading = self._shelf.known(thread)
        if reading is not None:
            reading.ready = reading.live = False

    def catch_up(self, thread: ThreadKey, out: Outcome, *, again: bool = False, windows: int = 0) -> None:
        """Read everything since what is known. Only the open thread does; others when they are opened.

        `again` re-reads a thread that is live, because the server can lose broadcasts without a sign;
        `windows` of what is known are compared when that is done.
        """
        reading = self._shelf.reading(thread)
        reading.windows = max(reading.windows, windows)
        if self._shelf.unstored(thread):
            return
        if thread != self._shelf.open or not self._shelf.online or not reading.recalled:
            return
        if reading.catching is not None or (reading.live and not again) or self._shelf.looking.passing:
            return
        known_to = reading.verified
        reading.pages = 0
        if known_to is None:
            reading.catching = START
            out.requests.append(FetchPage(thread, limit=PAGE))
        else:
            reading.catching = Cursor(Micros(known_to.at - OVERLAP), "")
            out.requests.append(FetchPage(thread, after=reading.catching, limit=PAGE))

    def hinted(self, thread: ThreadKey, out: Outcome, *, changed: bool) -> None:
        """Something is said to have happened in the open thread: it is read, and not for missed. A page
        that is on its way may be older than that."""
        reading = self._shelf.reading(thread)
        reading.hinted = True
        reading.stale = reading.stale or (reading.live and reading.catching is not None)
        self.catch_up(thread, out, again=True, windows=int(changed))

    def went_on(self, event: PageFetched, now: float, out: Outcome) -> list[Splice]:
        """A page of a catch-up: go on where the server had more, else the thread is live."""
        request = event.request
        reading = self._shelf.reading(request.thread)
        timeline = reading.timeline
        reading.pages += 1
        if request.after is None or event.whole or not event.messages:
            return self._done(reading, request.after, now, out)
        last = event.messages[-1].cursor
        stretch = timeline.span_of(last)
        only_heard = stretch is not None and stretch[1] > last
        if reading.pages >= MOST_PAGES and not only_heard:
            reading.catching = START
            out.requests.append(FetchPage(request.thread, limit=PAGE))
            return []
        reading.catching = last
        out.requests.append(FetchPage(timeline.thread, after=last, limit=PAGE))
        return []

    def _done(self, reading: Reading, since: Cursor | None, now: float, out: Outcome) -> list[Splice]:
        timeline = reading.timeline
        reading.catching = None
        if reading.stale:
            reading.stale = False
            self.catch_up(timeline.thread, out, again=True)
            return []
        reading.hinted = False
        if reading.ready and not reading.live:
            reading.live, reading.look_at = True, now + SECOND_LOOK
        splices = _up_to_now(timeline, since) if reading.live else []
        self._rereader.begin(reading, out)
        return splices

    def nudge(self, now: float, out: Outcome) -> None:
        """The open thread is not up to date and nothing is under way that would make it so: ask."""
        shelf = self._shelf
        reading = shelf.known(shelf.open) if shelf.open is not None else None
        if reading is None or reading.catching is not None or not reading.ready:
            return
        if reading.live:
            if reading.look_at is not None and now >= reading.look_at:
                reading.look_at = None
                self.catch_up(reading.timeline.thread, out, again=True, windows=1)
            else:
                self._rereader.sweep(reading, out)
        elif now - reading.asked_at >= ASK_AGAIN:
            reading.asked_at = now
            self.catch_up(reading.timeline.thread, out)

    def failed(self, request: FetchPage, words: Safe, out: Outcome) -> None:
        """It is asked again by itself; an empty pane says why it is empty, and so does who waits at the
        top."""
        reading = self._shelf.reading(request.thread)
        reading.catching, reading.stale = None, False
        empty = reading.timeline.oldest is None and not reading.live
        if empty or reading.edge is Edge.LOADING:
            self._shelf.set_edge(request.thread, Edge.FAILED, out, words)

    def missed(self, now: float, patience: float = 5.0) -> int:
        """Rows that a re-read found and that realtime did not bring within `patience` seconds."""
        count = 0
        for reading in self._shelf.all():
            for message_id in [i for i, at in reading.suspects.items() if at <= now - patience]:
                del reading.suspects[message_id]
                count += 1
        return count


def backlog(behind: Sequence[Reading], listed: Callable[[ThreadKey], Thread | None]) -> int | None:
    """Messages that those threads are still to get, by what the list counts as unread there; None where it
    does not count, or none is behind."""
    lacking = 0
    for reading in behind:
        thread = listed(reading.timeline.thread)
        if thread is None or thread.unread_local:
            return None
        lacking += max(0, thread.unread - reading.timeline.foreign_count(thread.read_to))
    return lacking if behind else None


def _up_to_now(timeline: Timeline, since: Cursor | None) -> list[Splice]:
    """What arrived while the last page was read joins it: nothing passed unheard in between."""
    newest = timeline.newest
    low = since if since is not None else (timeline.complete_to or newest)
    known = low is not None and newest is not None and low <= newest
    return timeline.cover((low, newest)) if known and low is not None and newest is not None else []
