"""What the supervisor's tests share: small waits, a topic with rows, and ears that remember."""

from __future__ import annotations

from collections.abc import Callable

from tests.waits import scaled

from supachat.dialects.calls import Topic
from supachat.domain.health import Link, LinkState
from supachat.remote.frames import Broadcast, Present, RowChanged
from supachat.remote.supervisor import Supervisor

FAST = scaled(0.03, open=2.0, join=3.0, silence=1.5, heartbeat=0.4, poke_gap=0.2, ack=1.5)
ENDLESS = scaled(100.0, close=0.1)
"""For what must not wait: each wait is minutes or hours, but the goodbye."""
ROOM = Topic("room:db", sealed=True, replication_ready=True)
Make = Callable[..., Supervisor]


class Heard:
    """The `Ears` of these tests."""

    def __init__(self) -> None:
        self.ready: list[str] = []
        self.lost: list[str] = []
        self.broadcasts: list[Broadcast] = []
        self.presence: list[Present] = []
        self.rows: list[RowChanged] = []
        self.links: list[Link] = []
        self.doubts = 0

    def topic_ready(self, name: str) -> None:
        self.ready.append(name)

    def topic_lost(self, name: str) -> None:
        self.lost.append(name)

    def broadcast(self, heard: Broadcast) -> None:
        self.broadcasts.append(heard)

    def changed(self, heard: RowChanged) -> None:
        self.rows.append(heard)

    def present(self, heard: Present) -> None:
        self.presence.append(heard)

    def link_moved(self, link: Link) -> None:
        self.links.append(link)

    def token_doubted(self) -> None:
        self.doubts += 1

    def states(self) -> list[LinkState]:
        """The states in order, each run of one state once."""
        states = [link.state for link in self.links]
        return [state for n, state in enumerate(states) if n == 0 or states[n - 1] is not state]
