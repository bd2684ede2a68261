"""Altering threads: shown at once, one at a time and in order, rolled back when refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from supachat.domain import events as ev
from supachat.domain.errors import NotAllowed, Unreachable
from supachat.domain.model import Alteration, Thread, ThreadKey
from supachat.domain.text import safe_line
from supachat.sync.altering import Alterer, altered
from supachat.sync.shelf import Outcome

KEY = ThreadKey("inbox", "c1")
THREAD = Thread(
    KEY, safe_line("Nadia"), ("me", "nadia"), status="open", assignee="", bot=False, archived=False
)
STATUS, ASSIGN = Alteration.STATUS, Alteration.ASSIGN


@pytest.mark.parametrize(
    ("what", "value", "expected"),
    [
        (Alteration.STATUS, "closed", replace(THREAD, status="closed")),
        (Alteration.ASSIGN, "me", replace(THREAD, assignee="me")),
        (Alteration.ASSIGN, "", THREAD),
        (Alteration.BOT, "on", replace(THREAD, bot=True)),
        (Alteration.BOT, "off", THREAD),
        (Alteration.RENAME, "N\x1bew", replace(THREAD, title=safe_line("N\x1bew"))),
        (Alteration.ARCHIVE, "on", replace(THREAD, archived=True)),
        (Alteration.INVITE, "tom", replace(THREAD, members=("me", "nadia", "tom"))),
        (Alteration.INVITE, "nadia", THREAD),
        (Alteration.REMOVE, "nadia", replace(THREAD, members=("me",))),
        (Alteration.LEAVE, "", replace(THREAD, members=("nadia",))),
    ],
)
def test_what_each_makes_of_a_thread(what: Alteration, value: str, expected: Thread) -> None:
    assert altered(THREAD, what, value, "me") == expected


class Desk:
    """An alterer, and what it came to."""

    def __init__(self) -> None:
        self.alterer = Alterer(lambda source: "me")
        self.out = Outcome()

    def do(self, what: Alteration, value: str = "") -> None:
        self.alterer.alter(ev.Alter(KEY, what, value), self.out)

    def asked(self) -> list[tuple[Alteration, str]]:
        """Since the last time."""
        found, self.out.requests = self.out.requests, []
        return [(r.what, r.value) for r in found if isinstance(r, ev.Alter)]

    def done(self, what: Alteration, value: str, turn: int) -> None:
        self.alterer.done(ev.Alter(KEY, what, value), turn, self.out)

    def refused(self, what: Alteration, value: str, *, arrived: bool | None = None) -> bool:
        error = NotAllowed("not yours") if arrived is None else Unreachable("no answer", arrived=arrived)
        return self.alterer.failed(ev.Alter(KEY, what, value), error, self.out)

    def shown(self) -> Thread:
        thread = self.alterer.shown(THREAD)
        assert thread is not None
        return thread

    def said(self) -> list[str]:
        return [c.title for c in self.out.changes if isinstance(c, ev.Notice)]


def test_one_at_a_time_in_the_order_in_which_they_were_made() -> None:
    desk = Desk()
    desk.do(STATUS, "pending")
    desk.do(ASSIGN, "tom")
    assert desk.asked() == [(STATUS, "pending")]
    assert (desk.shown().status, desk.shown().assignee) == ("pending", "tom")
    desk.done(STATUS, "pending", turn=3)
    assert desk.asked() == [(ASSIGN, "tom")]


def test_what_waits_is_overtaken_by_a_later_one_of_its_kind() -> None:
    desk = Desk()
    for value in ("pending", "closed", "open"):
        desk.do(STATUS, value)
    desk.do(Alteration.INVITE, "tom")
    desk.do(Alteration.INVITE, "noa")
    assert desk.asked() == [(STATUS, "pending")]
    assert desk.shown().status == "open"
    desk.done(STATUS, "pending", turn=1)
    assert desk.asked() == [(STATUS, "open")]
    desk.done(STATUS, "open", turn=2)
    assert desk.asked() == [(Alteration.INVITE, "tom")]


def test_a_refusal_is_undone_and_said_and_the_next_goes_on() -> None:
    desk = Desk()
    desk.do(STATUS, "closed")
    desk.do(ASSIGN, "tom")
    desk.asked()
    assert not desk.refused(STATUS, "closed")
    assert desk.said() == ["the status was not changed: not yours"]
    assert (desk.shown().status, desk.shown().assignee) == ("open", "tom")
    assert desk.asked() == [(ASSIGN, "tom")]


@pytest.mark.parametrize("arrived", [True, False])
def test_one_whose_end_nobody_saw_is_looked_up(arrived: bool) -> None:
    desk = Desk()
    desk.do(STATUS, "closed")
    assert desk.refused(STATUS, "closed", arrived=arrived) is arrived
    assert desk.shown() == THREAD


def test_one_that_is_done_stays_shown_until_a_list_that_was_asked_for_later() -> None:
    desk = Desk()
    desk.do(STATUS, "closed")
    desk.done(STATUS, "closed", turn=7)
    desk.alterer.listed("inbox", as_of=7)
    assert desk.shown().status == "closed"
    desk.alterer.listed("other", as_of=9)
    assert desk.shown().status == "closed"
    desk.alterer.listed("inbox", as_of=8)
    assert desk.shown() == THREAD


def test_one_under_way_outlives_every_list() -> None:
    desk = Desk()
    desk.do(STATUS, "closed")
    desk.alterer.listed("inbox", as_of=99)
    assert desk.shown().status == "closed"


def test_a_thread_that_was_left_is_not_shown_and_comes_back_when_refused() -> None:
    desk = Desk()
    desk.do(Alteration.LEAVE)
    assert desk.alterer.shown(THREAD) is None
    desk.refused(Alteration.LEAVE, "")
    assert desk.shown() == THREAD
    assert desk.said() == ["you have not left: not yours"]
