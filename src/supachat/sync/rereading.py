"""Edits and deletes caught up: what is known is compared with what the server has.

Where the map orders edits by a column, a second cursor follows it. Where it does not, or where a deleted
row is just not there any more, windows of what is known are read again: a message that was known when the
window was asked for and is not in the answer is gone. No I/O, no clock.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from supachat.domain.events import EditsFetched, WindowReread
from supachat.domain.keeping import KeepMessages, Span
from supachat.domain.model import Cursor, Message, Micros, ThreadKey
from supachat.domain.requests import FetchEdits, Reread
from supachat.sync.order import Splice
from supachat.sync.shelf import Outcome, Reading, Shelf, keep, keep_followed, suspect
from supachat.sync.spans import START

WINDOW = 50
"""Messages that are compared at a time; answers may hold as many again that nobody knew of."""
DEEP = 4
"""Windows that are compared at once after a reconnect, the newest first. The older ones in memory follow,
one a second, so that a long history costs no storm of requests."""
OVERLAP = Micros(10_000_000)
"""Edits too become visible in commit order, not in the order of their times."""


class Rereader:
    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def begin(self, reading: Reading, out: Outcome) -> None:
        """A catch-up is done: compare as many windows as were asked for meanwhile."""
        if not reading.windows or not self._shelf.online:
            return
        info = self._shelf.info(reading.timeline.thread.source)
        if info is not None and info.follows_edits:
            self._follow(reading, out)
        newest = reading.timeline.newest
        if newest is None or (info is not None and info.follows_edits and info.marks_deleted):
            reading.windows, reading.sweeping = 0, None
        elif not reading.comparing:
            self._compare_next(reading, newest, out)
        self._look_again(reading, out)

    def _compare_next(self, reading: Reading, upto: Cursor, out: Outcome) -> None:
        """One of the windows that are to be compared. Where nothing adjoins there are no more: what lies
        behind a gap is the sweep's, which waits for these."""
        reading.windows -= 1
        self.compare(reading, upto, WINDOW, out)
        if not reading.comparing:
            reading.windows = 0

    def compare(self, reading: Reading, upto: Cursor, most: int, out: Outcome) -> None:
        """Read the window that ends at `upto` again."""
        timeline = reading.timeline
        if self._shelf.unstored(timeline.thread):
            return
        after, known = self._window(reading, upto, most)
        if known:
            request = Reread(timeline.thread, after, known[-1].cursor, limit=most + WINDOW)
            reading.comparing[request] = frozenset(message.id for message in known)
            out.requests.append(request)

    @staticmethod
    def _window(reading: Reading, upto: Cursor, most: int) -> tuple[Cursor, list[Message]]:
        """As the timeline's, which knows memory alone: where a stretch reaches back to the thread's start,
        the first in memory need not be the thread's first, nor the window all there is."""
        after, known = reading.timeline.window(upto, most)
        if after == START and known and not reading.at_start:
            return known[0].cursor, known[1:]
        return after, known

    def recalled(self, reading: Reading, messages: Sequence[Message], out: Outcome) -> None:
        """Older messages came from the cache: they may have changed since they were kept."""
        info = self._shelf.info(reading.timeline.thread.source)
        followed = info is not None and info.follows_edits and info.marks_deleted
        if not messages or not self._shelf.online or followed:
            return
        if len(messages) > WINDOW:
            last = messages[-1].cursor
            reading.sweeping = max(reading.sweeping or last, last)
        else:
            self.compare(reading, messages[-1].cursor, len(messages), out)

    def reread(self, event: WindowReread, as_of: int, now: float, out: Outcome) -> None:
        """A window as the server has it. What was known in it and is not there now is gone."""
        request = event.request
        reading = self._shelf.reading(request.thread)
        known = reading.comparing.pop(request, frozenset())
        timeline = reading.timeline
        there = {message.id for message in event.messages}
        suspect(reading, event.messages, now)
        splices = timeline.put(self._shelf.truth(event.messages, as_of), as_of=as_of)
        missing = [base for base in map(timeline.base, known - there) if base is not None]
        gone = [m.id for m in missing if _judged(m, event) and not m.deleted]
        for message_id in gone:
            splices += timeline.forget(message_id, as_of)
        self._tell(reading, splices, [*there, *gone], out)
        if reading.sweeping is not None and request.upto >= reading.sweeping:
            reading.sweeping = min(reading.sweeping, request.after)
        if reading.windows and not reading.comparing:
            self._compare_next(reading, request.after, out)
        self._look_again(reading, out)

    def doubt(self, source: str, message_id: str, out: Outcome) -> None:
        """Somebody says that a row was deleted, and need not be believed: its place is read again."""
        for reading in self._shelf.all():
            if reading.timeline.thread.source == source and message_id in reading.timeline:
                reading.doubted.add(message_id)
                self._look_again(reading, out)

    def lacks(self, reading: Reading, page: Span, messages: Sequence[Message], out: Outcome) -> None:
        """A page came that has all there is in its stretch. What is known there besides was heard a moment
        ago, or is gone: its place is read again."""
        known = {m.id for m in reading.timeline.between(*page) if not m.deleted}
        if lacking := known.difference(message.id for message in messages):
            reading.doubted |= lacking
            self._look_again(reading, out)

    def _look_again(self, reading: Reading, out: Outcome) -> None:
        """One question at a time, however many are in doubt: the newest of them and what lies before it."""
        while reading.doubted and not reading.comparing:
            held = map(reading.timeline.base, reading.doubted)
            known = [m for m in held if m is not None and not m.deleted]
            newest = max(known, key=lambda message: message.cursor, default=None)
            if newest is not None:
                self.compare(reading, newest.cursor, 1 if len(known) == 1 else WINDOW, out)
            asked = frozenset[str]().union(*reading.comparing.values())
            reading.doubted = {m.id for m in known if m is not newest} - asked

    def sweep(self, reading: Reading, out: Outcome) -> None:
        """Compare the next older window that has not been since the reconnect."""
        while reading.sweeping is not None and not reading.comparing:
            last = reading.timeline.last_before(reading.sweeping)
            if last is None:
                reading.sweeping = None
                return
            reading.sweeping = last.cursor
            self.compare(reading, last.cursor, WINDOW, out)
            if not reading.comparing:
                reading.sweeping = Cursor(last.at, "")  # it stands alone, between two gaps

    def _tell(self, reading: Reading, splices: Sequence[Splice], ids: Iterable[str], out: Outcome) -> None:
        """Show and keep what a comparison changed; nothing else is written."""
        if splices:
            self._shelf.splice(reading.timeline.thread, splices, out)
            keep(reading, [m for m in map(reading.timeline.base, ids) if m is not None], out)

    # ------------------------------------------------------------ the cursor of edits

    def start(self, reading: Reading, messages: Sequence[Message], out: Outcome) -> None:
        """The first page was read: it is as new as its newest row, and edits are followed from there."""
        if reading.followed is None:
            newest = max((max(m.at, m.edited or m.at) for m in messages), default=0)
            reading.followed = Cursor(Micros(max(0, newest - OVERLAP)), "")
            keep_followed(reading, out)

    def _follow(self, reading: Reading, out: Outcome) -> None:
        if not reading.following and reading.followed is not None:
            since = Cursor(Micros(max(0, reading.followed.at - OVERLAP)), "")
            reading.following = True
            out.requests.append(FetchEdits(reading.timeline.thread, since))

    def edited(self, event: EditsFetched, as_of: int, out: Outcome) -> None:
        """Rows that changed. Those outside of what is known are read when their stretch is."""
        request = event.request
        reading = self._shelf.reading(request.thread)
        timeline, oldest = reading.timeline, reading.timeline.oldest
        messages = self._shelf.truth(event.messages, as_of)
        known = [m for m in messages if timeline.span_of(m.cursor) is not None]
        near = [m for m in known if m.id in timeline or (oldest is not None and m.cursor >= oldest)]
        self._shelf.splice(request.thread, timeline.put(near, as_of=as_of), out)
        kept = [timeline.base(m.id) or m for m in known]
        out.writes += [KeepMessages(tuple(kept))] if kept else []
        if event.reached is not None and (reading.followed is None or event.reached > reading.followed):
            reading.followed = event.reached
            keep_followed(reading, out)
        if event.whole or event.reached is None:
            reading.following = False
        else:
            out.requests.append(FetchEdits(request.thread, event.reached))

    def failed(self, request: FetchEdits | Reread) -> None:
        """It is asked again with the next look."""
        reading = self._shelf.reading(request.thread)
        reading.windows = max(reading.windows, 1)
        if isinstance(request, Reread):
            reading.doubted |= reading.comparing.pop(request, frozenset())
        else:
            reading.following = False

    def gone(self, source: str, message_id: str, turn: int, out: Outcome) -> None:
        """A row was deleted. The key is all that is known; of one that nobody knows nothing is shown."""
        self._shelf.note_gone(source, message_id, turn)
        for reading in self._shelf.all():
            thread: ThreadKey = reading.timeline.thread
            if thread.source == source and (splices := reading.timeline.forget(message_id, turn)):
                self._shelf.splice(thread, splices, out)
                base = reading.timeline.base(message_id)
                out.writes += [KeepMessages((base,))] if base is not None else []


_ORDERED = re.compile(r"[0-9]+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""Keys that every server orders as a cursor does, but for numbers in a column of text: those stand there as
1, 10, 9. Other texts stand as the column's collation has them."""


def _judged(message: Message, event: WindowReread) -> bool:
    """Whether the window tells of it. Of messages of one time the key decides which come after its
    beginning: where that is not the server's own order, those of that time may lie before it."""
    after = event.request.after
    if message.cursor > event.request.upto or message.at > after.at:
        return message.cursor <= event.request.upto
    counted = (m.at == after.at and m.id < after.id for m in event.messages)  # as texts they lie before it
    return _ORDERED.fullmatch(message.id) is not None and (message.id > after.id or any(counted))
