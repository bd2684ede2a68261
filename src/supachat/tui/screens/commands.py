"""The command palette: what the keys do, by name, and what has no key. Dismisses with a command's id.

Must never run one itself.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

from supachat.domain.model import NOTHING
from supachat.domain.text import Safe
from supachat.tui.keymap import KEYS, Keymap, Place, bindings
from supachat.tui.screens.matching import match
from supachat.tui.screens.overlay import Overlay
from supachat.tui.widgets.drawn import keys_of
from supachat.tui.widgets.results import Result

_VIEW: Final = frozenset({"list", "people", "health", "help"})
_PROGRAM: Final = frozenset({"again", "reconnect_all", "toggle_offline", "leave"})
_LIST: Final = frozenset(key.id for key in KEYS[Place.LIST])
"""Their key is one only while the list has the keyboard."""


class Command(NamedTuple):
    """`id` is that of a key, or a verb and what it is for: `theme paper`."""

    id: str
    title: Safe
    where: Safe
    key: Safe = NOTHING


def key_commands(keys: Keymap) -> list[Command]:
    """The keys that have a name in the palette."""
    return [Command(key.id, Safe(key.command), _where(key.id), Safe(key.first)) for key in keys.commands()]


def _where(key_id: str) -> Safe:
    known = {"view": _VIEW, "program": _PROGRAM, "list": _LIST}
    return Safe(next((where for where, ids in known.items() if key_id in ids), "go"))


class Commands(Overlay[str]):
    """`more` comes after the keys: themes, workspaces, the account. `without`: keys not to offer."""

    PLACE = Place.COMMANDS
    ASK = Safe("What should happen?")
    BINDINGS = bindings(Place.COMMANDS)

    def __init__(self, keys: Keymap, more: Sequence[Command] = (), without: Collection[str] = ()) -> None:
        super().__init__(self.ASK)
        self._all = [*(each for each in key_commands(keys) if each.id not in without), *more]

    def find(self, query: str) -> tuple[Sequence[Result], int]:
        hits = [(command, match(query, command.title)) for command in self._all]
        fitting = [(command, hit) for command, hit in hits if hit is not None]
        if query:
            fitting.sort(key=lambda each: -each[1].score)
        results = [
            Result(
                command.id,
                command.title,
                hits=hit.hits,
                middle=command.where,
                right=command.key,
                right_look="bold text2",
            )
            for command, hit in fitting
        ]
        return results, len(self._all)

    def nothing(self, query: str) -> Sequence[Safe]:
        return Safe("No command is called that"), Safe(f"{keys_of(self)['help'].first} shows every key.")

    def picked(self, result_id: str) -> None:
        self.dismiss(result_id)
