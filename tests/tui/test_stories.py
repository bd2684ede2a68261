"""What a person does at the chat screen, from key to screen: the real app on the real client."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.tui.harness import chat, make_app, running, screen_text, settled, until
from tests.tui.town import Town, key, long_conversation, street
from textual import events

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
        assert chat(pilot.app).place is Place.COMPOSER


async def test_a_message_is_on_the_screen_before_the_server_answers_and_sent_after() -> None:
    town = Town()
    async with running(make_app(town)) as pilot:
        town.hold.clear()
        await pilot.press(*"Starting now", "enter")
        await until(pilot, lambda: "Starting now" in screen_text(pilot.app))
        assert "sending" in await until(pilot, lambda: _row(pilot.app, "sending"))
        assert chat(pilot.app).composer.text == ""
        town.hold.set()
        await until(pilot, lambda: "sending" not in screen_text(pilot.app))
        assert "Starting now" in screen_text(pilot.app)


def _row(app: object, words: str) -> str:
    return next((row for row in screen_text(app).splitlines() if words in row), "")


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
        await until(pilot, lambda: _row(pilot.app, "later") and "queued" in screen_text(pilot.app))


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
        assert "✎" in await until(pilot, lambda: _row(pilot.app, "Mira"))
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
        assert (await until(pilot, lambda: _row(pilot.app, "Relay"))).split()[:2] == ["Relay", "1"]


async def test_presence_and_typing_of_the_other_one() -> None:
    town = Town()
    async with running(make_app(town)) as pilot:
        town.present(mira=Presence.AWAY)
        town.say(ev.TypingHeard(key("mira"), "mira"))
        await until(pilot, lambda: "Mira is typing" in screen_text(pilot.app))
        assert "Mira Kovač  away" in screen_text(pilot.app)
        assert "◒ Mira Kovač" in screen_text(pilot.app)


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


async def test_enter_sends_and_alt_enter_breaks_the_line_and_the_composer_grows() -> None:
    async with running(make_app(Town())) as pilot:
        composer = chat(pilot.app).composer
        await pilot.press(*"one", "alt+enter", *"two", "ctrl+j", *"three")
        await pilot.pause()
        assert composer.text == "one\ntwo\nthree"
        assert composer.field.size.height == 3


async def test_a_draft_of_twenty_lines_stops_at_ten_rows() -> None:
    async with running(make_app(Town())) as pilot:
        composer = chat(pilot.app).composer
        for _ in range(20):
            await pilot.press("ctrl+j")
        await pilot.pause()
        assert composer.field.size.height == 10


async def test_up_in_an_empty_composer_brings_back_what_was_sent() -> None:
    async with running(make_app(Town())) as pilot:
        composer = chat(pilot.app).composer
        await pilot.press(*"one", "enter", *"two", "enter")
        await pilot.press("up")
        await pilot.pause()
        assert composer.text == "two"
        await pilot.press("up")
        await pilot.pause()
        assert composer.text == "one"
        await pilot.press("down", "down")
        await pilot.pause()
        assert composer.text == ""


async def test_up_in_a_text_moves_the_cursor() -> None:
    async with running(make_app(Town())) as pilot:
        composer = chat(pilot.app).composer
        await pilot.press(*"one", "ctrl+j", *"two", "up", *"X")
        assert composer.text == "oneX\ntwo"


async def test_esc_never_takes_a_letter() -> None:
    async with running(make_app(Town())) as pilot:
        await pilot.press(*"keep me", "escape", "escape", "f6", "escape", "tab", "escape")
        assert chat(pilot.app).composer.text == "keep me"
        assert chat(pilot.app).place is Place.COMPOSER


async def test_ctrl_c_clears_and_undo_brings_it_back() -> None:
    async with running(make_app(Town())) as pilot:
        composer = chat(pilot.app).composer
        await pilot.press(*"a text", "ctrl+c")
        await pilot.pause()
        assert composer.text == ""
        await pilot.press("ctrl+underscore")
        assert composer.text == "a text"
        await pilot.press("ctrl+u", "ctrl+c")
        await until(pilot, lambda: "ctrl+q quits" in screen_text(pilot.app))


async def test_the_keys_of_a_shell() -> None:
    async with running(make_app(Town())) as pilot:
        composer = chat(pilot.app).composer
        await pilot.press(*"one two three", "ctrl+w")
        assert composer.text == "one two "
        await pilot.press("ctrl+a", "alt+d")
        assert composer.text == " two "
        await pilot.press("alt+k")
        assert composer.text == ""
        await pilot.press("ctrl+y")
        assert composer.text == " two "


async def test_too_long_a_message_is_refused_with_words_and_the_text_stays() -> None:
    async with running(make_app(Town())) as pilot:
        composer = chat(pilot.app).composer
        text = "x" * 70_000
        composer.field.type_in(text)
        await pilot.press("enter")
        await until(pilot, lambda: "longer than 64 kB" in screen_text(pilot.app))
        assert composer.text == text
        assert "70,000 of 65,536" in screen_text(pilot.app)


async def test_a_paste_with_controls_is_harmless_and_a_huge_one_changes_nothing() -> None:
    async with running(make_app(Town())) as pilot:
        field = chat(pilot.app).composer.field
        field.post_message(events.Paste("a\x1b]0;PWNED\x07b\r\nc\x00\td"))
        await until(pilot, lambda: field.text != "")
        assert field.text == "a␛]0;PWNED␇b\nc␀\td"
        field.post_message(events.Paste("x" * 1_000_001))
        await until(pilot, lambda: "That paste has 1,000,001 characters" in screen_text(pilot.app))
        assert len(field.text) < 30


async def test_the_cursor_rests_when_nobody_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("supachat.tui.widgets.field.STILL_AFTER", 0.2)
    app = make_app(Town())
    app.animation_level = "full"
    async with running(app) as pilot:
        field = chat(app).composer.field
        await pilot.press("a")
        await until(pilot, lambda: not field.cursor_blink)
        await pilot.press("b")
        assert field.cursor_blink


async def test_with_sixteen_colours_the_terminals_own_are_used() -> None:
    app = make_app(Town(), theme="sixteen-dark")
    async with running(app) as pilot:
        await pilot.press("tab")
        await settled(pilot)
        assert "╎" in screen_text(app)
        colours = {
            segment.style.color
            for strip in app.screen._compositor.render_strips()
            for segment in strip
            if segment.style is not None and segment.style.color is not None
        }
        green, bright_black, bright_cyan = 2, 8, 14
        assert {green, bright_black, bright_cyan} <= {colour.number for colour in colours}
        assert {colour.triplet for colour in colours} == {None}


async def test_walking_with_tab_and_opening_from_the_list() -> None:
    async with running(make_app(Town())) as pilot:
        screen = chat(pilot.app)
        places = [screen.place.value]
        for keys in (["tab"], ["j", "j", "enter"], ["shift+tab"]):
            await pilot.press(*keys)
            places.append(screen.place.value)
        assert places == ["composer", "list", "composer", "messages"]
        assert screen.client.open_thread == key("noa")


async def test_a_folded_section_hides_its_threads() -> None:
    async with running(make_app(Town())) as pilot:
        await pilot.press("tab", "space")
        await until(pilot, lambda: "▸ Direct" in screen_text(pilot.app))
        assert "Tom Becker" not in screen_text(pilot.app)
        assert "16 " in _row(pilot.app, "▸ Direct")


async def test_nothing_changes_places_while_the_list_is_in_use() -> None:
    town = Town()
    async with running(make_app(town)) as pilot:
        await pilot.press("tab")
        town.arrives("renate", "news from the bottom")
        await until(pilot, lambda: "1 " in _row(pilot.app, "Renate Vogel"))
        order = [other.id for other in chat(pilot.app).list.keys]
        assert order[-1] == key("renate").id


async def test_the_mouse_opens_a_thread_folds_a_section_and_runs_a_key() -> None:
    async with running(make_app(Town())) as pilot:
        await pilot.click("#list", offset=(6, 3))
        await until(pilot, lambda: "Message Tom Becker" in screen_text(pilot.app) or None)
        await pilot.click("#list", offset=(6, 1))
        await until(pilot, lambda: "▸ Direct" in screen_text(pilot.app))
        footer = screen_text(pilot.app).splitlines()[-1]
        await pilot.click("#footer", offset=(footer.index("f1"), 0))
        await until(pilot, lambda: "Everywhere" in screen_text(pilot.app))


async def test_a_click_on_the_badge_shows_why() -> None:
    town = Town()
    town.link = Link(LinkState.RECONNECTING, attempt=3, reason=safe_line("no answer from acme.supabase.co"))
    async with running(make_app(town)) as pilot:
        header = screen_text(pilot.app).splitlines()[0]
        assert "↻ reconnecting now (3rd try)" in header
        await pilot.click("#header", offset=(header.index("↻"), 0))
        await until(pilot, lambda: "no answer from acme.supabase.co" in screen_text(pilot.app))
        await pilot.press("ctrl+l")
        assert town.poked == 1
        await pilot.press("escape")
        assert chat(pilot.app).is_active


async def test_resizing_gives_way_in_order_and_loses_nothing() -> None:
    async with running(make_app(Town()), (120, 36)) as pilot:
        await pilot.press(*"still here")
        for size, there, gone in [
            ((200, 50), "This thread", "⋯⋯"),
            ((80, 24), "◉ 12 ms", "This thread"),
            ((60, 20), "Mira Kovač", "Renate Vogel"),
            ((30, 8), "supachat needs 40", "Mira"),
            ((120, 36), "◉ live 12 ms", "supachat needs 40"),
        ]:
            await pilot.resize_terminal(*size)
            await settled(pilot)
            screen = screen_text(pilot.app)
            assert there in screen, size
            assert gone not in screen, size
        assert chat(pilot.app).composer.text == "still here"
        assert chat(pilot.app).place is Place.COMPOSER


async def test_on_a_narrow_screen_the_list_comes_when_it_is_asked_for() -> None:
    async with running(make_app(Town()), (60, 20)) as pilot:
        await pilot.press("f7")
        await until(pilot, lambda: "Renate Vogel" in screen_text(pilot.app))
        await pilot.press("j", "enter")
        await until(pilot, lambda: "Renate Vogel" not in screen_text(pilot.app))
        assert chat(pilot.app).client.open_thread == key("tom")


async def test_people_lie_over_the_pane_until_esc() -> None:
    async with running(make_app(Town()), (100, 30)) as pilot:
        await pilot.press("f8")
        await until(pilot, lambda: "This thread" in screen_text(pilot.app))
        await pilot.press("escape")
        await until(pilot, lambda: "This thread" not in screen_text(pilot.app))


async def test_the_theme_changes_from_the_palette_and_is_kept() -> None:
    app = make_app(Town())
    kept: list[str] = []
    app._keep_theme = kept.append
    async with running(app) as pilot:
        await pilot.press("ctrl+p", *"paper", "enter")
        await until(pilot, lambda: app.theme == "paper")
        assert kept == ["paper"]


async def test_a_key_of_the_palette_runs_on_the_chat() -> None:
    async with running(make_app(Town())) as pilot:
        await pilot.press("ctrl+p", *"last thread", "escape", "alt+down", "ctrl+p", *"last thread", "enter")
        await until(pilot, lambda: chat(pilot.app).client.open_thread == key("mira"))


async def test_leaving_names_what_is_not_sent(capsys: pytest.CaptureFixture[str]) -> None:
    town = Town()
    town.refused = NotAllowed("no")
    app = make_app(town)
    async with running(app) as pilot:
        await pilot.press(*"kept", "enter")
        await until(pilot, lambda: "not sent: no" in screen_text(app))
        await pilot.press("ctrl+q")
        await pilot.pause()
    assert app.return_code == 0
    said = capsys.readouterr()
    assert "1 message is not sent yet. They are kept" in said.out + said.err


async def test_a_workspace_without_threads_says_how_to_begin() -> None:
    async with running(make_app(Town([]))) as pilot:
        screen = screen_text(pilot.app)
        assert "No conversations yet" in screen
        assert "ana@acme.dev" in screen
        assert "ctrl+n" in screen


async def test_the_first_conversation_opens_by_itself() -> None:
    town = Town([])
    async with running(make_app(town)) as pilot:
        town.threads = street()[:1]
        town.table[key("mira")] = long_conversation("mira", 2)
        chat(pilot.app).client.focused()
        await until(pilot, lambda: "message 1 of 2" in screen_text(pilot.app))


async def test_from_the_cache_it_says_so() -> None:
    town = Town()
    town.signed_in = False
    app = make_app(town)
    async with running(app) as pilot:
        assert "Sign in to acme" in screen_text(pilot.app)


async def test_a_notice_closes_with_esc() -> None:
    async with running(make_app(Town())) as pilot:
        chat(pilot.app).notices.tell(ev.Notice(safe_line("Trouble"), safe_line("of a kind"), "error"))
        await until(pilot, lambda: "Trouble" in screen_text(pilot.app))
        await pilot.press("escape")
        await until(pilot, lambda: "Trouble" not in screen_text(pilot.app))


async def test_never_more_than_three_toasts_and_none_twice() -> None:
    async with running(make_app(Town())) as pilot:
        for number in (1, 2, 2, 3, 4):
            chat(pilot.app).notices.tell(ev.Notice(safe_line(f"Notice {number}")))
            await pilot.pause()
        shown = screen_text(pilot.app)
        assert [f"Notice {number}" in shown for number in (1, 2, 3, 4)] == [False, True, True, True]


async def test_details_of_a_message() -> None:
    async with running(make_app(Town())) as pilot:
        await pilot.press("f6", "i")
        await until(pilot, lambda: "mira-00007" in screen_text(pilot.app))
        assert "20 Nov 2026, 09:30:00" in screen_text(pilot.app)


async def test_copying_a_message() -> None:
    app = make_app(Town())
    async with running(app) as pilot:
        await pilot.press("f6", "y")
        await until(pilot, lambda: "copied" in screen_text(app))
        assert app.clipboard == "@ana will do. Waiting for your word."


async def test_a_text_that_comes_back_is_not_lost() -> None:
    town = Town()
    async with running(make_app(town)) as pilot:
        screen = chat(pilot.app)
        screen.take([ev.TextReturned(key("mira"), "it came back", safe_line("the thread is closed"))])
        screen.take([ev.TextReturned(key("tom"), "this one too")])
        await until(pilot, lambda: screen.composer.text == "it came back")
        assert screen.client.text(key("tom")) == "this one too"


async def test_a_muted_thread_does_not_call() -> None:
    rows = street()
    rows[1] = replace(rows[1], muted=True)
    async with running(make_app(Town(rows))) as pilot:
        await pilot.press("alt+a")
        assert chat(pilot.app).client.open_thread == key("noa")
