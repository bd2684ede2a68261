"""The field above the thread list: what is typed narrows the list at once.

Says what was typed and where the list's cursor should go; knows no thread. Until it is used it takes no
room and has no field: most people never filter, and a field is dear at the start.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import TextArea

from supachat.domain.text import Safe
from supachat.tui.keymap import Place, bindings
from supachat.tui.spans import Row, Span, space

if TYPE_CHECKING:
    from supachat.tui.widgets.line_field import LineField

ASK = Safe("words, unread, mine")


class ListFilter(Horizontal):
    """The widget. Enter opens, up and down move, esc (the screen's) ends it."""

    BINDINGS = bindings(Place.FILTER)

    class Asked(Message):
        """The list is to show what fits this; empty: all of it."""

        def __init__(self, query: str) -> None:
            super().__init__()
            self.query = query

    class Stepped(Message):
        """The list's cursor by so many; 0: open what it stands on."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.display = False

    @cached_property
    def field(self) -> LineField:
        """Where the words are typed."""
        from supachat.tui.widgets.line_field import LineField  # late: not before the first frame

        return LineField(id="filter-field", placeholder=Content(ASK))

    def start(self) -> None:
        """Take the keyboard."""
        if not self.children:
            self._fill()
        self.display = True
        self.screen.set_focus(self.field)

    def _fill(self) -> None:
        from supachat.tui.widgets.form import Lines  # late: not before the first frame

        prompt = Lines(Row((space(2), Span(Safe("/"), "bold accent"))), id="filter-prompt", on="panel")
        self.mount(prompt, self.field)

    def stop(self) -> bool:
        """All of the list again; whether there was a filter."""
        shown, self.display = bool(self.display), False
        if shown:
            self.field.put("")
            self.post_message(self.Asked(""))
        return shown

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        if self.display:
            self.post_message(self.Asked(self.field.value))

    def action_move(self, by: int) -> None:
        self.post_message(self.Stepped(by))

    def action_open(self) -> None:
        self.post_message(self.Stepped(0))

    def action_close(self) -> None:
        self.stop()
