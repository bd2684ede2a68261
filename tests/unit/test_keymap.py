"""One table of keys: nothing stands twice, everything shown is bound, and terminals are understood."""

from __future__ import annotations

from itertools import chain

import pytest
from textual import events
from textual._xterm_parser import XTermParser

from supachat.tui import keymap, terminal_keys
from supachat.tui.keymap import KEYS, Place


def test_an_id_stands_once() -> None:
    ids = [key.id for key in chain.from_iterable(KEYS.values())]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("place", list(Place))
def test_a_stroke_does_one_thing_in_a_place(place: Place) -> None:
    strokes = [stroke for key in KEYS[place] for stroke in key.keys.split()]
    assert len(strokes) == len(set(strokes))


@pytest.mark.parametrize("place", list(Place))
@pytest.mark.parametrize("narrow", [False, True])
def test_every_key_of_a_footer_can_be_pressed_there(place: Place, narrow: bool) -> None:
    for hint in keymap.footer(place, narrow=narrow):
        assert keymap.place_of(hint.id) in (place, Place.EVERYWHERE)
        assert hint.key
        assert hint.words


def test_a_narrow_footer_has_five_keys_at_most_for_the_composer() -> None:
    assert len(keymap.footer(Place.COMPOSER, narrow=True)) == 5


def test_what_cannot_be_done_is_not_shown() -> None:
    shown = {hint.id for hint in keymap.footer(Place.MESSAGES, without={"retry", "edit", "discard"})}
    assert "copy_message" in shown
    assert not shown & {"retry", "edit", "discard"}


def test_the_way_out_is_always_shown() -> None:
    for place in Place:
        if place in (Place.EVERYWHERE, Place.COMPOSER):
            continue
        hints = keymap.footer(place)
        assert any("esc" in hint.key or hint.key == "ctrl+q" for hint in hints), place


def test_help_lists_every_key_that_is_not_silent_once() -> None:
    listed = [each for _, ids in keymap.HELP for each in ids]
    places = (Place.EVERYWHERE, Place.COMPOSER, Place.LIST, Place.MESSAGES, Place.FEED, Place.HEALTH)
    assert sorted(listed) == sorted(key.id for place in places for key in KEYS[place] if not key.silent)


def test_reading_starts_with_the_page_keys() -> None:
    reading = dict(keymap.HELP)["Reading"]
    assert reading[0] == "page_up"
    assert reading[-1] == "back"


@pytest.mark.parametrize(("sequence", "key"), list(terminal_keys.legacy_sequences()))
def test_terminals_without_the_kitty_protocol_are_understood(sequence: str, key: str) -> None:
    terminal_keys.teach_terminal_keys()
    heard = [event.key for event in XTermParser().feed(sequence) if isinstance(event, events.Key)]
    assert heard == [key]


@pytest.mark.parametrize(
    ("sequence", "key"),
    [("\x1ba", "alt+a"), ("\x1bu", "alt+u"), ("\x1b[1;3A", "alt+up"), ("\n", "ctrl+j"), ("\x1b[17~", "f6")],
)
def test_what_textual_knows_by_itself_still_holds(sequence: str, key: str) -> None:
    parser = XTermParser()
    heard = [event.key for event in parser.feed(sequence) if isinstance(event, events.Key)]
    heard += [event.key for event in parser.feed("") if isinstance(event, events.Key)]
    assert heard == [key]


@pytest.mark.parametrize(
    ("key", "plain"), [("alt+slash", "alt+/"), ("escape", "esc"), ("ctrl+k", "ctrl+k")]
)
def test_keys_are_written_as_people_write_them(key: str, plain: str) -> None:
    assert keymap.plain(key) == plain
