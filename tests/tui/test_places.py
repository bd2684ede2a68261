"""Breakpoints, walking among threads, finding by letters, and what typing does to text: pure rules."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from tests.tui.street import key, thread

from supachat.domain.model import ThreadKey
from supachat.tui.screens.layout import Frame, frame, toast_place, too_small
from supachat.tui.screens.matching import match
from supachat.tui.screens.navigation import Trail, neighbour
from supachat.tui.theme import colourless, fitting
from supachat.tui.widgets.typed import cleaned, one_line, room_hint, shown

PAYLOADS = json.loads((Path(__file__).parents[1] / "vectors/data/text/payloads.json").read_text())


@pytest.mark.parametrize(
    ("columns", "rows", "made"),
    [
        (80, 24, Frame(24, 0, wide=False, tall=False)),
        (99, 29, Frame(24, 0, wide=False, tall=False)),
        (100, 30, Frame(32, 0, wide=True, tall=True)),
        (159, 36, Frame(32, 0, wide=True, tall=True)),
        (160, 36, Frame(38, 30, wide=True, tall=True)),
        (79, 24, Frame(0, 0, wide=False, tall=False)),
    ],
)
def test_breakpoints(columns: int, rows: int, made: Frame) -> None:
    assert frame(columns, rows) == made


def test_the_list_can_be_put_away_and_asked_for() -> None:
    assert frame(120, 36, hidden=True).list_width == 0
    assert frame(70, 24, asked=True) == Frame(24, 0, wide=False, tall=False, over=True)


@pytest.mark.parametrize(("size", "small"), [((40, 10), False), ((39, 10), True), ((200, 9), True)])
def test_what_is_too_small(size: tuple[int, int], small: bool) -> None:
    assert too_small(*size) is small


@pytest.mark.parametrize(
    ("columns", "people", "place"),
    [
        (120, False, (48, 0)),
        (120, True, (48, 30)),
        (200, True, (48, 30)),
        (80, True, (48, 30)),
        (79, True, (47, 30)),
        (60, True, (28, 30)),
        (59, True, (48, 0)),
        (40, False, (38, 0)),
    ],
)
def test_a_toast_stands_beside_the_people_while_there_is_room(
    columns: int, people: bool, place: tuple[int, int]
) -> None:
    assert toast_place(columns, people) == place


A, B, C = key("mira"), key("tom"), key("noa")


@pytest.mark.parametrize(
    ("here", "by", "there"),
    [(A, 1, B), (C, 1, A), (A, -1, C), (None, 1, A), (None, -1, C), (ThreadKey("x", "gone"), 1, A)],
)
def test_the_next_thread(here: ThreadKey | None, by: int, there: ThreadKey) -> None:
    assert neighbour([A, B, C], here, by) == there
    assert neighbour([], here, by) is None


def test_the_last_thread_is_the_one_before() -> None:
    trail = Trail()
    for each in (A, B, B):
        trail.went(each)
    assert trail.before == A


def test_unread_threads_one_after_the_other_then_back_to_where_it_began() -> None:
    street = [thread("mira"), thread("tom", unread=1), thread("noa", unread=2)]
    trail = Trail()
    trail.went(A)
    assert trail.next_unread(street) == B
    trail.went(B)
    street[1] = replace(street[1], unread=0)
    assert trail.next_unread(street) == C
    trail.went(C)
    street[2] = replace(street[2], unread=0)
    assert trail.next_unread(street) == A
    trail.went(A)
    assert trail.next_unread(street) is None


def test_muted_and_archived_threads_do_not_call() -> None:
    trail = Trail()
    trail.went(A)
    street = [thread("mira"), thread("tom", unread=1, muted=True), thread("noa", unread=1, archived=True)]
    assert trail.next_unread(street) is None


@pytest.mark.parametrize(
    ("query", "text", "hits"),
    [
        ("re", "Release", (0, 1)),
        ("re", "Design review", (7, 8)),
        ("rv", "review", (0, 2)),
        ("", "anything", ()),
        ("田", "田中 愛子", (0,)),
        ("be tom", "Tom Becker", None),
        ("tombe", "Tom Becker", (0, 1, 2, 4, 5)),
        ("zz", "Tom", None),
    ],
)
def test_letters_are_found_in_order(query: str, text: str, hits: tuple[int, ...] | None) -> None:
    found = match(query, text)
    assert (found.hits if found else None) == hits


def test_the_beginning_of_a_word_wins() -> None:
    order = ["Re", "Release", "Design review", "shore", "roof edge"]
    scores = [match("re", each) for each in order]
    values = [found.score for found in scores if found]
    assert values == sorted(values, reverse=True)
    assert len(values) == len(order)


def test_a_run_may_hold_a_space() -> None:
    whole, longer = match("Room 1", "room 1"), match("Room 1", "room 10")
    assert whole is not None
    assert longer is not None
    assert (whole.rank, longer.rank) == (4, 3)
    assert longer.hits == (0, 1, 2, 3, 4, 5)


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({}, "ink"),
        ({"COLORFGBG": "15;0"}, "ink"),
        ({"COLORFGBG": "0;15"}, "paper"),
        ({"COLORFGBG": "x"}, "ink"),
    ],
)
def test_the_theme_follows_a_terminal_that_says_its_background(environ: dict[str, str], name: str) -> None:
    assert fitting(environ) == name


@pytest.mark.parametrize(
    ("environ", "name"), [({}, "sixteen-dark"), ({"COLORFGBG": "0;15"}, "sixteen-light")]
)
def test_with_few_colours_the_terminals_own_are_taken(environ: dict[str, str], name: str) -> None:
    assert fitting(environ, few=True) == name


@pytest.mark.parametrize(
    ("term", "none"),
    [
        *((name, True) for name in ("vt100", "vt102", "vt220", "vt320-w", "vt52", "xterm-mono")),
        *((name, False) for name in ("", "vt525", "xterm", "xterm-256color", "linux", "screen", "vte")),
    ],
)
def test_a_terminal_without_colours_is_known_by_its_name(term: str, none: bool) -> None:
    assert colourless({"TERM": term}) is none
    assert not colourless({"TERM": term, "COLORTERM": "truecolor"})


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda payload: payload["name"])
def test_no_paste_puts_a_control_into_a_text_or_on_the_screen(payload: dict[str, str]) -> None:
    text = cleaned(payload["text"])
    assert not any((ord(char) < 32 and char not in "\n\t") or 0x7F <= ord(char) < 0xA0 for char in text)
    for line in text.split("\n"):
        drawn = shown(line)
        assert len(drawn) == len(line)
        assert not any(char in drawn for char in "\u202e\u2066\u2067\u2069\u200b\ufeff")


def test_line_ends_and_tabs_of_a_paste_are_kept() -> None:
    assert cleaned("a\r\nb\rc\td") == "a\nb\nc\td"
    assert one_line("  \n a\tb \n c") == "a b"


def test_letters_of_every_script_are_left_alone() -> None:
    for text in ("naïve", "田中", "שלום", "مرحبا", "👩‍💻", "नमस्ते"):
        assert cleaned(text) == text
        assert shown(text) == text


@pytest.mark.parametrize(
    ("length", "words"), [(0, ""), (899, ""), (900, "900 of 1,000"), (1200, "1,200 of 1,000")]
)
def test_how_full_a_text_is_stands_there_from_nine_tenths(length: int, words: str) -> None:
    assert room_hint(length, 1000) == words
