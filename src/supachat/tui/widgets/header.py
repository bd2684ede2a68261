"""The header: workspace and account, the open thread's title and facts, the badge.

One row. The title and the badge's glyph never go; facts are cut first, then the badge's words. Two cells
always stay free left of the badge, which grows to the left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field, replace
from typing import Any, ClassVar

from rich.cells import cell_len

from supachat.domain.health import Health
from supachat.domain.model import NOTHING
from supachat.domain.text import Safe
from supachat.domain.values import dataclass
from supachat.tui.glyphs import UNICODE, Glyphs
from supachat.tui.spans import Row, Span, cut, space, width
from supachat.tui.widgets.badge import badge
from supachat.tui.widgets.drawn import Drawn, glyphs_of, moving

LEAST_FACTS = 8
"""Cells under which facts are not worth a cut."""
LEAST_FOR_FACTS = 60
"""Columns of a terminal under which there are none."""


@dataclass(frozen=True, slots=True)
class HeaderState:
    """Everything the header shows. `list_width` is 0 while the list is hidden. `presence`: what the account
    is to others, where that is not plainly here."""

    workspace: Safe = NOTHING
    account: Safe = NOTHING
    title: Safe = NOTHING
    facts: Safe = NOTHING
    health: Health = field(default_factory=Health)
    list_width: int = 0
    wide: bool = False
    presence: Safe = NOTHING


def header_row(
    state: HeaderState, cells: int, now: float, glyphs: Glyphs = UNICODE, *, motion: bool = True
) -> Row:
    """The row, exactly `cells` wide. `now` is in monotonic seconds; without `motion` nothing counts."""
    left = _left(state)
    right = _right(state, now, glyphs, motion=motion)
    room = cells - width(left) - width(right) - 2
    title = cut(state.title, max(1, room), glyphs.cut)
    middle = [Span(title, "bold foreground")] if state.title else []
    room -= width(middle)
    if state.facts and cells >= LEAST_FOR_FACTS and room - 2 >= LEAST_FACTS:
        middle += [space(2), Span(_shortened(state.facts, room - 2, glyphs.cut), "quiet")]
    gap = cells - width(left) - width(middle) - width(right)
    return Row((*left, *middle, space(gap), *right), "panel")


def _shortened(facts: Safe, cells: int, mark: str) -> Safe:
    """As many facts as fit, each whole: the last give way at their commas. Only the first is ever cut, and
    that between its words; too little of it is not shown."""
    kept = str(facts)
    while cell_len(kept) > cells:
        kept = kept.removesuffix(f" {mark}")
        whole = kept.rpartition(", ")[0]
        head = whole or kept.rpartition(" ")[0]
        if not whole and cell_len(head) < LEAST_FACTS:
            return NOTHING if head else cut(facts, cells, mark)  # one long word has no better place
        kept = f"{head} {mark}"
    return Safe(kept)


def _left(state: HeaderState) -> list[Span]:
    if not state.list_width:
        return [space(4)]
    told = [Span(Safe(f", {state.presence}"), "quiet")] if state.presence else []  # the names are cut
    most = state.list_width - 2 - width(told)
    spans = [space(1), Span(cut(state.workspace, most), "bold foreground")]
    room = most - width(spans)
    if state.account and room > 2:
        spans += [space(1), Span(cut(state.account, room), "quiet")]
    spans += told
    return [*spans, space(state.list_width + 4 - width(spans))]


def _right(state: HeaderState, now: float, glyphs: Glyphs, *, motion: bool) -> list[Span]:
    shown = badge(state.health, now, wide=state.wide, glyphs=glyphs, motion=motion)
    glyph = Span(Safe(shown.glyph), shown.look, "health")
    words = Span(Safe(f" {shown.words}"), shown.words_look, "health")
    return [glyph, words, space(2 if state.wide else 1)]


class Header(Drawn):
    """The header widget. A click on the badge acts as `health`."""

    ON: ClassVar[str] = "panel"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.state = HeaderState()
        self.now = 0.0

    def show(self, now: float, **parts: Any) -> None:
        """Change parts of the state, as named in `HeaderState`; redraws only if something differs."""
        state = replace(self.state, **parts)
        if state != self.state or int(now) != int(self.now):
            self.state, self.now = state, now
            self.redraw()

    def rows(self, width: int, height: int) -> Sequence[Row]:
        glyphs = glyphs_of(self)
        row = header_row(self.state, width, self.now, glyphs, motion=moving(self))
        return [row, rule_row(width, glyphs)]


def rule_row(cells: int, glyphs: Glyphs = UNICODE) -> Row:
    """The dashes that stand for a missing tone."""
    return Row((Span(Safe(glyphs.rule * cells), "rule"),))


class Rule(Drawn):
    """A row of dashes; shown where there are no tones to tell areas apart."""

    def rows(self, width: int, height: int) -> Sequence[Row]:
        return [rule_row(width, glyphs_of(self))]


class Side(Drawn):
    """A column of dashes, for the same reason."""

    ON: ClassVar[str] = "panel"

    def rows(self, width: int, height: int) -> Sequence[Row]:
        return [Row((Span(Safe(glyphs_of(self).edge), "rule"),))] * height
