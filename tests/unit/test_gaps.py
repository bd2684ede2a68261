"""What is known of a gap: that it is filled, about how many are missing, and how many of them have come."""

from __future__ import annotations

import pytest
from tests.unit.core_screen import CONNECTED, SIGNED_IN, THREAD, Screen, listed, said
from tests.unit.test_timeline import cursor, message

from supachat.domain import events as ev
from supachat.domain.errors import NotAllowed
from supachat.domain.model import Gap
from supachat.sync.timeline import Timeline


def holed() -> Timeline:
    """1 and 2 are known, and 90 to 92; what lies between is missing."""
    timeline = Timeline(message(1).thread)
    timeline.put([message(1), message(2)], (cursor(1), cursor(2)))
    timeline.put([message(n) for n in (90, 91, 92)], (cursor(90), cursor(92)))
    return timeline


def page(timeline: Timeline, low: int, high: int) -> None:
    timeline.put([message(n) for n in range(low, high)], (cursor(low), cursor(high)))


def known(timeline: Timeline) -> list[tuple[int | None, int, bool]]:
    return [(gap.about, gap.filled, gap.filling) for gap in timeline.gaps.all()]


@pytest.mark.parametrize(
    ("low", "counted_late", "expected"),
    [
        (70, False, [(67, 20, False)]),  # 20 of 87 have come
        (70, True, [(67, 20, False)]),  # the answer comes after the page: the same
        (50, False, [(47, 40, False)]),
    ],
)
def test_a_page_makes_the_guess_smaller_by_what_came(
    low: int, counted_late: bool, expected: list[tuple[int | None, int, bool]]
) -> None:
    timeline = holed()
    if not counted_late:
        timeline.gaps.counted(cursor(2), cursor(90), 87)
        assert known(timeline) == [(87, 0, False)]
    page(timeline, low, 90)
    if counted_late:
        timeline.gaps.counted(cursor(2), cursor(90), 87)
    assert known(timeline) == expected


def test_pages_add_up_and_the_last_one_closes_the_gap() -> None:
    timeline = holed()
    timeline.gaps.counted(cursor(2), cursor(90), 87)
    page(timeline, 70, 90)
    page(timeline, 50, 70)
    assert known(timeline) == [(47, 40, False)]
    timeline.put([message(n) for n in range(3, 50)], (cursor(2), cursor(50)))
    assert known(timeline) == []


def test_what_was_heard_within_a_gap_is_not_missing() -> None:
    timeline = holed()
    timeline.put([message(40), message(60)])
    timeline.gaps.counted(cursor(2), cursor(90), 87)
    assert known(timeline) == [(85, 0, False)]
    timeline.put([message(50)])
    assert known(timeline) == [(84, 0, False)]
    page(timeline, 55, 90)
    assert known(timeline) == [(50, 35, False)]


def test_a_gap_that_grows_while_it_is_filled_is_still_being_filled_and_has_no_number() -> None:
    timeline = Timeline(message(1).thread)
    timeline.put([message(1), message(2)], (cursor(1), cursor(2)))
    timeline.put([message(9)])
    (gap,) = timeline.gaps.all()
    timeline.gaps.filling(gap, True)
    timeline.gaps.counted(cursor(2), cursor(9), 6)
    timeline.put([message(12)])
    assert known(timeline) == [(None, 0, True)]


def test_a_guess_that_was_too_small_is_dropped() -> None:
    timeline = holed()
    timeline.gaps.counted(cursor(2), cursor(90), 15)
    page(timeline, 70, 90)
    assert known(timeline) == [(None, 0, False)]


def test_a_gap_in_two_has_no_number() -> None:
    timeline = holed()
    timeline.gaps.counted(cursor(2), cursor(90), 87)
    page(timeline, 40, 50)  # somebody went to a message in its middle
    assert known(timeline) == [(None, 0, False), (None, 0, False)]
    timeline.gaps.counted(cursor(2), cursor(90), 87)
    assert known(timeline) == [(None, 0, False), (None, 0, False)]


def test_a_count_of_a_gap_that_is_filled_says_nothing() -> None:
    timeline = holed()
    page(timeline, 2, 91)
    assert timeline.gaps.counted(cursor(2), cursor(90), 87) == []


def test_being_filled_and_being_counted_do_not_undo_each_other() -> None:
    timeline = holed()
    (gap,) = timeline.gaps.all()
    timeline.gaps.filling(gap, True)
    timeline.gaps.counted(cursor(2), cursor(90), 87)
    assert known(timeline) == [(87, 0, True)]
    timeline.gaps.filling(gap, False)
    assert known(timeline) == [(87, 0, False)]


# ---------------------------------------------------------------- asking


def gapped() -> tuple[Screen, Gap]:
    screen = Screen()
    screen.hear(SIGNED_IN, CONNECTED, listed(THREAD))
    screen.take(screen.engine.open(THREAD, 0))
    (recall,) = screen.asked(ev.Recall)
    assert isinstance(recall, ev.Recall)
    kept = tuple(said(1_000_000_000 + n * 1_000_000, f"number {n}") for n in (1, 2, 50, 51))
    spans = ((kept[0].cursor, kept[1].cursor), (kept[2].cursor, kept[3].cursor))
    screen.hear(ev.Recalled(recall, kept, spans))
    (gap,) = [item for item in screen.items if isinstance(item, Gap)]
    return screen, gap


def test_a_gap_is_counted_on_demand_and_says_so() -> None:
    screen, gap = gapped()
    screen.take(screen.engine.act(lambda out: screen.engine.reader.count(gap, out), 0))
    (request,) = screen.asked(ev.CountGap)
    assert request == ev.CountGap(THREAD, gap.after, gap.before)
    screen.hear(ev.GapCounted(ev.CountGap(THREAD, gap.after, gap.before), 47))
    assert [item.about for item in screen.items if isinstance(item, Gap)] == [47]


def test_a_count_that_is_refused_is_no_trouble() -> None:
    screen, gap = gapped()
    request = ev.CountGap(THREAD, gap.after, gap.before)
    screen.take(screen.engine.act(lambda out: screen.engine.reader.count(gap, out), 0))
    screen.take(screen.engine.failed(request, NotAllowed("no counting here"), 1))
    assert not [change for change in screen.changes if isinstance(change, ev.Notice)]
    assert screen.engine.health.health.last_error == ""
    screen.hear(ev.GapCounted(request, None))
    assert [item.about for item in screen.items if isinstance(item, Gap)] == [None]
