"""The link in numbers and plain words: the rows of the health page.

Pure: health, what waits, the threads' titles and the time in, rows out. Must never show a number that
was not measured, nor a state without a word beside its glyph.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from supachat.domain.health import Grade, Health, Link, LinkState, Waiting
from supachat.domain.model import NOTHING
from supachat.domain.text import Safe
from supachat.tui.glyphs import UNICODE, Glyphs
from supachat.tui.spans import Row, Span, cut, space, width, wrap
from supachat.tui.widgets.badge import SLOW_CONNECT, apart, badge, duration, skew_words
from supachat.tui.widgets.health_outbox import outbox_rows
from supachat.tui.widgets.health_parts import (
    CHOSEN,
    HOUR,
    WIDE,
    ago,
    columns,
    count,
    heading,
    up_to,
)
from supachat.tui.widgets.health_topics import TopicRows
from supachat.tui.widgets.sparkline import share, sparkline
from supachat.tui.widgets.when import span

_GRADES: Final = {
    Grade.GREEN: ("healthy", "success"),
    Grade.YELLOW: ("degraded", "warning"),
    Grade.RED: ("down", "error"),
}
_UP: Final = (LinkState.CONNECTED, LinkState.POLLING)
LEAST_NOTE: Final = 8
"""Cells under which a note says nothing."""
_BY_ITSELF: Final = "It is tried again by itself, ctrl+l tries now; what you send waits on this computer."
_CURES: Final = {
    LinkState.RECONNECTING: _BY_ITSELF,
    LinkState.DISCONNECTED: _BY_ITSELF,
    LinkState.POLLING: "What is new is asked for every 5 s instead; nothing is lost.",
    LinkState.OFFLINE: "o, or /online, comes back; what you send waits on this computer.",
}
_SILENT: Final = "The tables do not answer: you hear what is new, and what you send waits on this computer."
_MUTE: Final = (
    "The server has not answered for some seconds; if it stays so, the link is made anew by itself."
)
_POLLED: Final = "What no topic brings is asked for every 5 s instead; nothing is lost."


def health_rows(
    health: Health,
    now: float,
    cells: int,
    glyphs: Glyphs = UNICODE,
    *,
    waiting: Sequence[Waiting] = (),
    titles: Mapping[str, Safe] | None = None,
    motion: bool = True,
) -> list[Row]:
    """The whole page, `cells` wide. `titles`: thread ids to titles; `now` is in monotonic seconds."""
    page = _Page(health, now, cells, glyphs, motion)
    topics = TopicRows(now, cells, glyphs, titles or {}, motion=motion).rows(health.link)
    return [*page.current(), *topics, *outbox_rows(health, waiting, cells, glyphs), *page.last_error()]


def why(link: Link) -> str:
    """Why it is not live, and what that means for whoever writes; empty where it is."""
    if link.state is LinkState.CONNECTED:
        if (link.connect_time or 0) >= SLOW_CONNECT and not (link.mute or link.silent or link.polled):
            return f"It took {duration(link.connect_time or 0)} to connect."
        return _MUTE if link.mute else _SILENT if link.silent else _POLLED if link.polled else ""
    return ". ".join(words for words in (link.reason, _CURES.get(link.state, "")) if words)


class _Page:
    """One drawing of the page."""

    def __init__(self, health: Health, now: float, cells: int, glyphs: Glyphs, motion: bool) -> None:
        self.health = health
        self.now = now
        self.cells = cells
        self.glyphs = glyphs
        self.motion = motion
        self.at = columns(cells)

    # ------------------------------------------------------------ the link

    def current(self) -> list[Row]:
        health, link = self.health, self.health.link
        graded, look = _GRADES[health.grade]
        shown = badge(health, self.now, wide=True, glyphs=self.glyphs, motion=self.motion)
        if health.grade is Grade.RED and link.state in _UP:
            graded = "poor"  # it works, but something needs a look: "down" would be untrue
        elif link.state in CHOSEN:
            graded, look = "off", shown.look  # nothing is wrong with it
        rows = [Row(), heading("Now", graded, self.cells, self.glyphs, look)]
        rows.append(self._fact("state", Safe(f"{shown.glyph} {shown.words}"), look=shown.look))
        lines = wrap(Safe(why(link)), max(10, self.cells - self.at.value - 4)) if why(link) else []
        rows += [Row((space(self.at.value), Span(line, "text2"))) for line in lines]
        rows += [self._trip(), self._latency()]
        rows.append(self._fact("last event", ago(health.last_event_at, self.now), self._missed()))
        rows.append(self._fact("connected", self._connected(), self._drops()))
        rows.append(self._fact("catch-up", *self._catch_up()))
        if skew := skew_words(link.clock_skew):
            note = Safe("of the server: set this clock right")
            rows.append(self._fact("clock", skew, note, look="warning"))
        return rows

    def _trip(self) -> Row:
        trips, trip = self.health.trips, self.health.link.round_trip
        said = Safe(duration(trip)) if trip is not None else Safe("not measured")
        if not trips:
            return self._fact("round trip", said)
        low, high = (Safe(duration(share(trips, part))) for part in (0.5, 0.95))
        words = Safe(f"p50 {low}, p95 {high}")
        return self._fact("round trip", said, words, spark=sparkline(trips, self.at.spark, self.glyphs))

    def _latency(self) -> Row:
        latency, skew = self.health.latency, self.health.link.clock_skew
        if latency is None and skew:
            return self._fact("latency", Safe("not known"), Safe(f"the clocks differ by {apart(skew)}"))
        said = Safe("not measured") if latency is None else Safe(duration(latency))
        return self._fact("latency", said, Safe("from the commit to this screen"))

    def _catch_up(self) -> tuple[Safe, Safe]:
        """What is still to be read; where nothing can be known, since when."""
        health, link = self.health, self.health.link
        if link.state not in _UP:
            heard = health.heard_to
            to = (
                f"all was heard up to {ago(heard, self.now)}"
                if heard is not None
                else "nothing was heard yet"
            )
            return Safe("not known"), Safe(to)
        if link.mute or link.silent:
            return Safe("not known"), Safe("the server does not answer")
        if health.catching_up:
            threads = count(health.catching_up, "thread")
            lacks = f"{count(health.backlog, 'message')} in {threads}" if health.backlog else threads
            return Safe(f"{lacks} to go"), NOTHING
        if health.whole:
            return Safe("complete"), NOTHING
        if link.polled or link.state is LinkState.POLLING:
            return Safe("by reading"), Safe("as of the last poll, every 5 s")
        return Safe("under way"), Safe("the open thread is not live yet")

    def _missed(self) -> Safe:
        missed = self.health.missed
        found = ", found by reading" if self.at.since else ""
        return Safe(f"{count(missed, 'row')} missed by realtime{found}" if missed else "")

    def _connected(self) -> Safe:
        since = self.health.connected_since
        if since is not None:
            return span(self.now - since)
        return Safe("yes" if self.health.link.state is LinkState.CONNECTED else "no")

    def _drops(self) -> Safe:
        health = self.health
        if health.uptime is None:
            return Safe("not so far")
        watched = span(health.watched) if health.watched else "the first minute"
        time = "the last hour" if health.watched >= HOUR else watched
        return Safe(f"up {health.uptime:.1%}, {count(health.drops, 'drop')} in {time}")

    # ------------------------------------------------------------ what went wrong

    def last_error(self) -> list[Row]:
        health = self.health
        if not health.last_error:
            return []
        lines = wrap(health.last_error, max(10, self.cells - 8))
        when = ago(health.last_error_at, self.now)
        rows = [Row(), heading("Last error", when, self.cells, self.glyphs)]
        return [*rows, *(Row((space(4), Span(line, "text2"))) for line in lines)]

    # ------------------------------------------------------------ parts

    def _fact(
        self,
        label: str,
        words: Safe,
        note: Safe = NOTHING,
        *,
        look: str = "foreground",
        spark: Safe = NOTHING,
    ) -> Row:
        at = self.at
        spans = up_to([space(4), Span(Safe(label), "quiet")], at.value)
        spans.append(Span(words, f"bold {look}"))
        if spark:
            spans = [*up_to(spans, at.spark_at), Span(spark, "text2")]
        if note:
            spans = up_to(spans, at.note if spark or self.cells >= WIDE else at.spark_at)
            room = self.cells - width(spans) - 2
            if room >= LEAST_NOTE:
                spans.append(Span(cut(note, room, self.glyphs.cut), "text2"))
        return Row(tuple(spans))
