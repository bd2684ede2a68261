"""Searching: the page, and going to what it found wherever in its thread that lies."""

from __future__ import annotations

from dataclasses import replace

from tests.tui.five import HANNAH, RELEASE, five, said
from tests.tui.five_acts import at
from tests.tui.harness import chat, make_app, row, running, screen_text, until
from textual.pilot import Pilot

from supachat.domain import events as ev
from supachat.domain.errors import ServerTrouble
from supachat.domain.model import Extra, Feature, Gap, Message, PersonKind
from supachat.domain.text import Safe
from supachat.tui.keymap import Place
from supachat.tui.screens.search import Found
from supachat.tui.widgets.paint import Row
from supachat.tui.widgets.pieces import Role


async def test_search_finds_names_and_words_and_goes_there() -> None:
    async with running(make_app(five()), (120, 50)) as pilot:
        await at(pilot, RELEASE)
        await pilot.press("alt+s", *"spam folder")
        await until(pilot, lambda: "1 found in one thread" in screen_text(pilot.app))
        assert "Hannah Weiss  Inbox" in screen_text(pilot.app)
        await pilot.press("enter")
        await until(pilot, lambda: chat(pilot.app).shown == HANNAH)
        assert "spam folder" in await arrived(pilot)
        await until(pilot, lambda: " ".join(found_words(pilot)) == "spam folder")
        await pilot.press("escape")
        await until(pilot, lambda: chat(pilot.app).parts.places.here is Place.COMPOSER)
        await until(pilot, lambda: found_words(pilot) == [])


async def test_a_hit_is_shown_as_its_words_and_the_system_by_what_it_is() -> None:
    town = five()
    system = Extra(role=PersonKind.SYSTEM)
    town.table[HANNAH] += [
        said(HANNAH, "hannah", "It says:\n```\nquill error\n```", 3),
        said(HANNAH, "sys", "The quill was **closed**", 2, system),
        said(HANNAH, "hannah", "see [here](https://quill.example/x)", 1),
    ]
    async with running(make_app(town), (120, 50)) as pilot:
        await at(pilot, RELEASE)
        await pilot.press("alt+s", *"quill")
        await until(pilot, lambda: "3 found in one thread" in screen_text(pilot.app))
        assert "It says: quill error" in row(pilot.app, "quill error")
        assert row(pilot.app, "The quill was closed").split()[0] == "system"
        assert row(pilot.app, "quill.example"), "a hit in what is not shown is shown as it was written"


async def test_a_conversation_found_by_its_subject_shows_the_subject_and_not_its_newest_message() -> None:
    town = five()
    town.threads = [
        replace(one, facts=(Safe("email"), Safe("Refund for the Quill"))) if one.key == HANNAH else one
        for one in town.threads
    ]
    town.table[HANNAH][-2:-2] = [said(HANNAH, "hannah", "the quill itself", 300)]
    town.found = [town.table[HANNAH][-3], town.table[HANNAH][-1]]
    async with running(make_app(town), (120, 50)) as pilot:
        await at(pilot, RELEASE)
        await pilot.press("alt+s", *"quill")
        await until(pilot, lambda: "2 found in one thread" in screen_text(pilot.app))
        assert row(pilot.app, "Refund for the Quill").split()[0] == "about"
        assert "still opens a blank page" not in screen_text(pilot.app), "its newest does not say it"
        await pilot.press("down", "enter")
        await until(pilot, lambda: chat(pilot.app).shown == HANNAH)
        assert chat(pilot.app).parts.places.here is Place.COMPOSER


async def test_a_conversation_found_by_its_name_stands_there_once() -> None:
    town = five()
    town.found = [town.table[HANNAH][-1]]
    async with running(make_app(town), (120, 50)) as pilot:
        await at(pilot, RELEASE)
        await pilot.press("alt+s", *"hannah weiss")
        await until(pilot, lambda: "1 found in one thread" in screen_text(pilot.app))
        assert screen_text(pilot.app).count("Hannah Weiss") == 2, "a heading and one row"


async def test_a_hit_is_clicked() -> None:
    async with running(make_app(five()), (80, 24)) as pilot:
        await at(pilot, RELEASE)
        await pilot.press("alt+s", *"spam folder")
        await until(pilot, lambda: "1 found in one thread" in screen_text(pilot.app))
        rows = screen_text(pilot.app).splitlines()
        head = next(y for y, line in enumerate(rows) if "Hannah Weiss  Inbox" in line)
        await pilot.click(offset=(6, head))
        assert "1 found in one thread" in screen_text(pilot.app), "a heading is no hit"
        await pilot.click(offset=(6, head + 1))
        await until(pilot, lambda: chat(pilot.app).shown == HANNAH)


async def test_a_hit_far_back_is_gone_to_and_what_lies_between_stays_a_gap() -> None:
    town = five()
    past = [said(HANNAH, "hannah", f"word {n} of very many", 9000 - n) for n in range(400)]
    town.table[HANNAH] = [*past, *town.table[HANNAH]]
    async with running(make_app(town), (120, 36)) as pilot:
        await at(pilot, HANNAH)
        await pilot.press("alt+s", *"word 77 of")
        await until(pilot, lambda: "found in one thread" in screen_text(pilot.app))
        await pilot.press("enter")
        assert await arrived(pilot) == "word 77 of very many"
        await until(pilot, lambda: "word 78 of" in screen_text(pilot.app))
        await until(pilot, lambda: "word 76 of" in screen_text(pilot.app))
        assert any(isinstance(item, Gap) for item in chat(pilot.app).pane.newest(1000))
        await pilot.press("end")
        await until(pilot, lambda: "still opens a blank page" in screen_text(pilot.app))


async def test_hits_of_several_days_stand_each_under_its_own() -> None:
    town = five()
    town.table[HANNAH] = [said(HANNAH, "hannah", "a comet again", day * 1440) for day in (9, 5, 5)]
    async with running(make_app(town), (120, 36)) as pilot:
        await at(pilot, RELEASE)
        await pilot.press("alt+s", *"comet")
        await until(pilot, lambda: "found in one thread" in screen_text(pilot.app))
        heads = [line for line in screen_text(pilot.app).splitlines() if "Hannah Weiss  Inbox" in line]
        assert [head.split()[-3:-1] for head in heads] == [["11", "Nov"], ["15", "Nov"]]


async def test_a_hit_that_is_gone_is_said_and_the_thread_stays_as_it_is() -> None:
    town = five()
    async with running(make_app(town), (120, 36)) as pilot:
        await at(pilot, HANNAH)
        await pilot.press("alt+s", *"spam folder")
        await until(pilot, lambda: "1 found in one thread" in screen_text(pilot.app))
        lost = said(HANNAH, "hannah", "spam folder", 99999)
        pilot.app.screen.dismiss(Found(HANNAH, lost.cursor, "spam folder"))
        await until(pilot, lambda: "Not at that message" in screen_text(pilot.app))
        assert "that message is not there any more" in screen_text(pilot.app)
        assert found_words(pilot) == []


async def arrived(pilot: Pilot[int]) -> str:
    """What is chosen in the messages, once something is and the keyboard is there."""

    def chosen() -> Message | None:
        item = (
            chat(pilot.app).pane.selected if chat(pilot.app).parts.places.here is Place.MESSAGES else None
        )
        return item if isinstance(item, Message) else None

    found = await until(pilot, chosen)
    assert found is not None
    return str(found.body)


def found_words(pilot: Pilot[int]) -> list[str]:
    """What stands set off in the messages that are seen, each once."""
    pane = chat(pilot.app).pane
    look = pane._view.drawer.look
    marks = {look.style(Role.FOUND, row) for row in Row}
    seen = [line.strip for entry, line in pane._lines if entry is not None]
    texts = ("".join(segment.text for segment in strip if segment.style in marks) for strip in seen)
    return list(dict.fromkeys(text for text in texts if text))


async def test_around_the_chosen_hit_stands_what_was_said_before_and_after_it() -> None:
    town = five()
    past = [said(RELEASE, "tom", f"word {n} of very many", 9000 - n) for n in range(400)]
    past = [replace(row, thread=HANNAH) for row in past]
    town.table[HANNAH] = [*past, *town.table[HANNAH]]
    async with running(make_app(town), (120, 50)) as pilot:
        await at(pilot, RELEASE)
        await pilot.press("alt+s", *"word 77 of")
        await until(pilot, lambda: "word 78 of very many" in screen_text(pilot.app))
        lines = [line for line in screen_text(pilot.app).splitlines() if "of very many" in line]
        assert [line.split("word ")[1].split()[0] for line in lines] == ["76", "77", "78"]
        asked = [r for r in town.performed if isinstance(r, ev.FetchPage) and r.limit == 1]
        assert len(asked) == 2


async def test_a_source_that_cannot_be_searched_is_named_in_one_line() -> None:
    town = five()
    town.sources = tuple(
        replace(s, features=s.features | {Feature.SEARCH}) if s.name == "sessions" else s
        for s in town.sources
    )
    town.unsearched["sessions"] = ServerTrouble("the server is in trouble")
    async with running(make_app(town), (120, 50)) as pilot:
        await at(pilot, RELEASE)
        await pilot.press("alt+s", *"spam folder")
        await until(pilot, lambda: "1 found in one thread" in screen_text(pilot.app))
        assert "Sessions could not be searched: the server is in trouble" in screen_text(pilot.app)


async def test_search_says_that_nothing_was_found() -> None:
    async with running(make_app(five()), (120, 50)) as pilot:
        await pilot.press(*"/search blank pge", "enter")
        await until(pilot, lambda: 'No message says "blank pge"' in screen_text(pilot.app))
        await pilot.press("escape")
        assert await until(pilot, lambda: chat(pilot.app).parts.places.here is Place.COMPOSER)
