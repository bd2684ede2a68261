"""One table of keys: nothing stands twice, everything shown is bound, and terminals are understood."""

from __future__ import annotations

from itertools import chain

import pytest
from textual import actions, events
from textual._xterm_parser import XTermParser

from supachat.tui import keymap, terminal_keys
from supachat.tui.key import runs
from supachat.tui.keymap import CHAT, KEYS, Keymap, Place
from supachat.tui.keys_presets import PRESETS
from supachat.tui.screens.pages import TWO_COLUMNS, help_rows
from supachat.tui.spans import width

IN_THE_CHAT = (Place.COMPOSER, Place.LIST, Place.MESSAGES, Place.FEED, Place.FILTER, Place.CONFIRM)
"""Places of the chat screen, whose own keys come before theirs."""


def test_an_id_stands_once() -> None:
    ids = [key.id for key in chain.from_iterable(KEYS.values())]
    assert len(ids) == len(set(ids))


def place_of(key_id: str) -> Place:
    return next(place for place, keys in KEYS.items() if any(key.id == key_id for key in keys))


def strokes(keys: Keymap, place: Place) -> list[str]:
    return [stroke for key in keys.at(place) for stroke in key.keys.split()]


@pytest.mark.parametrize("place", list(Place))
@pytest.mark.parametrize("preset", PRESETS)
def test_a_stroke_does_one_thing_in_a_place(preset: str, place: Place) -> None:
    found = strokes(Keymap(preset), place)
    assert len(found) == len(set(found))


@pytest.mark.parametrize("place", IN_THE_CHAT)
@pytest.mark.parametrize("preset", PRESETS)
def test_a_stroke_of_the_whole_screen_hides_no_other_than_it_does_in_the_table(
    preset: str, place: Place
) -> None:
    def hidden(keys: Keymap) -> set[str]:
        return set(strokes(keys, place)) & set(strokes(keys, Place.EVERYWHERE))

    assert hidden(Keymap(preset)) <= hidden(CHAT)


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_takes_no_key_away(preset: str) -> None:
    """Only `shown` may say otherwise than the strokes: it must name one of them, or a twin's."""
    keys = Keymap(preset)
    for place in Place:
        for key, usual in zip(keys.at(place), CHAT.at(place), strict=True):
            assert bool(key.keys) >= bool(usual.keys)
            said = set(key.shown.split()) if key.shown != usual.shown else set()
            assert said <= {keymap.plain(stroke) for stroke in strokes(keys, place)}, key.id


@pytest.mark.parametrize("preset", PRESETS)
def test_what_a_preset_changes_is_bound_and_what_is_shown_is_in_force(preset: str) -> None:
    keys = Keymap(preset)
    for key_id, said in keys.strokes.items():
        bound = [getattr(each, "id", None) for each in keymap.bindings(place_of(key_id))]
        assert bound.count(key_id) == 1
        assert said == ",".join(keys[key_id].keys.split())
    for hint in keys.footer(Place.COMPOSER):
        assert hint.key == keys[hint.id].first


def test_the_presets_are_what_hands_know() -> None:
    emacs, vim = Keymap("emacs"), Keymap("vim")
    assert emacs["switch"].first == "ctrl+g"
    assert not {f"ctrl+{letter}" for letter in "kfpnto"} & set(strokes(emacs, Place.EVERYWHERE))
    assert {"ctrl+k", "ctrl+f", "ctrl+p", "ctrl+n"} <= set(strokes(emacs, Place.COMPOSER))
    assert {"i", "j", "k", "g", "G", "y", "slash", "colon"} <= set(strokes(vim, Place.MESSAGES))
    assert vim.modal
    assert not emacs.modal


@pytest.mark.parametrize("place", list(Place))
@pytest.mark.parametrize("narrow", [False, True])
def test_every_key_of_a_footer_can_be_pressed_there(place: Place, narrow: bool) -> None:
    for hint in CHAT.footer(place, narrow=narrow):
        assert place_of(hint.id) in (place, Place.EVERYWHERE)
        assert hint.key
        assert hint.words


def test_a_narrow_footer_has_five_keys_at_most_for_the_composer() -> None:
    assert len(CHAT.footer(Place.COMPOSER, narrow=True)) == 5


def test_what_cannot_be_done_is_not_shown() -> None:
    shown = {hint.id for hint in CHAT.footer(Place.MESSAGES, without={"retry", "edit", "discard"})}
    assert "copy_message" in shown
    assert not shown & {"retry", "edit", "discard"}


def test_the_way_out_is_always_shown() -> None:
    for place in Place:
        if place in (Place.EVERYWHERE, Place.COMPOSER):
            continue
        hints = CHAT.footer(place)
        assert any("esc" in hint.key or hint.key == "ctrl+q" for hint in hints), place


def test_help_lists_every_key_that_is_not_silent_once() -> None:
    listed = [each for _, ids in CHAT.help() for each in ids]
    places = (Place.EVERYWHERE, Place.COMPOSER, Place.LIST, Place.MESSAGES, Place.FEED, Place.HEALTH)
    assert sorted(listed) == sorted(
        key.id for place in places for key in KEYS[place] if key.there and not key.silent
    )


@pytest.mark.parametrize("cells", [TWO_COLUMNS, TWO_COLUMNS - 1, 44, 40])
def test_no_row_of_the_help_is_cut(cells: int) -> None:
    assert [row for row in help_rows(cells) if width(row.spans) > cells] == []
    assert not [row for row in help_rows(cells) if "⋯" in "".join(span.text for span in row.spans)]


def test_reading_starts_with_the_page_keys() -> None:
    reading = dict(CHAT.help())["Reading"]
    assert reading[0] == "page_up"
    assert reading[-1] == "back"


@pytest.mark.parametrize(("sequence", "key"), list(terminal_keys.legacy_sequences()))
def test_terminals_without_the_kitty_protocol_are_understood(sequence: str, key: str) -> None:
    terminal_keys.teach_terminal_keys()
    heard = [event.key for event in XTermParser().feed(sequence) if isinstance(event, events.Key)]
    assert heard == [key]


def test_an_alt_key_is_one_also_where_the_mouse_moves_right_behind_it() -> None:
    terminal_keys.teach_terminal_keys()
    heard = [event for event in XTermParser().feed("\x1bk\x1b[<35;10;5M") if isinstance(event, events.Key)]
    assert [event.key for event in heard] == ["alt+k"]


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


@pytest.mark.parametrize(
    ("action", "said"),
    [
        ("send", "send"),
        ("move(-1)", "move(-1)"),
        ("app.leave", "app.leave"),
        ("screen.walk(1)", "screen.walk(1)"),
        ("link.again", "screen.act('link', 'again')"),
        ("pane.page(-1)", "screen.act('pane', 'page', -1)"),
    ],
)
def test_an_action_of_a_part_goes_through_the_one_dispatcher(action: str, said: str) -> None:
    assert runs(action) == said
    actions.parse(said)  # Textual understands it
