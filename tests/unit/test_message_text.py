"""The text of a message as rows: what is deleted, edited, answered, folded, code, lists and mentions."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from tests.tui.pane_story import CODE, LOG, NOT_SENT, at, person, said
from tests.unit.message_rows import BEFORE, LOOK, NARROW, WIDE, at_right, drawn, rows

from supachat.domain.model import Extra, MessageKind, PersonKind
from supachat.domain.text import Safe
from supachat.tui.widgets.frame import Frame
from supachat.tui.widgets.message_lines import Cast, Reply, Scene, draw
from supachat.tui.widgets.paint import Depth, Look, Row
from supachat.tui.widgets.pieces import Role


def test_a_notice_has_no_head() -> None:
    item = said(
        "mira", at(10, 9), "Mira renamed this room", extra=Extra(MessageKind.NOTICE, PersonKind.SYSTEM)
    )
    assert rows(item, before=BEFORE) == [at_right("  ∙ Mira renamed this room", "10:09", NARROW)]
    assert rows(item, WIDE, before=item)[0] != ""
    cast = Cast({"bell": person("bell", "Bell", PersonKind.SYSTEM)}.get)
    lines = draw(Scene(said("bell", at(9, 1), "rings"), before=BEFORE), NARROW, LOOK, cast).lines
    assert lines[0].strip.text.startswith("  ∙ rings ")


@pytest.mark.parametrize(
    ("run", "words"),
    [(1, ["    message deleted"]), (3, ["    3 messages deleted"]), (0, [])],
)
def test_deleted_messages(run: int, words: list[str]) -> None:
    item = said("tom", at(9, 1), "gone", deleted=True)
    made = rows(item, before=BEFORE, run=run)
    assert [row[: len("    3 messages deleted")].rstrip() for row in made] == words


def test_an_edited_message_says_so_where_there_is_room() -> None:
    assert rows(said("tom", at(9, 9), "short", edited=at(9, 9)))[-1] == "    short  edited"
    exact = rows(said("tom", at(9, 9), "x" * NARROW.text, edited=at(9, 9)))
    assert exact[-2:] == ["    " + "x" * NARROW.text, "    edited"]


@pytest.mark.parametrize(
    ("reply", "row"),
    [
        (None, "    ↳ an earlier message"),
        (Reply("", Safe("a deleted message")), "    ↳ a deleted message"),
        (Reply("mira", Safe("Anyone against it?")), "    ↳ Mira Kovač  Anyone against it?"),
        (Reply("ana", Safe("mine"), own=True), "    ↳ You  mine"),
        (Reply("mira", Safe("long " * 20)), "    ↳ Mira Kovač  long long long long long l⋯"),
    ],
)
def test_what_a_message_answers(reply: Reply | None, row: str) -> None:
    assert rows(said("tom", at(9, 1), "yes", reply_to="x"), before=BEFORE, reply=reply)[1] == row


def test_why_a_message_was_not_sent_and_what_can_be_done() -> None:
    assert rows(NOT_SENT, before=BEFORE)[-4:] == [
        "    now.",
        "    not sent: you are no longer a member of",
        "    Customers",
        "    r retry  e edit  x discard",
    ]
    clicks = {
        segment.style.meta.get("@click") for segment in drawn(NOT_SENT).lines[-1].strip if segment.style
    }
    assert clicks >= {"verb('retry')", "verb('edit')", "verb('discard')"}


def test_a_reason_that_stands_below_the_next_one_is_not_said_twice() -> None:
    whole, less = rows(NOT_SENT, before=BEFORE), rows(NOT_SENT, before=BEFORE, below=True)
    assert less == [row for row in whole if row not in whole[-3:-1]]
    assert less[-1] == "    r retry  e edit  x discard"


@pytest.mark.parametrize(("shape", "kept"), [(WIDE, 4), (NARROW, 2)])
def test_a_long_message_is_folded(shape: Frame, kept: int) -> None:
    item = said("tom", at(9, 1), LOG)
    folded = drawn(item, shape, before=BEFORE)
    assert folded.opens
    opened = drawn(item, shape, before=BEFORE, expanded=True)
    body = len(opened.lines) - opened.lead
    assert len(folded.lines) - folded.lead == kept + 1
    words = folded.lines[-1].strip.text.rstrip()
    assert words == f"    ▸ {body - kept} more lines  {len(LOG) / 1000:.1f} kB"


def test_twelve_rows_are_not_long() -> None:
    twelve = said("tom", at(9, 1), "\n".join("abcdefghijkl"))
    assert not drawn(twelve, WIDE).opens
    assert drawn(twelve, NARROW).opens


def test_code_stands_on_a_band_and_is_cut() -> None:
    made = rows(said("mira", at(9, 1), CODE), before=BEFORE)
    assert made[1] == "     create index concurrently if not e⋯ sql"
    assert made[2] == "       on chat_messages (session_id, create⋯"
    code = LOOK.style(Role.BAND, Row.PLAIN).bgcolor
    line = drawn(said("mira", at(9, 1), CODE), before=BEFORE).lines[1]
    cells = sum(cell_len(seg.text) for seg in line.strip if seg.style and seg.style.bgcolor == code)
    assert cells == NARROW.text


def test_opened_code_is_whole() -> None:
    item = said("mira", at(9, 1), CODE)
    assert drawn(item).opens
    text = "".join(row[5:] for row in rows(item, before=BEFORE, expanded=True)[1:])
    assert "messages_by_time" in text.replace(" sql", "")
    assert "-- no lock" in text


def test_without_tones_code_has_an_edge() -> None:
    look = Look.of(depth=Depth.NONE)
    line = drawn(said("mira", at(9, 1), CODE), before=BEFORE, look=look).lines[1]
    assert line.strip.text.startswith("    ╎create index")


def test_list_items_hang() -> None:
    made = rows(said("tom", at(9, 1), "- " + "word " * 12), before=said("mira", at(9, 0), "x"))
    assert made[1].startswith("    - word")
    assert made[2].startswith("      word")


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("@ana look", Role.ME),
        ("@Ana look", Role.ME),
        ("@tom look", Role.MENTION),
        ("@anabel look", Role.MENTION),
    ],
)
def test_a_mention_of_the_reader_has_the_accent(text: str, role: Role) -> None:
    line = drawn(said("mira", at(9, 1), text), before=BEFORE).lines[1]
    style = next(seg.style for seg in line.strip if seg.text.startswith("@"))
    assert style == LOOK.style(role, Row.PLAIN)


def test_right_to_left_text_is_isolated_and_the_time_stays() -> None:
    text = rows(said("tom", at(9, 1), "שלום"), before=said("tom", at(9, 0), "x"))[0]
    assert text == "    \u2068שלום\u2069" + " " * (NARROW.end - 8 - 5) + "09:01"
