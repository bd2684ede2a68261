"""Who has no profile is named by the rows that they write, also by one that arrives."""

from __future__ import annotations

from tests.unit.core_screen import THREAD, live, said

from supachat.domain import events as ev
from supachat.domain import keeping as kp
from supachat.domain.model import Person, PersonKey
from supachat.domain.text import Safe


def test_a_row_that_arrives_names_its_author_for_the_screen_and_the_cache() -> None:
    screen = live(said(1, "one"))
    bot = Person(PersonKey(THREAD.source, "bot-1"), Safe("Helper"), Safe("bot-1"))
    screen.hear(ev.MessageArrived(said(2, "two"), author=bot))
    assert screen.engine.people.get(THREAD.source, "bot-1") == bot
    assert ev.PeopleChanged() in screen.changes
    assert kp.KeepPeople((bot,)) in screen.writes
