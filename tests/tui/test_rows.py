"""Rows drawn by hand, as tables: the thread list and people."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from rich.cells import cell_len
from tests.tui.row_text import text
from tests.tui.street import NOW, key, micros, thread

from supachat.domain.model import Cursor, PersonKind, Presence, Thread
from supachat.domain.text import Safe, safe_line
from supachat.tui.glyphs import ASCII
from supachat.tui.widgets.list_entries import (
    Entry,
    SourceView,
    ThreadView,
    entries,
    keep_order,
)
from supachat.tui.widgets.people import Fact, PersonView, people_rows
from supachat.tui.widgets.thread_rows import Look, draw
from supachat.tui.widgets.when import short

LOOK = Look(NOW)


def one(row_thread: Thread, cells: int = 24, look: Look = LOOK, **view: object) -> list[str]:
    shown = ThreadView(row_thread, **view)  # type: ignore[arg-type]  # a test names real fields
    return [text(row) for row in draw(Entry("thread", "x", None, shown), cells, look)]


@pytest.mark.parametrize(
    ("parts", "row"),
    [
        ({}, "    Tom Becker          "),
        ({"unread": 3}, "    Tom Becker        3 "),
        ({"unread": 12}, "    Tom Becker       12 "),
        ({"unread": 5000}, "    Tom Becker      999 "),
        ({"draft": True}, "    Tom Becker        ✎ "),
        ({"unread": 2, "draft": True}, "    Tom Becker        2 "),
        ({"muted": True, "unread": 86}, "    Tom Becker    ⊘  86 "),
        ({"muted": True}, "    Tom Becker    ⊘     "),
        ({"title": Safe("Postgres 18 upgrade")}, "    Postgres 18 upgrade "),
        ({"title": Safe("Postgres 18 upgrades")}, "    Postgres 18 upgrad⋯ "),
        ({"title": Safe("Order 58213 never came"), "unread": 4}, "    Order 58213 ne⋯   4 "),
        ({"title": Safe("田中さんとの調整です"), "unread": 1}, "    田中さんとの調⋯   1 "),
    ],
)
def test_a_thread_in_one_row(parts: dict[str, object], row: str) -> None:
    (drawn,) = one(replace(thread("tom"), **parts))  # type: ignore[arg-type]  # as above
    assert drawn == row
    assert cell_len(drawn) == 24


@pytest.mark.parametrize(
    ("presence", "mark"),
    [
        (Presence.ONLINE, "◉"),
        (Presence.AWAY, "◒"),
        (Presence.OFFLINE, "∙"),
        (Presence.UNKNOWN, " "),
        (None, " "),
    ],
)
def test_what_is_not_known_is_blank_and_never_offline(presence: Presence | None, mark: str) -> None:
    (drawn,) = one(thread("tom"), presence=presence)
    assert drawn[2] == mark


def test_a_thread_in_two_rows() -> None:
    last = Cursor(micros(NOW - timedelta(minutes=14)), "last")
    given = thread("tom", unread=3, preview=safe_line("No objection"), last=last)
    rows = one(given, 38, author=Safe("Tom"))
    assert rows == ["    Tom Becker                  09:17 ", "    Tom: No objection               3 "]
    assert all(cell_len(row) == 38 for row in rows)


def test_a_preview_has_no_marks() -> None:
    rows = one(thread("tom", preview=safe_line("**No** objection to `main`")), 38)
    assert rows[1].strip() == "No objection to main"


def test_typing_replaces_the_preview() -> None:
    rows = one(thread("tom", preview=safe_line("No objection")), 38, typing=Safe("Tom is typing"))
    assert rows[1].strip() == "Tom is typing"


@pytest.mark.parametrize(
    ("parts", "tone", "edge"),
    [
        ({}, "", " "),
        ({"open": True}, "hold", "›"),
        ({"cursor": True, "focus": True}, "select", "›"),
        ({"open": True, "cursor": True, "focus": True}, "select", "›"),
        ({"cursor": True}, "hold", "›"),
    ],
)
def test_open_and_cursor_have_their_tones(parts: dict[str, bool], tone: str, edge: str) -> None:
    (row,) = draw(Entry("thread", "x", None, ThreadView(thread("tom"))), 24, replace(LOOK, **parts))  # type: ignore[arg-type]  # a test names real fields
    assert (row.on, text(row)[0]) == (tone, edge)


def test_ascii_has_the_same_cells() -> None:
    (drawn,) = one(
        replace(thread("tom"), muted=True, unread=3),
        24,
        replace(LOOK, glyphs=ASCII, open=True),
        presence=Presence.ONLINE,
    )
    assert drawn == "> @ Tom Becker    -   3 "


DIRECT = SourceView(
    "direct",
    Safe("Direct"),
    (
        ThreadView(thread("tom", unread=2)),
        ThreadView(thread("mira", unread=5, muted=True)),
        ThreadView(thread("noa", archived=True)),
    ),
)


def kinds(found: list[Entry]) -> list[str]:
    return [entry.kind for entry in found]


def test_a_section_its_threads_and_the_archived_ones_folded() -> None:
    assert kinds(entries([DIRECT], set(), tall=False)) == ["source", "thread", "thread", "archived"]
    assert kinds(entries([DIRECT], {"direct/archived"}, tall=False))[-1] == "thread"


def test_a_folded_section_sums_what_is_not_muted() -> None:
    (head,) = entries([DIRECT], {"direct"}, tall=False)
    assert text(draw(head, 24, LOOK)[0]) == "  ▸ Direct            2 "


def test_with_room_there_is_air_between_sections() -> None:
    assert kinds(entries([DIRECT, DIRECT], {"direct"}, tall=True)) == ["blank", "source", "blank", "source"]


def test_an_empty_section_says_none() -> None:
    (head,) = entries([SourceView("direct", Safe("Direct"))], set(), tall=False)
    assert text(draw(head, 24, LOOK)[0]) == "  ▾ Direct         none "


def test_a_list_in_use_keeps_its_order() -> None:
    views = [ThreadView(thread(other)) for other in ("sam", "noa", "tom", "mira")]
    kept = keep_order([key("mira"), key("tom"), key("noa")], views)
    assert [view.thread.other for view in kept] == ["mira", "tom", "noa", "sam"]


@pytest.mark.parametrize(
    ("then", "words"),
    [
        (NOW - timedelta(minutes=1), "09:30"),
        (NOW - timedelta(days=1), "Thu"),
        (NOW - timedelta(days=6), "Sat"),
        (NOW - timedelta(days=7), "13 Nov"),
        (NOW - timedelta(days=300), "24 Jan"),
        (datetime(2025, 11, 3, tzinfo=UTC), "3 Nov 2025"),
        (NOW + timedelta(minutes=1), "09:32"),
    ],
)
def test_times_are_as_short_as_they_may_be(then: datetime, words: str) -> None:
    assert short(micros(then), NOW) == words


# ---------------------------------------------------------------- people


def test_people_stand_by_presence_then_name() -> None:
    people = [
        PersonView("tom", Safe("Tom"), Presence.OFFLINE),
        PersonView("ana", Safe("Ana"), Presence.ONLINE, me=True),
        PersonView("relay", Safe("Relay"), Presence.ONLINE, PersonKind.BOT),
        PersonView("noa", Safe("Noa"), Presence.AWAY),
    ]
    rows = [
        text(row) for row in people_rows(people, [Fact(Safe("source"), Safe("Direct"))], 30, 24, tall=False)
    ]
    assert [row.strip() for row in rows] == [
        "People                  4",
        "◉ Relay               bot",
        "◉ You",
        "◒ Noa                away",
        "∙ Tom",
        "",
        "This thread",
        "source    Direct",
    ]


@pytest.mark.parametrize(
    ("skip", "said"),
    [
        (0, ["One", "Three", "9 more below"]),
        (5, ["P4", "P5", "4 more below"]),
        (8, ["P7", "P8", "P9"]),
        (40, ["P7", "P8", "P9"]),
    ],
)
def test_of_more_people_than_have_room_it_is_said_how_many_stand_below(skip: int, said: list[str]) -> None:
    names = ["One", "Three", *(f"P{n}" for n in range(1, 10))]
    people = [
        PersonView(name, Safe(name), Presence.ONLINE if len(name) > 2 else Presence.UNKNOWN)
        for name in names
    ]
    facts = [Fact(Safe("source"), Safe("Direct"))]
    rows = [text(row).strip(" ◉") for row in people_rows(people, facts, 30, 7, skip=skip, tall=False)]
    assert rows == ["People                 11", *said, "", "This thread", "source    Direct"]
