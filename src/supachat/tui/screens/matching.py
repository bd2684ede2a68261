"""Finding by a few letters. Pure: the whole first, then runs that begin a word, then letters in order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

WHOLE: Final = 400


class Match(NamedTuple):
    """How well (the higher the better), and which characters were hit."""

    score: int
    hits: tuple[int, ...]

    @property
    def rank(self) -> int:
        """The score without its fine differences: the whole, its beginning, a word's, any other."""
        return self.score // 100


def match(query: str, text: str) -> Match | None:
    """The letters of `query` in this order in `text`; None if they are not there.

    A run that begins a word wins over a run inside one, that over scattered letters, where spaces count for
    nothing. Nothing wins over the whole text: whoever types `Room 1` to its end does not mean `Room 10`.
    """
    asked = [char.lower() for char in query.strip()]
    if not asked:
        return Match(0, ())
    letters = [char.lower() for char in text]
    if asked == letters:
        return Match(WHOLE, tuple(range(len(letters))))
    wanted = [char for char in asked if not char.isspace()]
    return _run("".join(asked), letters) or _run("".join(wanted), letters) or _scattered(wanted, letters)


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
