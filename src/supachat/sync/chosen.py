"""What the person chose, as the core holds it: one value, replaced whole and kept when it changes. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from supachat.domain.choices import Choices, Quiet
from supachat.domain.feeds import PriceAlert
from supachat.domain.keeping import KeepChoices
from supachat.sync.shelf import Outcome


class Chosen:
    def __init__(self, choices: Choices) -> None:
        self.choices = choices

    def _set(self, choices: Choices, out: Outcome) -> None:
        if choices != self.choices:
            self.choices = choices
            out.writes.append(KeepChoices(choices))

    def watch(self, source: str, symbols: Iterable[str] | None, out: Outcome) -> None:
        """Show these symbols of a source, or with None all of them."""
        watched = {**dict(self.choices.watched)}
        watched.pop(source, None)
        if symbols is not None:
            watched[source] = tuple(dict.fromkeys(symbols))
        self._set(replace(self.choices, watched=tuple(watched.items())), out)

    def alert(self, source: str, alert: PriceAlert, out: Outcome) -> None:
        """The alert of a symbol, in place of the one it had; one without a line drops it."""
        alerts = dict(self.choices.alerts)
        others = tuple(a for a in alerts.get(source, ()) if a.symbol != alert.symbol)
        wanted = (alert,) if alert.above is not None or alert.below is not None else ()
        alerts[source] = (*others, *wanted)
        self._set(replace(self.choices, alerts=tuple(alerts.items())), out)

    def told(self, source: str, symbol: str, day: int, out: Outcome) -> None:
        """A symbol's large change was told on that day."""
        others = tuple(t for t in self.choices.told if t[:2] != (source, symbol))
        self._set(replace(self.choices, told=(*others, (source, symbol, day))), out)

    def mute(self, source: str, muted: bool, out: Outcome) -> None:
        held = self.choices.muted
        self._set(replace(self.choices, muted=held | {source} if muted else held - {source}), out)

    def quiet(self, hours: Quiet | None, out: Outcome) -> None:
        self._set(replace(self.choices, quiet=hours), out)
