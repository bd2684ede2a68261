"""ONE table of every key: id, twins, place, words. Bindings, footer, help and palette are made of it.

Pure. Must never know a widget: a place is a name, and the widget or screen that stands for it takes
`bindings(place)`. The keys themselves stand in `keys_chat` and `keys_over`, what a preset changes in
`keys_presets`; a `Keymap` is the table with one preset's changes, and says what is in force.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Final, NamedTuple

from textual.binding import Binding, BindingType

from supachat.tui import keys_chat as chat
from supachat.tui import keys_over as over
from supachat.tui.key import Key, Place, plain
from supachat.tui.keys_presets import PRESETS

__all__ = ["CHAT", "KEYS", "LINES", "Hint", "Key", "Keymap", "Place", "bindings", "plain"]

KEYS: Final[dict[Place, tuple[Key, ...]]] = {
    Place.EVERYWHERE: chat.EVERYWHERE,
    Place.COMPOSER: chat.COMPOSER,
    Place.LIST: chat.LIST,
    Place.MESSAGES: chat.MESSAGES,
    Place.FILTER: chat.FILTER,
    Place.CONFIRM: chat.CONFIRM,
    Place.SWITCHER: over.SWITCHER,
    Place.COMMANDS: over.COMMANDS,
    Place.DATE: over.DATE,
    Place.SEARCH: over.SEARCH,
    Place.FEED: over.FEED,
    Place.PICK: over.PICK,
    Place.PAGE: over.PAGE,
    Place.HEALTH: over.HEALTH,
    Place.CHOICES: over.CHOICES,
    Place.PROJECT: over.PROJECT,
    Place.SIGN_IN: over.SIGN_IN,
}

_FOOTERS: Final[dict[Place, str]] = {
    Place.COMPOSER: "send new_line switch next_unread select commands help",
    Place.LIST: "open fold assign status mute archive filter order help back",
    Place.FILTER: "filter_open filter_move filter_close",
    Place.MESSAGES: "move unfold copy_message retry edit delete_message discard details write help back",
    Place.CONFIRM: "yes no",
    Place.SWITCHER: "pick group close",
    Place.COMMANDS: "run run_move run_close",
    Place.DATE: "date_go date_close",
    Place.SEARCH: "hit_open hit_move search_close",
    Place.FEED: "take close_row feed_waiting feed_again feed_move help back",
    Place.PICK: "pick_it pick_move pick_close",
    Place.PAGE: "page_scroll page_close",
    Place.HEALTH: "health_again health_all health_offline health_scroll health_close",
    Place.CHOICES: "go choice_move leave_choices",
    Place.PROJECT: "project_go project_kinds project_kind project_field project_back leave_project",
    Place.SIGN_IN: "sign_in_go sign_in_field show_password forgot open_address copy_address new_account "
    "sign_in_back leave_sign_in",
    Place.EVERYWHERE: "start commands help leave",
}
_NARROW: Final[dict[Place, str]] = {
    Place.COMPOSER: "switch next_unread select commands help",
    Place.LIST: "open assign status fold filter mute archive back",
}
"""Where five keys must do."""

_READING: Final = ("page_up", "oldest", "newest", "first_unread", "date", "select", "focus_next", "back")


def bindings(place: Place, without: Collection[str] = ()) -> list[BindingType]:
    """What the widget or screen of `place` binds. Priority, so that typing cannot swallow an alt key.

    A preset can only change what is bound: a key that is in one preset alone is bound to a stroke that no
    keyboard sends."""
    return [
        Binding(
            ",".join(key.keys.split()) or f"none+{key.id}",
            key.run,
            key.words,
            show=False,
            priority=True,
            id=key.id,
        )
        for key in KEYS[place]
        if (key.keys or not key.shown) and key.id not in without
    ]


LINES: Final = frozenset({"send", "new_line", "older", "newer", "edit_last", "select_up", "select_down"})
"""The composer's keys that a field of one line has no use for."""


class Hint(NamedTuple):
    """One pair of the footer: the key, the words, and the id that a click runs."""

    key: str
    words: str
    id: str


class Keymap:
    """The keys in force."""

    def __init__(self, preset: str = "chat") -> None:
        """`preset` is a name in `PRESETS`."""
        self.preset = preset
        changes, self.modal = PRESETS[preset]
        self._keys = {key.id: key for keys in KEYS.values() for key in keys}
        for key_id, change in changes.items():
            key = self._keys[key_id]
            self._keys[key_id] = replace(key, keys=change.keys or key.keys, shown=change.shown or key.shown)
        self.strokes: Mapping[str, str] = {
            key_id: ",".join(change.keys.split()) for key_id, change in changes.items() if change.keys
        }
        """What Textual is to bind otherwise than `bindings` says."""

    def __getitem__(self, key_id: str) -> Key:
        return self._keys[key_id]

    def __contains__(self, key_id: str) -> bool:
        return key_id in self._keys

    def at(self, place: Place) -> list[Key]:
        """The keys of a place."""
        return [self._keys[key.id] for key in KEYS[place]]

    def footer(self, place: Place, *, narrow: bool = False, without: Collection[str] = ()) -> list[Hint]:
        """The footer's pairs, the most wanted first; `without` names what cannot be done just now."""
        wanted = _NARROW.get(place, _FOOTERS[place]) if narrow else _FOOTERS[place]
        keys = (self._keys[each] for each in wanted.split() if each not in without)
        return [Hint(key.first, key.footer_words, key.id) for key in keys if key.there]

    def commands(self) -> list[Key]:
        """What the command palette offers of the keys, in the table's order."""
        return [key for key in self._keys.values() if key.command]

    def help(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The help page: headings and the ids under them."""
        everywhere = tuple(each for each in self._listed(Place.EVERYWHERE) if each not in _READING)
        return (
            ("Everywhere", everywhere),
            ("Reading", _READING),
            ("Writing", self._listed(Place.COMPOSER)),
            ("Thread list", self._listed(Place.LIST)),
            (f"Messages ({self._keys['select'].first})", self._listed(Place.MESSAGES)),
            ("Alerts and notifications", self._listed(Place.FEED)),
            (f"Link health ({self._keys['health'].first})", self._listed(Place.HEALTH)),
        )

    def _listed(self, place: Place) -> tuple[str, ...]:
        return tuple(key.id for key in self.at(place) if key.there and not key.silent)


CHAT: Final = Keymap()
"""The table as it stands."""
