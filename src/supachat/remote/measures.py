"""What is measured beside the link itself: the clock's skew, how late rows come, rows out of place.

Must never ask the server for anything.
"""

from __future__ import annotations

from dataclasses import replace

from supachat.domain.events import MessageArrived
from supachat.domain.health import Link, LinkState
from supachat.domain.model import Micros
from supachat.remote.skew import Skew

LIVE = 60.0
"""Seconds. A row older than this was not written just now: it was moved, restored or replayed."""


class Measures:
    def __init__(self, skew: Skew) -> None:
        self._skew = skew
        self._latency: float | None = None
        self._strays = 0

    def row(self, event: MessageArrived, *, stray: bool) -> None:
        """A row was heard. `stray`: the reader is no member of its thread."""
        self._strays += stray
        late = self._skew.server_time() - event.message.at / 1_000_000
        if not event.changed and not event.message.deleted and late <= LIVE:
            # nothing is heard before it is written: then one of the clocks is not as it was taken to be
            self._latency = late if self._skew.sure and late >= 0.0 else None

    def server_time(self) -> Micros:
        """The server's clock, as well as it is known."""
        return Micros(round(self._skew.server_time() * 1_000_000))

    def on(self, link: Link) -> Link:
        """The link with what was measured. How late rows came on a connection that is gone is forgotten."""
        if link.state is not LinkState.CONNECTED:
            self._latency = None
        return replace(
            link, clock_skew=round(self._skew.seconds, 3), latency=self._latency, strays=self._strays
        )
