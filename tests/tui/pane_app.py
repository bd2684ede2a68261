"""An app that is only the message pane, and keeps everything that it posts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC
from typing import Any

from tests.tui.pane_story import PEOPLE, TODAY, at, said
from textual.app import App, ComposeResult
from textual.message import Message as Post
from textual.pilot import Pilot
from textual.widgets import Static

from supachat.domain.events import Edge
from supachat.domain.model import Item
from supachat.domain.text import Safe
from supachat.tui.glyphs import UNICODE, Glyphs
from supachat.tui.theme import OURS
from supachat.tui.widgets.message_list import MessageList


class PaneApp(App[None]):
    """A pane over three rows of something else, and everything that it posted."""

    CSS = "MessageList { height: 1fr; } Static { height: 3; background: $panel; }"
    AUTO_FOCUS = None
    ENABLE_COMMAND_PALETTE = False

    def __init__(
        self,
        items: Sequence[Item] = (),
        *,
        new_after: str | None = None,
        edge: Edge = Edge.START,
        theme: str = "ink",
        glyphs: Glyphs = UNICODE,
        keys: Sequence[str] = (),
    ) -> None:
        super().__init__()
        self.items = items
        self.new_after = new_after
        self.edge = edge
        self.keys = keys
        self.posts: list[Post] = []
        self.pane = MessageList(glyphs=glyphs, zone=UTC, today=lambda: TODAY)
        for each in OURS:
            self.register_theme(each)
        self.theme = theme

    def compose(self) -> ComposeResult:
        yield self.pane
        yield Static()

    def on_mount(self) -> None:
        self.pane.set_people(PEOPLE.get)
        self.pane.set_me("ana")
        self.pane.set_audience(Safe("Only you and Renate can read it."))
        self.pane.set_edge(self.edge, Safe("no answer"))
        self.pane.reset(self.items, self.new_after)

    def posted(self, kind: type[Post]) -> list[Any]:
        return [post for post in self.posts if isinstance(post, kind)]

    def on_message_list_near_top(self, post: MessageList.NearTop) -> None:
        self.posts.append(post)

    def on_message_list_at_end(self, post: MessageList.AtEnd) -> None:
        self.posts.append(post)

    def on_message_list_selected(self, post: MessageList.Selected) -> None:
        self.posts.append(post)

    def on_message_list_verb(self, post: MessageList.Verb) -> None:
        self.posts.append(post)

    def on_message_list_link_clicked(self, post: MessageList.LinkClicked) -> None:
        self.posts.append(post)

    def on_message_list_fill_gap(self, post: MessageList.FillGap) -> None:
        self.posts.append(post)


@asynccontextmanager
async def running(app: PaneApp, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Pilot[None]]:
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield pilot


def screen(app: PaneApp) -> list[str]:
    """The rows of the pane as they are painted, without the scroll bar's column."""
    region = app.pane.region
    return [strip.crop(0, region.width - 1).text for strip in app.pane.render_lines(region.reset_offset)]


async def focus(pilot: Pilot[None], app: PaneApp) -> None:
    app.set_focus(app.pane)
    await pilot.pause()
    await pilot.pause()


def row_with(app: PaneApp, text: str) -> tuple[int, int]:
    """Where `text` stands in the pane: column, row."""
    for y, row in enumerate(screen(app)):
        if text in row:
            return row.index(text), y
    raise AssertionError(f"{text!r} is not on the screen")


def many(count: int, start: int = 0) -> list[Item]:
    people = ("tom", "mira")
    return [
        said(people[n % 2], type(at(0, 0))(at(8, 0, 1) + n * 60_000_000), f"message {n}", id=f"n{n}")
        for n in range(start, start + count)
    ]
