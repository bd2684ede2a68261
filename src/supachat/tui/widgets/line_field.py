"""A field of one line, for forms and queries; hidden behind asterisks where it is a password.

Not part of the first frame: whoever stands in that imports it late.
"""

from __future__ import annotations

from typing import Any

from rich.text import Text
from textual import events

from supachat.tui.widgets.field import EditingField
from supachat.tui.widgets.typed import one_line


class LineField(EditingField):
    """One line. Enter and the arrows up and down are the screen's."""

    def __init__(self, *, password: bool = False, **kwargs: Any) -> None:
        super().__init__(soft_wrap=False, **kwargs)
        self.password = password

    @property
    def value(self) -> str:
        return self.text

    def get_line(self, line_index: int) -> Text:
        line = super().get_line(line_index)
        return Text("*" * len(line), end="", no_wrap=True) if self.password else line

    def accepted(self, pasted: str) -> str:
        return one_line(pasted)

    def hide(self, password: bool) -> None:
        """Asterisks, or what was typed."""
        self.password = password
        self._line_cache.clear()
        self.refresh()

    def on_key(self, event: events.Key) -> None:
        super().on_key(event)
        if event.key == "enter":
            event.prevent_default()  # a line has no second one; the key still reaches the screen
