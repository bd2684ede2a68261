"""A thread that was just made, while a list that does not know it yet is still on its way."""

from __future__ import annotations

from tests.unit.core_screen import CONNECTED, OTHER, SIGNED_IN, THREAD, Screen, listed

from supachat.domain import events as ev
from supachat.domain.model import Person, PersonKey, Presence, Thread
from supachat.domain.text import safe_line

MADE = Thread(THREAD, safe_line("You"), ("me", "you"))
YOU = Person(PersonKey("direct", "you"), safe_line("You Two"), safe_line("you"))


def test_it_stays_its_people_are_believed_and_the_list_is_asked_for_once_more() -> None:
    screen = Screen()
    screen.hear(SIGNED_IN, CONNECTED)
    assert len(screen.asked(ev.ListThreads)) == 1
    screen.take(screen.engine.started(MADE, (YOU,), 0))
    screen.hear(listed(OTHER))
    assert screen.engine.threads.get(THREAD) == MADE
    screen.hear(ev.PresenceHeard(THREAD, {"you": Presence.ONLINE}))
    assert screen.engine.presence("direct", "you") is Presence.ONLINE
    assert len(screen.asked(ev.ListThreads)) == 1
    screen.hear(listed(OTHER))
    assert screen.engine.threads.get(THREAD) is None, "that list knew it and left it out"


def test_where_no_list_is_on_its_way_none_is_asked_for() -> None:
    screen = Screen()
    screen.hear(SIGNED_IN, CONNECTED, listed(OTHER))
    screen.asked(ev.ListThreads)
    screen.take(screen.engine.started(MADE, (YOU,), 0))
    assert screen.asked(ev.ListThreads) == []
