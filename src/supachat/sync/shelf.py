"""What is known and under way, thread by thread, and what an act of reading comes to. No I/O, no clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from supachat.domain.changes import Change, Edge, EdgeChanged, TimelineSpliced
from supachat.domain.keeping import KeepFollowed, KeepMessages, KeepSpans, Write
from supachat.domain.model import NOTHING, Cursor, Message, SourceInfo, Standing, ThreadKey
from supachat.domain.requests import Request, Reread
from supachat.domain.text import Safe
from supachat.sync import hearsay, looks
from supachat.sync.looking import Looking
from supachat.sync.order import Splice
from supachat.sync.spans import START
from supachat.sync.timeline import Timeline

MOST_GONE = 1000
"""Deleted rows that are remembered although nobody knew them."""


class Outcome:
    """What an act of reading comes to; the engine turns it into a Step."""

    def __init__(self, changes: list[Change] | None = None) -> None:
        self.changes = changes or []
        self.requests: list[Request] = []
        self.writes: list[Write] = []


class Reading:
    """What is known and under way for one thread."""

    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline
        self.edge: Edge = Edge.MORE
        self.recalled = False
        """The cache has been asked."""
        self.ready = False
        """The topics are joined and rows flow."""
        self.live = False
        """Ready, and everything up to that moment has been read: what arrives extends what is known."""
        self.verified: Cursor | None = None
        """Everything up to here was read from the server. What was only heard after it may have holes."""
        self.catching: Cursor | None = None
        """Catch-up reads on from here; None when none is under way."""
        self.asked_at = 0.0
        self.look_at: float | None = None
        """When the second look is due."""
        self.pages = 0
        self.stale = False
        """The topics became ready while a catch-up was under way, or told of something: it has to be done
        once more."""
        self.hinted = False
        """Realtime told that there is something to be read."""
        self.read_to: Cursor | None = None
        """Where the reader had come to when the thread was opened: what is new begins after it."""
        self.new_after: str | None = None
        """The message under which the line "n new" stands; None as long as nothing is new."""
        self.at_start = False
        """The oldest in memory is the thread's first."""
        self.suspects: dict[str, float] = {}
        """Rows that a re-read found although the thread was live, and when: perhaps missed by realtime."""
        self.followed: Cursor | None = None
        """Every edit up to this place in their order has been read."""
        self.following = False
        """Edits are being read."""
        self.windows = 0
        """Windows of what is known that are to be compared with the server, newest first."""
        self.sweeping: Cursor | None = None
        """After a reconnect: what lies before here is compared too, one window a second."""
        self.comparing: dict[Reread, frozenset[str]] = {}
        """Windows that are being compared, and the messages that were known in each when it was asked."""
        self.doubted: set[str] = set()
        """Messages that may be gone and are to be compared when nothing else is."""


class Shelf:
    """All threads that were opened or heard of since the start. `info` tells what a source can do."""

    def __init__(
        self,
        info: Callable[[str], SourceInfo | None],
        unstored: Callable[[ThreadKey], bool] = lambda thread: False,
    ) -> None:
        self.info = info
        self.unstored = unstored
        """Whether the server keeps none of a thread's messages: then there is nothing to be read."""
        self.open: ThreadKey | None = None
        self.looking = Looking()
        self.online = False
        """Signed in, so that asking the server makes sense."""
        self._readings: dict[ThreadKey, Reading] = {}
        self._gone: dict[tuple[str, str], int] = {}
        """Rows that were last heard to be deleted, and the turn: the row itself may come later."""

    def note_gone(self, source: str, message_id: str, turn: int) -> None:
        self._gone[source, message_id] = turn
        if len(self._gone) > MOST_GONE:
            del self._gone[next(iter(self._gone))]

    def is_gone(self, message: Message) -> bool:
        """Whether a row that is heard now was heard to be deleted before."""
        return (message.thread.source, message.id) in self._gone

    def truth(self, messages: Sequence[Message], as_of: int) -> list[Message]:
        """Rows that were read, those that were deleted after they were asked for as tombstones."""
        return [
            looks.tombstone(m) if self._gone.get((m.thread.source, m.id), -1) >= as_of else m
            for m in messages
        ]

    def reading(self, thread: ThreadKey) -> Reading:
        if thread not in self._readings:
            self._readings[thread] = Reading(Timeline(thread))
        return self._readings[thread]

    def known(self, thread: ThreadKey) -> Reading | None:
        return self._readings.get(thread)

    def forget(self, thread: ThreadKey) -> None:
        """Nothing of it is kept any more, so that nothing may be built on what is in memory. That its rows
        flow, if they do, stays true."""
        if (held := self._readings.pop(thread, None)) is not None:
            self.reading(thread).ready = held.ready

    def all(self) -> Iterable[Reading]:
        return self._readings.values()

    def standing(self, thread: ThreadKey) -> Standing:
        """How complete a thread is."""
        reading = self.known(thread)
        if self.unstored(thread):
            return hearsay.STANDING
        if reading is None:
            return Standing(catching_up=True)
        known_to = reading.timeline.complete_to
        return Standing(
            complete_to=known_to.at if known_to is not None and known_to != START else None,
            gaps=len(reading.timeline.gaps) if reading.live else reading.timeline.holes,
            catching_up=not reading.live or reading.following,
        )

    def splice(self, thread: ThreadKey, splices: Sequence[Splice], out: Outcome) -> None:
        if thread == self.open:
            out.changes += [TimelineSpliced(thread, *splice) for splice in splices]

    def set_edge(self, thread: ThreadKey, edge: Edge, out: Outcome, reason: Safe = NOTHING) -> None:
        reading = self.reading(thread)
        if reading.edge is not edge or reason:
            reading.edge = edge
            if thread == self.open:
                out.changes.append(EdgeChanged(thread, edge, reason))


def keep(reading: Reading, messages: Sequence[Message], out: Outcome) -> None:
    """The rows and the stretches that they complete, committed together."""
    if messages:
        out.writes.append(KeepMessages(tuple(messages)))
    timeline = reading.timeline
    out.writes.append(KeepSpans(timeline.thread, tuple(timeline.spans), reading.verified))


def keep_followed(reading: Reading, out: Outcome) -> None:
    if reading.followed is not None:
        out.writes.append(KeepFollowed(reading.timeline.thread, reading.followed))


def suspect(reading: Reading, messages: Iterable[Message], now: float) -> None:
    """Somebody else's rows that a live thread had not heard of: missed, unless they come at once."""
    if reading.live:
        fresh = [m.id for m in messages if m.id not in reading.timeline and not m.own]
        reading.suspects.update(dict.fromkeys(fresh, now))
