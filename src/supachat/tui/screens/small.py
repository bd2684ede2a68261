"""What a terminal sees that is too small for anything else. Goes by itself once it is large enough."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.screen import Screen

from supachat.domain.text import Safe
from supachat.tui.screens.layout import LEAST_COLUMNS, LEAST_ROWS, SMALL
from supachat.tui.spans import Row, Span, space, wrap
from supachat.tui.widgets.form import Lines


class TooSmall(Screen[None]):
    """One sentence. Everything behind it stays as it was."""

    def __init__(self) -> None:
        super().__init__(id=SMALL)

    def compose(self) -> ComposeResult:
        yield Lines(id="small")

    def on_resize(self) -> None:
        size = self.app.size
        words = Safe(
            f"This terminal has {size.width} by {size.height} cells, supachat needs {LEAST_COLUMNS} by "
            f"{LEAST_ROWS}. Make it larger; what you typed is still there."
        )
        lines = wrap(words, max(8, size.width - 2))
        self.query_one("#small", Lines).show(*(Row((space(1), Span(line))) for line in lines))
