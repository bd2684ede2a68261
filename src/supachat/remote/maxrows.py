"""Whether an answer holds all there is, on a server that may give fewer rows than it was asked for.

PostgREST cuts every answer of a table at its setting `db-max-rows` ("Max rows" of a project) and does not
say so: a page that is shorter than asked looks like the last one there is. It is the last one where this
server gives longer ones; else whoever asks for what comes next is told. Asks nothing itself, and must
never take a cut answer for the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from supachat.dialects.calls import Row


class MaxRows:
    """What the answers of one server have shown so far."""

    def __init__(self) -> None:
        self._longest = 0
        """Rows of the longest answer: it gives as many as that."""

    def gave(self, count: int) -> None:
        """The server gave an answer of `count` rows of a table."""
        self._longest = max(self._longest, count)

    def cut(self, count: int) -> None:
        """It gave no more than `count` although there were more, whatever it gave before."""
        self._longest = min(self._longest, count)

    def whole(self, count: int, asked: int) -> bool:
        """Whether an answer of `count` rows is known to be all there is."""
        return count < asked and (count < self._longest or count == 0)


@dataclass(frozen=True, slots=True)
class Listed:
    """A list, as far as it was read."""

    rows: tuple[Row, ...] = ()
    last: int = 0
    """Rows of the last part."""
    ended: bool = False
    moved: bool = False
    """A row stands twice: something came to the top meanwhile, where nobody looked any more."""


def read_on(so_far: Listed, part: Sequence[Row], *, whole: bool) -> Listed:
    """With the next part of it. `whole`: were it the first one, it would be all. A later one is the last if
    it is shorter than the one before, or brings nothing new; a function may give all each time."""
    if tuple(part) in ((), so_far.rows):
        return replace(so_far, ended=True)
    shorter = len(part) < so_far.last if so_far.rows else whole
    return Listed(
        (*so_far.rows, *part),
        len(part),
        ended=shorter or part[-1] in so_far.rows,
        moved=so_far.moved or part[0] in so_far.rows,
    )
