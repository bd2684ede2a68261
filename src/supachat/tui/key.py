"""What a key of ours is, and the places where keys act. Values only: the tables stand beside this."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from supachat.domain.values import dataclass


class Place(StrEnum):
    """What has the keyboard. EVERYWHERE is the chat screen as a whole."""

    EVERYWHERE = "everywhere"
    COMPOSER = "composer"
    LIST = "list"
    MESSAGES = "messages"
    FILTER = "filter"
    """The field above the thread list."""
    CONFIRM = "confirm"
    SWITCHER = "switcher"
    COMMANDS = "commands"
    PAGE = "page"
    """Help: a full page that is only read."""
    HEALTH = "health"
    DATE = "date"
    SEARCH = "search"
    FEED = "feed"
    PICK = "pick"
    """One of a few, or a line of text."""
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
    """What it runs, `id` where empty: Textual's action, or `part.verb` of the chat screen's parts."""
    shown: str = ""
    """How the keys are written, where their names are not what a person calls them."""
    command: str = ""
    """Its name in the command palette; empty = not offered there."""
    silent: bool = False
    """Not on the help page: a key that everybody knows."""

    @property
    def run(self) -> str:
        """The action, as Textual is told of it."""
        return runs(self.action or self.id)

    @property
    def there(self) -> bool:
        """Whether it can be pressed, or stands for keys that can: some are in one preset only."""
        return bool(self.keys or self.shown)

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


_NAMES: Final = {
    "escape": "esc",
    "pageup": "pgup",
    "pagedown": "pgdn",
    "question_mark": "?",
    "slash": "/",
    "colon": ":",
    "underscore": "_",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "circumflex_accent": "^",
}
_UNSURE: Final = frozenset(
    {"shift+enter", "ctrl+enter", "alt+shift+b", "alt+shift+n", "alt+m", "ctrl+pageup", "ctrl+pagedown"}
)
"""Twins that only some terminals send: they work, the help page does not promise them."""


_TARGETS: Final = ("", "app", "screen")
"""What Textual itself knows in front of an action's dot."""


def runs(action: str) -> str:
    """An action of the table as Textual runs it: `part.verb(...)` calls the chat screen's dispatcher.

    >>> runs("pane.page(-1)")
    "screen.act('pane', 'page', -1)"
    """
    call, _, given = action.partition("(")
    part, _, verb = call.rpartition(".")
    if part in _TARGETS:
        return action
    return f"screen.act({part!r}, {verb!r}{f', {given}' if given.strip(')') else ')'}"


def plain(key: str) -> str:
    """A key's name as a person writes it."""
    return "+".join(_NAMES.get(part, part) for part in key.split("+"))
