"""What stands beside the five systems' conversations, from key to screen: canned replies, prices, feeds."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.tui.five import HANNAH, INVOICE, STAKING, five, said, tick
from tests.tui.five_acts import at
from tests.tui.harness import chat, make_app, row, running, screen_text, settled, until
from tests.tui.street import NOW, micros

from supachat.domain import events as ev
from supachat.domain.errors import NotAllowed
from supachat.domain.feeds import Canned, FeedAct
from supachat.domain.model import Cursor, Presence, ThreadKey
from supachat.domain.text import Safe
from supachat.tui.keymap import Place

# ---------------------------------------------------------------- canned replies


async def test_a_slash_offers_replies_and_fills_their_places() -> None:
    async with running(make_app(five()), (120, 50)) as pilot:
        await at(pilot, HANNAH)
        await until(pilot, lambda: "/ for canned replies" in screen_text(pilot.app))
        await pilot.press(*"/gre")
        await until(pilot, lambda: "/greeting" in screen_text(pilot.app))
        await pilot.press("enter")
        await until(pilot, lambda: chat(pilot.app).composer.text.startswith("Hello Hannah Weiss, Ana"))


async def test_a_place_that_nobody_filled_in_is_said_before_it_is_sent() -> None:
    town = five()
    town.replies = [Canned(Safe("late"), "{agent} here, {days} days, {customer}.")]
    async with running(make_app(town), (120, 50)) as pilot:
        await at(pilot, HANNAH)
        await until(pilot, lambda: "/ for canned replies" in screen_text(pilot.app))
        await pilot.press(*"/la")
        await until(pilot, lambda: "/late" in screen_text(pilot.app))
        await pilot.press("enter")
        await until(pilot, lambda: chat(pilot.app).composer.field.selected_text == "{days}")
        await pilot.press("right", "enter")
        await until(pilot, lambda: "{days} is for you to fill in" in screen_text(pilot.app))
        await until(pilot, lambda: chat(pilot.app).composer.field.selected_text == "{days}")
        await pilot.press("3", "enter")
        await until(pilot, lambda: "Ana Lopes here, 3 days, Hannah Weiss." in screen_text(pilot.app))
        assert chat(pilot.app).composer.text == ""


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


async def test_a_click_on_a_price_begins_an_alert_and_on_one_that_was_crossed_takes_note_of_it() -> None:
    town = five()
    async with running(make_app(town), (120, 50)) as pilot:
        await until(pilot, lambda: "98,212.40" in screen_text(pilot.app))
        lines = screen_text(pilot.app).splitlines()
        place = (20, next(y for y, line in enumerate(lines) if "98,212.40" in line))
        await pilot.click(offset=place)
        await until(pilot, lambda: chat(pilot.app).composer.text == "/alert BTC above ")
        await pilot.press(*"99k", "enter")
        town.say(ev.PriceHeard(replace(tick("BTC", "99001.50", "2.1"), at=micros(NOW))))
        await until(pilot, lambda: "! BTC" in screen_text(pilot.app))
        await pilot.click(offset=place)
        await until(pilot, lambda: "! BTC" not in screen_text(pilot.app))
        assert chat(pilot.app).composer.text == ""


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
        chat(pilot.app).parts.going.feed("portal", "alerts")
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
        await until(pilot, lambda: chat(pilot.app).parts.places.here is Place.COMPOSER)


async def test_a_take_that_is_refused_is_undone() -> None:
    town = five()
    town.alter_refused = NotAllowed("somebody has it")
    async with running(make_app(town), (120, 50)) as pilot:
        await until(pilot, lambda: "Critical alerts" in screen_text(pilot.app))
        chat(pilot.app).parts.going.feed("portal", "alerts")
        await settled(pilot)
        await pilot.press("t")
        await until(pilot, lambda: "it was not taken" in screen_text(pilot.app))
        assert "! Critical alerts           1" in screen_text(pilot.app)


async def test_an_alert_is_closed_and_a_close_that_is_refused_is_undone() -> None:
    town = five()
    async with running(make_app(town), (120, 50)) as pilot:
        await until(pilot, lambda: "Critical alerts" in screen_text(pilot.app))
        chat(pilot.app).parts.going.feed("portal", "alerts")
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


async def test_the_switcher_finds_a_feed_by_its_name() -> None:
    async with running(make_app(five()), (120, 50)) as pilot:
        await until(pilot, lambda: "Critical alerts" in screen_text(pilot.app))
        await pilot.press("ctrl+k", *"crit")
        await until(pilot, lambda: "feeds" in screen_text(pilot.app))
        await pilot.press("enter")
        await until(pilot, lambda: "open for 2 min" in screen_text(pilot.app))
        assert chat(pilot.app).parts.middle.feed == ("portal", "alerts")


async def test_the_switcher_marks_an_assistants_thread_as_the_list_does() -> None:
    async with running(make_app(five()), (120, 50)) as pilot:
        await pilot.press("ctrl+k", *"staking")
        await until(pilot, lambda: "✦" in row(pilot.app, "Sessions"))
        assert "Explain SEI staking" in row(pilot.app, "Sessions")


async def test_the_switcher_marks_a_status_as_the_list_does() -> None:
    async with running(make_app(five()), (120, 50)) as pilot:
        await pilot.press("ctrl+k", *"hannah")
        await until(pilot, lambda: "◷ Hannah Weiss" in row(pilot.app, " Hannah Weiss      "))


async def test_the_switcher_says_in_which_source_somebody_is_found() -> None:
    async with running(make_app(five()), (120, 50)) as pilot:
        await pilot.press("ctrl+n", *"rui costa")
        await until(pilot, lambda: "Portal, " in row(pilot.app, "Rui Costa"))


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
        fresh = said(STAKING, "assistant", "It **is** `done`", -1)
        town.say(ev.MessageArrived(fresh))
        await until(pilot, lambda: any("777;notify;New message from" in each for each in written))
        assert any("It is done" in each for each in written)
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


async def test_an_alert_covers_nothing_where_its_feed_is_looked_at() -> None:
    alert = ev.Alerted(Safe("Pulse of 148"), Safe("At rest"), "portal", feed="alerts", urgent=True)
    async with running(make_app(five()), (120, 36)) as pilot:
        await at(pilot, INVOICE)
        screen = chat(pilot.app)
        screen.parts.going.feed("portal", "alerts")
        await settled(pilot)
        screen.take([alert])
        assert not screen.notices.busy
        screen.parts.feeds.close()
        screen.take([alert])
        await until(pilot, lambda: "Pulse of 148" in screen_text(pilot.app))


# ---------------------------------------------------------------- new threads


async def test_a_new_thread_is_made_in_any_kind_that_can_whatever_is_open() -> None:
    town = five()
    async with running(make_app(town), (120, 50)) as pilot:
        await at(pilot, HANNAH)
        await pilot.press(*"/create Sole", "enter")
        await until(pilot, lambda: "go on" in screen_text(pilot.app))
        await pilot.press("enter")
        await until(pilot, lambda: screen_text(pilot.app).count("make it") == 2)
        await pilot.press(*"sess", "enter")
        await until(pilot, lambda: town.threads[-1].title == "Sole")
        assert town.threads[-1].key.source == "sessions"


async def test_who_is_put_out_while_writing_goes_on_writing_to_nobody() -> None:
    town = five()
    async with running(make_app(town), (120, 50)) as pilot:
        await at(pilot, HANNAH)
        await pilot.press(*"half a")
        await until(pilot, lambda: chat(pilot.app).client.text(HANNAH) == "half a")
        town.threads[:] = [each for each in town.threads if each.key != HANNAH]
        town.say(ev.ListStale(HANNAH.source))
        await until(pilot, lambda: "No conversation is open" in screen_text(pilot.app))
        await pilot.press(*"nd more", "enter")
        await settled(pilot)
        assert chat(pilot.app).shown is None
        assert chat(pilot.app).composer.text == "nd more"
        assert chat(pilot.app).client.text(HANNAH) == "half a"
        chat(pilot.app).go(STAKING)
        await until(pilot, lambda: chat(pilot.app).composer.text == "nd more")
