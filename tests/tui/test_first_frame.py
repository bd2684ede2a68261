"""What is kept on this computer is in the first frame, and nobody waits long for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.tui.harness import chat, make_app, running, screen_text, until
from tests.tui.street import NOW
from tests.tui.town import Town
from textual.css.stylesheet import Stylesheet
from textual.screen import Screen

from supachat.cache.files import Files
from supachat.cache.store import Cache
from supachat.domain import keeping as kp
from supachat.domain.model import (
    Account,
    Cursor,
    Feature,
    Message,
    Micros,
    Person,
    PersonKey,
    SourceInfo,
    Thread,
    ThreadKey,
)
from supachat.domain.text import Safe
from supachat.tui.screens.chat import ChatScreen

KEY = ThreadKey("direct", "me__ada")
LAST = "the last line that was kept"


@pytest.fixture
async def kept(tmp_path: Path) -> Callable[[], Files]:
    """The files of a workspace in which one thread with one message was open last."""
    at = Micros(round((NOW.timestamp() - 3600) * 1_000_000))
    message = Message(KEY, "m1", "ada", at, LAST, Safe(LAST))
    thread = Thread(
        KEY, Safe("Ada"), members=("me", "ada"), other="ada", last=Cursor(at, "m1"), preview=Safe("kept")
    )
    source = SourceInfo("direct", Safe("Direct messages"), frozenset(Feature), "me")
    cache = Files(tmp_path / "acme.db").of("u")
    await cache.commit(
        [
            kp.KeepAccount(Account("u", Safe("me@example.org"), Safe("Me")), (source,)),
            kp.KeepPeople((Person(PersonKey("direct", "ada"), Safe("Ada"), Safe("ada")),)),
            kp.KeepThreads((thread,)),
            kp.KeepMessages((message,)),
            kp.KeepSpans(KEY, ((message.cursor, message.cursor),), message.cursor),
            kp.KeepOpen(KEY),
        ]
    )
    await cache.close()
    return lambda: Files(tmp_path / "acme.db")


class Silent(Town):
    """A project that never answers."""

    async def start(self) -> None:
        pass


@pytest.fixture
def frames(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What stands on the chat screen each time it is painted."""
    seen: list[str] = []
    paint = Screen._compositor_refresh

    def watched(self: Screen[None]) -> None:
        paint(self)
        if isinstance(self, ChatScreen):
            seen.append(screen_text(self.app))

    monkeypatch.setattr(Screen, "_compositor_refresh", watched)
    return seen


async def test_the_list_and_the_messages_are_in_the_first_frame(
    kept: Callable[[], Files], frames: list[str]
) -> None:
    async with running(make_app(Silent(), cache=kept)) as pilot:
        assert "Ada" in frames[0]
        assert LAST in frames[0]
        assert pilot.app.screen_stack == [chat(pilot.app)], "a screen below would be painted for nothing"


def test_the_chat_screen_is_put_together_not_inherited() -> None:
    """Textual looks through all that a screen inherits when its class is made: a dozen looks were 5 ms."""
    assert ChatScreen.__bases__ == (Screen,)


async def test_a_cache_that_is_slow_does_not_hold_up_the_screen(
    kept: Callable[[], Files], frames: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = asyncio.Event()
    load = Cache.load

    async def slow(self: Cache) -> kp.Memory:
        await opened.wait()
        return await load(self)

    monkeypatch.setattr(Cache, "load", slow)
    async with running(make_app(Silent(), cache=kept)) as pilot:
        await until(pilot, lambda: frames)
        assert LAST not in frames[-1]
        opened.set()
        await until(pilot, lambda: any(LAST in frame for frame in frames))


async def test_what_is_typed_before_a_conversation_is_open_waits_for_it() -> None:
    town = Town()
    threads, town.threads = town.threads, []
    async with running(make_app(town)) as pilot:
        screen = chat(pilot.app)
        assert "What you type waits here" in screen_text(pilot.app)
        await pilot.press(*"/a? just go", "enter")
        await until(pilot, lambda: "no conversation is open yet, the text stays" in screen_text(pilot.app))
        town.threads = threads
        screen.client.focused()
        await until(pilot, lambda: screen.shown is not None)
        await pilot.press("!")
        await until(pilot, lambda: screen.composer.text == "/a? just go!")
        assert screen.client.open_thread == screen.shown
        assert screen.shown is not None
        await until(pilot, lambda: screen.shown and screen.client.text(screen.shown) == "/a? just go!")


async def test_what_is_typed_before_anybody_is_known_to_be_signed_in_waits_too() -> None:
    answers = asyncio.Event()

    class Late(Town):
        async def start(self) -> None:
            await answers.wait()
            await super().start()

    async with running(make_app(Late())) as pilot:
        screen = chat(pilot.app)
        await pilot.press(*"typed ahead")
        assert screen.shown is None
        answers.set()
        await until(pilot, lambda: screen.shown is not None)
        assert screen.composer.text == "typed ahead"


@pytest.mark.parametrize("theme", ["ink", "paper"])
async def test_the_styles_of_the_app_are_read_once(
    kept: Callable[[], Files], monkeypatch: pytest.MonkeyPatch, theme: str
) -> None:
    read: list[object] = []
    again = Stylesheet.reparse

    def watched(self: Stylesheet) -> None:
        read.append(self)
        again(self)

    monkeypatch.setattr(Stylesheet, "reparse", watched)
    async with running(make_app(Silent(), cache=kept, theme=theme)) as pilot:
        assert not read
        assert pilot.app.current_theme.name == theme
        pilot.app.theme = "nord"  # one that is chosen later is read as ever
        await until(pilot, lambda: read)


async def test_a_pane_that_missed_its_size_is_whole_with_the_next_showing() -> None:
    async with running(make_app(Town())) as pilot:
        pane = chat(pilot.app).pane
        pane._view.resize(pane._view.drawer.frame, 1)
        pane.scroll_to_newest()
        assert len(pane._lines) == pane.scrollable_content_region.height > 1
