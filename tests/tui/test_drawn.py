"""Rows drawn by hand: never those of another size."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import App, ComposeResult

from supachat.domain.text import Safe
from supachat.tui.spans import Row, Span
from supachat.tui.theme import OURS
from supachat.tui.widgets.drawn import Drawn


class Ruler(Drawn):
    """Every row tells how high the widget is."""

    def rows(self, width: int, height: int) -> Sequence[Row]:
        return [Row((Span(Safe(f"of {height}")),))] * height


class Bare(App[None]):
    def __init__(self) -> None:
        super().__init__()
        for each in OURS:
            self.register_theme(each)
        self.theme = "ink"

    def compose(self) -> ComposeResult:
        yield Ruler()


async def test_a_row_that_was_drawn_just_before_a_new_layout_does_not_stay() -> None:
    app = Bare()
    async with app.run_test(size=(20, 10)) as pilot:
        ruler = app.query_one(Ruler)
        ruler.styles.height = 4
        await pilot.pause()
        ruler.styles.height = 5
        ruler.redraw()
        ruler.render_line(0)
        await pilot.pause()
        strips = app.screen._compositor.render_strips()
        shown = ["".join(segment.text for segment in strip).strip() for strip in strips]
        assert shown[:6] == ["of 5"] * 5 + [""]
