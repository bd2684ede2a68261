"""The prices of a workspace, which of them are watched, and when they are told of.

What is chosen is kept on this computer. Must never make a caller wait.
"""

from __future__ import annotations

from supachat.client.runner import Runner
from supachat.domain.changes import PricesChanged
from supachat.domain.feeds import PriceAlert, Tick
from supachat.sync.shelf import Outcome


class PricesFace:
    def __init__(self, run: Runner) -> None:
        self._run = run

    def ticks(self, source: str) -> tuple[Tick, ...]:
        """The last price of every watched symbol, in the order in which they were chosen."""
        parts = self._run.parts
        return parts.beside.prices.watched(source, parts.chosen.choices)

    def symbols(self, source: str) -> tuple[str, ...]:
        """All that the source has, watched or not."""
        return self._run.parts.beside.prices.symbols(source)

    def watch(self, source: str, symbol: str) -> None:
        """Show a symbol, also one of which no price has come yet."""
        self._choose(source, (*self._watched(source), symbol))

    def unwatch(self, source: str, symbol: str) -> None:
        """Show it no more; its alerts are silent meanwhile."""
        self._choose(source, tuple(s for s in self._watched(source) if s != symbol))

    def alerts(self, source: str) -> tuple[PriceAlert, ...]:
        return dict(self._run.parts.chosen.choices.alerts).get(source, ())

    def set_alert(self, source: str, alert: PriceAlert) -> None:
        """In place of the one that the symbol had; one without a line drops it."""
        self._run.act(lambda out: self._run.parts.chosen.alert(source, alert, out))

    def _watched(self, source: str) -> tuple[str, ...]:
        chosen = dict(self._run.parts.chosen.choices.watched).get(source)
        return self.symbols(source) if chosen is None else chosen

    def _choose(self, source: str, symbols: tuple[str, ...]) -> None:
        def choose(out: Outcome) -> None:
            self._run.parts.chosen.watch(source, symbols, out)
            out.changes.append(PricesChanged())

        self._run.act(choose)
