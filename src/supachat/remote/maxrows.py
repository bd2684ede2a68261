"""Whether an answer holds all there is, on a server that may give fewer rows than it was asked for.

PostgREST cuts every answer of a table at its setting `db-max-rows` ("Max rows" of a project) and does not
say so: a page that is shorter than asked looks like the last one there is. It is the last one for sure
where this server has given longer ones. Asks nothing itself, and must never take a cut answer for the end.
"""

from __future__ import annotations


class MaxRows:
    """What the answers of one server have shown so far."""

    def __init__(self) -> None:
        self._longest = 0
        """Rows of the longest answer: it gives as many as that."""
        self._most: int | None = None
        """Rows beyond which it is known to cut."""

    def whole(self, count: int, asked: int) -> bool | None:
        """Whether an answer of `count` rows is all there is; None where only one more question tells."""
        if count >= asked:
            self._longest = max(self._longest, count)
            return False
        if count < self._longest or count == 0:
            return True
        return False if count == self._most else None

    def learn(self, count: int, *, whole: bool) -> None:
        """What the question told: whether an answer of `count` rows was all there is."""
        self._longest = max(self._longest, count)
        self._most = None if whole else count
