"""A delete that nobody vouches for: the place of the message is read again, and what is there decides."""

from __future__ import annotations

import pytest
from tests.unit.core_screen import Screen, live, said

from supachat.domain import events as ev
from supachat.domain.errors import Unreachable
from supachat.domain.model import Message
from supachat.sync.rereading import DEEP

BEGIN = 1_000_000_000
TABLE = [said(BEGIN + n * 20_000_000, f"number {n}") for n in range(40)]


def quiet() -> Screen:
    """Forty messages are known and nothing is asked any more."""
    screen = live(*TABLE)
    answer(screen, TABLE)
    for _ in range(DEEP):  # a reconnect wants as many windows compared, and each answer asks for the next
        doubt(screen, TABLE[-1])
        answer(screen, TABLE)
    return screen


def doubt(screen: Screen, *messages: Message) -> None:
    screen.hear(*(ev.MessageGone("direct", message.id, hint=True) for message in messages))


def answer(screen: Screen, there: list[Message]) -> list[ev.Reread]:
    """Answer every window until none is asked; at most one is asked at a time."""
    found: list[ev.Reread] = []
    while requests := screen.asked(ev.Reread):
        (request,) = requests
        assert isinstance(request, ev.Reread)
        found.append(request)
        rows = [m for m in there if request.after < m.cursor <= request.upto]
        screen.hear(ev.WindowReread(request, tuple(rows)))
    return found


def deleted(screen: Screen) -> list[int]:
    return [n for n, item in enumerate(screen.items) if isinstance(item, Message) and item.deleted]


@pytest.mark.parametrize("gone", [0, 7, 39])
def test_what_is_not_there_any_more_is_gone_wherever_it_stood(gone: int) -> None:
    screen = quiet()
    doubt(screen, TABLE[gone])
    (asked,) = answer(screen, [m for m in TABLE if m is not TABLE[gone]])
    assert asked.upto == TABLE[gone].cursor
    assert deleted(screen) == [gone]


def test_what_is_there_stays() -> None:
    screen = quiet()
    doubt(screen, TABLE[7])
    assert len(answer(screen, TABLE)) == 1
    assert deleted(screen) == []


def test_of_one_that_nobody_knows_or_that_is_gone_already_nothing_is_asked() -> None:
    screen = quiet()
    doubt(screen, said(1, "elsewhere"))
    screen.hear(ev.MessageGone("another", TABLE[7].id, hint=True), ev.MessageGone("direct", TABLE[8].id))
    doubt(screen, TABLE[8])
    assert screen.asked(ev.Reread) == []
    assert deleted(screen) == [8]


def test_many_at_once_are_a_few_questions_one_after_the_other() -> None:
    screen = quiet()
    doubt(screen, *TABLE[5:35])
    asked = answer(screen, TABLE[:5] + TABLE[35:])
    assert deleted(screen) == list(range(5, 35))
    assert len(asked) == 2


def test_one_that_is_named_while_its_place_is_read_is_read_once_more() -> None:
    screen = quiet()
    doubt(screen, TABLE[7])
    (early,) = screen.asked(ev.Reread)
    assert isinstance(early, ev.Reread)
    doubt(screen, TABLE[7])
    screen.hear(ev.WindowReread(early, (TABLE[7],)))
    answer(screen, [m for m in TABLE if m is not TABLE[7]])
    assert deleted(screen) == [7]


def test_a_question_that_failed_is_asked_with_the_next() -> None:
    screen = quiet()
    doubt(screen, TABLE[7])
    (lost,) = screen.asked(ev.Reread)
    screen.take(screen.engine.failed(lost, Unreachable("the link is down"), 0))
    doubt(screen, TABLE[20])
    answer(screen, [m for m in TABLE if m not in (TABLE[7], TABLE[20])])
    assert deleted(screen) == [7, 20]
