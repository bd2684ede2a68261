"""Events of what stands beside the messages: feeds and prices. All of them are in `domain.events` too.

Frozen values.
"""

from __future__ import annotations

from supachat.domain.feeds import FeedInfo, FeedRow, Tick
from supachat.domain.values import dataclass


@dataclass(frozen=True, slots=True)
class FeedsKnown:
    """Which feeds a source has; told at sign-in, before their rows."""

    source: str
    feeds: tuple[FeedInfo, ...]


@dataclass(frozen=True, slots=True)
class FeedRead:
    """The answer to a FetchFeed: its newest 50, whole."""

    source: str
    feed: str
    rows: tuple[FeedRow, ...]


@dataclass(frozen=True, slots=True)
class FeedHeard:
    """A row of a feed, new or changed, whole."""

    row: FeedRow


@dataclass(frozen=True, slots=True)
class PricesRead:
    """The answer to a FetchPrices."""

    source: str
    ticks: tuple[Tick, ...]


@dataclass(frozen=True, slots=True)
class PriceHeard:
    tick: Tick
