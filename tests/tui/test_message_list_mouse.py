"""The message pane under the mouse: clicks, and what is copied."""

from __future__ import annotations

import json
from pathlib import Path

from tests.tui.pane_app import PaneApp, many, row_with, running, screen
from tests.tui.pane_story import CHAT, HISTORY, NOT_SENT, at, said
from textual.pilot import Pilot

from supachat.tui.theme import OURS
from supachat.tui.widgets.message_list import MessageList

PAYLOADS = json.loads(
    (Path(__file__).parents[1] / "vectors/data/text/payloads.json").read_text(encoding="utf-8")
)


async def test_a_click_chooses_and_verbs_and_links_are_clicked() -> None:
    app = PaneApp([*CHAT[:3], *HISTORY[-2:]])
    async with running(app) as pilot:
        await pilot.click(app.pane, offset=row_with(app, "Anyone against shipping at ten?  ")[0:2])
        assert app.pane.selected == CHAT[1]
        await pilot.click(app.pane, offset=row_with(app, "discard"))
        await pilot.pause()
        assert [(post.name, post.message) for post in app.posted(MessageList.Verb)] == [
            ("discard", NOT_SENT)
        ]
        await pilot.click(app.pane, offset=row_with(app, "wiki.acme.dev"))
        await pilot.pause()
        assert [post.url for post in app.posted(MessageList.LinkClicked)] == [
            "https://wiki.acme.dev/runbooks/4.2"
        ]


async def test_a_fold_is_clicked_open() -> None:
    app = PaneApp(HISTORY)
    async with running(app, (80, 60)) as pilot:
        await pilot.click(app.pane, offset=row_with(app, "more lines"))
        await pilot.pause()
        assert "more lines" not in "".join(screen(app))


async def drag(
    pilot: Pilot[None], app: PaneApp, start: tuple[int, int], end: tuple[int, int]
) -> str | None:
    await pilot.mouse_down(app.pane, offset=start)
    await pilot.hover(app.pane, offset=end)
    await pilot.mouse_up(app.pane, offset=end)
    await pilot.pause()
    return app.screen.get_selected_text()


async def test_the_mouse_copies_what_was_written() -> None:
    text = "**bold** and a long tail that is wrapped around the end of the row\nand [link](https://a.b)"
    app = PaneApp([said("tom", at(9, 0), text)])
    async with running(app, (60, 20)) as pilot:
        (_, first), (x, last) = row_with(app, "bold and"), row_with(app, "https://a.b")
        copied = await drag(pilot, app, (4, first), (x + len("https://a.b)") - 1, last))
        assert copied == text.removeprefix("**")
        copied = await drag(pilot, app, (0, first), (7, first))
        assert copied == "bold"


async def test_two_clicks_select_a_word_and_three_the_message() -> None:
    app = PaneApp([said("tom", at(9, 0), "look (at https://a.b/c?d=1), **please**\nand say")])
    async with running(app, (60, 20)) as pilot:
        x, y = row_with(app, "https://a.b")
        await pilot.click(app.pane, offset=(x + 3, y), times=2)
        assert app.screen.get_selected_text() == "https://a.b/c?d=1"
        await pilot.click(app.pane, offset=(x + 3, y), times=3)
        assert app.screen.get_selected_text() == "look (at https://a.b/c?d=1), **please**\nand say"
        await pilot.click(app.pane, offset=(x - 1, y), times=2)
        assert app.screen.get_selected_text() is None, "between two words there is none"


async def test_the_copied_text_is_the_same_after_older_newer_and_narrower() -> None:
    app = PaneApp(many(60, 1000))
    async with running(app) as pilot:
        start, end = row_with(app, "message 1050"), row_with(app, "message 1055")
        text = await drag(pilot, app, start, (end[0] + 11, end[1]))
        assert text == "\n".join(f"message {n}" for n in range(1050, 1056))
        app.pane.splice(0, 0, many(50, 950))
        app.pane.splice(110, 0, many(3, 1060))
        await pilot.resize_terminal(44, 24)
        await pilot.pause()
        assert app.screen.get_selected_text() == text


async def test_selected_text_is_marked_and_the_keyboard_stays_where_it_was() -> None:
    app = PaneApp(many(60))
    async with running(app) as pilot:
        x, y = row_with(app, "message 55")
        await drag(pilot, app, (x, y), (x + 6, y))
        assert (app.pane.selected, app.focused) == (None, None)
        strip = app.pane.render_lines(app.pane.region.reset_offset)[y]
        select = OURS[0].variables["sc-select"].lower()
        marked = "".join(
            segment.text
            for segment in strip
            if segment.style and segment.style.bgcolor and segment.style.bgcolor.name.lower() == select
        )
        assert marked == "message"
