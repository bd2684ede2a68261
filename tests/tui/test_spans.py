"""Cells of a row: cuts, wraps and what stands at its two ends, as tables."""

from __future__ import annotations

import pytest

from supachat.domain.text import Safe
from supachat.tui import spans
from supachat.tui.spans import cut, fit, wrap


@pytest.mark.parametrize(
    ("given", "cells", "result"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "ab⋯"),
        ("田中", 3, "田⋯"),
        ("田中", 4, "田中"),
        ("a👩‍💻b", 3, "a⋯"),
        ("a👩‍💻b", 4, "a👩‍💻b"),
        ("abc", 0, ""),
        ("abc", -3, ""),
    ],
)
def test_a_cut_is_marked_and_never_inside_a_character(given: str, cells: int, result: str) -> None:
    assert cut(Safe(given), cells) == result


def test_right_to_left_text_cannot_reorder_its_neighbours() -> None:
    assert cut(Safe("שלום"), 10) == "\u2068שלום\u2069"
    assert cut(Safe("שלום עולם"), 5) == "\u2068שלום\u2069⋯"


def test_left_and_right_meet_without_touching() -> None:
    made = fit([spans.Span(Safe("a long title"))], [spans.Span(Safe("12"))], 10)
    assert "".join(span.text for span in made) == "a long⋯ 12"


@pytest.mark.parametrize(
    ("given", "cells", "lines"),
    [
        ("one two three", 7, ["one two", "three"]),
        ("abcdefgh", 3, ["abc", "def", "gh"]),
        ("田中さん", 3, ["田", "中", "さ", "ん"]),
        ("a\n\nb", 5, ["a", "", "b"]),
        ("", 5, [""]),
        ("ab", 0, ["a", "b"]),
    ],
)
def test_words_are_wrapped(given: str, cells: int, lines: list[str]) -> None:
    assert wrap(Safe(given), cells) == lines
