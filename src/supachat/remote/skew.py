"""How far this computer's clock is ahead of the server's, from the Date of each HTTP answer.

A Date is whole seconds, some servers write it a second late, and the answer was made somewhere between
asking and hearing. So each answer gives a stretch in which the skew lies; what all of them share is
narrower than any of them. Never asks anything by itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import inf

import httpx

_ASKED = "supachat.asked"
AGAIN = 2.0
"""Seconds. A server that was stopped and goes on says for a moment what time it was when it was stopped:
what contradicts all earlier answers is believed once a question that was asked so much later has it too."""
LATE = 2.0
"""Seconds by which a Date may be behind the time at which it was written."""


def dated(text: str) -> datetime | None:
    """The time that a header says; None for none, or for one that cannot be read. Never raises."""
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The skew lies between these, in seconds; positive = this computer is ahead."""

    low: float = -inf
    high: float = inf

    @classmethod
    def of(cls, asked: float, heard: float, date: float) -> Bounds:
        """By one answer. `asked` and `heard` are seconds since 1970 by this computer, `date` the
        server's whole second."""
        return cls(asked - (date + LATE), heard - date)

    def shared(self, other: Bounds) -> Bounds | None:
        """What both say; None where they contradict each other."""
        low, high = max(self.low, other.low), min(self.high, other.high)
        return Bounds(low, high) if low <= high else None

    @property
    def least(self) -> float:
        """The least skew that explains what was seen; 0 where nothing was. A clock that may be right
        is not called wrong."""
        return min(max(self.low, 0.0), self.high)


@dataclass(frozen=True, slots=True)
class Belief:
    """What is believed of the skew, and what is said against it. A clock may be set at any time: then
    every answer from then on says so."""

    bounds: Bounds = field(default_factory=Bounds)
    doubt: Bounds | None = None
    doubted_at: float = 0.0

    def seen(self, asked: float, heard: float, date: float) -> Belief:
        """One more answer, as for `Bounds.of`."""
        new = Bounds.of(asked, heard, date)
        if (agreed := self.bounds.shared(new)) is not None:
            return Belief(agreed)
        agreed = self.doubt.shared(new) if self.doubt is not None else None
        if agreed is None:
            return Belief(self.bounds, new, heard)
        if asked >= self.doubted_at + AGAIN:
            return Belief(agreed)
        return Belief(self.bounds, agreed, self.doubted_at)

    @property
    def sure(self) -> bool:
        """Whether the clocks agree, as far as can be seen. Else no row's age can be told: by how much they
        differ is known to a second at best."""
        return self.doubt is None and self.bounds.least == 0.0


class Skew:
    """The hooks of one HTTP client. `wall` is seconds since 1970."""

    def __init__(self, wall: Callable[[], float] = time.time) -> None:
        self._wall = wall
        self._belief = Belief()

    @property
    def seconds(self) -> float:
        return self._belief.bounds.least

    @property
    def sure(self) -> bool:
        """Whether it can be told by the server's clock how late a row comes."""
        return self._belief.sure

    def server_time(self) -> float:
        """Seconds since 1970 by the server's clock, as well as it is known."""
        return self._wall() - self.seconds

    async def on_request(self, request: httpx.Request) -> None:
        request.extensions[_ASKED] = self._wall()

    async def on_response(self, response: httpx.Response) -> None:
        asked, date = response.request.extensions.get(_ASKED), dated(response.headers.get("date", ""))
        if isinstance(asked, float) and date is not None:
            self._belief = self._belief.seen(asked, self._wall(), date.timestamp())
