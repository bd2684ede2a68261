"""What a person does in a conversation, from key to screen: the real app on the real client."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.tui.harness import chat, make_app, row, running, screen_text, settled, until
from tests.tui.street import LIVE, NOW, key, long_conversation, message
from tests.tui.town import Town
from textual.pilot import Pilot

from supachat.domain import events as ev
from supachat.domain.errors import NotAllowed, Unreachable
from supachat.domain.health import Link, LinkState
from supachat.domain.model import Presence
from supachat.domain.text import safe_line
from supachat.tui.keymap import Place


async def test_the_last_thread_is_open_and_the_keyboard_is_in_the_composer() -> None:
    async with running(make_app(Town())) as pilot:
        screen = screen_text(pilot.app)
        assert "@ana will do. Waiting for your word." in screen
        assert "◉ live 12 ms" in screen
        assert chat(pilot.app).parts.places.here is Place.COMPOSER


async def test_a_message_is_on_the_screen_before_the_server_answers_and_sent_after() -> None:
    town = Town()
    async with running(make_app(town)) as pilot:
        town.hold.clear()
        await pilot.press(*"Starting now", "enter")
        await until(pilot, lambda: "Starting now" in screen_text(pilot.app))
        assert "sending" in await until(pilot, lambda: row(pilot.app, "sending"))
        assert chat(pilot.app).composer.text == ""
        town.hold.set()
        await until(pilot, lambda: "sending" not in screen_text(pilot.app))
        assert "Starting now" in screen_text(pilot.app)


async def test_what_was_refused_says_why_and_goes_out_on_retry() -> None:
    town = Town()
    town.refused = NotAllowed("you are no longer a member of this conversation")
    async with running(make_app(town)) as pilot:
        await pilot.press(*"hello", "enter")
        await until(pilot, lambda: "not sent: you are no longer a member" in screen_text(pilot.app))
        await pilot.press("f6")
        await until(pilot, lambda: "r retry" in screen_text(pilot.app).splitlines()[-1])
        town.refused = None
        await pilot.press("r")
        await until(pilot, lambda: "not sent" not in screen_text(pilot.app))
        assert town.table[key("mira")][-1].raw == "hello"


async def test_a_failed_message_goes_back_to_the_composer_in_front_of_what_stands_there() -> None:
    town = Town()
    town.refused = NotAllowed("no")
    async with running(make_app(town)) as pilot:
        await pilot.press(*"first", "enter")
        await until(pilot, lambda: "not sent: no" in screen_text(pilot.app))
        await pilot.press(*"second", "f6", "e")
        await until(pilot, lambda: chat(pilot.app).composer.text == "first\nsecond")
        assert "not sent: no" not in screen_text(pilot.app)


@pytest.mark.parametrize(("answer", "stays"), [("n", True), ("escape", True), ("y", False)])
async def test_discarding_asks_first(answer: str, stays: bool) -> None:
    town = Town()
    town.refused = NotAllowed("no")
    async with running(make_app(town)) as pilot:
        await pilot.press(*"gone", "enter")
        await until(pilot, lambda: "not sent: no" in screen_text(pilot.app))
        await pilot.press("f6", "x")
        await until(pilot, lambda: "Discard this message" in screen_text(pilot.app))
        await pilot.press(answer)
        await until(pilot, lambda: "Discard this message" not in screen_text(pilot.app))
        assert ("not sent: no" in screen_text(pilot.app)) is stays


async def test_what_is_queued_says_so_and_goes_out_by_itself() -> None:
    town = Town()
    town.refused = Unreachable("no answer")
    town.link = Link(LinkState.DISCONNECTED, reason=safe_line("no network"))
    async with running(make_app(town)) as pilot:
        assert "waits until live" in screen_text(pilot.app)
        await pilot.press(*"later", "enter")
        await until(pilot, lambda: row(pilot.app, "later") and "queued" in screen_text(pilot.app))


async def test_an_older_page_comes_when_scrolled_to_the_top_and_nothing_jumps() -> None:
    town = Town()
    town.table[key("mira")] = long_conversation("mira", 180)
    async with running(make_app(town)) as pilot:
        await until(pilot, lambda: "message 179 of 180" in screen_text(pilot.app))
        for _ in range(40):
            await pilot.press("pageup")
            await settled(pilot)
            rows = screen_text(pilot.app)
            if "message 0 of 180" in rows:
                break
        assert "message 0 of 180" in screen_text(pilot.app)
        assert "This is where the thread begins" in screen_text(pilot.app)
        assert "below" in screen_text(pilot.app)
        await pilot.press("escape", "escape")
        await until(pilot, lambda: "message 179 of 180" in screen_text(pilot.app))


async def test_each_thread_keeps_its_own_unsent_text() -> None:
    async with running(make_app(Town())) as pilot:
        await pilot.press(*"half a tho")
        await pilot.press("alt+down")
        await until(pilot, lambda: "Message Tom Becker" in screen_text(pilot.app))
        assert chat(pilot.app).composer.text == ""
        assert "✎" in await until(pilot, lambda: row(pilot.app, "Mira"))
        await pilot.press("alt+up")
        await until(pilot, lambda: chat(pilot.app).composer.text == "half a tho")
        await pilot.press(*"ught")
        assert chat(pilot.app).composer.text == "half a thought"


async def test_a_message_that_arrives_is_shown_and_counts_where_it_is_not_open() -> None:
    town = Town()
    async with running(make_app(town)) as pilot:
        town.arrives("mira", "right here")
        town.arrives("relay", "over there")
        await until(pilot, lambda: "right here" in screen_text(pilot.app))
        await until(pilot, lambda: row(pilot.app, "Relay").split()[:2] == ["Relay", "1"])


async def test_presence_and_typing_of_the_other_one() -> None:
    town = Town()
    async with running(make_app(town)) as pilot:
        town.present(mira=Presence.AWAY)
        town.say(ev.TypingHeard(key("mira"), "mira"))
        await until(pilot, lambda: "Mira is typing" in screen_text(pilot.app))
        assert "Mira Kovač  away" in screen_text(pilot.app)
        assert "◒ Mira Kovač" in screen_text(pilot.app)


@pytest.mark.parametrize("state", [LinkState.RECONNECTING, LinkState.OFFLINE, LinkState.POLLING])
async def test_without_a_link_nobody_types_and_nobody_is_known_to_be_there(state: LinkState) -> None:
    town = Town()
    async with running(make_app(town), (200, 50)) as pilot:
        town.present(mira=Presence.ONLINE)
        town.say(ev.TypingHeard(key("mira"), "mira"))
        await until(pilot, lambda: screen_text(pilot.app).count("Mira is typing") == 2)
        assert "◉ Mira Kovač" in screen_text(pilot.app)
        town.say(ev.LinkMoved(Link(state)))
        await until(pilot, lambda: "Mira is typing" not in screen_text(pilot.app))
        assert "◉ Mira Kovač" not in screen_text(pilot.app)
        town.say(ev.LinkMoved(LIVE))
        await until(pilot, lambda: "◉ Mira Kovač" in screen_text(pilot.app))


def messages(pilot: Pilot[int]) -> list[str]:
    """The upper rows of the pane, in a terminal of 120 columns."""
    return [line[36:] for line in screen_text(pilot.app).splitlines()[3:20]]


async def test_a_reconnect_calls_nothing_new_that_was_seen_and_moves_nobody_who_reads_above() -> None:
    town, here = Town(), key("mira")
    town.table[here] = long_conversation("mira", 120)
    read_to = town.table[here][-1].cursor
    town.threads = [replace(each, read_to=read_to) if each.key == here else each for each in town.threads]
    async with running(make_app(town), (120, 36)) as pilot:
        pane = chat(pilot.app).pane

        async def reconnects(number: int, *missed: str) -> None:
            """The link is lost and back, read for the eye first; this was said meanwhile."""
            town.say(ev.LinkMoved(Link(LinkState.RECONNECTING)), ev.ThreadDeaf(here))
            await until(pilot, lambda: chat(pilot.app).client.standing(here).catching_up)
            town.table[here] += [message("mira", "mira", each, NOW, number) for each in missed]
            town.say(ev.LinkMoved(LIVE))
            asked = len(town.performed)
            await until(pilot, lambda: any(isinstance(r, ev.FetchPage) for r in town.performed[asked:]))
            await settled(pilot)
            town.say(ev.ThreadReady(here))

        town.say(ev.ThreadReady(here))
        await until(pilot, lambda: not chat(pilot.app).client.standing(here).catching_up)
        town.arrives("mira", "seen at once", number=900)
        await until(pilot, lambda: "seen at once" in screen_text(pilot.app))
        await reconnects(901)
        await until(pilot, lambda: not chat(pilot.app).client.standing(here).catching_up)
        await settled(pilot)
        assert "1 new" not in screen_text(pilot.app)
        await pilot.press("pageup", "pageup")
        await settled(pilot)
        before = messages(pilot)
        await reconnects(902, "said meanwhile")
        await until(pilot, lambda: any(getattr(i, "raw", "") == "said meanwhile" for i in pane.newest(3)))
        await settled(pilot)
        assert messages(pilot) == before
        await pilot.press("alt+end")
        await until(pilot, lambda: "1 new" in screen_text(pilot.app))


async def test_a_keystroke_tells_the_others_once() -> None:
    town = Town()
    async with running(make_app(town)) as pilot:
        await pilot.press(*"hello")
        await settled(pilot)
    assert town.performed.count(ev.TellTyping(key("mira"))) == 1


async def test_next_unread_last_thread_and_by_position() -> None:
    async with running(make_app(Town())) as pilot:
        app = chat(pilot.app)
        await pilot.press("alt+a")
        assert app.client.open_thread == key("tom")
        await pilot.press("alt+slash")
        assert app.client.open_thread == key("mira")
        await pilot.press("alt+5")
        assert app.client.open_thread == key("relay")
