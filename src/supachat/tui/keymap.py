"""ONE table of every key: id, twins, place, words. Bindings, footer, help and palette are made of it.

Pure. Must never know a widget: a place is a name, and the widget or screen that stands for it takes
`bindings(place)`. The keys themselves stand in `keys_chat` and `keys_over`.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, NamedTuple

from textual.binding import Binding, BindingType

from supachat.tui import keys_chat as chat
from supachat.tui import keys_over as over
from supachat.tui.key import Key, Place, plain

__all__ = ["BY_ID", "HELP", "KEYS", "LINES", "Hint", "Key", "Place", "bindings", "commands", "footer"]
__all__ += ["place_of", "plain"]

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

BY_ID: Final = {key.id: key for keys in KEYS.values() for key in keys}

_FOOTERS: Final[dict[Place, str]] = {
    Place.COMPOSER: "send new_line switch next_unread select commands help",
    Place.LIST: "open fold assign status mute archive filter order help back",
    Place.FILTER: "filter_open filter_move filter_close",
    Place.MESSAGES: "move unfold copy_message retry edit delete_message discard details help back",
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
    Place.PROJECT: "project_go project_field project_back leave_project",
    Place.SIGN_IN: "sign_in_go sign_in_field show_password open_address copy_address new_account "
    "sign_in_back leave_sign_in",
    Place.EVERYWHERE: "start commands help leave",
}
_NARROW: Final[dict[Place, str]] = {
    Place.COMPOSER: "switch next_unread select commands help",
    Place.LIST: "open assign status fold filter mute archive back",
}
"""Where five keys must do."""

_READING: Final = (
    "page_up",
    "oldest",
    "newest",
    "first_unread",
    "date",
    "select",
    "focus_next",
    "back",
)


def _listed(place: Place) -> tuple[str, ...]:
    return tuple(key.id for key in KEYS[place] if not key.silent)


HELP: Final = (
    ("Everywhere", tuple(each for each in _listed(Place.EVERYWHERE) if each not in _READING)),
    ("Reading", _READING),
    ("Writing", _listed(Place.COMPOSER)),
    ("Thread list", _listed(Place.LIST)),
    ("Messages (f6)", _listed(Place.MESSAGES)),
    ("Alerts and notifications", _listed(Place.FEED)),
    ("Link health (f9)", _listed(Place.HEALTH)),
)
"""The help page: headings and the ids under them."""


def bindings(place: Place, without: Collection[str] = (), only: Collection[str] = ()) -> list[BindingType]:
    """What the widget or screen of `place` binds. Priority, so that typing cannot swallow an alt key."""
    return [
        Binding(",".join(key.keys.split()), key.action or key.id, key.words, show=False, priority=True)
        for key in KEYS[place]
        if key.keys and key.id not in without and (not only or key.id in only)
    ]


LINES: Final = frozenset({"send", "new_line", "older", "newer", "edit_last", "select_up", "select_down"})
"""The composer's keys that a field of one line has no use for."""


class Hint(NamedTuple):
    """One pair of the footer: the key, the words, and the id that a click runs."""

    key: str
    words: str
    id: str


def footer(place: Place, *, narrow: bool = False, without: Collection[str] = ()) -> list[Hint]:
    """The footer's pairs, the most wanted first; `without` names what cannot be done just now."""
    wanted = _NARROW.get(place, _FOOTERS[place]) if narrow else _FOOTERS[place]
    keys = (BY_ID[each] for each in wanted.split() if each not in without)
    return [Hint(key.first, key.footer_words, key.id) for key in keys]


def place_of(key_id: str) -> Place:
    """Where a key acts."""
    return next(place for place, keys in KEYS.items() if any(key.id == key_id for key in keys))


def commands() -> list[Key]:
    """What the command palette offers of the keys, in the table's order."""
    return [key for key in BY_ID.values() if key.command]
