"""How long a person takes: to read, to type, to come and go. Pure; seconds, before the pace is applied."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """`scale` 1 is how people are; a test is quicker. Every wait of the two goes through here."""

    scale: float = 1.0

    def reading(self, text: str) -> float:
        return self.scale * min(3.0, 0.7 + len(text) / 120)

    def typing(self, text: str) -> float:
        return self.scale * min(7.0, 1.2 + len(text) / 45)

    @property
    def stroke(self) -> float:
        """Between two key strokes that are told to the others."""
        return self.scale * 1.0

    def before_greeting(self, order: int) -> float:
        """The first says hello soon; the second only to somebody who is still quiet."""
        return self.scale * (2.5 + 65.0 * order)

    def stay(self, luck: random.Random) -> float:
        """Until the next pause, which waits for the talk to be over."""
        return self.scale * luck.uniform(150, 300)

    def pause(self, luck: random.Random) -> float:
        return self.scale * luck.uniform(20, 45)

    @property
    def calm(self) -> float:
        """Between two things that nobody asked for, over all."""
        return self.scale * 60.0

    @property
    def patience(self) -> float:
        """Whoever has done nothing for so long is left in peace."""
        return self.scale * 600.0

    @property
    def before_alert(self) -> float:
        return self.scale * 120.0

    @property
    def look(self) -> float:
        """Between two looks at who wrote."""
        return self.scale * 1.0

    @property
    def word(self) -> float:
        """Between two or three words of an assistant."""
        return max(0.05, self.scale * 0.13)

    @property
    def quiet(self) -> float:
        """A talk is over after this long."""
        return self.scale * 40.0
