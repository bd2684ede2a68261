"""What happens on the screen while a text is in the person's own editor: it comes back to where it was
taken from, or to nobody."""

from __future__ import annotations

import tempfile
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from tests.tui.five import INVOICE, STAKING, five
from tests.tui.five_acts import at
from tests.tui.harness import chat, make_app, running, screen_text, until
from tests.tui.street import ACCOUNT
from textual.pilot import Pilot

from supachat.cache.files import Files
from supachat.domain import events as ev
from supachat.domain.model import Message, MessageKey, ThreadKey
from supachat.tui import editor
from supachat.tui.app import SupachatApp
from supachat.tui.widgets.composer import Composer


def opens(
    monkeypatch: pytest.MonkeyPatch,
    app: SupachatApp,
    meanwhile: Callable[[], Awaitable[None]],
    *,
    adds: str = " and more",
) -> None:
    """An editor that adds to the text, and what happens while it is open."""

    @contextmanager
    def suspend() -> Iterator[None]:
        yield

    async def run(command: Sequence[str]) -> str:
        path = Path(command[-1])
        path.write_text(path.read_text() + adds)
        await meanwhile()
        return ""

    monkeypatch.setenv("VISUAL", "any")
    monkeypatch.setattr(app, "suspend", suspend)
    monkeypatch.setattr(editor, "_run", run)


async def goes(pilot: Pilot[int], key: ThreadKey) -> None:
    """To that thread, while a key is still being worked off: nothing on the screen settles until it is."""
    await until(pilot, lambda: chat(pilot.app).client.thread(key) is not None)
    chat(pilot.app).go(key)


@pytest.mark.parametrize("adds", [" and more", ""])
async def test_another_account_does_not_get_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, adds: str
) -> None:
    (folder := tmp_path / "of-editors").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    town = five()
    app = make_app(town, cache=lambda: Files(tmp_path / "work.db"))
    async with running(app, (120, 50)) as pilot:
        await at(pilot, STAKING)
        screen = chat(pilot.app)

        async def another_comes_in() -> None:
            town.say(ev.SignedIn(replace(ACCOUNT, user_id="another"), town.sources))
            await until(pilot, lambda: screen.client._run.ledger.whose == "another")
            await goes(pilot, STAKING)

        opens(monkeypatch, app, another_comes_in, adds=adds)
        await pilot.press(*"secret", "alt+e")
        await until(pilot, lambda: "Nothing came back from the editor" in screen_text(pilot.app))
        assert (screen.composer.text, screen.client.text(STAKING)) == ("", "")
        assert [each.read_text() for each in folder.iterdir()] == (["secret and more"] if adds else [])
        await screen.client.entry._hands.take_in(ACCOUNT)
        assert screen.client.text(STAKING) == "secret"


async def test_it_comes_back_to_the_text_it_was_and_not_to_an_edit_that_was_refused_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = make_app(five())
    async with running(app, (120, 50)) as pilot:
        await at(pilot, STAKING)
        screen = chat(pilot.app)

        async def an_edit_comes_back() -> None:
            screen.client.keep_text(_mine(pilot), "an edit")
            screen.parts.editing.resume()

        opens(monkeypatch, app, an_edit_comes_back)
        await pilot.press(*"draft", "alt+e")
        await until(pilot, lambda: screen.client.text(STAKING) == "draft and more")
        assert (screen.composer.editing, screen.composer.text) == (True, "an edit")
        await pilot.press("escape")
        await until(pilot, lambda: screen.composer.text == "draft and more")


async def test_an_edit_comes_back_to_its_message_in_whatever_thread_one_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = make_app(five())
    async with running(app, (120, 50)) as pilot:
        await at(pilot, STAKING)
        screen, message = chat(pilot.app), _mine(pilot)

        async def elsewhere() -> None:
            await goes(pilot, INVOICE)

        opens(monkeypatch, app, elsewhere)
        await pilot.press(*"draft", "ctrl+up", *" now", "alt+e")
        await until(pilot, lambda: screen.client.text(message).endswith(" now and more"))
        assert (screen.composer.text, screen.client.text(STAKING)) == ("", "draft")


def _mine(pilot: Pilot[int]) -> MessageKey:
    """The reader's last message in the open thread."""
    items = chat(pilot.app).pane.newest(50)
    return [each for each in items if isinstance(each, Message) and each.own][-1].key


async def test_an_enter_is_of_the_text_it_was_pressed_behind() -> None:
    """What comes between the key and its turn may put another text there: that one was not meant."""
    town = five()
    async with running(make_app(town), (120, 50)) as pilot:
        await at(pilot, STAKING)
        screen = chat(pilot.app)
        await pilot.press(*"draft")
        pressed = Composer.Submitted(screen.composer.text)
        screen.client.keep_text(_mine(pilot), "an edit")
        screen.parts.editing.resume()
        await screen.on_composer_submitted(pressed)
        assert (screen.composer.editing, screen.composer.text) == (True, "an edit")
        assert screen.client.text(STAKING) == "draft"
        assert [each for each in town.performed if isinstance(each, ev.EditMessage | ev.SendDraft)] == []
