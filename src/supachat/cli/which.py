"""Which thread a person means: an id, `source:id`, or a name when only one fits. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple, TypeVar

from supachat.domain.errors import NotFound
from supachat.domain.model import Person, Thread
from supachat.domain.text import Safe, safe_line

T = TypeVar("T")
_PERSON: Final = re.compile(r"(?:([a-z][a-z0-9_-]{0,31}):)?@(.+)", re.DOTALL)


class Asked(NamedTuple):
    """Somebody to write to: `source` is empty where any will do."""

    source: str
    name: str


def asked_person(said: str) -> Asked | None:
    """`@name` or `source:@name`; None for a thread."""
    found = _PERSON.fullmatch(said)
    return Asked(found[1] or "", found[2]) if found else None


class Several(Exception):
    """More than one fits. `choices` are lines to show."""

    def __init__(self, said: str, choices: Sequence[str]) -> None:
        super().__init__(said)
        self.said = safe_line(said)
        self.choices = tuple(choices)


def which_thread(threads: Sequence[Thread], said: str) -> Thread:
    """An id wins over a title, that over the beginning of one. Raises `NotFound`, `Several`."""
    folded = said.casefold()
    tests = (
        lambda thread: said in (thread.key.id, f"{thread.key.source}:{thread.key.id}"),
        lambda thread: thread.title.casefold() == folded,
        lambda thread: thread.title.casefold().startswith(folded),
    )
    found = _only(threads, said, tests, lambda thread: f"{thread_name(thread)}  {thread.title}")
    if found is None:
        raise NotFound(
            f"There is no thread {safe_line(said)!r}",
            cure="supachat threads lists them; @name or source:@name begins a new one",
        )
    return found


def thread_name(thread: Thread) -> Safe:
    """`source:id`, on one line and safe to print."""
    return safe_line(f"{thread.key.source}:{thread.key.id}")


def which_person(people: Sequence[Person], said: str) -> Person:
    """An exact handle wins over an exact name, that over the only one found. Raises as `which_thread`."""
    folded = said.casefold()
    tests = (
        lambda person: said in (person.key.id, person.handle),
        lambda person: person.name.casefold() == folded,
        lambda person: True,
    )
    found = _only(
        people, said, tests, lambda person: f"{person.key.source}:@{person.handle}  {person.name}"
    )
    if found is None:
        raise NotFound(
            f"Nobody called {safe_line(said)!r} was found", cure="Give three letters of the name or more"
        )
    return found


def _only(
    things: Sequence[T], said: str, tests: Iterable[Callable[[T], bool]], line: Callable[[T], str]
) -> T | None:
    """The one that passes the first test which any passes; None where none does. Raises `Several`."""
    for test in tests:
        found = [thing for thing in things if test(thing)]
        if len(found) == 1:
            return found[0]
        if found:
            raise Several(said, [line(thing) for thing in found])
    return None
