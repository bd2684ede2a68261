"""What the two answer: a rule table, read from the top, and nothing more. Pure.

They are honest about being one. Nobody says the same thing twice in a row, and nobody is greeted with
words that were used before as long as there are others, whoever it is and however often the demo starts.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Rule:
    """`pattern` is looked for in what was written; `answers` by the handle of who answers."""

    name: str
    pattern: re.Pattern[str]
    answers: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Voices:
    """Everything that the two can say; `greetings`, `leaving` and `fallback` by handle."""

    rules: tuple[Rule, ...]
    fallback: Mapping[str, Sequence[str]]
    greetings: Mapping[str, Sequence[str]]
    leaving: Mapping[str, Sequence[str]]


def voices(text: str) -> Voices:
    """The table in `voices.toml`."""
    table = tomllib.loads(text)
    rules = tuple(
        Rule(one["name"], re.compile(one["words"], re.IGNORECASE), {"mira": one["mira"], "ben": one["ben"]})
        for one in table["rules"]
    )
    return Voices(rules, table["fallback"], table["greetings"], table["leaving"])


def shipped() -> Voices:
    return voices((Path(__file__).parent / "voices.toml").read_text(encoding="utf-8"))


class Notes(Protocol):
    """What somebody said before, oldest first; outlives the process where it can."""

    def read(self) -> Sequence[str]: ...

    def write(self, said: Sequence[str]) -> None: ...


class Answerer:
    """One person's answers. `facts` fill the gaps in them, such as <kill>, the command that
    kills the server; they are asked each time, since they change."""

    def __init__(
        self,
        handle: str,
        table: Voices,
        luck: random.Random,
        facts: Callable[[], Mapping[str, str]],
        greeted: Notes,
    ) -> None:
        """`greeted`: the greetings that were used."""
        self._handle, self._table, self._luck, self._facts = handle, table, luck, facts
        self._greeted, self._last = greeted, ""

    def answer(self, text: str) -> str:
        """What to say to `text`. Never what was said the last time."""
        rule = matched(self._table.rules, text)
        said = (rule.answers if rule else self._table.fallback)[self._handle]
        return fill(self._one_of(said), self._facts())

    def greeting(self) -> str:
        """One that nobody has heard, until all have been."""
        said, past = self._table.greetings[self._handle], self._greeted.read()
        chosen = self._one_of(unheard(said, past))
        self._greeted.write([*(() if chosen in past else past), chosen])
        return fill(chosen, self._facts())

    def leaving(self) -> str:
        return fill(self._one_of(self._table.leaving[self._handle]), self._facts())

    def _one_of(self, said: Sequence[str]) -> str:
        self._last = self._luck.choice([one for one in said if one != self._last])
        return self._last


def unheard(said: Sequence[str], past: Sequence[str]) -> list[str]:
    """What of `said` is not in `past`; once all of it is, all but the last begin anew.

    >>> unheard(["a", "b"], ["a"]), unheard(["a", "b"], ["b", "a"])
    (['b'], ['b'])
    """
    return [one for one in said if one not in past] or [one for one in said if one != past[-1]]


def matched(rules: Sequence[Rule], text: str) -> Rule | None:
    """The first rule that fits."""
    return next((rule for rule in rules if rule.pattern.search(text)), None)


def fill(said: str, facts: Mapping[str, str]) -> str:
    """The gaps in an answer, which may hold braces of its own (code)."""
    for name, value in facts.items():
        said = said.replace(f"<{name}>", value)
    return said
