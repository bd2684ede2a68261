"""The column of people, where a room has more of them than rows."""

from __future__ import annotations

from dataclasses import replace

from tests.tui.harness import chat, make_app, running, screen_text, settled, until
from tests.tui.street import key, person, thread
from tests.tui.town import Town
from textual import events

from supachat.tui.widgets.people import PeopleColumn


async def test_another_thread_s_people_are_shown_from_the_first_on() -> None:
    town = Town([])
    many = [person(f"p{number:02}", f"Member {number:02}") for number in range(60)]
    members = ("ana", *(one.key.id for one in many))
    town.people = [*town.people, *many]
    town.threads = [replace(thread(name), other="", members=members) for name in ("quay", "slip")]
    async with running(make_app(town), (160, 36)) as pilot:
        column = pilot.app.screen.query_one(PeopleColumn)
        chat(pilot.app).go(key("quay"))
        await until(pilot, lambda: "Member 00" in screen_text(pilot.app))
        for _ in range(5):
            column.post_message(
                events.MouseScrollDown(column, 1, 9, 0, 0, 0, False, False, False, screen_x=140, screen_y=9)
            )
        await until(pilot, lambda: "Member 00" not in screen_text(pilot.app))
        chat(pilot.app).go(key("slip"))
        await settled(pilot)
        assert "Member 00" in screen_text(pilot.app)
