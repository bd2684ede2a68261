"""Reading one workspace's threads: the first page, older pages, catching up, filling gaps.

Decides which request is needed and never asks the same twice at once. A thread is "live" when its
topics are joined and everything up to that moment has been fetched: from then on what arrives extends
what is known. Until then an arrival stands alone and what lies before it is a gap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from supachat.domain.events import (
    Change,
    Edge,
    EdgeChanged,
    FetchPage,
    PageFetched,
    Recall,
    Recalled,
    Request,
    TimelineReset,
    TimelineSpliced,
)
from supachat.domain.keeping import KeepMessages, KeepSpans, Write
from supachat.domain.model import NOTHING, Cursor, Gap, Message, Micros, Standing, ThreadKey
from supachat.domain.text import Safe
from supachat.sync.timeline import START, Splice, Timeline, merge_spans

PAGE = 50
OVERLAP = Micros(10_000_000)
"""Catch-up reads this far (10 s) before what it knows: rows become visible in commit order, not in
the order of their times."""
SECOND_LOOK = 10.0
"""Seconds after a thread came to be live in which a transaction that began before may still commit."""
ASK_AGAIN = 5.0
"""Seconds after which a catch-up that came to nothing is tried again."""
MOST_PAGES = 20
"""Pages that one catch-up reads in a row; what is still missing then stays a gap to be filled."""


@dataclass(slots=True)
class Reading:
    """What is known and under way for one thread."""

    timeline: Timeline
    edge: Edge = Edge.MORE
    recalled: bool = False
    """The cache has been asked."""
    ready: bool = False
    """The topics are joined and rows flow."""
    live: bool = False
    verified: Cursor | None = None
    """Everything up to here was read from the server. What was only heard after it may have holes."""
    catching: Cursor | None = None
    """Catch-up reads on from here; None when none is under way."""
    asked_at: float = 0.0
    look_at: float | None = None
    """When the second look is due."""
    pages: int = 0
    stale: bool = False
    """The topics became ready while a catch-up was under way: it has to be done once more."""
    read_to: Cursor | None = None
    """Where the reader had come to when the thread was opened: what is new begins after it."""
    new_after: str | None = None
    """The message under which the line "n new" stands; None as long as nothing is new."""
    at_start: bool = False
    """The oldest in memory is the thread's first."""
    suspects: dict[str, float] = field(default_factory=dict)
    """Rows that a re-read found although the thread was live, and when: perhaps missed by realtime."""


@dataclass(slots=True)
class Outcome:
    """What an act of reading comes to; the engine turns it into a Step."""

    changes: list[Change] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    writes: list[Write] = field(default_factory=list)


class Reader:
    """All threads that were opened or heard of since the start."""

    def __init__(self) -> None:
        self._readings: dict[ThreadKey, Reading] = {}
        self.open: ThreadKey | None = None
        self.online = False
        """Signed in, so that asking the server makes sense."""

    def reading(self, thread: ThreadKey) -> Reading:
        if thread not in self._readings:
            self._readings[thread] = Reading(Timeline(thread))
        return self._readings[thread]

    def known(self, thread: ThreadKey) -> Reading | None:
        return self._readings.get(thread)

    def catching_up(self) -> int:
        """Threads that are not complete yet. A second look at a live one is no catching up."""
        return sum(r.catching is not None and not r.live for r in self._readings.values())

    def standing(self, thread: ThreadKey) -> Standing:
        """How complete a thread is."""
        reading = self.known(thread)
        if reading is None:
            return Standing(catching_up=True)
        known_to = reading.timeline.complete_to
        return Standing(
            complete_to=known_to.at if known_to is not None and known_to != START else None,
            gaps=len(reading.timeline.gaps()),
            catching_up=not reading.live,
        )

    # ------------------------------------------------------------ opening and paging

    def show(self, thread: ThreadKey, read_to: Cursor | None, out: Outcome) -> None:
        """Make it the open thread: what is in memory at once, the cache next, the server last."""
        self.open = thread
        reading = self.reading(thread)
        reading.read_to, reading.new_after = read_to, None
        self._draw_new_line(reading)
        self._reset(reading, out)
        out.changes.append(EdgeChanged(thread, reading.edge))
        if reading.recalled:
            self.catch_up(thread, out)
        else:
            out.requests.append(Recall(thread, limit=PAGE))

    def recalled(self, event: Recalled, out: Outcome) -> None:
        """The cache answered. Where it has nothing older, the server is asked instead."""
        thread = event.request.thread
        reading = self.reading(thread)
        timeline = reading.timeline
        timeline.spans = merge_spans([*timeline.spans, *event.spans])
        reading.verified = _later(reading.verified, event.verified)
        self._merged(reading, timeline.put(event.messages), out)
        if len(event.messages) < event.request.limit and self._starts_here(timeline):
            reading.at_start = True
        if event.request.before is None:
            reading.recalled = True
            self.catch_up(thread, out)
        elif not event.messages and not reading.at_start:
            out.requests.append(FetchPage(thread, before=event.request.before, limit=PAGE))
            return
        self._set_edge(thread, self._edge(reading), out)

    def older(self, thread: ThreadKey, out: Outcome) -> None:
        """One page more at the top: from the cache while its stretch goes on, else from the server."""
        reading = self.reading(thread)
        timeline = reading.timeline
        oldest = timeline.oldest
        if oldest is None or reading.edge in (Edge.LOADING, Edge.START):
            return
        span = timeline.span_of(oldest)
        if span is not None and span[0] < oldest:
            out.requests.append(Recall(thread, before=oldest, since=span[0], limit=PAGE))
        else:
            out.requests.append(FetchPage(thread, before=oldest, limit=PAGE))
        self._set_edge(thread, Edge.LOADING, out)

    def fill(self, gap: Gap, out: Outcome) -> None:
        """Read one page back from the newer side of a gap."""
        if gap.filling:
            return
        self._splice(gap.thread, self.reading(gap.thread).timeline.filling(gap, True), out)
        out.requests.append(FetchPage(gap.thread, before=gap.before, limit=PAGE))

    # ------------------------------------------------------------ catching up

    def ready(self, thread: ThreadKey, out: Outcome) -> None:
        """Rows flow from now on: what passed before is read once more, for the truth."""
        reading = self.reading(thread)
        reading.ready, reading.live = True, False
        reading.stale = reading.catching is not None
        self.catch_up(thread, out)

    def deaf(self, thread: ThreadKey) -> None:
        reading = self.known(thread)
        if reading is not None:
            reading.ready = reading.live = False

    def catch_up(self, thread: ThreadKey, out: Outcome, *, again: bool = False) -> None:
        """Read everything since what is known. Only the open thread does; others when they are opened.

        `again` re-reads a thread that is live, because the server can lose broadcasts without a sign.
        """
        reading = self.reading(thread)
        if thread != self.open or not self.online or not reading.recalled:
            return
        if reading.catching is not None or (reading.live and not again):
            return
        known_to = reading.verified
        reading.pages = 0
        if known_to is None:
            reading.catching = START
            out.requests.append(FetchPage(thread, limit=PAGE))
        else:
            reading.catching = Cursor(Micros(known_to.at - OVERLAP), "")
            out.requests.append(FetchPage(thread, after=reading.catching, limit=PAGE))

    def fetched(self, event: PageFetched, now: float, out: Outcome) -> None:
        """A page of the server: merged, its stretch marked as known."""
        request = event.request
        reading = self.reading(request.thread)
        timeline = reading.timeline
        if request.after is not None and reading.live:
            fresh = [m.id for m in event.messages if m.id not in timeline and not m.own]
            reading.suspects.update(dict.fromkeys(fresh, now))
        covered = _covered(event)
        splices = timeline.put(event.messages, covered)
        if request.before is None and covered is not None and event.messages:
            reading.verified = _later(reading.verified, covered[1])
        if request.after is None and event.whole:
            reading.at_start = True
        if request.before is None:
            splices += self._went_on(reading, event, now, out)
        else:
            splices += _not_filling(timeline)
        self._merged(reading, splices, out)
        self._set_edge(request.thread, self._edge(reading), out)
        out.writes += [KeepMessages(event.messages)] if event.messages else []
        out.writes.append(KeepSpans(request.thread, tuple(timeline.spans), reading.verified))

    def _went_on(self, reading: Reading, event: PageFetched, now: float, out: Outcome) -> list[Splice]:
        """A page of a catch-up: go on where the server had more, else the thread is live."""
        timeline, request = reading.timeline, event.request
        newest = request.after is None
        reading.pages += 1
        if newest or event.whole or not event.messages:
            reading.catching = None
            if reading.stale:
                reading.stale = False
                self.catch_up(request.thread, out)
                return []
            if reading.ready and not reading.live:
                reading.live, reading.look_at = True, now + SECOND_LOOK
            return self._up_to_now(timeline, request.after) if reading.live else []
        if reading.pages >= MOST_PAGES:
            reading.catching = START
            out.requests.append(FetchPage(request.thread, limit=PAGE))
            return []
        reading.catching = event.messages[-1].cursor
        out.requests.append(FetchPage(request.thread, after=reading.catching, limit=PAGE))
        return []

    @staticmethod
    def _up_to_now(timeline: Timeline, since: Cursor | None) -> list[Splice]:
        """What arrived while the last page was read joins it: nothing passed unheard in between."""
        newest = timeline.newest
        low = since if since is not None else (timeline.complete_to or newest)
        return (
            timeline.cover((low, newest))
            if low is not None and newest is not None and low <= newest
            else []
        )

    def nudge(self, now: float, out: Outcome) -> None:
        """The open thread is not up to date and nothing is under way that would make it so: ask."""
        reading = self.known(self.open) if self.open is not None else None
        if reading is None or reading.catching is not None or not reading.ready:
            return
        if reading.live:
            if reading.look_at is not None and now >= reading.look_at:
                reading.look_at = None
                self.catch_up(reading.timeline.thread, out, again=True)
        elif now - reading.asked_at >= ASK_AGAIN:
            reading.asked_at = now
            self.catch_up(reading.timeline.thread, out)

    def failed(self, request: FetchPage, words: Safe, out: Outcome) -> None:
        """A page could not be read: say so where it was wanted, and let it be asked again."""
        reading = self.reading(request.thread)
        if request.before is None:
            reading.catching = None
            if not reading.timeline.items:
                self._set_edge(request.thread, Edge.FAILED, out, words)
            return
        self._splice(request.thread, _not_filling(reading.timeline), out)
        if reading.edge is Edge.LOADING:
            self._set_edge(request.thread, Edge.FAILED, out, words)

    # ------------------------------------------------------------ arrivals

    def arrived(self, message: Message, out: Outcome) -> bool:
        """A row heard or confirmed. Answers whether it was new here."""
        reading = self.known(message.thread)
        if reading is None:
            out.writes.append(KeepMessages((message,)))
            return True
        timeline = reading.timeline
        new = message.id not in timeline
        reading.suspects.pop(message.id, None)
        known_to = timeline.complete_to
        covers = None
        if reading.live:
            low = known_to or (START if reading.at_start else message.cursor)
            covers = (min(low, message.cursor), message.cursor)
        self._splice(message.thread, timeline.put((message,), covers), out)
        out.writes.append(KeepMessages((message,)))
        if covers is not None:
            out.writes.append(KeepSpans(message.thread, tuple(timeline.spans), reading.verified))
        return new

    def gone(self, source: str, message_id: str, out: Outcome) -> None:
        for thread, reading in self._readings.items():
            if thread.source == source and (splices := reading.timeline.forget(message_id)):
                self._splice(thread, splices, out)
                item = splices[-1].inserted[0]
                out.writes += [KeepMessages((item,))] if isinstance(item, Message) else []

    def missed(self, now: float, patience: float = 5.0) -> int:
        """Rows that a re-read found and that realtime did not bring within `patience` seconds."""
        count = 0
        for reading in self._readings.values():
            for message_id in [i for i, at in reading.suspects.items() if at <= now - patience]:
                del reading.suspects[message_id]
                count += 1
        return count

    # ------------------------------------------------------------ what is new

    def _merged(self, reading: Reading, splices: Sequence[Splice], out: Outcome) -> None:
        """Tell of a page. If it shows where the new begins, the pane is drawn again, with the line."""
        if not reading.live and reading.timeline.thread == self.open and self._draw_new_line(reading):
            self._reset(reading, out)
        else:
            self._splice(reading.timeline.thread, splices, out)

    @staticmethod
    def _draw_new_line(reading: Reading) -> bool:
        """Whether the line has just got its place: right after the last message that was read."""
        timeline, newest = reading.timeline, reading.timeline.newest
        if reading.new_after or reading.read_to is None or newest is None or newest <= reading.read_to:
            return False
        last = timeline.last_before(reading.read_to)
        if last is None or not timeline.foreign_after(reading.read_to):
            return False
        reading.new_after = last.id
        return True

    @staticmethod
    def _reset(reading: Reading, out: Outcome) -> None:
        timeline = reading.timeline
        out.changes.append(TimelineReset(timeline.thread, tuple(timeline.items), reading.new_after))

    # ------------------------------------------------------------ parts

    def splice(self, thread: ThreadKey, splices: Sequence[Splice], out: Outcome) -> None:
        self._splice(thread, splices, out)

    def _splice(self, thread: ThreadKey, splices: Sequence[Splice], out: Outcome) -> None:
        if thread == self.open:
            out.changes += [TimelineSpliced(thread, *splice) for splice in splices]

    @staticmethod
    def _starts_here(timeline: Timeline) -> bool:
        """Whether the oldest in memory lies in a stretch that reaches back to the thread's start."""
        oldest = timeline.oldest
        return timeline.from_start and (oldest is None or oldest <= timeline.spans[0][1])

    @staticmethod
    def _edge(reading: Reading) -> Edge:
        return Edge.START if reading.at_start and Reader._starts_here(reading.timeline) else Edge.MORE

    def _set_edge(self, thread: ThreadKey, edge: Edge, out: Outcome, reason: Safe = NOTHING) -> None:
        reading = self.reading(thread)
        if reading.edge is not edge or reason:
            reading.edge = edge
            if thread == self.open:
                out.changes.append(EdgeChanged(thread, edge, reason))


def _not_filling(timeline: Timeline) -> list[Splice]:
    return [splice for gap in timeline.gaps() for splice in timeline.filling(gap, False)]


def _later(one: Cursor | None, other: Cursor | None) -> Cursor | None:
    return max((c for c in (one, other) if c is not None), default=None)


def _covered(event: PageFetched) -> tuple[Cursor, Cursor] | None:
    """The stretch in which a page's messages are all there are."""
    request, messages = event.request, event.messages
    if request.after is not None:
        return (request.after, messages[-1].cursor) if messages else None
    high = request.before or (messages[-1].cursor if messages else None)
    if high is None:
        return (START, START) if event.whole else None
    low = START if event.whole else messages[0].cursor if messages else high
    return low, high
