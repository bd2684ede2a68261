"""At most so many broadcasts in so many seconds, whatever the fingers do. Pure; `now` in seconds."""

from __future__ import annotations

from collections import deque


class Limiter:
    """In any `per` seconds at most `most` of what asked here goes out, in the order in which it asked."""

    def __init__(self, most: int = 10, per: float = 1.0) -> None:
        self._per = per
        self._gone: deque[float] = deque(maxlen=most)
        """When the last ones go, or went."""

    def wait(self, now: float) -> float:
        """Seconds until this one may go; 0 for at once. Whoever asks has its place."""
        at = now
        if self._gone:
            at = max(at, self._gone[-1])
        if len(self._gone) == self._gone.maxlen:
            at = max(at, self._gone[0] + self._per)
        self._gone.append(at)
        return at - now
