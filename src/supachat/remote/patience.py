"""When the sign-in server may be asked again after it failed, whoever wants a token. Pure: `now` is in
seconds of a steady clock.

Every request, every topic and every key press may want one: without this each would ask for itself.
"""

from __future__ import annotations

from math import inf

from supachat.domain.errors import Retryable, SupachatError, TooEarly
from supachat.remote.waits import Waits


class Patience:
    def __init__(self, waits: Waits) -> None:
        self._waits = waits
        self._failures = self._refused = 0
        self._error: SupachatError | None = None
        self._failed_at = self._until = -inf

    def check(self, now: float) -> None:
        """Raises what went wrong last, while it is too early to ask again. Where the server named a time,
        the error has what is left of it."""
        if self._error is not None and now < self._until:
            if isinstance(self._error, Retryable) and self._error.after is not None:
                self._error.after = self._until - now
            raise self._error.with_traceback(None)

    def failed(self, error: SupachatError, now: float) -> None:
        """A little patience at first, then as much as a poke has, and what the server asked for in any
        case. Where nothing was asked, nothing failed."""
        if isinstance(error, TooEarly):
            return
        wait = min(self._waits.poke_gap, self._waits.backoff_first * 2.0 ** min(self._failures, 30))
        asked = error.after if isinstance(error, Retryable) else None
        self._failures += 1
        self._error, self._failed_at, self._until = error, now, now + max(wait, asked or 0.0)

    def poked(self, now: float) -> None:
        """A person's hand, or the machine awake again: what the server asked for may be an hour, and an
        hour old. One try then, half a minute after the last one at the soonest."""
        self._until = min(self._until, max(now, self._failed_at + self._waits.limited))

    def rewarded(self, *, early: bool = False) -> None:
        """It gave a token. `early`: the one before had been refused before its time."""
        self._failures, self._error = 0, None
        self._refused = self._refused + 1 if early else 0

    def is_new(self, age: float) -> bool:
        """A token that was given `age` seconds ago is not renewed yet, whoever refuses it and however
        short its life is said to be: where no token is taken, each would be spent at once. The more of
        them were refused in a row, the longer each is new."""
        return age < min(self._waits.poke_gap * 2.0 ** min(self._refused, 30), self._waits.token_early)
