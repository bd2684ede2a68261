"""Which known name was probably meant: what PostgREST's fuzzy search finds. Pure.

Must never cost much: a name can be as long as an address.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_LONGEST = 63
"""Postgres has no longer names: nothing else is searched for."""

_LIKENESS = 0.33
"""Where PostgREST draws the line."""

_LETTERS = re.compile(r"[^\w, ]+")


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The one of `known` that is most like `name`, None where none is: two letters in a row must agree."""
    if len(name) > _LONGEST:
        return None
    pairs = _pairs(name)
    near = max(
        (one for one in known if pairs & _pairs(one)), key=lambda one: _likeness(name, one), default=""
    )
    return near if _likeness(name, near) >= _LIKENESS else None


def _pairs(name: str) -> set[str]:
    """Two letters in a row, the edges counting as one."""
    letters = _LETTERS.sub("", name.lower())
    letters = f"-{letters}-" if letters else ""
    return {letters[at : at + 2] for at in range(len(letters) - 1)}


def _likeness(one: str, other: str) -> float:
    """1 for the same name, 0 for nothing in common: by edits needed, as PostgREST's search counts."""
    costs = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        last, costs[0] = costs[0], row
        for column, wanted in enumerate(other, 1):
            edited = min(costs[column] + 1, costs[column - 1] + 1, last + (letter != wanted))
            last, costs[column] = costs[column], edited
    return 1 - costs[-1] / max(len(one), len(other), 1)
