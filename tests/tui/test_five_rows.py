"""What the five systems add, row by row: each rule of the look as a line of a table."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.cells import cell_len
from tests.tui.five import ALERTS, FIVE_PEOPLE, INBOX
from tests.tui.row_text import text
from tests.tui.street import NOW, thread

from supachat.domain.model import Thread
from supachat.domain.text import Safe, safe_line
from supachat.tui.screens.sections import initials, status_kind
from supachat.tui.widgets.list_entries import (
    Entry,
    FeedView,
    SourceView,
    StatusKind,
    ThreadView,
    arranged,
    entries,
    fits,
    narrowed,
)
from supachat.tui.widgets.thread_rows import Look, below_row, draw, height


def view(other: str = "tom", **parts: object) -> ThreadView:
    names = {"standing", "assignee", "assistant", "presence"}
    seen = {name: value for name, value in parts.items() if name in names}
    rest = {name: value for name, value in parts.items() if name not in names}
    return ThreadView(thread(other, **rest), **seen)  # type: ignore[arg-type]  # a test names real fields


@pytest.mark.parametrize(
    ("parts", "cells", "row"),
    [
        (
            {"standing": StatusKind.OPEN, "assignee": Safe("you"), "unread": 1},
            32,
            "  ◊ Tom Becker          you   1 ",
        ),
        ({"standing": StatusKind.WAITING, "assignee": Safe("JL")}, 32, "  ◷ Tom Becker           JL     "),
        ({"standing": StatusKind.CLOSED, "assignee": Safe("-")}, 32, "  ✓ Tom Becker            -     "),
        (
            {"standing": StatusKind.OPEN, "assignee": Safe("you"), "unread": 1},
            24,
            "  ◊ Tom Becker        1 ",
        ),
        ({"assignee": Safe("you"), "muted": True, "unread": 9}, 32, "    Tom Becker            ⊘   9 "),
        ({"assignee": Safe("you"), "draft": True}, 32, "    Tom Becker          you   ✎ "),
        ({"assistant": True}, 24, "  ✦ Tom Becker          "),
    ],
)
def test_status_assignee_and_counts_have_their_columns(
    parts: dict[str, object], cells: int, row: str
) -> None:
    (drawn,) = draw(Entry("thread", "x", None, view("tom", **parts)), cells, Look(NOW))
    assert text(drawn) == row
    assert cell_len(text(drawn)) == cells


def test_a_feed_is_a_row_and_an_alert_is_a_mark() -> None:
    feed = Entry("feed", "alerts", None, feed=FeedView(ALERTS, 2))
    assert [text(row) for row in draw(feed, 24, Look(NOW))] == ["  ! Critical alerts   2 "]
    quiet = replace(feed, feed=FeedView(ALERTS, 0))
    assert [text(row) for row in draw(quiet, 24, Look(NOW))] == ["  ✓ Critical alerts     "]


def test_a_feed_in_which_nothing_stands_yet_takes_no_second_row() -> None:
    empty = Entry("feed", "alerts", None, feed=FeedView(ALERTS))
    told = replace(empty, feed=FeedView(ALERTS, 1, preview=Safe("Missed")))
    assert [height(entry, 40) for entry in (empty, told)] == [1, 2]
    assert text(draw(empty, 40, Look(NOW))[0]) == f"{'  ✓ Critical alerts':40}"


def test_a_list_that_is_too_long_says_what_stands_below() -> None:
    portal = SourceView("portal", Safe("Portal"), (view(unread=2), view("aiko", muted=True, unread=40)))
    told = entries([replace(portal, feeds=(FeedView(ALERTS, 3),))], (), tall=True)
    folded = entries([portal], {"portal"}, tall=True)
    assert text(below_row(told, 32)) == "  ! 3 more below              5 "
    assert text(below_row(folded, 32)) == "    1 more below              2 "
    assert text(below_row(told[-1:], 24)) == "    1 more below        "


def test_feeds_stand_first_and_count_while_folded() -> None:
    source = SourceView("portal", Safe("Portal"), (view(unread=2),), (FeedView(ALERTS, 3),))
    assert [e.kind for e in entries([source], (), tall=False)] == ["source", "feed", "thread"]
    (head,) = entries([source], {"portal"}, tall=False)
    assert head.count == 5


def test_what_is_closed_stands_last_and_unread_first_if_wanted() -> None:
    a, b = view("aiko", standing=StatusKind.CLOSED, unread=1), view("mira")
    c = view("noa", unread=2)
    assert arranged((a, b, c), unread_first=False) == (b, c, a)
    assert arranged((a, b, c), unread_first=True) == (c, b, a)


@pytest.mark.parametrize(
    ("words", "there"),
    [
        (["tom"], True),
        (["beck", "tom"], True),
        (["mira"], False),
        (["mine"], True),
        (["nobody"], False),
        (["unread"], True),
        (["pending"], True),
        (["archived"], False),
    ],
)
def test_what_the_filter_lets_through(words: list[str], there: bool) -> None:
    shown = view(unread=1, status="pending", assignee=Safe("you"))
    assert fits(shown, words) is there


def test_a_section_without_a_fit_is_not_shown() -> None:
    one = SourceView("direct", Safe("Direct"), (view("tom"), view("mira")))
    other = SourceView("rooms", Safe("Rooms"), (view("noa"),))
    (left,) = narrowed((one, other), "mira")
    assert [each.thread.other for each in left.threads] == ["mira"]
    assert narrowed((one, other), "  ") == (one, other)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("open", StatusKind.OPEN),
        ("pending", StatusKind.WAITING),
        ("closed", StatusKind.CLOSED),
        ("", None),
        ("made up", None),
    ],
)
def test_what_a_status_comes_to(status: str, kind: StatusKind | None) -> None:
    assert status_kind(status, INBOX) is kind


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Jonas Lind", "JL"),
        ("Ana", "A"),
        ("Jan van der Berg", "JB"),
        ("田中 愛子", "田愛"),
        ("()", "?"),
        ("", "?"),
    ],
)
def test_initials(name: str, short: str) -> None:
    assert initials(safe_line(name)) == short


def test_the_town_has_everybody_it_names() -> None:
    known = {person.key.id for person in FIVE_PEOPLE}
    assert {"jonas", "mk", "hannah", "rui", "assistant"} <= known
    assert isinstance(thread("tom"), Thread)
