"""Feeds as tables: the order of rows, what a read and what a hearing changes, taking and its undoing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supachat.domain.feeds import FeedAct, FeedInfo, FeedRow, Severity
from supachat.domain.model import Micros
from supachat.domain.text import safe_line
from supachat.sync.feeds import MOST, Feeds, in_order, is_alert

ALERTS = FeedInfo("portal", "alerts", safe_line("Alerts"), takes=True, urgent=True, closes=True)
LOG = FeedInfo("portal", "log", safe_line("Log"))


def row(at: int, id_: str = "", *, feed: str = "alerts", taken: bool = False) -> FeedRow:
    return FeedRow("portal", feed, id_ or f"r{at}", Micros(at), safe_line(f"row {at}"), taken=taken)


def feeds(*rows: FeedRow) -> Feeds:
    return Feeds((ALERTS, LOG), rows)


def ids(held: Feeds, feed: str = "alerts") -> list[str]:
    return [r.id for r in held.rows("portal", feed)]


def waiting(held: Feeds) -> int:
    return sum(r.waits for r in held.rows("portal", "alerts"))


@pytest.mark.parametrize(
    ("rows", "info", "expected"),
    [
        ((row(1), row(3), row(2)), LOG, ["r3", "r2", "r1"]),
        ((row(1), row(3, taken=True), row(2)), ALERTS, ["r2", "r1", "r3"]),
        ((replace(row(1), severity=Severity.CRITICAL), row(3)), LOG, ["r1", "r3"]),
        ((replace(row(1, taken=True), severity=Severity.CRITICAL), row(3)), LOG, ["r3", "r1"]),
        ((row(2, "b"), row(2, "a")), LOG, ["b", "a"]),
        ((), None, []),
    ],
    ids=["newest first", "open alerts first", "critical rows of any feed", "taken", "equal times", "empty"],
)
def test_the_order_of_rows(rows: tuple[FeedRow, ...], info: FeedInfo | None, expected: list[str]) -> None:
    assert [r.id for r in in_order(rows, info)] == expected


@given(st.lists(st.tuples(st.integers(0, 20), st.booleans()), max_size=30))
def test_open_alerts_stand_before_all_others_and_each_part_is_newest_first(
    given: list[tuple[int, bool]],
) -> None:
    rows = [row(at, f"r{n}", taken=taken) for n, (at, taken) in enumerate(given)]
    ordered = in_order(rows, ALERTS)
    assert sorted(r.id for r in ordered) == sorted(r.id for r in rows)
    keys = [(r.taken, -r.at) for r in ordered]
    assert keys == sorted(keys)


def test_what_a_read_does_not_bring_is_gone_and_what_is_new_is_said() -> None:
    held = feeds(row(1), row(2))
    assert [r.id for r in held.read("portal", "alerts", (row(2), row(3)), as_of=5)] == ["r3"]
    assert ids(held) == ["r3", "r2"]


def test_a_row_heard_after_the_read_was_asked_for_stays() -> None:
    held = feeds()
    assert held.heard(row(9), turn=5)
    assert not held.heard(replace(row(9), title=safe_line("again")), turn=6)
    held.read("portal", "alerts", (row(1),), as_of=4)
    assert ids(held) == ["r9", "r1"]
    held.read("portal", "alerts", (row(1),), as_of=7)
    assert ids(held) == ["r1"]


def test_a_take_is_shown_at_once_and_undone_when_refused() -> None:
    held = feeds(row(1), row(2))
    assert held.take(row(2), "ana")
    assert [(r.id, r.taken, r.taken_by) for r in held.rows("portal", "alerts")] == [
        ("r1", False, ""),
        ("r2", True, "ana"),
    ]
    assert waiting(held) == 1
    held.refused("portal", "alerts", "r2")
    assert ids(held) == ["r2", "r1"]
    assert waiting(held) == 2


def test_a_take_that_is_done_stays_shown_until_a_later_read() -> None:
    held = feeds(row(1))
    held.take(row(1), "ana")
    held.taken("portal", "alerts", "r1", turn=7)
    held.read("portal", "alerts", (row(1),), as_of=7)  # asked for before it was done: too old to say
    assert held.rows("portal", "alerts")[0].taken
    held.read("portal", "alerts", (row(1),), as_of=8)
    assert not held.rows("portal", "alerts")[0].taken


def test_a_close_is_undone_alone() -> None:
    held = feeds(row(1))
    assert held.take(row(1), "ana")
    assert held.take(row(1), "ana", FeedAct.CLOSE)
    assert not held.take(row(1), "ana", FeedAct.CLOSE)
    assert not held.take(row(1), "ana")
    (shown,) = held.rows("portal", "alerts")
    assert (shown.taken_by, shown.closed_by, shown.waits) == ("ana", "ana", False)
    held.refused("portal", "alerts", "r1", FeedAct.CLOSE)
    (shown,) = held.rows("portal", "alerts")
    assert (shown.taken, shown.closed) == (True, False)
    held.refused("portal", "alerts", "r1")
    assert waiting(held) == 1


def test_an_answer_to_one_act_says_nothing_of_the_other() -> None:
    held = feeds(row(1))
    held.take(row(1), "ana")
    held.take(row(1), "ana", FeedAct.CLOSE)
    held.taken("portal", "alerts", "r1", turn=7)
    held.read("portal", "alerts", (replace(row(1), taken=True),), as_of=8)
    assert held.rows("portal", "alerts")[0].closed
    held.heard(replace(row(1), taken=True, closed=True), turn=9)
    held.heard(replace(row(1), taken=True), turn=10)  # opened again by somebody
    assert not held.rows("portal", "alerts")[0].closed


@pytest.mark.parametrize(
    ("given", "acts"),
    [
        (row(1), (FeedAct.TAKE, FeedAct.CLOSE)),
        (row(1, taken=True), (FeedAct.CLOSE,)),
        (replace(row(1), closed=True), ()),
    ],
)
def test_what_can_still_be_done(given: FeedRow, acts: tuple[FeedAct, ...]) -> None:
    assert ALERTS.open_acts(given) == acts
    assert LOG.open_acts(given) == ()


def test_what_cannot_be_taken_is_not() -> None:
    held = feeds(row(1, feed="log"), row(2, taken=True))
    assert not held.take(row(1, feed="log"), "ana")
    assert not held.take(row(2), "ana")
    assert not held.take(row(99), "ana")
    assert held.take(held_row := row(3), "ana") is False, held_row


def test_a_feed_that_a_source_has_no_more_goes_with_its_rows() -> None:
    held = feeds(row(1), row(2, feed="log"))
    assert not held.known("portal", (ALERTS, LOG))
    assert held.known("portal", (LOG,))
    assert held.infos() == (LOG,)
    assert ids(held) == []
    assert ids(held, "log") == ["r2"]


def test_the_oldest_leave_when_there_are_too_many() -> None:
    held = feeds()
    for at in range(MOST + 5):
        held.heard(row(at), turn=1)
    assert len(ids(held)) == MOST
    assert ids(held)[-1] == "r5"


@pytest.mark.parametrize(
    ("severity", "info", "expected"),
    [
        (Severity.INFO, LOG, False),
        (Severity.WARNING, LOG, False),
        (Severity.CRITICAL, LOG, True),
        (Severity.INFO, ALERTS, True),
        (Severity.INFO, None, False),
    ],
)
def test_what_is_an_alert(severity: Severity, info: FeedInfo | None, expected: bool) -> None:
    assert is_alert(replace(row(1), severity=severity), info) is expected
