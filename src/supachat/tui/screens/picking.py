"""Small questions over the chat: one of a few, a line of text, somebody to bring in.

Each dismisses with the answer, or with None. They know what they were given, not the client.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from supachat.client import Client
from supachat.domain.model import NOTHING, Person, PersonKey, ThreadKey
from supachat.domain.text import Safe, safe_line
from supachat.tui.keymap import Place, bindings
from supachat.tui.screens.matching import match
from supachat.tui.screens.overlay import Overlay
from supachat.tui.screens.switcher import Switcher
from supachat.tui.widgets.results import Result


class Picker(Overlay[str]):
    """One of `choices`, by its id; typing narrows them."""

    PLACE: ClassVar[Place] = Place.PICK
    BINDINGS = bindings(Place.PICK)

    def __init__(self, ask: Safe, choices: Sequence[Result]) -> None:
        super().__init__(ask)
        self._choices = choices

    def find(self, query: str) -> tuple[Sequence[Result], int]:
        hits = [(each, match(query, each.title)) for each in self._choices]
        fitting = [(each, hit) for each, hit in hits if hit is not None]
        if query:
            fitting.sort(key=lambda each: -each[1].score)
        return [replace(each, hits=hit.hits) for each, hit in fitting], len(self._choices)

    def picked(self, result_id: str) -> None:
        self.dismiss(result_id)


class AskLine(Overlay[str]):
    """A line of text, which may be there already; Enter takes it as it stands."""

    PLACE: ClassVar[Place] = Place.PICK
    BINDINGS = bindings(Place.PICK)

    def __init__(self, ask: Safe, verb: Safe, text: str = "") -> None:
        super().__init__(ask)
        self._verb = verb
        self.begin(text)

    def find(self, query: str) -> tuple[Sequence[Result], int]:
        words = query.strip()
        found = [Result("it", safe_line(words, limit=200), right=self._verb)] if words else []
        return found, len(found)

    def nothing(self, query: str) -> Sequence[Safe]:
        return (Safe("It needs at least one letter"),)

    def picked(self, result_id: str) -> None:
        self.dismiss(self.asked.strip())


class Invite(Switcher):
    """Somebody of the thread's source who is not in it yet. Dismisses with the person."""

    UNMET = NOTHING

    def __init__(self, client: Client, thread: ThreadKey) -> None:
        super().__init__(client, starting=True)
        self._into = thread

    def _everybody(self) -> dict[PersonKey, Person]:
        source = self._into.source
        inside = {person.key for person in self._client.members(self._into)}
        known = {person.key: person for person in self._client.people(source)} | self._others
        me = self._client.me(source)
        return {
            key: person
            for key, person in known.items()
            if key.source == source and key not in inside and key.id != me
        }

    def _thread_with(self, person: PersonKey) -> ThreadKey | None:
        return None

    def nothing(self, query: str) -> Sequence[Safe]:
        first, *more = super().nothing(query)
        return (first if query.strip() else Safe("Everybody who is known is in it"), *more)
