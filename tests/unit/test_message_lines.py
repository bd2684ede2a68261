"""From an item and its neighbours to rows: each rule of the look, at the widths where it changes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from rich.cells import cell_len
from tests.tui.pane_story import TODAY, at, gap, person, said
from tests.unit.message_rows import BEFORE, LOOK, NARROW, PHONE, TINY, WIDE, at_right, rows

from supachat.domain.events import Edge
from supachat.domain.model import Delivery, Extra, Message, MessageKind, PersonKind
from supachat.domain.text import Safe
from supachat.tui.widgets import across
from supachat.tui.widgets.frame import Frame, frame
from supachat.tui.widgets.message_lines import Cast, Scene, draw
from supachat.tui.widgets.rows import Canvas

# ---------------------------------------------------------------- columns


@pytest.mark.parametrize(
    ("width", "columns", "lines", "text", "meta", "airy"),
    [
        (56, 80, 24, 41, 9, False),
        (88, 120, 36, 64, 17, True),
        (83, 100, 24, 68, 9, False),
        (84, 100, 24, 60, 17, False),
        (140, 150, 29, 84, 17, False),
        (132, 200, 50, 96, 17, True),
        (50, 50, 24, 35, 9, False),
        (39, 39, 24, 34, 0, False),
        (88, 120, 9, 83, 0, False),
    ],
)
def test_the_frame_follows_from_the_size(
    width: int, columns: int, lines: int, text: int, meta: int, airy: bool
) -> None:
    made = frame(width, columns=columns, lines=lines)
    assert (made.text, made.meta, made.airy) == (text, meta, airy)


# ---------------------------------------------------------------- heads and groups


@pytest.mark.parametrize(
    ("author", "head"),
    [
        ("tom", "    Tom Becker"),
        ("ana", "  › You"),
        ("relay", "  ◫ Relay  bot"),
        ("sol", "  ✦ Sol  assistant"),
        ("hannah", "  ◊ Hannah Weiss  customer"),
        ("jonas", "  ⌂ Jonas Lind  agent"),
        ("nobody-knows", "    nobody-knows"),
        ("\x1b[2J", "    ␛[2J"),
    ],
)
def test_the_head_says_who(author: str, head: str) -> None:
    made = rows(said(author, at(9, 7), "hi"), before=BEFORE)[0]
    assert made.startswith(head)
    assert made.endswith("09:07")


def test_a_long_name_is_cut_and_its_kind_goes_first() -> None:
    cast = Cast({"x": person("x", "A very long name of somebody", PersonKind.BOT)}.get)
    item = Scene(said("x", at(9, 0), "hi"), before=BEFORE)
    for shape, words in (
        (NARROW, "  ◫ A very long name of somebody  bot"),
        (PHONE, "  ◫ A very long name of somebody  bot"),
        (replace(PHONE, text=32), "  ◫ A very long name of somebody "),
        (replace(PHONE, text=16), "  ◫ A very long nam⋯ "),
    ):
        assert draw(item, shape, LOOK, cast).lines[0].strip.text.startswith(words + " ")


@pytest.mark.parametrize(
    ("item", "headed"),
    [
        (said("tom", at(9, 4), "same author, soon"), False),
        (said("tom", at(9, 5), "five minutes"), False),
        (said("tom", at(9, 6), "later"), True),
        (said("mira", at(9, 1), "somebody else"), True),
        (said("tom", at(9, 1), "a reply", reply_to="x"), True),
        (said("tom", at(8, 59), "out of order"), True),
    ],
)
def test_who_stands_under_the_name_above(item: Message, headed: bool) -> None:
    assert (rows(item, before=BEFORE)[0].strip().startswith(("Tom", "Mira"))) is headed


def test_a_new_line_a_day_a_gap_and_a_notice_start_a_group() -> None:
    soon = said("tom", at(9, 1), "x")
    assert "Tom Becker" in rows(soon, before=BEFORE, new=2)[1]
    assert "Tom Becker" in rows(soon, before=said("tom", at(23, 59, 19), "x"))[1]
    assert "Tom Becker" in rows(soon, before=gap(at(8, 0), at(9, 0)))[0]
    notice = said("tom", at(9, 0), "joined", extra=Extra(MessageKind.NOTICE, PersonKind.SYSTEM))
    assert "Tom Becker" in rows(soon, before=notice)[0]


def test_groups_are_apart_only_where_there_is_room() -> None:
    other = said("mira", at(9, 1), "x")
    assert rows(other, WIDE, before=BEFORE)[0] == ""
    assert rows(other, NARROW, before=BEFORE)[0] != ""
    assert rows(said("tom", at(9, 1), "x"), WIDE, before=BEFORE)[0] != ""


# ---------------------------------------------------------------- meta


@pytest.mark.parametrize(
    ("state", "wide", "narrow"),
    [
        ({"delivery": Delivery.QUEUED}, "◷ queued  09:31", "◷ 09:31"),
        ({"delivery": Delivery.SENDING}, "⇡ sending  09:31", "⇡ 09:31"),
        ({"delivery": Delivery.RECEIVED}, "09:31", "09:31"),  # written, and not on disk yet
        ({"delivery": Delivery.SENT}, "✓ sent  09:31", "✓ 09:31"),
        ({"delivery": Delivery.SENT, "seen_by": 2}, "seen by 2  09:31", "✓2 09:31"),
        ({"delivery": Delivery.SENT, "seen_by": 10}, "seen by 10  09:31", "✓+ 09:31"),
        ({"delivery": Delivery.FAILED}, "✗ not sent  09:31", "✗ 09:31"),
    ],
)
def test_how_far_ones_own_message_got(state: dict[str, Any], wide: str, narrow: str) -> None:
    item = said("ana", at(9, 31), "x", **state)
    for shape, words in ((WIDE, wide), (NARROW, narrow)):
        assert at_right("  › You", words, shape) in rows(item, shape, before=BEFORE)
        again = rows(item, shape, before=said("ana", at(9, 30), "y"))
        assert again[0] == at_right("    x", words, shape)


@pytest.mark.parametrize(
    ("extra", "shown"),
    [
        (None, (True, False)),
        (Extra(growing=True), (False, False)),
        (Extra(subject=Safe("My knee")), (False, True)),
    ],
)
def test_a_message_without_a_text_says_so_unless_it_is_still_written(
    extra: Extra | None, shown: tuple[bool, bool]
) -> None:
    text = " ".join(rows(said("tom", at(9, 31), "", extra=extra), WIDE))
    assert ("no text" in text, "My knee" in text) == shown


def test_where_it_is_narrow_grouped_messages_lose_their_time() -> None:
    item = said("tom", at(9, 1), "x")
    assert rows(item, PHONE, before=BEFORE) == ["    x"]
    assert rows(said("tom", at(9, 9), "x"), PHONE, before=BEFORE)[0].endswith("09:09")
    assert "09:09" not in "".join(rows(said("tom", at(9, 9), "x"), TINY, before=BEFORE))


def test_times_are_in_the_readers_zone() -> None:
    from zoneinfo import ZoneInfo

    lisbon = replace(NARROW, zone=ZoneInfo("Asia/Tokyo"))
    made = rows(said("tom", at(23, 30, 19), "x"), lisbon)
    assert made[0].startswith("    Friday 20 November ╌")
    assert made[1].endswith("08:30")


# ---------------------------------------------------------------- lines across


def test_a_day_and_the_new_line() -> None:
    made = rows(said("tom", at(9, 1), "x"), WIDE, before=said("tom", at(9, 0, 19), "x"), new=1200)
    day = "    Friday 20 November "
    new = "    1,200 new "
    assert made[:5] == ["", day + "╌" * (86 - len(day)), "", new + "╌" * (86 - len(new)), ""]
    assert rows(said("tom", at(9, 1), "x"))[0].startswith("    Friday 20 November ╌")


def test_a_day_of_another_year_is_named_with_it() -> None:
    earlier = replace(NARROW, today=TODAY.replace(year=2027))
    assert rows(said("tom", at(9, 1), "x"), earlier)[0].startswith("    Friday 20 November 2026 ╌")


@pytest.mark.parametrize(
    ("shape", "filling", "words"),
    [
        (WIDE, False, " ╍╍ messages missing between 09:12 and 10:03  Enter fills ╍"),
        (NARROW, False, " ╍╍ messages missing, 09:12 to 10:03  Enter fills ╍"),
        (NARROW, True, " ╍╍ filling, 09:12 to 10:03 ╍"),
    ],
)
def test_a_gap(shape: Frame, filling: bool, words: str) -> None:
    made = rows(gap(at(9, 12), at(10, 3), filling=filling), shape, before=BEFORE)
    assert made[-1].startswith(words)
    assert cell_len(made[-1]) == shape.end


@pytest.mark.parametrize(
    ("shape", "known", "words"),
    [
        (WIDE, {"about": 343}, " ╍╍ ~340 messages missing between 09:12 and 10:03  Enter fills ╍"),
        (NARROW, {"about": 40}, " ╍╍ ~40 missing, 09:12 to 10:03  Enter fills ╍"),
        (WIDE, {"about": 12_846}, " ╍╍ ~13,000 messages missing between"),
        (WIDE, {"about": 290, "filled": 50}, " ╍╍ ~290 messages missing between"),
        (WIDE, {"about": 28, "filled": 12, "filling": True}, " ╍╍ filling, 12 of ~40 ╍"),
        (NARROW, {"about": 293, "filled": 50, "filling": True}, " ╍╍ filling, 50 of ~340 ╍"),
    ],
)
def test_a_gap_that_was_counted(shape: Frame, known: dict[str, int], words: str) -> None:
    hole = replace(gap(at(9, 12), at(10, 3)), **known)  # type: ignore[arg-type]  # a row of the table
    made = rows(hole, shape, before=BEFORE)
    assert made[-1].startswith(words)
    assert cell_len(made[-1]) == shape.end


def test_a_gap_over_several_days_names_them() -> None:
    made = rows(gap(at(9, 12, 18), at(10, 3)), WIDE)
    assert "between 18 Nov 09:12 and 20 Nov 10:03" in made[0]


@pytest.mark.parametrize(
    ("edge", "words"),
    [
        (Edge.MORE, ""),
        (Edge.LOADING, "  ∙ Reading 50 older messages"),
        (Edge.WAITING, "    Older messages come once there is a connection"),
        (Edge.START, "    This is where the thread begins, 3 November 2026"),
        (Edge.HEARD, "    What was heard here begins, 3 November 2026"),
        (Edge.FAILED, "  ! older messages could not be read: no answer  Enter tries again"),
    ],
)
def test_the_upper_end_is_always_as_tall(edge: Edge, words: str) -> None:
    for shape, tall in ((WIDE, 2), (replace(WIDE, airy=False), 1)):
        made = across.top(Canvas(shape, LOOK), edge, Safe("no answer"), at(9, 0, 3))
        assert [line.strip.text.rstrip() for line in made] == [words, ""][:tall]


@pytest.mark.parametrize(
    ("edge", "words"),
    [
        (Edge.LOADING, ["  ∙ Reading messages"]),
        (Edge.WAITING, ["    The messages come once there is a connection"]),
        (Edge.MORE, []),
        (
            Edge.START,
            [
                "    Nothing said yet",
                "    Your first message starts this thread.",
                "    Only you and Renate can read it.",
            ],
        ),
    ],
)
def test_a_thread_without_messages(edge: Edge, words: list[str]) -> None:
    made = across.nothing(Canvas(NARROW, LOOK), edge, Safe("Only you and Renate can read it."), Safe(""))
    assert [line.strip.text.rstrip() for line in made] == words
