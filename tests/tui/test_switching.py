"""The switcher: threads, people who have none yet, and what is said when nobody is found."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from tests.tui.five import RELEASE, five
from tests.tui.five_acts import at
from tests.tui.harness import chat, make_app, row, running, screen_text, settled, until
from tests.tui.street import SOURCE, key, thread
from tests.tui.town import Town
from textual import events

from supachat.domain.errors import Unreachable
from supachat.domain.model import Feature, Person, PersonKey, SourceInfo
from supachat.domain.text import Safe
from supachat.tui.screens.picking import Invite
from supachat.tui.widgets.results import Results


async def test_the_switcher_opens_a_thread_by_a_few_letters() -> None:
    async with running(make_app(Town())) as pilot:
        await pilot.press("ctrl+k", *"noa", "enter")
        await until(pilot, lambda: chat(pilot.app).client.open_thread == key("noa"))


async def test_the_one_that_is_named_whole_is_meant_also_where_another_is_unread() -> None:
    rooms = [
        replace(thread("noa", unread=3), title=Safe("Room 10")),
        replace(thread("mira"), title=Safe("Room 1")),
    ]
    async with running(make_app(Town(rooms))) as pilot:
        await pilot.press("ctrl+k", *"room", "space", "1", "enter")
        await until(pilot, lambda: chat(pilot.app).client.open_thread == key("mira"))


async def test_somebody_without_a_thread_is_found_by_the_server_and_gets_one() -> None:
    async with running(make_app(Town())) as pilot:
        await pilot.press("ctrl+k", *"samu")
        await until(pilot, lambda: "Samuel Osei" in screen_text(pilot.app))
        assert "no thread yet" in screen_text(pilot.app)
        await pilot.press("enter")
        await until(pilot, lambda: "Message Samuel Osei" in screen_text(pilot.app))
        assert "Nothing said yet" in screen_text(pilot.app)


async def test_an_id_that_nobody_calls_anybody_by_is_not_shown() -> None:
    uid = "0b6f2c1e-5d1c-4c0e-9a57-3f1f6f0a2b11"
    town = Town([replace(thread(name), other=other) for name, other in (("mira", "mira"), ("tom", uid))])
    town.people.append(Person(PersonKey("direct", uid), Safe("Ida Berg"), Safe(uid)))
    async with running(make_app(town), (120, 36)) as pilot:
        await pilot.press("ctrl+n")
        await until(pilot, lambda: "Ida Berg" in screen_text(pilot.app))
        assert re.search(r"Mira Kovač +mira\s", screen_text(pilot.app)), "she is called so"
        assert uid not in screen_text(pilot.app)


async def test_when_people_cannot_be_asked_for_it_says_so() -> None:
    town = Town()
    town.find_refused = Unreachable("no answer from acme.supabase.co")
    async with running(make_app(town)) as pilot:
        await pilot.press("ctrl+n", *"zzzz")
        await until(pilot, lambda: "no answer from acme.supabase.co" in screen_text(pilot.app))


async def test_nothing_found_says_what_is_nearest() -> None:
    async with running(make_app(Town())) as pilot:
        await pilot.press("ctrl+k", *"tom bekcer")
        await until(pilot, lambda: 'Nothing is called "tom bekcer"' in screen_text(pilot.app))
        assert "Nearest: Tom Becker" in screen_text(pilot.app)


async def test_the_wheel_goes_through_the_results_and_stops_at_their_ends() -> None:
    async with running(make_app(Town())) as pilot:
        await pilot.press("ctrl+k")
        await until(pilot, lambda: "Thread or person" in screen_text(pilot.app))
        results = pilot.app.screen.query_one(Results)
        ends = []
        for turn in (events.MouseScrollDown, events.MouseScrollUp):
            for _ in range(len(chat(pilot.app).list.keys) + 2):
                results.post_message(turn(results, 3, 3, 0, 0, 0, False, False, False))
            await settled(pilot)
            ends.append(results.chosen)
        assert ends == [results._results[-1], results._results[0]]


async def test_a_click_in_the_switcher_opens_and_one_beside_it_closes() -> None:
    async with running(make_app(Town())) as pilot:
        await pilot.press("ctrl+k")
        await until(pilot, lambda: "Thread or person" in screen_text(pilot.app))
        rows = screen_text(pilot.app).splitlines()
        y = next(n for n, row in enumerate(rows) if "Noa Levi" in row and "Direct" in row)
        await pilot.click(offset=(rows[y].rindex("Noa Levi"), y))
        await until(pilot, lambda: chat(pilot.app).client.open_thread == key("noa"))
        await pilot.press("ctrl+k")
        await settled(pilot)
        await pilot.click(offset=(2, 20))
        await until(pilot, lambda: chat(pilot.app).is_active)


async def test_groups_are_walked_with_tab() -> None:
    async with running(make_app(Town())) as pilot:
        await pilot.press("ctrl+k", "tab")
        await settled(pilot)
        chosen = next(row for row in screen_text(pilot.app).splitlines() if row[24:25] == "›")
        assert "Mira Kovač" in chosen or "Relay" in chosen or "Renate" in chosen


async def test_the_list_s_cursor_stays_where_it_was_while_another_window_was_in_front() -> None:
    """It went back to the open thread: the next key changed another conversation than was chosen."""
    async with running(make_app(Town())) as pilot:
        await pilot.press("tab", "down")
        await until(pilot, lambda: row(pilot.app, "Tom Becker").startswith("›"))
        pilot.app.post_message(events.AppBlur())
        await until(pilot, lambda: not row(pilot.app, "Tom Becker").startswith("›"))
        pilot.app.post_message(events.AppFocus())
        await until(pilot, lambda: row(pilot.app, "Tom Becker").startswith("›"))
        assert chat(pilot.app).list.has_focus


async def test_where_customers_begin_a_conversation_nobody_is_told_to_start_one() -> None:
    town = Town([])
    town.sources = (replace(SOURCE, features=SOURCE.features - {Feature.START}),)
    async with running(make_app(town)) as pilot:
        await until(pilot, lambda: "No conversations yet" in screen_text(pilot.app))
        assert "ctrl+n" not in screen_text(pilot.app)
        await pilot.press("ctrl+n")
        await until(pilot, lambda: "no conversation can be started here" in screen_text(pilot.app))
        await pilot.press("ctrl+p", *"start a")
        await settled(pilot)
        assert "Start a thread" not in screen_text(pilot.app)


class Asked(Town):
    """Notes in which sources people were asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()

    async def find_people(self, source: str, text: str) -> Sequence[Person]:
        self.asked.add(source)
        return await super().find_people(source, text)


async def test_nobody_is_offered_where_they_cannot_be_written_to() -> None:
    """Agents of an inbox are found for an assignment: whoever chose one was refused."""
    town = Asked()
    inbox = SourceInfo("inbox", Safe("Inbox"), frozenset({Feature.FIND_PEOPLE}), "ana")
    town.sources = (inbox, SOURCE)
    async with running(make_app(town)) as pilot:
        await pilot.press("ctrl+k", *"samu")
        await until(pilot, lambda: "Samuel Osei" in screen_text(pilot.app))
        assert town.asked == {"direct"}


async def test_who_may_be_invited_stands_there_by_name_and_handle() -> None:
    """Not with "no thread yet": to have one with them is not what is asked for."""
    town = five()
    town.people.append(Person(PersonKey("rooms", "lea"), Safe("Lea Maas"), Safe("lea-m")))
    async with running(make_app(town), (120, 36)) as pilot:
        await at(pilot, RELEASE)
        pilot.app.push_screen(Invite(chat(pilot.app).client, RELEASE))
        await until(pilot, lambda: re.search(r"Lea Maas .*lea-m", screen_text(pilot.app)))
        assert "no thread yet" not in screen_text(pilot.app)
    town.people.pop()
    async with running(make_app(town), (120, 36)) as pilot:
        await at(pilot, RELEASE)
        pilot.app.push_screen(Invite(chat(pilot.app).client, RELEASE))
        await until(pilot, lambda: "Everybody who is known is in it" in screen_text(pilot.app))
