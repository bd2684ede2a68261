"""Only what is another on the glass than before is written to the terminal.

Textual paints every widget again whenever one of them may have changed its size: over a slow line a key in
the switcher cost 40 kB. Here each piece of a row is remembered as it was last written, and left out while
nothing was written over it. Must never leave out a piece that it did not write itself: whatever else may
have drawn there (another size, another program, ctrl+l) has it forget all.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.control import Control
from textual import events
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.app import App
from textual.screen import Screen
from textual.strip import Strip

Piece = tuple[int, int, Strip]
"""Row, first column, and what stands there."""


def pieces(update: LayoutUpdate | ChopsUpdate) -> Iterator[Piece]:
    """What an update would write."""
    if isinstance(update, LayoutUpdate):
        for y, strips in enumerate(update.strips, update.region.y):
            x = update.region.x
            for strip in strips:
                yield y, x, strip
                x += strip.cell_length
        return
    for y, first, last in update.spans:
        for end, (x, chop) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if chop is not None and x < last and end > first:
                yield y, x, chop if end <= last else chop.crop(0, last - x)


class Glass:
    """What the terminal shows, as far as it is known."""

    def __init__(self) -> None:
        self._rows: dict[int, dict[int, Strip]] = {}

    def forget(self) -> None:
        """Something else may have drawn there."""
        self._rows.clear()

    def changes(self, y: int, x: int, strip: Strip) -> bool:
        """Whether the piece has to be written; from now on it stands there."""
        row = self._rows.setdefault(y, {})
        if x in row and row[x] == strip:
            return False
        end = x + strip.cell_length
        for at in [at for at, other in row.items() if at < end and at + other.cell_length > x]:
            del row[at]
        row[x] = strip
        return True


class Spared(CompositorUpdate):
    """An update without what stands there already."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield from self._whole.__rich_console__(console, options)

    def __init__(self, whole: LayoutUpdate | ChopsUpdate, glass: Glass) -> None:
        self._whole = whole
        self._glass = glass

    def render_segments(self, console: Console) -> str:
        return "".join(
            Control.move_to(x, y).segment.text + strip.render(console)
            for y, x, strip in pieces(self._whole)
            if self._glass.changes(y, x, strip)
        )


def draw_again(app: App[Any]) -> None:
    """Everything anew: the person asks for it, because something else has drawn on the terminal."""
    if isinstance(app, Sparing):
        app.glass.forget()
    app.refresh(layout=True)


class Sparing(App[int], inherit_bindings=False):
    """An app that writes only what has changed."""

    def __init__(self) -> None:
        super().__init__()
        self.glass = Glass()

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        if isinstance(renderable, LayoutUpdate | ChopsUpdate):
            renderable = Spared(renderable, self.glass)
        elif renderable is not None:
            self.glass.forget()
        super()._display(screen, renderable)

    def on_mount(self) -> None:
        self.glass.forget()  # the question for widths has drawn its samples
        self.app_suspend_signal.subscribe(self, lambda _: self.glass.forget())
        self.app_resume_signal.subscribe(self, lambda _: draw_again(self))  # after fg the pane was empty

    def on_resize(self, event: events.Resize) -> None:
        """Also to the same size: the terminal may have been another one in between."""
        self.glass.forget()
