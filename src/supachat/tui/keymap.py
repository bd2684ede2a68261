"""ONE table of every key: id, twins, place, words. Bindings, footer, help and palette are made of it.

A key that does nothing is not in the table. Pure. Must never know a widget: a place is a name, and the
widget or screen that stands for it takes `bindings(place)`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from textual.binding import Binding, BindingType


class Place(StrEnum):
    """What has the keyboard. EVERYWHERE is the chat screen as a whole."""

    EVERYWHERE = "everywhere"
    COMPOSER = "composer"
    LIST = "list"
    MESSAGES = "messages"
    CONFIRM = "confirm"
    SWITCHER = "switcher"
    COMMANDS = "commands"
    PAGE = "page"
    """Help: a full page that is only read."""
    HEALTH = "health"
    DATE = "date"
    CHOICES = "choices"
    """The first question of a first run."""
    PROJECT = "project"
    SIGN_IN = "sign_in"


@dataclass(frozen=True, slots=True)
class Key:
    """One thing that keys can do. `keys` are Textual's names, the first one is the one that is shown."""

    id: str
    keys: str
    words: str
    short: str = ""
    """The footer's words, where `words` are too long for it."""
    action: str = ""
    """The Textual action; `id` where empty."""
    shown: str = ""
    """How the keys are written, where their names are not what a person calls them."""
    command: str = ""
    """Its name in the command palette; empty = not offered there."""
    silent: bool = False
    """Not on the help page: a key that everybody knows."""

    @property
    def label(self) -> str:
        """The keys as the help page writes them."""
        return self.shown or "  ".join(plain(key) for key in self.keys.split() if key not in _UNSURE)

    @property
    def first(self) -> str:
        """The key as the footer writes it."""
        return self.shown or plain(self.keys.split()[0])

    @property
    def footer_words(self) -> str:
        return self.short or self.words


_NAMES: Final = {"escape": "esc", "pageup": "pgup", "pagedown": "pgdn", "question_mark": "?", "slash": "/"}
_UNSURE: Final = frozenset(
    {"shift+enter", "ctrl+enter", "alt+shift+b", "alt+m", "ctrl+pageup", "ctrl+pagedown"}
)
"""Twins that only some terminals send: they work, the help page does not promise them."""


def plain(key: str) -> str:
    """A key's name as a person writes it."""
    return "+".join(_NAMES.get(part, part) for part in key.split("+"))


KEYS: Final[dict[Place, tuple[Key, ...]]] = {
    Place.EVERYWHERE: (
        Key("switch", "ctrl+k f3", "switch thread", "switch", command="Switch thread"),
        Key("start", "ctrl+n", "start a thread", "new thread", command="Start a thread"),
        Key("commands", "ctrl+p f2", "commands"),
        Key("next_unread", "alt+a f4", "next unread", command="Go to the next unread"),
        Key("last_thread", "alt+slash f5", "last thread", command="Back to the last thread"),
        Key(
            "above",
            "alt+up ctrl+pageup",
            "thread above, below",
            action="thread(-1)",
            shown="alt+up  alt+down",
        ),
        Key("below", "alt+down ctrl+pagedown", "thread below", action="thread(1)", silent=True),
        *(
            Key(
                f"position{n}",
                f"alt+{n}",
                "thread by its place",
                action=f"position({n})",
                shown="alt+1 to alt+9",
                silent=n > 1,
            )
            for n in range(1, 10)
        ),
        Key("list", "f7 alt+shift+b", "hide or show the list", "list", command="Hide or show the list"),
        Key("people", "f8", "people", command="Show people and this thread"),
        Key("health", "f9", "link health", "health", command="Show link health"),
        Key("again", "ctrl+l", "draw again, reconnect", "try now", command="Reconnect now"),
        Key("reconnect_all", "alt+l", "leave and rejoin everything", command="Reconnect everything"),
        Key("toggle_offline", "alt+o", "go offline, come back", command="Go offline or come back"),
        Key("help", "f1", "keys", command="Show the keys"),
        Key("suspend", "ctrl+z", "suspend, fg comes back", action="app.suspend_process"),
        Key("copy", "ctrl+c", "copy, else clear the text"),
        Key("leave", "ctrl+q", "quit, unsent is kept", "quit", command="Quit", action="app.leave"),
        Key("page_up", "pageup", "a page up, down", action="page(-1)", shown="pgup  pgdn"),
        Key("page_down", "pagedown", "a page down", action="page(1)", silent=True),
        Key("oldest", "alt+home ctrl+home", "oldest that is loaded", command="Go to the oldest loaded"),
        Key("newest", "alt+end ctrl+end", "newest; also esc twice", "newest", command="Go to the newest"),
        Key("first_unread", "alt+u", "first unread", command="Go to the first unread"),
        Key("date", "alt+g", "go to a day", command="Go to a day"),
        Key("select", "f6 alt+m", "choose a message", "messages", command="Choose a message"),
        Key("focus_next", "tab", "next place", action="walk(1)"),
        Key("focus_previous", "shift+tab", "place before", action="walk(-1)", silent=True),
        Key("back", "escape", "back to the text, which stays", "back"),
    ),
    Place.COMPOSER: (
        Key("send", "enter", "send"),
        Key("new_line", "alt+enter ctrl+j shift+enter ctrl+enter", "new line"),
        Key(
            "editor",
            "alt+e",
            "in your own editor",
            action="screen.editor",
            command="Write in your own editor",
        ),
        Key("older", "up", "what you sent before", action="line(-1)"),
        Key("newer", "down", "the line below", action="line(1)", silent=True),
        Key(
            "line_start",
            "ctrl+a home",
            "start, end of the line",
            action="cursor_line_start",
            shown="ctrl+a  ctrl+e",
        ),
        Key("line_end", "ctrl+e end", "end of the line", action="cursor_line_end", silent=True),
        Key(
            "word_left",
            "ctrl+left alt+b",
            "word left, right",
            action="cursor_word_left",
            shown="alt+b  alt+f",
        ),
        Key("word_right", "ctrl+right alt+f", "word right", action="cursor_word_right", silent=True),
        Key("kill_word", "ctrl+w alt+backspace", "delete the word before, after", shown="ctrl+w  alt+d"),
        Key("kill_next_word", "alt+d", "delete the word after", silent=True),
        Key("kill_start", "ctrl+u", "delete to the start, end", shown="ctrl+u  alt+k"),
        Key("kill_end", "alt+k", "delete to the end", silent=True),
        Key("yank", "ctrl+y", "put back what was deleted"),
        Key("undo", "ctrl+underscore", "undo, redo", shown="ctrl+_  alt+_"),
        Key("redo", "alt+underscore", "redo", silent=True),
        Key("left", "left ctrl+b", "left", action="cursor_left", silent=True),
        Key("right", "right ctrl+f", "right", action="cursor_right", silent=True),
        Key("backspace", "backspace ctrl+h", "delete left", action="delete_left", silent=True),
        Key("delete", "delete ctrl+d", "delete right", action="delete_right", silent=True),
        Key("select_left", "shift+left", "select left", action="cursor_left(True)", silent=True),
        Key("select_right", "shift+right", "select right", action="cursor_right(True)", silent=True),
        Key("select_up", "shift+up", "select up", action="cursor_up(True)", silent=True),
        Key("select_down", "shift+down", "select down", action="cursor_down(True)", silent=True),
        Key(
            "select_home",
            "shift+home",
            "select to the start",
            action="cursor_line_start(True)",
            silent=True,
        ),
        Key("select_end", "shift+end", "select to the end", action="cursor_line_end(True)", silent=True),
        Key("cut", "ctrl+x", "cut", silent=True),
        Key("paste", "ctrl+v", "paste", silent=True),
    ),
    Place.LIST: (
        Key("open", "enter", "open"),
        Key("fold", "space", "fold"),
        Key("list_move", "", "move", shown="j k g G"),
        Key("list_up", "k up", "up", action="move(-1)", silent=True),
        Key("list_down", "j down", "down", action="move(1)", silent=True),
        Key("list_first", "g home", "first", action="move(-9999)", silent=True),
        Key("list_last", "G end", "last", action="move(9999)", silent=True),
        Key("list_keys", "question_mark", "keys", action="screen.help"),
    ),
    Place.MESSAGES: (
        Key("move", "", "move", shown="j k g G"),
        Key("up", "k up", "up", action="move(-1)", silent=True),
        Key("down", "j down", "down", action="move(1)", silent=True),
        Key("first", "g home", "oldest that is loaded", action="oldest", silent=True),
        Key("last", "G end", "newest", action="newest", silent=True),
        Key("unfold", "enter", "open, fold, fill a gap", "open", action="open"),
        Key("copy_message", "y", "copy", action="screen.copy_message"),
        Key("retry", "r", "send again what was not sent", "retry", action="verb('retry')"),
        Key("edit", "e", "edit what is not sent yet", "edit", action="verb('edit')"),
        Key("discard", "x", "discard what is not sent yet", "discard", action="verb('discard')"),
        Key("details", "i", "delivery, times, id", "details", action="screen.details"),
        Key("message_keys", "question_mark", "keys", action="screen.help"),
    ),
    Place.CONFIRM: (
        Key("yes", "y", "yes", action="answer(True)"),
        Key("no", "n escape", "keep", action="answer(False)", shown="n esc"),
    ),
    Place.SWITCHER: (
        Key("pick", "enter", "open"),
        Key("pick_up", "up", "up", action="move(-1)"),
        Key("pick_down", "down", "down", action="move(1)"),
        Key("group", "tab", "next group"),
        Key("close", "escape ctrl+k f3", "back"),
        Key("leave_switcher", "ctrl+q", "quit", action="app.leave"),
    ),
    Place.COMMANDS: (
        Key("run", "enter", "run", action="pick"),
        Key("run_move", "", "move", shown="up down"),
        Key("run_up", "up", "up", action="move(-1)"),
        Key("run_down", "down", "down", action="move(1)"),
        Key("run_close", "escape ctrl+p f2", "back", action="close"),
        Key("leave_commands", "ctrl+q", "quit", action="app.leave"),
    ),
    Place.DATE: (
        Key("date_go", "enter", "go there", action="pick"),
        Key("date_up", "up", "up", action="move(-1)"),
        Key("date_down", "down", "down", action="move(1)"),
        Key("date_close", "escape alt+g", "back", action="close"),
        Key("leave_date", "ctrl+q", "quit", action="app.leave"),
    ),
    Place.PAGE: (
        Key("page_scroll", "", "scroll", shown="up down"),
        Key("page_close", "escape q f1 question_mark", "back", action="close"),
        Key("leave_page", "ctrl+q", "quit", action="app.leave"),
    ),
    Place.HEALTH: (
        Key("health_scroll", "", "scroll", shown="up down", silent=True),
        Key("health_again", "ctrl+l", "reconnect now", action="by_hand('again')"),
        Key("health_all", "r", "leave and rejoin all", "rejoin all", action="by_hand('reconnect_all')"),
        Key("health_offline", "o", "offline, back", action="by_hand('toggle_offline')"),
        Key("health_close", "escape q f9", "back", action="close", silent=True),
        Key("leave_health", "ctrl+q", "quit", action="app.leave", silent=True),
    ),
    Place.CHOICES: (
        Key("go", "enter", "go on"),
        Key("choice_move", "", "choose", shown="up down"),
        Key("choice_up", "up k shift+tab", "up", action="move(-1)"),
        Key("choice_down", "down j tab", "down", action="move(1)"),
        Key("leave_choices", "ctrl+q", "quit", action="app.leave"),
    ),
    Place.PROJECT: (
        Key("project_go", "enter", "go on", action="go"),
        Key("project_field", "tab down", "next field", action="field(1)"),
        Key("project_field_up", "shift+tab up", "field before", action="field(-1)"),
        Key("project_back", "escape", "back", action="back"),
        Key("leave_project", "ctrl+q", "quit", action="app.leave"),
    ),
    Place.SIGN_IN: (
        Key("sign_in_go", "enter", "sign in", action="go"),
        Key("sign_in_field", "tab down", "next", action="field(1)"),
        Key("sign_in_field_up", "shift+tab up", "before", action="field(-1)"),
        Key("show_password", "ctrl+t", "show password"),
        Key("open_address", "ctrl+o", "open here"),
        Key("copy_address", "ctrl+s", "copy"),
        Key("new_account", "ctrl+n", "new account"),
        Key("sign_in_back", "escape", "back", action="back"),
        Key("leave_sign_in", "ctrl+q", "quit", action="app.leave"),
    ),
}

BY_ID: Final = {key.id: key for keys in KEYS.values() for key in keys}

_FOOTERS: Final[dict[Place, str]] = {
    Place.COMPOSER: "send new_line switch next_unread select commands help",
    Place.LIST: "open fold list_move help back",
    Place.MESSAGES: "move unfold copy_message retry edit discard details help back",
    Place.CONFIRM: "yes no",
    Place.SWITCHER: "pick group close",
    Place.COMMANDS: "run run_move run_close",
    Place.DATE: "date_go date_close",
    Place.PAGE: "page_scroll page_close",
    Place.HEALTH: "health_again health_all health_offline health_scroll health_close",
    Place.CHOICES: "go choice_move leave_choices",
    Place.PROJECT: "project_go project_field project_back leave_project",
    Place.SIGN_IN: "sign_in_go sign_in_field show_password open_address copy_address new_account "
    "sign_in_back leave_sign_in",
    Place.EVERYWHERE: "start commands help leave",
}
_NARROW: Final[dict[Place, str]] = {Place.COMPOSER: "switch next_unread select commands help"}
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


LINES: Final = frozenset({"send", "new_line", "older", "newer", "select_up", "select_down"})
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
