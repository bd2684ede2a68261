"""What a person chose: what is watched and told, kept between runs, and the paces of their settings file.

Frozen values.
"""

from __future__ import annotations

from decimal import Decimal

from supachat.domain.feeds import PriceAlert
from supachat.domain.values import dataclass

DAY = 24 * 60
"""Minutes."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours in which nothing is told, in minutes after midnight where the person is; over midnight too.

    >>> Quiet(22 * 60, 7 * 60).holds(23 * 60), Quiet(22 * 60, 7 * 60).holds(7 * 60)
    (True, False)
    """

    start: int
    end: int

    def holds(self, minute: int) -> bool:
        """Whether it is quiet in that minute of the day."""
        return (minute - self.start) % DAY < (self.end - self.start) % DAY


@dataclass(frozen=True, slots=True)
class Pace:
    """How long is waited, in seconds, and how much is little. Of the settings file, else as usual."""

    typing_lasts: float | None = None
    """For which somebody is shown typing who has said so once; None = as long as the source's map says."""
    idle: float = 300.0
    """Without a key, after which the reader is away."""
    silent: float = 30.0
    """Without a word of somebody of whom only a row speaks, after which they are offline."""
    change_limit: Decimal | None = Decimal(10)
    """Percent in 24 hours beyond which a symbol is told of, once a day; None = never."""


USUAL = Pace()


@dataclass(frozen=True, slots=True)
class Choices:
    """All of it, as one value. A source that is not named has what is usual."""

    watched: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Of a source the symbols that are shown; else all of its table."""
    alerts: tuple[tuple[str, tuple[PriceAlert, ...]], ...] = ()
    told: tuple[tuple[str, str, int], ...] = ()
    """Source, symbol and the day (since 1970, UTC) on which its change was told last."""
    muted: frozenset[str] = frozenset()
    """Sources of which nothing is told."""
    quiet: Quiet | None = None
