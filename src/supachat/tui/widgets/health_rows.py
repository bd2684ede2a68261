"""The link in numbers and plain words: the rows of the health page.

Pure: health, the threads' titles and the time in, rows out. Must never show a number that was not
measured, nor a state without a word beside its glyph.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from supachat.domain.health import Grade, Health, LinkState, TopicHealth, TopicState
from supachat.domain.model import NOTHING
from supachat.domain.text import Safe
from supachat.tui.glyphs import UNICODE, Glyphs
from supachat.tui.spans import Row, Span, cut, space, width, wrap
from supachat.tui.widgets.badge import badge, duration, live
from supachat.tui.widgets.sparkline import share, sparkline

WIDE: Final = 100
SKEW: Final = 30.0
"""Seconds by which the clocks may differ before it is worth a word."""
_GRADES: Final = {
    Grade.GREEN: ("healthy", "success"),
    Grade.YELLOW: ("degraded", "warning"),
    Grade.RED: ("down", "error"),
}
_BY_ITSELF: Final = "It is tried again by itself, ctrl+l tries now; what you send waits on this computer."
_CURES: Final = {
    LinkState.RECONNECTING: _BY_ITSELF,
    LinkState.DISCONNECTED: _BY_ITSELF,
    LinkState.POLLING: "What is new is asked for every 5 s instead; nothing is lost.",
    LinkState.OFFLINE: "o, or /online, comes back; what you send waits on this computer.",
}
_PARKED: Final = Safe("not allowed: waits for your membership to change")
_MANY: Final = Safe("too many joins")
_LIMITED: Final = Safe("too many joins, tries again by itself")


class _Columns(NamedTuple):
    """Where things begin. `spark` is how many cells the sparkline has, `note` follows it."""

    value: int
    spark_at: int
    spark: int
    state: int
    since: int
    note: int
    topic_note: int


def _columns(cells: int) -> _Columns:
    if cells >= WIDE:
        return _Columns(16, 34, 28, 39, 53, 66, 66)
    return _Columns(16, 35, 12, 34, 0, 50, 48)


def health_rows(
    health: Health,
    now: float,
    cells: int,
    glyphs: Glyphs = UNICODE,
    *,
    titles: Mapping[str, Safe] | None = None,
    motion: bool = True,
) -> list[Row]:
    """The whole page, `cells` wide. `titles`: thread ids to titles; `now` is in monotonic seconds."""
    page = _Page(health, now, cells, glyphs, titles or {}, motion)
    return [*page.current(), *page.topics(), *page.outbox(), *page.last_error()]


def ago(at: float | None, now: float) -> Safe:
    """`4 s ago`, or that it never was."""
    return Safe(f"{span(now - at)} ago") if at is not None else Safe("none yet")


def span(seconds: float) -> Safe:
    """A duration: `2 s`, `12 min`, `3 h 12 min`."""
    whole = max(0, round(seconds))
    if whole < 60:
        return Safe(f"{whole} s")
    if whole < 3600:
        return Safe(f"{whole // 60} min")
    return Safe(f"{whole // 3600:,} h {whole % 3600 // 60} min")


def skew_words(skew: float) -> Safe:
    """How far this computer's clock is off, where that matters; else nothing."""
    if abs(skew) <= SKEW:
        return NOTHING
    return Safe(f"{span(abs(skew))} {'ahead' if skew > 0 else 'behind'}")


class _Page:
    """One drawing of the page."""

    def __init__(
        self,
        health: Health,
        now: float,
        cells: int,
        glyphs: Glyphs,
        titles: Mapping[str, Safe],
        motion: bool,
    ) -> None:
        self.health = health
        self.now = now
        self.cells = cells
        self.glyphs = glyphs
        self.titles = titles
        self.motion = motion
        self.at = _columns(cells)

    # ------------------------------------------------------------ the link

    def current(self) -> list[Row]:
        health, link = self.health, self.health.link
        graded, look = _GRADES[health.grade]
        if health.grade is Grade.RED and live(health):
            graded = "poor"  # it works, but something needs a look: "down" would be untrue
        shown = badge(health, self.now, wide=True, glyphs=self.glyphs, motion=self.motion)
        rows = [Row(), self._heading("Now", graded, look)]
        rows.append(self._fact("state", Safe(f"{shown.glyph} {shown.words}"), look=shown.look))
        said = ". ".join(words for words in (link.reason, _CURES.get(link.state, "")) if words)
        if said and link.state is not LinkState.CONNECTED:
            lines = wrap(Safe(said), max(10, self.cells - self.at.value - 4))
            rows += [Row((space(self.at.value), Span(line, "text2"))) for line in lines]
        rows += [self._trip(), self._latency()]
        rows.append(self._fact("last event", ago(health.last_event_at, self.now), self._missed()))
        rows.append(self._fact("connected", self._connected(), self._drops()))
        behind = _count(health.catching_up, "thread")
        rows.append(self._fact("catch-up", Safe(f"{behind} to go" if health.catching_up else "complete")))
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
        latency = self.health.latency
        said = Safe("not measured") if latency is None else Safe(duration(max(0.0, latency)))
        return self._fact("latency", said, Safe("from the commit to this screen"))

    def _missed(self) -> Safe:
        missed = self.health.missed
        return Safe(f"{_count(missed, 'row')} missed by realtime, found by reading" if missed else "")

    def _connected(self) -> Safe:
        since = self.health.connected_since
        if since is not None:
            return span(self.now - since)
        return Safe("yes" if self.health.link.state is LinkState.CONNECTED else "no")

    def _drops(self) -> Safe:
        health = self.health
        return Safe(f"up {health.uptime:.1%}, {_count(health.drops, 'drop')} in the last hour")

    # ------------------------------------------------------------ topics

    def topics(self) -> list[Row]:
        link = self.health.link
        if not link.topics:
            words = f"{link.joined} joined of {link.wanted}, {link.parked} parked"
            return [Row(), self._heading("Topics", words)]
        counts: dict[str, int] = {}
        for topic in link.topics:
            word = _TOPICS[topic.state].words
            counts[word] = counts.get(word, 0) + 1
        words = ", ".join(f"{number} {word}" for word, number in counts.items())
        if len(words) > self.cells - 24:
            words = f"{link.joined} joined of {len(link.topics)}"
        return [Row(), self._heading("Topics", words), *map(self._topic, link.topics)]

    def _topic(self, topic: TopicHealth) -> Row:
        look, at = _TOPICS[topic.state], self.at
        glyph = getattr(self.glyphs, look.glyph)
        head: list[Span] = [space(4), Span(Safe(f"{glyph} "), look.look)]
        title = self.titles.get(topic.name.partition(":")[2], NOTHING)
        room = at.state - 8
        name = cut(topic.name, room, self.glyphs.cut)
        head.append(Span(name, "foreground"))
        if title and room - width([head[-1]]) > 8:
            left = room - width([head[-1]]) - 2
            head += [space(2), Span(cut(title, left, self.glyphs.cut), "quiet")]
        head = _to(head, at.state)
        head.append(Span(Safe(look.words), "text2" if look.look == "success" else look.look))
        if at.since:
            heard = ago(topic.active_at, self.now) if topic.active_at is not None else NOTHING
            head = [*_to(head, at.since), Span(heard, "quiet")]
        head = _to(head, at.topic_note)
        note = cut(self._note(topic), max(0, self.cells - width(head) - 4), self.glyphs.cut)
        return Row((*head, Span(note, "text2")))

    def _note(self, topic: TopicHealth) -> Safe:
        """Why it is not joined and when it is tried again; narrow also when it was last heard."""
        if topic.state is TopicState.CONNECTED:
            heard = (
                ""
                if self.at.since or topic.active_at is None
                else f"heard {ago(topic.active_at, self.now)}"
            )
            return Safe(heard)
        again = topic.next_try_at is not None and topic.next_try_at > self.now
        usual = {TopicState.PARKED: _PARKED, TopicState.LIMITED: _MANY if again else _LIMITED}
        said = topic.error or usual.get(topic.state, NOTHING)
        if topic.error and topic.error_at is not None:
            said = Safe(f"{topic.error} {ago(topic.error_at, self.now)}")
        when = f"next try {self._in(topic.next_try_at)}" if again and topic.next_try_at else ""
        return Safe(", ".join(word for word in (said, when) if word))

    def _in(self, at: float) -> str:
        return f"in {span(max(1.0, at - self.now))}" if self.motion else "soon"

    # ------------------------------------------------------------ what waits, what went wrong

    def outbox(self) -> list[Row]:
        health = self.health
        if not health.queued and not health.failed:
            return [Row(), self._heading("Outbox", "nothing waits")]
        needs = "needs" if health.failed == 1 else "need"
        words = f"{health.queued:,} waiting, {health.failed:,} {needs} you"
        rows = [Row(), self._heading("Outbox", words, "error" if health.failed else "quiet")]
        if health.queued:
            rows.append(self._waits(self.glyphs.waiting, "quiet", "go out by themselves, in order"))
        if health.failed:
            rows.append(
                self._waits(self.glyphs.failed, "error", "say why beside the message: retry or edit")
            )
        return rows

    def _waits(self, glyph: str, look: str, words: str) -> Row:
        number = self.health.failed if look == "error" else self.health.queued
        said = Span(Safe(_count(number, "message")), "foreground")
        return Row((space(4), Span(Safe(f"{glyph} "), look), said, space(2), Span(Safe(words), "text2")))

    def last_error(self) -> list[Row]:
        health = self.health
        if not health.last_error:
            return []
        lines = wrap(health.last_error, max(10, self.cells - 8))
        rows = [Row(), self._heading("Last error", ago(health.last_error_at, self.now))]
        return [*rows, *(Row((space(4), Span(line, "text2"))) for line in lines)]

    # ------------------------------------------------------------ parts

    def _heading(self, left: str, right: str, look: str = "quiet") -> Row:
        head = [space(4), Span(Safe(f"{left} "), "bold text2")]
        tail = [Span(Safe(f" {right}"), look), space(4)]
        dashes = self.cells - width(head) - width(tail)
        return Row((*head, Span(Safe(self.glyphs.rule * max(0, dashes)), "rule"), *tail))

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
        spans = _to([space(4), Span(Safe(label), "quiet")], at.value)
        spans.append(Span(words, f"bold {look}"))
        if spark:
            spans = [*_to(spans, at.spark_at), Span(spark, "text2")]
        if note:
            spans = _to(spans, at.note if spark or self.cells >= WIDE else at.spark_at)
            room = self.cells - width(spans) - 2
            spans.append(Span(cut(note, room, self.glyphs.cut), "text2"))
        return Row(tuple(spans))


class _Look(NamedTuple):
    """A topic's state: the glyph's name, its colour, the word."""

    glyph: str
    look: str
    words: str


_TOPICS: Final = {
    TopicState.CONNECTED: _Look("online", "success", "joined"),
    TopicState.CONNECTING: _Look("waiting", "warning", "connecting"),
    TopicState.RECONNECTING: _Look("again", "warning", "reconnecting"),
    TopicState.DISCONNECTED: _Look("failed", "error", "disconnected"),
    TopicState.ERROR: _Look("alert", "error", "error"),
    TopicState.PARKED: _Look("muted", "error", "parked"),
    TopicState.LIMITED: _Look("away", "warning", "limited"),
}


def _to(spans: list[Span], column: int) -> list[Span]:
    """Air up to a column; one cell at least."""
    return [*spans, space(max(1, column - width(spans)))]


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
