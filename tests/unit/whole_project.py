"""A scripted project with feeds, prices and statuses, and a client that is signed in to it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from tests.unit.scripted_client import ACCOUNT, SOURCE, YOU, Scripted, Viewer, until
from tests.unit.scripted_client import A as THREAD

from supachat.cache.files import Files
from supachat.client import Client
from supachat.domain import events as ev
from supachat.domain.choices import USUAL, Pace
from supachat.domain.errors import SupachatError
from supachat.domain.feeds import FeedInfo, FeedRow, Tick
from supachat.domain.model import (
    Alteration,
    Feature,
    Micros,
    Thread,
    ThreadKey,
)
from supachat.domain.text import safe_line

EVERYTHING = replace(SOURCE, features=frozenset(Feature), statuses=("open", "pending", "closed"))
OTHER = ThreadKey("direct", "me__third")
FEED = FeedInfo("direct", "alerts", safe_line("Alerts"), takes=True, urgent=True)
ROW = FeedRow("direct", "alerts", "r1", Micros(1), safe_line("Pump is down"))
TICK = Tick("direct", safe_line("BTC"), Decimal(90), Decimal(1), Micros(1))


class Project(Scripted):
    """A remote that can do everything, and refuses what it is told to refuse."""

    def __init__(self) -> None:
        super().__init__()
        self.threads = [
            Thread(THREAD, safe_line("You Two"), ("me", "you"), "you", status="open", assignee=""),
            Thread(OTHER, safe_line("Third"), ("me", "third"), "third", status="open", assignee=""),
        ]
        self.people = [YOU]
        self.feed_rows = [ROW]
        self.ticks = [TICK]
        self.only_told: frozenset[str] = frozenset()
        """Feeds of which nothing can be read."""
        self.refused: SupachatError | None = None

    async def start(self) -> None:
        self.say(ev.SignedIn(ACCOUNT, (EVERYTHING,)), ev.FeedsKnown("direct", (FEED,)))

    async def perform(self, request: ev.Request) -> list[ev.Event]:
        match request:
            case ev.ListThreads(source):
                self.performed.append(request)
                return [ev.ThreadsListed(source, tuple(self.threads), tuple(self.people))]
            case ev.FetchFeed(source, feed):
                self.performed.append(request)
                if feed in self.only_told:
                    return []
                return [ev.FeedRead(source, feed, tuple(self.feed_rows))]
            case ev.FetchPrices(source):
                self.performed.append(request)
                return [ev.PricesRead(source, tuple(self.ticks))]
            case ev.Alter() | ev.TakeFeedRow():
                self.performed.append(request)
                if self.refused is not None:
                    raise self.refused
                self._do(request)
                return []
            case _:
                return list(await super().perform(request))

    def _do(self, request: ev.Alter | ev.TakeFeedRow) -> None:
        if isinstance(request, ev.TakeFeedRow):
            self.feed_rows = [replace(r, taken=True, taken_by="me") for r in self.feed_rows]
        else:
            assert request.what is Alteration.STATUS
            self.threads = [
                replace(t, status=request.value) if t.key == request.thread else t for t in self.threads
            ]


class Clock:
    """Monotonic seconds that the test moves, and a wall that stands still."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


async def begun(
    path: Path | None = None,
    *,
    wall: Callable[[], float] = time.time,
    monotonic: Callable[[], float] = time.monotonic,
    pace: Pace = USUAL,
) -> tuple[Client, Project, Viewer]:
    client = Client(safe_line("acme"), Files(path), wall=wall, monotonic=monotonic, pace=pace)
    await client.start()
    viewer, remote = Viewer(client), Project()
    client.attach(remote)
    await until(lambda: client.threads() and client.feeds.rows("direct", "alerts"))
    await until(lambda: client.prices.symbols("direct"))
    await shown(client)
    return client, remote, viewer


async def shown(client: Client) -> None:
    """Whoever looks has seen everything that the client knows."""
    await until(lambda: not client._run.batches.waiting)


def notices(viewer: Viewer) -> list[str]:
    return [str(c.title) for c in viewer.seen if isinstance(c, ev.Notice)]


def alerts(viewer: Viewer) -> list[str]:
    return [str(c.title) for c in viewer.seen if isinstance(c, ev.Alerted)]
