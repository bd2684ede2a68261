"""Markdown as people write it in chats: what it becomes, and that nothing written is lost."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supachat.domain.text import safe, safe_line
from supachat.tui.widgets.highlight import coloured
from supachat.tui.widgets.markdown import parse, unmarked
from supachat.tui.widgets.pieces import NOWHERE, Band, Paragraph, Piece, Role

PAYLOADS = json.loads(
    (Path(__file__).parents[1] / "vectors/data/text/payloads.json").read_text(encoding="utf-8")
)
MARKUP = st.text(st.one_of(st.sampled_from("ab1 \n`*_[]()<>#-+.\\!~\"':/@&"), st.characters()), max_size=80)


def pieces(text: str) -> Iterator[Piece]:
    for block in parse(safe(text)):
        if isinstance(block, Band):
            yield from (piece for line in block.lines for piece in line)
        else:
            yield from (*block.first, *block.pieces)


def shown(text: str) -> list[str]:
    """Per row: what stands before it, and what it says."""
    made = []
    for block in parse(safe(text)):
        if isinstance(block, Band):
            made += ["|" + "".join(piece.text for piece in line) for line in block.lines]
        else:
            made.append("".join(piece.text for piece in (*block.first, *block.pieces)))
    return made


def roles(text: str) -> list[tuple[str, Role]]:
    return [(piece.text, piece.role) for piece in pieces(text)]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", [""]),
        ("plain", ["plain"]),
        ("two\nlines", ["two", "lines"]),
        ("**two**\nlines", ["two", "lines"]),
        ("a\n\n\n\nb", ["a", "", "b"]),
        ("\n\n*a*\n\n\n\nb\n\n", ["a", "", "b"]),
        ("    four spaces", ["    four spaces"]),
        ("**bold** *italic* ***both***", ["bold italic both"]),
        ("snake_case_name 2 * 3 * 4", ["snake_case_name 2 * 3 * 4"]),
        ("`a  b` ``c`d``", ["a  b c`d"]),
        ("\\*not italic\\*", ["*not italic*"]),
        ("&amp; <b>x</b> <!-- c -->", ["&amp; <b>x</b> <!-- c -->"]),
        ("[label](https://a.b)", ["label (https://a.b)"]),
        ("[https://a.b](https://a.b)", ["https://a.b"]),
        ("<https://a.b>", ["https://a.b"]),
        ("[https://a.b/?https://e.x](https://e.x)", ["https://a.b/?https://e.x (https://e.x)"]),
        ("https://a.b [c https://e.x](https://e.x)", ["https://a.b c https://e.x (https://e.x)"]),
        ("https://a.b/[https://e.x](https://e.x)", ["https://a.b/https://e.x"]),
        ("[EVIL](javascript:x)", ["[EVIL](javascript:x)"]),
        ("![i](http://e.x/i.png)", ["!i (http://e.x/i.png)"]),
        ("[a]: https://a.b 'reference'", ["[a]: https://a.b 'reference'"]),
        ("- a\n- b\n  - c", ["- a", "- b", "  - c"]),
        ("1. a\n10. b", ["1. a", "10. b"]),
        ("- ", ["- "]),
        ("> q\n> r\n\nx", ["> q", "> r", "", "x"]),
        ("> > deep", ["> > deep"]),
        ("# head #", ["head"]),
        ("text\n---", ["text", "---"]),
        ("```py\nx = 1\n\ny\n```\nz", ["|x = 1", "|", "|y", "z"]),
        ("```\nnot closed", ["|not closed"]),
        ("```\n```", ["|"]),
        ("> ```\n> code\n> ```", ["|code"]),
        (">" * 40 + " deep", [">" * 40 + " deep"]),
        ("- " * 30 + "x", ["- " * 29 + "- x"]),
    ],
)
def test_what_is_shown(text: str, rows: list[str]) -> None:
    assert shown(text) == rows


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a **b** *c*", [("a ", Role.TEXT), ("b", Role.BOLD), (" ", Role.TEXT), ("c", Role.ITALIC)]),
        ("`x`", [("x", Role.INLINE_CODE)]),
        ("# h", [("h", Role.HEADING)]),
        ("> q", [(">", Role.QUIET), (" ", Role.TEXT), ("q", Role.TEXT2)]),
        ("hi @ana.", [("hi ", Role.TEXT), ("@ana", Role.MENTION), (".", Role.TEXT)]),
        ("mail a@b.c", [("mail a@b.c", Role.TEXT)]),
        ("`@ana`", [("@ana", Role.INLINE_CODE)]),
        ("(https://a.b/(c)).", [("(", Role.TEXT), ("https://a.b/(c)", Role.LINK), (").", Role.TEXT)]),
        ("**https://a.b**", [("https://a.b", Role.LINK)]),
        ("https://a.b。次", [("https://a.b", Role.LINK), ("。次", Role.TEXT)]),
        ("ftp://a.b", [("ftp://a.b", Role.TEXT)]),
    ],
)
def test_roles(text: str, expected: list[tuple[str, Role]]) -> None:
    assert roles(text) == expected


@pytest.mark.parametrize(
    ("text", "clicks"),
    [
        ("https://a.b/ä", ["link('https://a.b/%C3%A4')"]),
        ("[x](https://a.b?q='\")", ['link("https://a.b?q=\'%22")']),
        ("mailto:a@b.c", ["link('mailto:a@b.c')"]),
        ("[x](javascript:alert)", []),
        ("[x](/relative)", []),
        ("[x](data:text/html,y)", []),
        ("http://", []),
    ],
)
def test_what_a_click_opens(text: str, clicks: list[str]) -> None:
    assert [piece.click for piece in pieces(text) if piece.click] == clicks


def test_the_rows_of_a_list_item_hang_under_its_text() -> None:
    (block,) = parse(safe("10. ten"))
    assert isinstance(block, Paragraph)
    assert [piece.text for piece in block.first] == ["10.", " "]
    assert [piece.text for piece in block.rest] == ["    "]


def test_code_has_four_tones() -> None:
    (row,) = coloured("select 'a' -- no", "sql")
    assert [(piece.text, piece.role) for piece in row] == [
        ("select", Role.BAND_KEYWORD),
        (" ", Role.BAND),
        ("'a'", Role.BAND_STRING),
        (" ", Role.BAND),
        ("-- no", Role.BAND_COMMENT),
    ]


@pytest.mark.parametrize("language", ["", "no-such-language", "../../x", "py", "PYTHON", "sql", "html"])
def test_code_is_never_changed(language: str) -> None:
    code = "def f(x):\n\treturn '<b>'\n\n  # ü 日本 \x0b\n"
    rows = coloured(code, language)
    assert "\n".join("".join(piece.text for piece in row) for row in rows) == code


@pytest.mark.parametrize(
    "text",
    [
        "[" * 8000,
        "*a_" * 2600,
        "[](" * 2600,
        "![[" * 2600,
        "a**b" * 2000,
        "[a](http://b)" * 600,
        "- x\n" * 2000,
    ],
)
def test_no_text_takes_long(text: str) -> None:
    """Seconds of the processor where backtracking takes minutes; now it is a tenth of one."""
    started = time.process_time()
    parse(safe(text))
    assert time.process_time() - started < 10.0


@pytest.mark.parametrize("payload", PAYLOADS, ids=[each["name"] for each in PAYLOADS])
def test_hostile_text_loses_no_letter(payload: dict[str, str]) -> None:
    text = safe(payload["text"])
    assert [c for row in shown(text) for c in row if c.isalnum()] == [c for c in text if c.isalnum()]


@given(MARKUP)
def test_no_letter_is_lost_and_all_know_their_place(written: str) -> None:
    text = safe(written)
    lines = text.split("\n")
    seen: list[tuple[int, int]] = []
    for piece in pieces(text):
        if piece.line == NOWHERE:
            assert not piece.text.strip(" >")
            continue
        there = (lines[piece.line] + "\n")[piece.x : piece.x + len(piece.text)]
        assert there.replace("\n", " ") == piece.text
        seen += [(piece.line, piece.x + at) for at in range(len(piece.text))]
    assert len(seen) == len(set(seen))
    labels = sum(len(block.language) for block in parse(text) if isinstance(block, Band))
    if not labels and "](" not in text:
        letters = {(y, x) for y, line in enumerate(lines) for x, c in enumerate(line) if c.isalnum()}
        assert letters <= set(seen)


# ---------------------------------------------------------------- on one line


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("**Now** run `make`, not *later*", "Now run make, not later"),
        ("the **two `words`**", "the two words"),
        ("[the plan](https://example.org/a)", "the plan (https://example.org/a)"),
        ("# Release\nis out", "Release is out"),
        ("see\n```sql\nselect 1\n```", "see sql select 1"),
        ("2 * 3 * 4 and snake_case_name", "2 * 3 * 4 and snake_case_name"),
        ("**", "**"),
        ("", ""),
        ("plain", "plain"),
    ],
)
def test_a_line_in_a_list_or_a_notice_has_no_signs(written: str, shown: str) -> None:
    assert unmarked(safe_line(written)) == shown


@given(MARKUP)
def test_such_a_line_stays_one_stays_safe_and_is_never_emptied(written: str) -> None:
    line = safe_line(written)
    shown = unmarked(line)
    assert "\n" not in shown
    assert shown == safe_line(shown)
    assert bool(shown) == bool(line)
