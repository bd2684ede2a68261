"""The topics of the link on the health page: one row each, with its fate in words. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

from rich.cells import cell_len

from supachat.domain.health import Link, TopicHealth, TopicState
from supachat.domain.model import NOTHING
from supachat.domain.text import Safe
from supachat.tui.glyphs import Glyphs
from supachat.tui.spans import Row, Span, cut, space, width
from supachat.tui.widgets.health_parts import CHOSEN, Look, ago, columns, heading, up_to
from supachat.tui.widgets.when import span

ID: Final = 9
"""Cells that an id keeps beside a title: the first part of a UUID, and the sign of a cut."""
LEAST: Final = 7
"""Cells under which a title is not worth a cut."""
_PARKED: Final = Safe("not allowed: waits for your membership to change")
_PARKED_NARROW: Final = Safe("waits for your membership")
_MANY: Final = Safe("too many joins")
_MANY_NARROW: Final = Safe("too many")
_AGAIN: Final = "tries again by itself"
_LOOKS: Final = {
    TopicState.CONNECTED: Look("online", "success", "joined"),
    TopicState.CONNECTING: Look("waiting", "warning", "connecting"),
    TopicState.RECONNECTING: Look("again", "warning", "reconnecting"),
    TopicState.DISCONNECTED: Look("failed", "error", "disconnected"),
    TopicState.ERROR: Look("alert", "error", "error"),
    TopicState.PARKED: Look("muted", "error", "parked"),
    TopicState.LIMITED: Look("away", "warning", "limited"),
}
_OFF: Final = Look("muted", "quiet", "off")
"""Not joined, as the person wants it."""


class TopicRows:
    """`titles`: thread ids to titles. `now` is in monotonic seconds; without `motion` nothing counts."""

    def __init__(
        self, now: float, cells: int, glyphs: Glyphs, titles: Mapping[str, Safe], *, motion: bool
    ) -> None:
        self._now, self._cells, self._glyphs = now, cells, glyphs
        self._titles, self._motion = titles, motion
        self._at = columns(cells)
        self._looks = _LOOKS

    def rows(self, link: Link) -> list[Row]:
        self._looks = {**_LOOKS, TopicState.DISCONNECTED: _OFF} if link.state in CHOSEN else _LOOKS
        names = [
            width([Span(topic.name, ""), space(2), Span(self._title(topic), "")]) for topic in link.topics
        ]
        notes = [cell_len(self._note(topic)) for topic in link.topics]
        self._at = columns(self._cells, max(names, default=0), max(notes, default=0))
        if not link.topics:
            words = f"{link.joined} joined of {link.wanted}, {link.parked} parked"
            return [Row(), heading("Topics", words, self._cells, self._glyphs)]
        counts = Counter(self._looks[topic.state].words for topic in link.topics)
        words = ", ".join(f"{number} {word}" for word, number in counts.items())
        if len(words) > self._cells - 24:
            words = f"{link.joined} joined of {len(link.topics)}"
        return [Row(), heading("Topics", words, self._cells, self._glyphs), *map(self._row, link.topics)]

    def _row(self, topic: TopicHealth) -> Row:
        look, at = self._looks[topic.state], self._at
        glyph = getattr(self._glyphs, look.glyph)
        head = up_to([space(4), Span(Safe(f"{glyph} "), look.look), *self._name(topic)], at.state)
        head.append(Span(Safe(look.words), "text2" if look.look == "success" else look.look))
        if at.since:
            heard = ago(topic.active_at, self._now) if topic.active_at is not None else NOTHING
            head = [*up_to(head, at.since), Span(heard, "quiet")]
        head = up_to(head, at.row_note)
        note = cut(self._note(topic), max(0, self._cells - width(head) - 4), self._glyphs.cut)
        return Row((*head, Span(note, "text2")))

    def _name(self, topic: TopicHealth) -> list[Span]:
        """The topic, and its thread's title, which says more than all of a long id: where it has no room
        behind that, a few letters of it stay. Where not even they leave it any, the topic alone."""
        room, title = self._at.state - 8, self._title(topic)
        least = len(topic.name.partition(":")[0]) + 1 + ID
        name = topic.name
        if room - 2 - cell_len(name) < LEAST:
            name = cut(name, max(least, room - 2 - cell_len(title)), self._glyphs.cut)
        left = room - 2 - cell_len(name)
        if not title or left < LEAST:
            return [Span(cut(topic.name, room, self._glyphs.cut), "foreground")]
        return [Span(name, "foreground"), space(2), Span(cut(title, left, self._glyphs.cut), "quiet")]

    def _title(self, topic: TopicHealth) -> Safe:
        return self._titles.get(topic.name.partition(":")[2], NOTHING)

    def _note(self, topic: TopicHealth) -> Safe:
        """Why it is not joined and when it is tried again; narrow also when it was last heard."""
        if topic.state is TopicState.CONNECTED:
            if self._at.since or topic.active_at is None:
                return NOTHING
            return Safe(f"heard {ago(topic.active_at, self._now)}")
        wide = bool(self._at.since)
        parked, many = (_PARKED, _MANY) if wide else (_PARKED_NARROW, _MANY_NARROW)
        said = topic.error or {TopicState.PARKED: parked, TopicState.LIMITED: many}.get(
            topic.state, NOTHING
        )
        if topic.error and topic.error_at is not None and wide:
            said = Safe(f"{topic.error} {ago(topic.error_at, self._now)}")
        when = _AGAIN if topic.state is TopicState.LIMITED else ""
        if topic.next_try_at is not None and topic.next_try_at > self._now:
            when = f"next try {self._in(topic.next_try_at)}"
        return Safe(", ".join(word for word in (said, when) if word))

    def _in(self, at: float) -> str:
        return f"in {span(max(1.0, at - self._now))}" if self._motion else "soon"
