"""Prices: the latest wins by its own time; a crossing is told once, a large change once a day.

Pure: the day is the tick's own (UTC), no clock is asked. Money is never a float.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum

from supachat.domain.choices import Choices
from supachat.domain.feeds import PriceAlert, Tick

DAY = 86_400_000_000
"""In microseconds."""


class Side(StrEnum):
    ABOVE = "above"
    BELOW = "below"


def crossings(before: Decimal | None, now: Decimal, alert: PriceAlert) -> list[tuple[Side, Decimal]]:
    """The lines of an alert that the price has just passed. The first price of all passes none.

    >>> crossings(Decimal(99), Decimal(100), PriceAlert("BTC", above=Decimal(100)))
    [(<Side.ABOVE: 'above'>, Decimal('100'))]
    """
    found: list[tuple[Side, Decimal]] = []
    if before is None:
        return found
    if alert.above is not None and before < alert.above <= now:
        found.append((Side.ABOVE, alert.above))
    if alert.below is not None and before > alert.below >= now:
        found.append((Side.BELOW, alert.below))
    return found


def day_of(tick: Tick) -> int:
    """The day of a tick, counted since 1970."""
    return tick.at // DAY


class Prices:
    """The last price of every symbol, whether it is watched or not."""

    def __init__(self, ticks: Iterable[Tick] = ()) -> None:
        self._ticks: dict[tuple[str, str], Tick] = {(t.source, t.symbol): t for t in ticks}

    def symbols(self, source: str) -> tuple[str, ...]:
        """All that the source has, in alphabetical order."""
        return tuple(sorted(symbol for held, symbol in self._ticks if held == source))

    def take(self, tick: Tick) -> tuple[bool, Decimal | None]:
        """Whether it is newer than what is known, and the price before it."""
        held = self._ticks.get((tick.source, tick.symbol))
        if held is not None and (held.at > tick.at or held == tick):
            return False, held.price
        self._ticks[tick.source, tick.symbol] = tick
        return True, held.price if held is not None else None

    def watched(self, source: str, choices: Choices) -> tuple[Tick, ...]:
        """The ticks that are shown, in the order in which their symbols were chosen."""
        chosen = dict(choices.watched).get(source)
        symbols = self.symbols(source) if chosen is None else chosen
        found = (self._ticks.get((source, symbol)) for symbol in symbols)
        return tuple(tick for tick in found if tick is not None)


def is_watched(tick: Tick, choices: Choices) -> bool:
    chosen = dict(choices.watched).get(tick.source)
    return chosen is None or tick.symbol in chosen


def alerts_of(tick: Tick, choices: Choices) -> list[PriceAlert]:
    return [a for a in dict(choices.alerts).get(tick.source, ()) if a.symbol == tick.symbol]


def is_large(tick: Tick, limit: Decimal | None, choices: Choices) -> bool:
    """Whether its change is to be told: beyond `limit` percent, and not told on this day yet."""
    told = {(source, symbol): day for source, symbol, day in choices.told}
    return (
        limit is not None
        and abs(tick.change) > limit
        and told.get((tick.source, tick.symbol), -1) < day_of(tick)
    )
