"""What must hold for the rows of any message: selection, copying, widths, hostile text, glyphs."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from tests.tui.pane_story import TODAY, at, said
from tests.unit.message_rows import BEFORE, CAST, LOOK, WIDE, WIDTHS, all_glyphs, drawn

from supachat.domain.model import Delivery, Extra, Message, MessageKind, PersonKind
from supachat.domain.text import Safe, safe
from supachat.tui.glyphs import ASCII, UNICODE
from supachat.tui.widgets.copying import between
from supachat.tui.widgets.frame import frame
from supachat.tui.widgets.message_lines import Reply, Scene, draw
from supachat.tui.widgets.paint import Depth, Look, Row
from supachat.tui.widgets.pieces import Role
from supachat.tui.widgets.rows import LAST, LINES

PAYLOADS = json.loads(
    (Path(__file__).parents[1] / "vectors/data/text/payloads.json").read_text(encoding="utf-8")
)

# ---------------------------------------------------------------- selection


def test_every_row_of_a_chosen_message_is_painted_but_not_what_is_above_it() -> None:
    item = said("mira", at(9, 1), "one\ntwo")
    made = drawn(item, WIDE, before=BEFORE, row=Row.SELECTED)
    select = LOOK.style(Role.TEXT, Row.SELECTED).bgcolor
    painted = [all(seg.style and seg.style.bgcolor == select for seg in line.strip) for line in made.lines]
    assert painted == [False, True, True, True]
    assert [line.strip.text[0] for line in made.lines] == [" ", "›", " ", " "]


def test_a_held_message_keeps_its_sign() -> None:
    made = drawn(BEFORE, row=Row.HELD)
    assert made.lines[made.lead - 1].strip.text[0] == "›"


def test_without_colours_the_chosen_message_is_reversed() -> None:
    look = Look.of(depth=Depth.NONE)
    line = drawn(BEFORE, row=Row.SELECTED, look=look).lines[-1]
    assert all(seg.style and seg.style.reverse and seg.style.color is None for seg in line.strip)


def test_the_pointer_finds_its_place_in_the_source() -> None:
    item = said("tom", at(9, 1), "**bold** and `code` that wraps around the end of the row\nsecond")
    key = 7
    for line in drawn(item, before=BEFORE).lines[1:]:
        for segment in line.placed(key):
            offset = segment.style.meta.get("offset") if segment.style else None
            if offset and segment.text.strip():
                x, y = offset
                source = item.body.split("\n")[y - key * LINES]
                assert source[x : x + len(segment.text)] == segment.text


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        ((0, 0), (LAST, 0), "ab\ncd\nef"),
        ((0, 1), (2, 1), "b\ncd\ne"),
        ((1, 0), (1, 1), "c"),
        ((0, -4), (0, 1), "a"),
        ((2, 1), (LAST, 3), "f"),
        ((LAST, 0), (LAST, 3), ""),
    ],
)
def test_what_is_copied(low: tuple[int, int], high: tuple[int, int], text: str) -> None:
    assert between("ab\ncd\nef", low, high) == text


# ---------------------------------------------------------------- what must hold for any text

TEXTS = st.text(
    st.one_of(st.sampled_from("ab \n`*_[]()<>#-日本語👍👩\u200d💻\u0301שלום🇩🇪\x1b"), st.characters()),
    max_size=120,
)
ITEMS = st.builds(
    lambda text, author, own, kind: replace(
        said(author, at(9, 1), text, **kind), own=own, body=safe(text), delivery=Delivery.FAILED
    ),
    TEXTS,
    TEXTS.filter(bool),
    st.booleans(),
    st.sampled_from(
        [
            {},
            {"extra": Extra(MessageKind.NOTICE, PersonKind.SYSTEM)},
            {"deleted": True},
            {"edited": at(9, 2)},
            {"reply_to": "x"},
            {"reason": Safe("no")},
        ]
    ),
)


@given(
    ITEMS,
    st.sampled_from(WIDTHS),
    st.sampled_from([20, 40]),
    st.sampled_from([UNICODE, ASCII]),
    st.booleans(),
    TEXTS,
)
def test_every_row_is_exactly_as_wide_as_the_pane(
    item: Message, width: int, lines: int, glyphs: Any, expanded: bool, original: str
) -> None:
    shape = frame(width, lines=lines, glyphs=glyphs, zone=UTC, today=TODAY)
    scene = Scene(
        item, BEFORE, new=3, expanded=expanded, reply=Reply("tom", safe(original.replace("\n", " ")))
    )
    for line in draw(scene, shape, LOOK, CAST).lines:
        assert line.strip.cell_length == width
        assert cell_len(line.strip.text) == width or not line.strip.text.isascii()


@given(TEXTS, st.sampled_from([12, 30, 56, 88, 140]))
def test_every_letter_is_on_the_screen_once_and_the_whole_can_be_copied(text: str, width: int) -> None:
    item = said("tom", at(9, 1), text)
    made = drawn(
        item, frame(width, zone=UTC, today=TODAY), before=said("tom", at(9, 0), "x"), expanded=True
    )
    places = [
        (line, x + at)
        for row in made.lines
        for index, line, x in row.spots
        for at in range(len(list(row.strip)[index].text))
    ]
    assert len(places) == len(set(places))
    if "](" not in text and "```" not in text and "~~~" not in text:
        source = item.body.split("\n")
        letters = {(y, x) for y, line in enumerate(source) for x, c in enumerate(line) if c.isalnum()}
        assert letters <= set(places)
    assert between(item.body, (0, 0), (LAST, 0)) == item.body


@pytest.mark.parametrize("payload", PAYLOADS, ids=[each["name"] for each in PAYLOADS])
@pytest.mark.parametrize("width", [12, 56, 140])
def test_hostile_text_reaches_no_segment(payload: dict[str, str], width: int) -> None:
    item = said(payload["text"], at(9, 1), payload["text"], reply_to="x", delivery=Delivery.FAILED)
    item = replace(item, reason=safe(payload["text"]), edited=at(9, 2))
    reply = Reply(payload["text"], safe(payload["text"]))
    made = drawn(item, frame(width, zone=UTC, today=TODAY), before=BEFORE, reply=reply, expanded=True)
    text = "".join(line.strip.text for line in made.lines)
    assert not [char for char in text if unicodedata.category(char) in ("Cc", "Cs")]
    assert not set(text) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067")
    assert text.count("\u2068") == text.count("\u2069")
    if width > 100:
        assert [c for c in text if c.isalnum()].count("a") >= payload["text"].count("a")


def test_sixteen_colours_have_a_table_of_their_own() -> None:
    dark, light = Look.of(depth=Depth.SIXTEEN), Look.of(dark=False, depth=Depth.SIXTEEN)
    named = {
        role: (str(dark.style(role, Row.PLAIN)), str(light.style(role, Row.PLAIN)))
        for role in (Role.TEXT, Role.QUIET, Role.ACCENT, Role.WARNING, Role.ERROR)
    }
    assert named == {
        Role.TEXT: ("default", "default"),
        Role.QUIET: ("bright_black", "bright_black"),
        Role.ACCENT: ("bright_cyan", "blue"),
        Role.WARNING: ("yellow", "bold"),
        Role.ERROR: ("bright_red", "red"),
    }
    assert str(dark.style(Role.ACCENT, Row.SELECTED)) == "reverse"


@pytest.mark.parametrize("glyph", sorted(set(all_glyphs(UNICODE))))
def test_a_glyph_of_ours_is_one_cell_in_every_terminal(glyph: str) -> None:
    assert unicodedata.east_asian_width(glyph) in ("N", "Na")


def test_there_is_an_ascii_twin_for_every_glyph() -> None:
    assert all_glyphs(ASCII).isascii()
    assert len(all_glyphs(ASCII)) == len(all_glyphs(UNICODE))
