"""What the two answer: a rule table, read from the top, and nothing more. Pure.

They are honest about being one. Nobody says the same thing twice in a row.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


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


class Answerer:
    """One person's answers. `facts` fill the gaps in them, such as <kill>, the command that
    kills the server; they are asked each time, since they change."""

    def __init__(
        self, handle: str, table: Voices, luck: random.Random, facts: Callable[[], Mapping[str, str]]
    ) -> None:
        self._handle, self._table, self._luck, self._facts = handle, table, luck, facts
        self._last = ""

    def answer(self, text: str) -> str:
        """What to say to `text`. Never what was said the last time."""
        rule = matched(self._table.rules, text)
        return self._one_of((rule.answers if rule else self._table.fallback)[self._handle])

    def greeting(self) -> str:
        return self._one_of(self._table.greetings[self._handle])

    def leaving(self) -> str:
        return self._one_of(self._table.leaving[self._handle])

    def _one_of(self, said: Sequence[str]) -> str:
        self._last = self._luck.choice([one for one in said if one != self._last])
        return fill(self._last, self._facts())


def matched(rules: Sequence[Rule], text: str) -> Rule | None:
    """The first rule that fits."""
    return next((rule for rule in rules if rule.pattern.search(text)), None)


def fill(said: str, facts: Mapping[str, str]) -> str:
    """The gaps in an answer, which may hold braces of its own (code)."""
    for name, value in facts.items():
        said = said.replace(f"<{name}>", value)
    return said
