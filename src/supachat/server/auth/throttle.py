"""How often one address may knock: a bucket per address that fills at a steady rate.

Pure but for what it counts; the time is an argument. Must never remember an address for ever.
"""

from __future__ import annotations

from dataclasses import dataclass, field

KEPT = 1000
"""Addresses remembered at once; beyond that the ones that are full again are forgotten."""


@dataclass
class Throttle:
    """`per_minute` knocks a minute for each address, as many of them at once."""

    per_minute: int
    _left: dict[str, tuple[float, float]] = field(default_factory=dict)

    def admits(self, address: str, now: float) -> bool:
        """Whether `address` may knock at `now` (seconds, any epoch); counts it if so."""
        left = self._now_left(address, now)
        if left < 1.0:
            return False
        if len(self._left) >= KEPT:
            full = [one for one in self._left if self._now_left(one, now) >= self.per_minute]
            for one in full:
                del self._left[one]
        self._left[address] = (left - 1.0, now)
        return True

    def _now_left(self, address: str, now: float) -> float:
        left, seen = self._left.get(address, (float(self.per_minute), now))
        return min(float(self.per_minute), left + (now - seen) * self.per_minute / 60.0)
