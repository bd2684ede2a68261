"""Who may speak when, and in which turn. Pure: time is an argument.

The demo is to be read in peace: whatever nobody asked for shares one budget, and all of it falls silent
with the person.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class Calm:
    """One unasked message in `every` seconds over all, and none once nobody has done anything for
    `patience` seconds."""

    every: float
    patience: float
    _last: float = float("-inf")
    _sign: float = float("-inf")

    def sign(self, now: float) -> None:
        """Somebody came, or wrote."""
        self._sign = now

    def attended(self, now: float) -> bool:
        return now - self._sign < self.patience

    def may(self, now: float) -> bool:
        """Whether something unasked may be said; if so, it counts as said."""
        if now - self._last < self.every or not self.attended(now):
            return False
        self._last = now
        return True


@dataclass(slots=True)
class Turns(Generic[T]):
    """All of them in a random order, then all again; never the same twice in a row."""

    things: Sequence[T]
    luck: random.Random
    _left: list[T] = field(default_factory=list)
    _last: T | None = None

    def next(self) -> T:
        if not self._left:
            self._left = self.luck.sample(list(self.things), len(self.things))
            if len(self._left) > 1 and self._left[-1] == self._last:
                self._left.reverse()
        self._last = self._left.pop()
        return self._last


@dataclass(slots=True)
class Quote:
    """A symbol whose price wanders about `home`. `line` is an alert that a jump crosses, None for none."""

    symbol: str
    home: Decimal
    change: Decimal
    line: Decimal | None
    price: Decimal

    def moved(self, luck: random.Random, *, jump: bool) -> None:
        """A small step home or away; a jump goes to the other side of the line."""
        step = self.home / 4000
        if jump and self.line is not None:
            beyond = self.line + step * 4 if self.price <= self.line else self.home
            self.price = beyond.quantize(self.home)
        else:
            pull = (self.home - self.price) / 20
            self.price = (self.price + pull + step * Decimal(f"{luck.uniform(-1, 1):.3f}")).quantize(
                self.home
            )

    @property
    def day(self) -> Decimal:
        """The change over 24 hours, in percent."""
        return (self.change + (self.price / self.home - 1) * 100).quantize(Decimal("0.01"))


def quote(symbol: str, price: float, change: float, above: float | None = None) -> Quote:
    """From a story's words, with the digits that were written there or two."""
    home = Decimal(str(price)).quantize(Decimal("0.0001") if price < 10 else Decimal("0.01"))
    line = Decimal(str(above)) if above is not None else None
    return Quote(symbol, home, Decimal(str(change)), line, home)


def pieces(text: str, luck: random.Random) -> list[str]:
    """A text as it grows, whole each time: two or three words more."""
    ends = [end for end, letter in enumerate(text) if letter in " \n" and end]
    found: list[str] = []
    at = -1
    while (at := at + luck.randint(2, 3)) < len(ends):
        found.append(text[: ends[at]])
    return [*found, text]
