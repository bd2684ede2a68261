"""How often one address may knock: a bucket per address that fills at a steady rate.

Pure but for what it counts; the time is an argument. Must never remember an address for ever.
"""

from __future__ import annotations

from dataclasses import dataclass, field

KEPT = 1000
"""From this many on, addresses that are full again are forgotten."""


@dataclass
class Throttle:
    """`burst` knocks within `seconds` for each address, all of them at once if it likes."""

    burst: int
    seconds: float = 60.0
    _left: dict[str, tuple[float, float]] = field(default_factory=dict)
    _sweep_at: int = KEPT

    def admits(self, address: str, now: float) -> bool:
        """Whether `address` may knock at `now` (seconds, any epoch); counts it if so."""
        left = self._now_left(address, now)
        # a knock that came back to within a rounding error is there
        if left < 1.0 - 1e-9:
            return False
        if len(self._left) >= self._sweep_at:
            self._sweep(now)
        self._left[address] = (left - 1.0, now)
        return True

    def give_back(self, address: str, now: float) -> None:
        """The last knock of `address` was a rightful one and does not count."""
        self._left[address] = (min(float(self.burst), self._now_left(address, now) + 1.0), now)

    def wait(self, address: str, now: float) -> float:
        """Seconds until `address` may knock again, 0 if it may now."""
        return max(0.0, (1.0 - self._now_left(address, now)) * self.seconds / self.burst)

    def _sweep(self, now: float) -> None:
        """Forgets who is full again. The next time is so far off that it costs next to nothing."""
        self._left = {
            one: held for one, held in self._left.items() if self._now_left(one, now) < self.burst
        }
        self._sweep_at = max(KEPT, 2 * len(self._left))

    def _now_left(self, address: str, now: float) -> float:
        left, seen = self._left.get(address, (float(self.burst), now))
        return min(float(self.burst), left + (now - seen) * self.burst / self.seconds)
