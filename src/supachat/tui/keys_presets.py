"""What the presets `emacs` and `vim` change about the keys; `chat` is the table itself.

A change says all strokes of a key anew. Where a key stands for its twin too (`shown`), that is said anew as
well. Must never give a stroke two meanings in one place: a test looks at every place of every preset.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple


class Change(NamedTuple):
    """`keys` as in `Key`; empty leaves them as they are."""

    keys: str = ""
    shown: str = ""


class Preset(NamedTuple):
    """Key ids to what changes. `modal`: esc leaves the text for the messages, and comes back."""

    changes: Mapping[str, Change]
    modal: bool = False


def _moves(up: str, down: str, *places: str) -> dict[str, Change]:
    """The same two strokes beside the arrows, for keys called `PLACE_up` and `PLACE_down`."""
    twins = {f"{place}_up": Change(f"up {up}") for place in places}
    return twins | {f"{place}_down": Change(f"down {down}") for place in places}


_OVERLAYS: Final = _moves("ctrl+p", "ctrl+n", "pick", "run", "date", "hit", "pick_it")
_COMMANDS_CLOSE: Final = "escape f2"

EMACS: Final = Preset(
    _OVERLAYS
    | _moves("ctrl+p", "ctrl+n", "filter")
    | {
        # the editor's letters go back to the text, the switcher moves to ctrl+g
        "switch": Change("ctrl+g f3"),
        "left": Change("left ctrl+b"),
        "right": Change("right ctrl+f"),
        "close": Change("escape ctrl+g f3"),
        "commands": Change("alt+x f2"),
        "run_close": Change(f"{_COMMANDS_CLOSE} alt+x"),
        "start": Change("alt+n"),
        "search": Change("ctrl+s alt+s"),
        "search_close": Change("escape ctrl+g"),
        "page_up": Change("pageup alt+v", "pgup  pgdn"),
        "page_down": Change("pagedown ctrl+v"),
        "oldest": Change("alt+less_than_sign alt+home ctrl+home"),
        "newest": Change("alt+greater_than_sign alt+end ctrl+end"),
        "older": Change("up ctrl+p"),
        "newer": Change("down ctrl+n"),
        "kill_start": Change(shown="ctrl+u  ctrl+k"),
        "kill_end": Change("ctrl+k alt+k"),
        "paste": Change("shift+insert"),
        "list_up": Change("k up ctrl+p"),
        "list_down": Change("j down ctrl+n"),
        "up": Change("k up ctrl+p"),
        "down": Change("j down ctrl+n"),
        "feed_up": Change("k up ctrl+p"),
        "feed_down": Change("j down ctrl+n"),
        "page_close": Change("escape q f1 ctrl+g question_mark"),
    }
)

VIM: Final = Preset(
    _OVERLAYS
    | {
        "last_thread": Change("alt+slash f5 ctrl+circumflex_accent"),
        "write": Change("i a"),
        "list_write": Change("i"),
        "open": Change("enter l"),
        "to_list": Change("h"),
        "details": Change("K"),
        "search": Change("alt+s"),
        "half_up": Change("ctrl+u ctrl+b", "ctrl+u  ctrl+d"),
        "half_down": Change("ctrl+d ctrl+f"),
        "message_search": Change("slash"),
        "message_commands": Change("colon"),
        "list_commands": Change("colon"),
        "run_close": Change(_COMMANDS_CLOSE),
    },
    modal=True,
)

PRESETS: Final[Mapping[str, Preset]] = {"chat": Preset({}), "emacs": EMACS, "vim": VIM}
