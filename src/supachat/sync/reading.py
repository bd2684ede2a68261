"""Reading one workspace's threads: opening them, older pages, gaps, arrivals, what is new.

Decides which request is needed. Catching up is `catching`'s, comparing what is known `rereading`'s.
Until a thread is live an arrival stands alone and what lies before it is a gap.
"""

from __future__ import annotations

from collections.abc import Sequence

from supachat.domain.changes import Edge, EdgeChanged, TimelineReset
from supachat.domain.events import GapCounted, PageFetched, Recalled
from supachat.domain.keeping import KeepMessages, Span
from supachat.domain.model import Cursor, Gap, Message, ThreadKey
from supachat.domain.requests import CountGap, FetchPage, Recall
from supachat.domain.text import Safe
from supachat.sync import hearsay
from supachat.sync.catching import PAGE, Catcher
from supachat.sync.growing import grows
from supachat.sync.order import Splice
from supachat.sync.rereading import DEEP, Rereader
from supachat.sync.seeking import Seeker
from supachat.sync.shelf import Outcome, Reading, Shelf, keep, suspect
from supachat.sync.spans import START, merge_spans
from supachat.sync.timeline import Timeline


class Reader:
    """The pane's side of reading: `catcher` and `rereader` are the two others."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.rereader = Rereader(shelf)
        self.catcher = Catcher(shelf, self.rereader)
        self.seeker = Seeker(shelf)

    # ------------------------------------------------------------ opening and paging

    def show(self, thread: ThreadKey, read_to: Cursor | None, out: Outcome) -> None:
        """Make it the open thread: what is in memory at once, the cache next, the server last."""
        self.shelf.open = thread
        reading = self.shelf.reading(thread)
        reading.read_to, reading.new_after = read_to, None
        if self.shelf.unstored(thread):
            reading.timeline.cover(hearsay.ALWAYS)
        self._draw_new_line(reading)
        self._reset(reading, out)
        out.changes.append(EdgeChanged(thread, reading.edge))
        if reading.recalled:
            self.catcher.catch_up(thread, out, windows=DEEP)
        else:
            out.requests.append(Recall(thread, limit=PAGE))

    def recalled(self, event: Recalled, out: Outcome) -> None:
        """The cache answered. Where it has nothing older, the server is asked instead."""
        thread, since, before = event.request.thread, event.request.since, event.request.before
        reading = self.shelf.reading(thread)
        timeline = reading.timeline
        if event.lost and since is not None and before is not None and not self.shelf.unstored(thread):
            self.shelf.splice(thread, timeline.lose(since, before), out)
        timeline.spans = merge_spans([*timeline.spans, *event.spans])
        reading.verified = max(
            (c for c in (reading.verified, event.verified) if c is not None), default=None
        )
        reading.followed = reading.followed or event.followed
        self._merged(reading, timeline.put(event.messages), out)
        if len(event.messages) < event.request.limit and self._starts_here(timeline):
            reading.at_start = True
        if before is None:
            reading.recalled, reading.sweeping = True, timeline.newest
            self.catcher.catch_up(thread, out, windows=DEEP)
        else:
            self.rereader.recalled(reading, event.messages, out)
        edge = self._edge(reading)
        if before is not None and not event.messages and not edge.is_end:
            self._ask_before(reading, out)
        else:
            self.shelf.set_edge(thread, edge, out)
        self.seeker.came(event.request, out)

    def older(self, thread: ThreadKey, out: Outcome) -> None:
        """One page more at the top: from the cache while its stretch goes on, else from the server."""
        reading = self.shelf.reading(thread)
        timeline = reading.timeline
        oldest = timeline.oldest
        if reading.edge in (Edge.LOADING, Edge.WAITING) or reading.edge.is_end:
            return
        if oldest is None:
            self._begin_again(reading, out)
            return
        span = timeline.span_of(oldest)
        if span is not None and span[0] < oldest:
            out.requests.append(Recall(thread, before=timeline.first, since=span[0], limit=PAGE))
            self.shelf.set_edge(thread, Edge.LOADING, out)
        else:
            self._ask_before(reading, out)

    def _begin_again(self, reading: Reading, out: Outcome) -> None:
        """Nothing could be read at all: ask once more."""
        if reading.edge is Edge.FAILED:
            self.catcher.catch_up(reading.timeline.thread, out, again=True)
            if reading.catching is not None:
                self.shelf.set_edge(reading.timeline.thread, Edge.LOADING, out)

    def _ask_before(self, reading: Reading, out: Outcome) -> None:
        """The server's page before the oldest in memory; where there is no way to it, later."""
        thread, online = reading.timeline.thread, self.shelf.online
        if online:
            out.requests.append(FetchPage(thread, before=reading.timeline.oldest, limit=PAGE))
        self.shelf.set_edge(thread, Edge.LOADING if online else Edge.WAITING, out)

    def reached(self, out: Outcome) -> None:
        """There is a way to the server again: what could not be read is there to be asked for."""
        for reading in self.shelf.all():
            if reading.edge in (Edge.WAITING, Edge.FAILED):
                self.shelf.set_edge(reading.timeline.thread, Edge.MORE, out)

    def fill(self, gap: Gap, out: Outcome) -> None:
        """Read one page back from the newer side of a gap."""
        if gap.filling:
            return
        self.shelf.splice(gap.thread, self.shelf.reading(gap.thread).timeline.gaps.filling(gap, True), out)
        out.requests.append(FetchPage(gap.thread, before=gap.before, limit=PAGE))

    def count(self, gap: Gap, out: Outcome) -> None:
        """Ask about how many messages are missing."""
        if gap.about is None and self.shelf.online:
            out.requests.append(CountGap(*gap.place))

    def counted(self, event: GapCounted, out: Outcome) -> None:
        thread, after, before = event.request.thread, event.request.after, event.request.before
        if event.about is not None:
            timeline = self.shelf.reading(thread).timeline
            self.shelf.splice(thread, timeline.gaps.counted(after, before, event.about), out)

    def fetched(self, event: PageFetched, as_of: int, now: float, out: Outcome) -> None:
        """A page of the server: merged, its stretch marked as known."""
        request = event.request
        reading = self.shelf.reading(request.thread)
        timeline = reading.timeline
        catches_up = request.before is None and not request.aside
        if request.after is not None and catches_up and not reading.hinted:
            suspect(reading, event.messages, now)
        covered = _covered(event)
        splices = timeline.put(self.shelf.truth(event.messages, as_of), covered, as_of=as_of)
        if catches_up and covered is not None and event.messages:
            reading.verified = max(reading.verified or covered[1], covered[1])
            self.rereader.start(reading, event.messages, out)
        if request.after is None and event.whole:
            reading.at_start = True
        if catches_up:
            splices += self.catcher.went_on(event, now, out)
        else:
            splices += _not_filling(timeline)
        self._merged(reading, splices, out)
        if covered is not None:
            self.rereader.lacks(reading, covered, event.messages, out)
        self.shelf.set_edge(request.thread, self._edge(reading), out)
        keep(reading, [timeline.base(m.id) or m for m in event.messages], out)
        self.seeker.came(request, out)

    def failed(self, request: FetchPage, words: Safe, out: Outcome) -> None:
        """A page could not be read: say so where it was wanted, and let it be asked again."""
        if request.aside:
            return
        if request.before is None:
            self.catcher.failed(request, words, out)
            return
        self.seeker.failed(request, words, out)
        reading = self.shelf.reading(request.thread)
        self.shelf.splice(request.thread, _not_filling(reading.timeline), out)
        if reading.edge is Edge.LOADING:
            self.shelf.set_edge(request.thread, Edge.FAILED, out, words)

    # ------------------------------------------------------------ arrivals

    def arrived(self, message: Message, turn: int, out: Outcome, *, changed: bool = False) -> None:
        """A row heard or confirmed. `changed`: as a new version of one that was there before."""
        reading = self.shelf.known(message.thread)
        if reading is None:
            out.writes.append(KeepMessages((message,)))
            return
        timeline = reading.timeline
        reading.suspects.pop(message.id, None)
        covers = None if message.is_notice else self._covers(reading, message)
        splices = timeline.put((message,), covers, changed=changed)
        if changed:
            timeline.note_heard(message.id, turn)
        self.shelf.splice(message.thread, splices, out)
        base = timeline.base(message.id) or message
        if covers is None:
            out.writes.append(KeepMessages((base,)))
        else:
            keep(reading, (base,), out)

    def unfinished(self, thread: ThreadKey, message_id: str, out: Outcome) -> None:
        """A message that was growing has stopped."""
        reading = self.shelf.known(thread)
        if reading is not None and grows(reading.timeline.base(message_id)):
            self.shelf.splice(thread, reading.timeline.put_unfinished(message_id), out)

    @staticmethod
    def _covers(reading: Reading, message: Message) -> Span | None:
        """In a live thread nothing lies unheard between what is known and what arrives."""
        if not reading.live:
            return None
        low = reading.timeline.complete_to or (START if reading.at_start else message.cursor)
        return (min(low, message.cursor), message.cursor)

    # ------------------------------------------------------------ what is new

    def _merged(self, reading: Reading, splices: Sequence[Splice], out: Outcome) -> None:
        """Tell of a page. If it shows where the new begins, the pane is drawn again, with the line."""
        if not reading.live and reading.timeline.thread == self.shelf.open and self._draw_new_line(reading):
            self._reset(reading, out)
        else:
            self.shelf.splice(reading.timeline.thread, splices, out)

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

    @staticmethod
    def _starts_here(timeline: Timeline) -> bool:
        """Whether the oldest in memory lies in a stretch that reaches back to the thread's start."""
        oldest = timeline.oldest
        return timeline.from_start and (oldest is None or oldest <= timeline.spans[0][1])

    def _edge(self, reading: Reading) -> Edge:
        if not (reading.at_start and self._starts_here(reading.timeline)):
            nothing = reading.timeline.oldest is None
            return Edge.WAITING if nothing and not self.shelf.online else Edge.MORE
        return Edge.HEARD if self.shelf.unstored(reading.timeline.thread) else Edge.START


def _not_filling(timeline: Timeline) -> list[Splice]:
    return [splice for gap in timeline.gaps.all() for splice in timeline.gaps.filling(gap, False)]


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
