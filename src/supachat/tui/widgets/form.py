"""Forms: a label of 14 cells, a band to write in, and what is wrong with it below.

Must never know what a field is for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message

from supachat.domain.model import NOTHING
from supachat.domain.text import Safe
from supachat.tui.spans import Row, Span, space, wrap
from supachat.tui.widgets.drawn import Drawn, glyphs_of
from supachat.tui.widgets.line_field import LineField

LABEL = 14


class Lines(Drawn):
    """Rows that are given, as high as they are many."""

    ON: ClassVar[str] = "background"

    def __init__(self, *given: Row, on: str = "background", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.tone = on
        self._given: tuple[Row, ...] = given
        self.styles.height = len(given)

    def show(self, *rows: Row) -> None:
        """These rows now."""
        self._given = rows
        self.styles.height = len(rows)
        self.redraw()

    def rows(self, width: int, height: int) -> Sequence[Row]:
        return self._given


class FormField(Vertical):
    """One field. `Changed` carries its name and value."""

    class Changed(Message):
        """A person changed the value."""

        def __init__(self, name: str, value: str) -> None:
            super().__init__()
            self.name = name
            self.value = value

    def __init__(self, name: str, label: Safe, *, password: bool = False) -> None:
        super().__init__(id=name, classes="form-field")
        self.field_name = name
        self._words = label
        self.line = LineField(password=password, id=f"{name}-line", classes="form-line")
        self._label = Lines(classes="form-label")
        self._below = Lines()
        self._said: tuple[Safe, str] = (NOTHING, "quiet")

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield self._label
            yield self.line
        yield self._below

    def on_mount(self) -> None:
        self._draw_label("text2")

    @property
    def value(self) -> str:
        return self.line.value

    def put(self, text: str) -> None:
        """Fill it in."""
        self.line.put(text)

    def say(self, words: Safe, look: str = "quiet", glyph: str = "") -> None:
        """Something about the value, under it. Empty words take no row."""
        self._said = Safe(f"{glyph} {words}" if glyph and words else words), look
        self._below_it()
        self._draw_label("text2")

    def _below_it(self) -> None:
        words, look = self._said
        lines = wrap(words, max(10, self.size.width - LABEL)) if words else []
        self._below.show(*(Row((space(LABEL), Span(line, look))) for line in lines))

    def on_resize(self) -> None:
        self._below_it()

    def accept(self, words: Safe) -> None:
        """It is good: `answers in 84 ms`."""
        self.say(words, "success", glyphs_of(self).done)

    def refuse(self, words: Safe) -> None:
        """It is not: why, and what to do. What was typed stays."""
        self.say(words, "error", glyphs_of(self).failed)
        self._draw_label("error")

    def _draw_label(self, look: str) -> None:
        self._label.show(Row((Span(self._words, look),)))

    def on_text_area_changed(self, event: LineField.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(self.field_name, self.value))


def heading(left: Safe, right: Safe, title: Safe, cells: int, rule: str) -> list[Row]:
    """The top of a full page: program and project, a rule, a blank row, what this page is about."""
    air = cells - len(left) - len(right)
    return [
        Row((Span(left, "bold foreground"), space(air), Span(right, "quiet"))),
        Row((Span(Safe(rule * cells), "rule"),)),
        Row(),
        Row((Span(title, "bold foreground"),)),
        Row(),
    ]


def paragraph(words: Safe, cells: int, look: str = "quiet") -> list[Row]:
    """Words over as many rows as they need; none for no words."""
    return [Row((Span(line, look),)) for line in wrap(words, cells)] if words != NOTHING else []
