"""What lies behind an overlay is told apart from it, in every depth of colour."""

from __future__ import annotations

import pytest
from rich.style import Style
from tests.tui.harness import make_app, running, settled
from tests.tui.town import Town

from supachat.tui.app import SupachatApp


def styles(app: SupachatApp, row: int) -> set[Style]:
    """How the words of a row are drawn, after the filters of the app."""
    filters = app.get_line_filters()
    strip = app.screen._compositor.render_strips()[row]
    for each in filters:
        strip = strip.apply_filter(each, app.screen.background_colors[1])
    return {segment.style for segment in strip if segment.text.strip() and segment.style is not None}


@pytest.mark.parametrize(
    ("theme", "mono", "colour"),
    [("ink", False, "#4c525d"), ("ink", True, None), ("sixteen-dark", False, "color(8)")],
)
async def test_everything_behind_an_overlay_steps_back(theme: str, mono: bool, colour: str | None) -> None:
    app = make_app(Town(), theme=theme, mono=mono)
    async with running(app) as pilot:
        header = styles(app, 0)
        assert any(style.bold for style in header), "the workspace's name"
        await pilot.press("ctrl+k")
        await settled(pilot)
        veiled = styles(app, 0)
        assert not any(style.bold or style.reverse or style.underline for style in veiled)
        assert all(bool(style.dim) is mono for style in veiled)
        names = {style.color.name if style.color is not None else None for style in veiled}
        assert names == ({"default"} if colour is None else {colour})
        assert not any(style.dim for style in styles(app, app.size.height - 1)), "the footer stays readable"
        await pilot.press("escape")
        await settled(pilot)
        assert styles(app, 0) == header
