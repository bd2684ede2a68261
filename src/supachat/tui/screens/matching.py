"""Finding by a few letters. Pure: letters in order, word beginnings and runs first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Match(NamedTuple):
    """How well (the higher the better), and which characters were hit."""

    score: int
    hits: tuple[int, ...]


def match(query: str, text: str) -> Match | None:
    """The letters of `query` in this order in `text`, spaces aside; None if they are not there.

    A run that begins a word wins over a run inside one, that over scattered letters.
    """
    wanted = [char.lower() for char in query if not char.isspace()]
    if not wanted:
        return Match(0, ())
    letters = [char.lower() for char in text]
    return _run("".join(wanted), letters) or _scattered(wanted, letters)


def _run(wanted: str, letters: Sequence[str]) -> Match | None:
    size = len(wanted)
    best: Match | None = None
    for start in range(len(letters) - size + 1):
        if "".join(letters[start : start + size]) != wanted:
            continue
        begins = start == 0 or not letters[start - 1].isalnum()
        score = (300 if start == 0 else 200 if begins else 100) - min(start, 50)
        if best is None or score > best.score:
            best = Match(score, tuple(range(start, start + size)))
    return best


def _scattered(wanted: Sequence[str], letters: Sequence[str]) -> Match | None:
    hits: list[int] = []
    at = 0
    for char in wanted:
        found = next((n for n in range(at, len(letters)) if letters[n] == char), None)
        if found is None:
            return None
        hits.append(found)
        at = found + 1
    starts = sum(n == 0 or not letters[n - 1].isalnum() for n in hits)
    return Match(10 * starts - (hits[-1] - hits[0]), tuple(hits))
