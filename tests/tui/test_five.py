"""The five systems on one screen, from key to screen: the real app on the real client."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.tui.five import HALL, HANNAH, INVOICE, RELEASE, STAKING, five, said, tick
from tests.tui.harness import chat, make_app, running, screen_text, settled, until
from tests.tui.town import NOW, Town, micros
from textual.pilot import Pilot

from supachat.domain import events as ev
from supachat.domain.errors import NotAllowed
from supachat.domain.feeds import FeedAct
from supachat.domain.model import Alteration, Cursor, Extra, Presence, ThreadKey
from supachat.tui.keymap import Place


def row(app: object, words: str) -> str:
    """The first row of the screen in which the words stand."""
    return next((each for each in screen_text(app).splitlines() if words in each), "")


async def at(pilot: Pilot[int], key: ThreadKey) -> None:
    """That thread is open, no toast over it."""
    await until(pilot, lambda: chat(pilot.app).client.thread(key) is not None)
    chat(pilot.app).go(key)
    await settled(pilot)
    chat(pilot.app).notices.dismiss()
    await settled(pilot)


async def in_list(pilot: Pilot[int], key: ThreadKey) -> None:
    """The same, and the list has the keyboard."""
    await at(pilot, key)
    chat(pilot.app).list.focus()
    await settled(pilot)


def asked(town: Town, what: Alteration) -> list[ev.Alter]:
    return [r for r in town.performed if isinstance(r, ev.Alter) and r.what is what]


# ---------------------------------------------------------------- the list


async def test_every_source_has_its_section_and_its_marks() -> None:
    async with running(make_app(five()), (120, 50)) as pilot:
        await until(pilot, lambda: "▾ Portal" in screen_text(pilot.app))
        chat(pilot.app).notices.dismiss()
        await settled(pilot)
        assert row(pilot.app, "Hannah Weiss")[2] == "◷"
        assert "you" in row(pilot.app, "Hannah Weiss")
        assert "JL   4" in row(pilot.app, "Order 58213")
        assert " -   2" in row(pilot.app, "Login loop")
        assert row(pilot.app, "Explain SEI")[2] == "✦"
        assert row(pilot.app, "Critical alerts")[2] == "!"
        assert "▸ archived" in screen_text(pilot.app)
        assert "Tax lots" not in screen_text(pilot.app)
        assert "⊘  86" in row(pilot.app, "Random")


async def test_one_source_alone_has_nothing_of_the_others() -> None:
    async with running(make_app(Town())) as pilot:
        await pilot.press("tab")
        await settled(pilot)
        screen = screen_text(pilot.app)
        assert not [word for word in ("assign", "status", "archive", "Prices") if word in screen]


async def test_the_filter_narrows_while_typing_and_esc_brings_all_back() -> None:
    async with running(make_app(five()), (120, 50)) as pilot:
        await in_list(pilot, HANNAH)
        await pilot.press("slash", *"mine")
        await until(pilot, lambda: "Order 58213" not in screen_text(pilot.app))
        assert "Hannah Weiss" in row(pilot.app, "you")
        await pilot.press("escape")
        await until(pilot, lambda: "Order 58213" in screen_text(pilot.app))
        assert chat(pilot.app).place is Place.LIST


async def test_the_filter_opens_what_its_cursor_stands_on() -> None:
    async with running(make_app(five()), (120, 50)) as pilot:
        await in_list(pilot, HANNAH)
        await pilot.press("slash", *"staking", "enter")
        await until(pilot, lambda: chat(pilot.app).shown == STAKING)
        assert "Order 58213" in screen_text(pilot.app)


async def test_s_changes_the_status_at_once_and_a_refusal_takes_it_back() -> None:
    town = five()
    async with running(make_app(town), (120, 50)) as pilot:
        await in_list(pilot, HANNAH)
        town.hold.clear()
        town.alter_refused = NotAllowed("only its agent can")
        await pilot.press("s", *"open", "enter")
        await until(pilot, lambda: "› ◊ Hannah Weiss" in screen_text(pilot.app))
        town.hold.set()
        await until(pilot, lambda: "the status was not changed" in screen_text(pilot.app))
        assert "› ◷ Hannah Weiss" in screen_text(pilot.app)
        assert [each.value for each in asked(town, Alteration.STATUS)] == ["open"]


async def test_a_assigns_to_somebody_by_name() -> None:
    town = five()
    async with running(make_app(town), (120, 50)) as pilot:
        await in_list(pilot, HANNAH)
        await pilot.press("a", *"jonas", "enter")
        await until(pilot, lambda: "assigned to Jonas Lind" in screen_text(pilot.app))
        assert [each.value for each in asked(town, Alteration.ASSIGN)] == ["jonas"]


async def test_keys_that_a_source_has_no_use_for_say_so_and_do_nothing() -> None:
    town = five()
    async with running(make_app(town), (120, 50)) as pilot:
        await in_list(pilot, RELEASE)
        assert "status" not in screen_text(pilot.app).splitlines()[-1]
        await pilot.press("s")
        await until(pilot, lambda: "Rooms cannot do that" in screen_text(pilot.app))
        assert asked(town, Alteration.STATUS) == []


async def test_what_only_the_owner_may_is_not_offered_to_others() -> None:
    town = five()
    async with running(make_app(town), (120, 50)) as pilot:
        await at(pilot, RELEASE)
        await pilot.press(*"/rename", "enter")
        await until(pilot, lambda: "only Mira Kovač can do that" in screen_text(pilot.app))
        await pilot.press("ctrl+p", *"this thread")
        await until(pilot, lambda: "Leave this thread" in screen_text(pilot.app))
        assert "Rename this thread" not in screen_text(pilot.app)
        assert asked(town, Alteration.RENAME) == []


async def test_rename_and_leave_are_commands_where_the_source_can() -> None:
    town = five()
    town.threads = [replace(one, owner="ana") if one.key == RELEASE else one for one in town.threads]
    async with running(make_app(town), (120, 50)) as pilot:
        await at(pilot, RELEASE)
        await pilot.press("ctrl+p", *"rename this", "enter")
        await settled(pilot)
        await pilot.press("ctrl+u", *"Release 4.3", "enter")
        await until(pilot, lambda: "Message Release 4.3" in screen_text(pilot.app) or row(pilot.app, "4.3"))
        await pilot.press("ctrl+p", *"leave this", "enter")
        await until(pilot, lambda: "Leave Release 4.3?" in screen_text(pilot.app))
        await pilot.press("y")
        await until(pilot, lambda: asked(town, Alteration.LEAVE))
        assert [each.value for each in asked(town, Alteration.RENAME)] == ["Release 4.3"]


async def test_z_archives_and_o_puts_the_unread_first() -> None:
    town = five()
    async with running(make_app(town), (120, 50)) as pilot:
        await in_list(pilot, STAKING)
        await pilot.press("o")
        await until(
            pilot,
            lambda: (
                screen_text(pilot.app).index("Portfolio") < screen_text(pilot.app).rindex("Explain SEI")
            ),
        )
        await pilot.press("z")
        await until(pilot, lambda: asked(town, Alteration.ARCHIVE))


# ---------------------------------------------------------------- messages


async def test_who_writes_is_told_by_shape_and_word() -> None:
    async with running(make_app(five()), (120, 50)) as pilot:
        await at(pilot, HANNAH)
        screen = screen_text(pilot.app)
        for mark in ("◊ Hannah Weiss  customer", "◫ Desk bot  bot", "⌂ Jonas Lind  agent", "› You  agent"):
            assert mark in screen
        assert "∙ Bot handed over" in screen
        assert "pending, assigned to you, web chat, 3 earlier" in screen


async def test_an_answer_that_grows_says_so_until_it_is_whole() -> None:
    town = five()
    async with running(make_app(town), (120, 50)) as pilot:
        await at(pilot, STAKING)
        assert row(pilot.app, "Sol  assistant").strip()
        assert row(pilot.app, "Sol is writing")
        last = town.table[STAKING][-1]
        whole = replace(last, extra=replace(last.extra, growing=False))  # type: ignore[type-var]  # it has one
        town.say(ev.MessageArrived(whole, changed=True))
        await until(pilot, lambda: "writing" not in screen_text(pilot.app))


async def test_voice_cards_trouble_and_subjects_are_labelled() -> None:
    town = five()
    async with running(make_app(town), (120, 60)) as pilot:
        await at(pilot, STAKING)
        screen = screen_text(pilot.app)
        assert "voice message, transcript" in screen
        assert "adapter  sei-evm" in screen
        assert "unfinished" in screen
        assert "with Sol, started by you" in screen
        await at(pilot, INVOICE)
        assert row(pilot.app, "Could you send the corrected one?")
        assert screen_text(pilot.app).count("Invoice 2041") >= 3
        await at(pilot, HALL)
        assert "not stored by the server" in screen_text(pilot.app)
        heard = said(HALL, "mira", "Standup in five", 0, Extra(hearsay=True))
        town.say(ev.MessageArrived(heard))
        await until(pilot, lambda: "unverified" in screen_text(pilot.app))


async def test_editing_keeps_the_unsent_text_and_saves() -> None:
    town = five()
    async with running(make_app(town), (120, 50)) as pilot:
        await at(pilot, STAKING)
        await pilot.press(*"half a", "ctrl+up")
        await until(pilot, lambda: "✎ Show me the 30 day" in screen_text(pilot.app))
        await pilot.press(*" please", "enter")
        await until(pilot, lambda: chat(pilot.app).composer.text == "half a")
        await until(pilot, lambda: any(isinstance(r, ev.EditMessage) for r in town.performed))
        assert "by validator. please" in screen_text(pilot.app)


async def test_esc_leaves_an_edit_and_up_brings_its_text_back() -> None:
    async with running(make_app(five()), (120, 50)) as pilot:
        await at(pilot, STAKING)
        await pilot.press("ctrl+up", *" now", "escape")
        await until(pilot, lambda: chat(pilot.app).composer.text == "")
        await pilot.press("up")
        await until(pilot, lambda: chat(pilot.app).composer.text.endswith("by validator. now"))


async def test_deleting_asks_and_takes_it_off_the_screen() -> None:
    town = five()
    async with running(make_app(town), (120, 50)) as pilot:
        await at(pilot, STAKING)
        await pilot.press("f6", "k", "d")
        await until(pilot, lambda: "Delete this message for everyone?" in screen_text(pilot.app))
        await pilot.press("y")
        await until(pilot, lambda: any(isinstance(r, ev.DeleteMessage) for r in town.performed))


async def test_where_a_source_cannot_edit_there_is_no_key_for_it() -> None:
    async with running(make_app(five()), (120, 50)) as pilot:
        await at(pilot, HANNAH)
        await pilot.press("f6", "k")
        await settled(pilot)
        footer = screen_text(pilot.app).splitlines()[-1]
        assert "delete" not in footer
        assert "edit" not in footer


# ---------------------------------------------------------------- canned replies


async def test_a_slash_offers_replies_and_fills_their_places() -> None:
    async with running(make_app(five()), (120, 50)) as pilot:
        await at(pilot, HANNAH)
        await until(pilot, lambda: "/ for canned replies" in screen_text(pilot.app))
        await pilot.press(*"/gre")
        await until(pilot, lambda: "/greeting" in screen_text(pilot.app))
        await pilot.press("enter")
        await until(pilot, lambda: chat(pilot.app).composer.text.startswith("Hello Hannah Weiss, Ana"))


async def test_what_is_offered_goes_with_esc_and_the_text_stays() -> None:
    async with running(make_app(five()), (120, 50)) as pilot:
        await at(pilot, HANNAH)
        await pilot.press(*"/sp")
        await until(pilot, lambda: "/spam" in screen_text(pilot.app))
        await pilot.press("escape")
        await until(pilot, lambda: "/spam" not in screen_text(pilot.app))
        assert chat(pilot.app).composer.text == "/sp"


# ---------------------------------------------------------------- prices


async def test_prices_stand_at_the_foot_and_a_crossing_is_said() -> None:
    town = five()
    async with running(make_app(town), (120, 50)) as pilot:
        await until(pilot, lambda: "98,212.40  +1.2%" in screen_text(pilot.app))
        await pilot.press(*"/alert btc above 99k", "enter")
        await until(pilot, lambda: "when BTC goes above 99,000" in screen_text(pilot.app))
        later = replace(tick("BTC", "99001.50", "2.1"), at=micros(NOW))
        town.say(ev.PriceHeard(later))
        await until(pilot, lambda: "! BTC" in screen_text(pilot.app))
        assert "99,001.50" in await until(pilot, lambda: row(pilot.app, "! BTC"))


async def test_symbols_come_and_go_and_a_wrong_alert_stays_to_be_mended() -> None:
    async with running(make_app(five()), (120, 50)) as pilot:
        await until(pilot, lambda: "0.4127" in screen_text(pilot.app))
        await pilot.press(*"/unwatch sei", "enter")
        await until(pilot, lambda: "0.4127" not in screen_text(pilot.app))
        await pilot.press(*"/watch sei", "enter")
        await until(pilot, lambda: "0.4127" in screen_text(pilot.app))
        await pilot.press(*"/alert btc soon", "enter")
        await until(pilot, lambda: "That is no price alert" in screen_text(pilot.app))
        assert chat(pilot.app).composer.text == "/alert btc soon"


# ---------------------------------------------------------------- subjects


async def test_a_letter_is_written_under_its_subject_and_stands_under_it() -> None:
    town = five()
    async with running(make_app(town), (120, 36)) as pilot:
        await at(pilot, INVOICE)
        composer = chat(pilot.app).composer
        assert "/subject for a subject" in screen_text(pilot.app)
        await pilot.press(*"/sub", "tab", *"Next week", "enter")
        await until(pilot, lambda: composer.text == "/subject Next week\n")
        await pilot.press(*"I can come on Monday", "enter")
        await until(pilot, lambda: composer.text == "")
        (sent,) = [r.draft for r in town.performed if isinstance(r, ev.SendDraft)]
        assert (sent.subject, sent.raw) == ("Next week", "I can come on Monday")
        lines = screen_text(pilot.app).splitlines()
        here = next(n for n, line in enumerate(lines) if "I can come on Monday" in line)
        assert "Next week" in lines[here - 1]


async def test_a_letter_that_was_not_sent_comes_back_with_its_subject() -> None:
    town = five()
    town.refused = NotAllowed("not yours")
    async with running(make_app(town), (120, 36)) as pilot:
        await at(pilot, INVOICE)
        await pilot.press(*"/subject Next week", "enter", *"I can come", "enter")
        await until(pilot, lambda: "not sent: not yours" in screen_text(pilot.app))
        assert "Next week" in screen_text(pilot.app)
        await pilot.press("f6", "e")
        await until(pilot, lambda: chat(pilot.app).composer.text == "/subject Next week\nI can come")


async def test_where_there_are_no_subjects_the_words_stay_in_the_composer() -> None:
    async with running(make_app(five()), (120, 36)) as pilot:
        await at(pilot, HANNAH)
        await pilot.press(*"/subject Next week", "enter")
        await until(pilot, lambda: "messages have no subject here" in screen_text(pilot.app))
        assert chat(pilot.app).composer.text == "/subject Next week"


# ---------------------------------------------------------------- feeds


async def test_an_alert_is_read_and_taken_and_the_list_says_so() -> None:
    town = five()
    async with running(make_app(town), (120, 50)) as pilot:
        await until(pilot, lambda: "Critical alerts" in screen_text(pilot.app))
        chat(pilot.app).open_feed("portal", "alerts")
        await until(pilot, lambda: "open for 2 min" in screen_text(pilot.app))
        assert "taken by Rui Costa 08:05" in screen_text(pilot.app)
        await pilot.press("t")
        await until(pilot, lambda: "0 open of 2" in screen_text(pilot.app))
        assert [r.id for r in town.performed if isinstance(r, ev.TakeFeedRow)] == ["alerts-1"]
        await pilot.press("u")
        await until(pilot, lambda: "Missed check-in" not in screen_text(pilot.app))
        town.performed.clear()
        await pilot.press("r")
        await until(pilot, lambda: len([r for r in town.performed if isinstance(r, ev.FetchFeed)]) == 3)
        await pilot.press("escape")
        await until(pilot, lambda: chat(pilot.app).place is Place.COMPOSER)


async def test_a_take_that_is_refused_is_undone() -> None:
    town = five()
    town.alter_refused = NotAllowed("somebody has it")
    async with running(make_app(town), (120, 50)) as pilot:
        await until(pilot, lambda: "Critical alerts" in screen_text(pilot.app))
        chat(pilot.app).open_feed("portal", "alerts")
        await settled(pilot)
        await pilot.press("t")
        await until(pilot, lambda: "it was not taken" in screen_text(pilot.app))
        assert "! Critical alerts           1" in screen_text(pilot.app)


async def test_an_alert_is_closed_and_a_close_that_is_refused_is_undone() -> None:
    town = five()
    async with running(make_app(town), (120, 50)) as pilot:
        await until(pilot, lambda: "Critical alerts" in screen_text(pilot.app))
        chat(pilot.app).open_feed("portal", "alerts")
        await until(pilot, lambda: "c close" in screen_text(pilot.app))
        town.alter_refused = NotAllowed("the score has to be entered first")
        await pilot.press("t", "c")
        await until(pilot, lambda: "it was not closed: the score" in screen_text(pilot.app))
        assert "! Critical alerts           1" in screen_text(pilot.app)
        town.alter_refused = None
        chat(pilot.app).notices.dismiss()
        town.performed.clear()
        await pilot.press("c")
        await until(pilot, lambda: "closed by you" in screen_text(pilot.app))
        await until(pilot, lambda: "0 open of 2" in screen_text(pilot.app))
        acts = [(r.id, r.act) for r in town.performed if isinstance(r, ev.TakeFeedRow)]
        assert acts == [("alerts-1", FeedAct.CLOSE)]
        assert "c close" not in screen_text(pilot.app)


# ---------------------------------------------------------------- search


async def test_search_finds_names_and_words_and_goes_there() -> None:
    async with running(make_app(five()), (120, 50)) as pilot:
        await at(pilot, RELEASE)
        await pilot.press("alt+s", *"spam folder")
        await until(pilot, lambda: "1 found in one thread" in screen_text(pilot.app))
        assert "Hannah Weiss  Inbox" in screen_text(pilot.app)
        await pilot.press("enter")
        await until(pilot, lambda: chat(pilot.app).shown == HANNAH)


async def test_search_says_that_nothing_was_found() -> None:
    async with running(make_app(five()), (120, 50)) as pilot:
        await pilot.press(*"/search blank pge", "enter")
        await until(pilot, lambda: 'No message says "blank pge"' in screen_text(pilot.app))
        await pilot.press("escape")
        assert await until(pilot, lambda: chat(pilot.app).place is Place.COMPOSER)


# ---------------------------------------------------------------- presence, notices


async def test_away_by_hand_is_shown_and_ends() -> None:
    async with running(make_app(five()), (120, 50)) as pilot:
        await at(pilot, STAKING)
        await pilot.press(*"/away", "enter")
        await until(pilot, lambda: "ana, away" in screen_text(pilot.app))
        assert chat(pilot.app).client.attendance.mine() is Presence.AWAY
        await pilot.press(*"/back", "enter")
        await until(pilot, lambda: "ana, away" not in screen_text(pilot.app))


async def test_the_title_counts_and_a_message_elsewhere_is_told_to_the_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TERM", "foot")
    monkeypatch.delenv("TMUX", raising=False)
    town, app, written = five(), make_app(five()), list[str]()
    app = make_app(town)
    monkeypatch.setattr(app, "tell_terminal", written.append)
    async with running(app, (120, 50)) as pilot:
        await at(pilot, HANNAH)
        assert any("acme, supachat" in each for each in written)
        fresh = said(STAKING, "assistant", "It is done", -1)
        town.say(ev.MessageArrived(fresh))
        await until(pilot, lambda: any("777;notify;New message from" in each for each in written))
        written.clear()
        mine = said(HANNAH, "hannah", "Are you there", -1)
        town.say(ev.MessageArrived(mine))
        await until(pilot, lambda: "Are you there" in screen_text(pilot.app))
        await settled(pilot)
        assert not [each for each in written if "777" in each]


async def test_the_first_message_of_a_waiting_conversation_opens_it_when_nothing_is_open() -> None:
    town = five()
    new = replace(
        next(t for t in town.threads if t.key.id == "login"),
        last=None,
        unread=0,
        key=ThreadKey("inbox", "new"),
    )
    town.threads, town.table = [], {new.key: []}
    async with running(make_app(town), (120, 50)) as pilot:
        first = said(new.key, "hannah", "Is anybody there", 0)
        town.threads = [replace(new, last=Cursor(first.at, first.id))]
        town.table[new.key] = [first]
        town.say(ev.ListStale("inbox"))
        await until(pilot, lambda: "Is anybody there" in screen_text(pilot.app))
