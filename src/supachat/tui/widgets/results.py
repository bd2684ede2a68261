"""The rows of an overlay: groups of results with the matched letters marked, one of them chosen.

Values in, rows out; a click or Enter says which. What a result is, the screen knows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from rich.cells import cell_len
from textual import events
from textual.message import Message

from supachat.domain.model import NOTHING
from supachat.domain.text import Safe
from supachat.domain.values import dataclass
from supachat.tui.glyphs import UNICODE, Glyphs
from supachat.tui.spans import Row, Span, cut, fit, space, wrap
from supachat.tui.widgets.drawn import Drawn, glyphs_of


@dataclass(frozen=True, slots=True)
class Result:
    """One row. `hits` are the characters of `title` that were matched."""

    id: str
    title: Safe
    group: Safe = NOTHING
    hits: tuple[int, ...] = ()
    mark: Safe = NOTHING
    mark_look: str = "quiet"
    right: Safe = NOTHING
    right_look: str = "quiet"
    middle: Safe = NOTHING
    """Where a command acts: in a column of its own."""
    count: int = 0


MIDDLE = 30
"""Cells of the title where there is a middle column."""
LEAST = 14
"""Cells of the title that what stands right of it leaves."""


def titled(result: Result, act: str) -> list[Span]:
    """The title, matched letters in accent, bold, underlined."""
    hits = set(result.hits)
    spans: list[Span] = []
    for number, char in enumerate(result.title):
        look = "bold underline accent" if number in hits else "foreground"
        if spans and spans[-1].look == look:
            spans[-1] = spans[-1]._replace(text=Safe(spans[-1].text + char))
        else:
            spans.append(Span(Safe(char), look, act))
    return spans


def result_row(result: Result, cells: int, *, chosen: bool, glyphs: Glyphs = UNICODE) -> Row:
    """Edge at 0, mark at 2, title at 4, the right column, the count in three cells."""
    act = result.id
    edge = Span(Safe(f"{glyphs.you} " if chosen else "  "), "bold accent", act)
    mark = Span(Safe(f"{result.mark or ' '} "), result.mark_look, act)
    left: list[Span] = [edge, mark, *titled(result, act)]
    right = [Span(result.right, result.right_look, act), space(2)]
    if result.middle:
        left = [*fit([edge, mark, *titled(result, act)], (), 4 + MIDDLE), Span(result.middle, "quiet", act)]
    else:
        count = Span(
            Safe(f"{min(result.count, 999):>5}" if result.count else "     "), "bold foreground", act
        )
        said = cut(result.right, cells - 12 - min(LEAST, cell_len(result.title)), glyphs.cut)
        right = [Span(said, result.right_look, act), count, space(2)]
    return Row(fit(left, right, cells), "select" if chosen else "panel")


class Results(Drawn):
    """The widget: as high as its rows, at most `most`."""

    ON: ClassVar[str] = "panel"

    class Picked(Message):
        """A row was clicked."""

        def __init__(self, result_id: str) -> None:
            super().__init__()
            self.result_id = result_id

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._results: tuple[Result, ...] = ()
        self._at = 0
        self._nothing: tuple[Safe, ...] = ()
        self._airy = False

    def show(
        self,
        results: Sequence[Result],
        nothing: Sequence[Safe],
        *,
        airy: bool,
        most: int,
        keep: bool = False,
    ) -> None:
        """These rows; `nothing` says why there are none, and what is nearest. `keep`: the chosen one stays
        chosen."""
        before = self.chosen
        self._results, self._nothing, self._airy = tuple(results), tuple(nothing), airy
        ids = [result.id for result in results]
        self._at = ids.index(before.id) if keep and before and before.id in ids else 0
        unfound = self._no_rows(max(20, self.size.width))
        self.styles.height = min(most, len(self._lines())) if results else max(1, len(unfound))
        self.redraw()

    @property
    def chosen(self) -> Result | None:
        return self._results[self._at] if self._at < len(self._results) else None

    def move(self, by: int) -> None:
        """The chosen row by so many, round the ends."""
        if self._results:
            self._at = (self._at + by) % len(self._results)
            self.redraw()

    def next_group(self) -> None:
        """The first row of the next group, round the end."""
        here = self.chosen
        if here is None:
            return
        after = (*range(self._at + 1, len(self._results)), *range(self._at + 1))
        self._at = next((n for n in after if self._results[n].group != here.group), self._at)
        self._at = next(n for n, r in enumerate(self._results) if r.group == self._results[self._at].group)
        self.redraw()

    def _lines(self) -> list[tuple[int, Safe]]:
        """Result numbers, or -1 with a heading or a blank row."""
        lines: list[tuple[int, Safe]] = []
        group = NOTHING
        for number, result in enumerate(self._results):
            if result.group != group:
                group = result.group
                if self._airy and lines:
                    lines.append((-1, NOTHING))
                lines.append((-1, group))
            lines.append((number, NOTHING))
        return lines

    def rows(self, width: int, height: int) -> Sequence[Row]:
        if not self._results:
            return self._no_rows(width)
        lines = self._lines()
        at = next((n for n, (number, _) in enumerate(lines) if number == self._at), 0)
        top = max(0, min(at - height // 2, len(lines) - height))
        return [self._line(number, words, width) for number, words in lines[top : top + height]]

    def _line(self, number: int, words: Safe, width: int) -> Row:
        if number < 0:
            return Row((space(4), Span(words, "quiet")), "panel")
        return result_row(self._results[number], width, chosen=number == self._at, glyphs=glyphs_of(self))

    def _no_rows(self, width: int) -> list[Row]:
        looks = ("bold foreground", *("text2" for _ in self._nothing))
        lines = [
            (line, look)
            for words, look in zip(self._nothing, looks, strict=False)
            for line in wrap(words, width - 8)
        ]
        return [Row((space(4), Span(line, look)), "panel") for line, look in lines]

    def on_drawn_acted(self, event: Drawn.Acted) -> None:
        event.stop()
        self.post_message(self.Picked(event.act))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._wheel(event, 1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._wheel(event, -1)

    def _wheel(self, event: events.MouseEvent, by: int) -> None:
        """What stands beyond the rows that are seen comes into view; not round the ends."""
        event.stop()
        if 0 <= self._at + by < len(self._results):
            self.move(by)
