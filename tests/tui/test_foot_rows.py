"""What stands around a conversation, drawn by hand, as tables: footer, typing, toasts, empty places."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from tests.tui.row_text import text

from supachat.domain.events import Notice
from supachat.domain.text import Safe
from supachat.tui.keymap import CHAT, Hint, Place
from supachat.tui.notices import toast_rows
from supachat.tui.spans import width
from supachat.tui.widgets.empty import Words, empty_rows
from supachat.tui.widgets.footer import footer_row
from supachat.tui.widgets.typing_line import Question, TypingState, typing_row, typing_words

# ---------------------------------------------------------------- footer


def test_the_footer_gives_way_from_the_right_and_keeps_the_way_out() -> None:
    hints = CHAT.footer(Place.LIST)
    full = text(footer_row(hints, 120))
    assert full.startswith(" enter open   space fold   a assign   s status")
    short_row = text(footer_row(hints, 30))
    assert "esc back" in short_row
    assert "keys" not in short_row
    assert len(short_row) <= 30


@pytest.mark.parametrize("cells", [1, 5, 12, 40, 80, 200])
@pytest.mark.parametrize("place", list(Place))
def test_no_footer_is_wider_than_the_terminal(place: Place, cells: int) -> None:
    assert width(footer_row(CHAT.footer(place), cells).spans) <= max(cells, 1)


def test_a_pair_of_the_footer_can_be_clicked() -> None:
    row = footer_row([Hint("f1", "keys", "help")], 40)
    assert [span.act for span in row.spans if span.text.strip()] == ["help", "help"]


# ---------------------------------------------------------------- typing line


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ((), ""),
        (("Mira Kovač",), "Mira is typing"),
        (("Mira Kovač", "Tom Becker"), "Mira and Tom are typing"),
        (("A", "B", "C"), "3 people are typing"),
    ],
)
def test_who_is_typing(names: tuple[str, ...], words: str) -> None:
    assert typing_words([Safe(name) for name in names]) == words


def test_what_is_below_stands_at_the_right_end() -> None:
    row = text(typing_row(TypingState(names=(Safe("Mira"),), below=3), 60))
    assert row == "    Mira is typing" + " " * 33 + "3 below  "


def test_a_question_takes_the_whole_line() -> None:
    question = Question(Safe("Discard this message?"), Safe("discard"), Safe("keep"), lambda yes: None)
    row = typing_row(TypingState(names=(Safe("Mira"),), question=question), 70)
    assert text(row).strip() == "Discard this message?  y discard  n keep"
    assert {span.act for span in row.spans} == {"", "yes", "no"}


# ---------------------------------------------------------------- toasts, empty places


def test_an_error_says_how_to_close_it() -> None:
    rows = [text(row) for row in toast_rows(Notice(Safe("Not sent"), Safe("why " * 20), "error"), 48)]
    assert rows[0] == rows[-1] == ""
    assert rows[1] == "  ! Not sent"
    assert rows[-2] == "    esc close"
    assert all(cell_len(row) <= 46 for row in rows)


def test_an_empty_place_says_what_helps() -> None:
    rows = [
        text(row)
        for row in empty_rows(Words(Safe("No conversations yet"), Safe("why"), ("start",)), 60, 20)
    ]
    assert [row.strip() for row in rows if row] == [
        "No conversations yet",
        "why",
        "ctrl+n    start a thread",
    ]
