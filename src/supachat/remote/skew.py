"""How far this computer's clock is ahead of the server's, from the Date of each HTTP answer.

A Date is whole seconds, and the answer was made somewhere between asking and hearing. So each answer
gives a stretch in which the skew lies; what all of them share is narrower than any of them. Never
asks anything by itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from math import inf

import httpx

_ASKED = "supachat.asked"


@dataclass(frozen=True, slots=True)
class Bounds:
    """The skew lies between these, in seconds; positive = this computer is ahead."""

    low: float = -inf
    high: float = inf

    def seen(self, asked: float, heard: float, date: float) -> Bounds:
        """One more answer. `asked` and `heard` are seconds since 1970 by this computer, `date` the
        server's whole second. Where it contradicts the earlier ones a clock was set: it counts alone."""
        new = Bounds(asked - (date + 1.0), heard - date)
        low, high = max(self.low, new.low), min(self.high, new.high)
        return Bounds(low, high) if low <= high else new

    @property
    def least(self) -> float:
        """The least skew that explains what was seen; 0 where nothing was. A clock that may be right
        is not called wrong: some servers write a Date that is a second old."""
        return min(max(self.low, 0.0), self.high)


class Skew:
    """The hooks of one HTTP client. `wall` is seconds since 1970."""

    def __init__(self, wall: Callable[[], float] = time.time) -> None:
        self._wall = wall
        self._bounds = Bounds()

    @property
    def seconds(self) -> float:
        return self._bounds.least

    def server_time(self) -> float:
        """Seconds since 1970 by the server's clock, as well as it is known."""
        return self._wall() - self.seconds

    async def on_request(self, request: httpx.Request) -> None:
        request.extensions[_ASKED] = self._wall()

    async def on_response(self, response: httpx.Response) -> None:
        asked = response.request.extensions.get(_ASKED)
        try:
            date = parsedate_to_datetime(response.headers["date"]).timestamp()
        except (KeyError, ValueError, TypeError, OverflowError):
            return  # no Date, or none that can be read
        if isinstance(asked, float):
            self._bounds = self._bounds.seen(asked, self._wall(), date)
