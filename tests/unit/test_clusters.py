"""Emoji that a terminal does not know as one sign: drawn otherwise, in as many cells."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color

from supachat.tui.clusters import KINDS, QUESTION, Found, Kind, Tamer, found, tamed

ALL = frozenset(kind.name for kind in KINDS)
RIGHT = [1, *(cell_len(kind.sample) for kind in KINDS)]
TMUX = [1, 2, 1, 4, 2, 1, 1, 1]
"""What tmux 3.3a answers."""


def test_a_terminal_that_counts_as_the_layout_does_changes_nothing() -> None:
    assert found(RIGHT) == Found(True, frozenset())


def test_what_is_not_as_wide_as_it_should_be_is_found() -> None:
    assert found(TMUX) == Found(True, frozenset({"presented", "toned", "keycap"}))
    assert not found([2, *RIGHT[1:]]).ours


def test_every_sample_is_asked_for_once_where_no_function_key_answers() -> None:
    assert QUESTION.count("\x1b[6n") == len(KINDS) + 1
    assert "\x1b[1;" not in QUESTION


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("plain", "plain"),
        ("a \u2764\ufe0f b", "a \u2764  b"),
        ("\U0001f468\u200d\U0001f469\u200d\U0001f467!", "\U0001f468!"),
        ("\U0001f44d\U0001f3fd ok", "\U0001f44d ok"),
        ("\U0001f1e9\U0001f1ea", "DE"),
        ("press 1\ufe0f\u20e3", "press 1 "),
        ("cafe\u0301", "caf\u00e9"),
        ("\u2068\u05d0\u05d1\u2069 x", "\u05d0\u05d1 x"),
        ("\u7530\u4e2d \U0001f642", "\u7530\u4e2d \U0001f642"),
    ],
)
def test_a_cluster_is_drawn_as_its_first_character(text: str, drawn: str) -> None:
    assert tamed(text, ALL) == drawn


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_kind_that_the_terminal_knows_stays(kind: Kind) -> None:
    others = {one.name for one in KINDS if not re.search(one.sign, kind.sample)}
    assert tamed(f"a{kind.sample}", others) == f"a{kind.sample}"


def test_what_isolates_the_text_around_a_cluster_stays() -> None:
    assert tamed("\u2068\u05d0 \u2764\ufe0f\u2069", {"presented"}) == "\u2068\u05d0 \u2764 \u2069"


PARTS = st.sampled_from(
    ["a", " ", "\u05d0", "\u7530", "\U0001f642", "\u0928\u094d", *(k.sample for k in KINDS)]
)


@given(st.lists(PARTS, max_size=12).map("".join), st.sets(st.sampled_from(sorted(ALL))))
def test_no_cell_is_won_or_lost(text: str, apart: set[str]) -> None:
    assert cell_len(tamed(text, apart)) == cell_len(text)


def test_the_filter_keeps_styles_and_controls() -> None:
    before = [Segment("\u2764\ufe0f"), Segment("\x1b[H", None, [(1,)])]  # type: ignore[list-item]  # any control
    after = Tamer({"presented"}).apply(before, Color(0, 0, 0))
    assert [segment.text for segment in after] == ["\u2764 ", "\x1b[H"]
    assert after[1] is before[1]
