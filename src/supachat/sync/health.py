"""How good the link is, as one grade and in numbers, over the last hour.

Thresholds are those of the design, section 5. Time comes as an argument (monotonic seconds).
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import Any

from supachat.domain.health import Grade, Health, Link, LinkState, TopicState
from supachat.domain.text import Safe

HOUR = 3600.0
SLOW_CONNECT, DEAD_CONNECT = 2.0, 5.0
SLOW_TRIP, DEAD_TRIP = 0.5, 2.0
_DOWN = (LinkState.DISCONNECTED, LinkState.ERROR, LinkState.SIGNED_OUT, LinkState.OFFLINE)
_RETRYING = (TopicState.RECONNECTING, TopicState.LIMITED, TopicState.ERROR)
_BY_HAND = (LinkState.OFFLINE, LinkState.SIGNED_OUT)
"""The person wanted it so: no connection was lost."""
TRIPS = 60
"""Round trips that are remembered: a quarter of an hour of heartbeats."""


def grade(health: Health) -> Grade:
    """Green: quick and whole. Yellow: slow, retrying or incomplete. Red: not connected, or worse."""
    link = health.link
    connect = link.connect_time or 0.0
    trip = max(link.round_trip or 0.0, health.latency or 0.0)
    refused = link.parked / link.wanted if link.wanted else 0.0
    uptime = 1.0 if health.uptime is None else health.uptime
    if (
        link.state in _DOWN
        or trip > DEAD_TRIP
        or connect > DEAD_CONNECT
        or health.drops > 5
        or uptime < 0.95
        or refused > 0.05
        or health.failed
        or link.strays
        or link.silent
        or link.mute
    ):
        return Grade.RED
    if (
        link.state is not LinkState.CONNECTED
        or link.polled
        or trip >= SLOW_TRIP
        or connect >= SLOW_CONNECT
        or health.drops > 1
        or uptime <= 0.99
        or health.missed
        or any(topic.state in _RETRYING for topic in link.topics)
    ):
        return Grade.YELLOW
    return Grade.GREEN


class HealthKeeper:
    """Remembers the last hour of the link."""

    def __init__(self) -> None:
        self.health = Health()
        self._drops: deque[float] = deque()
        self._missed: deque[float] = deque()
        """When rows were found that realtime had not brought, one of each."""
        self._spells: deque[tuple[float, float, bool]] = deque()
        """(from, to, whether connected) of the last hour, once it was connected at all."""
        self._since: float | None = None
        """When the spell began that lasts; None before the first, and while the person wants no link."""
        self._heard_at = 0.0
        """When the link was last known to bring something."""

    def moved(self, link: Link, now: float) -> None:
        before_link = self.health.link
        before = before_link.state
        was, is_ = before is LinkState.CONNECTED, link.state is LinkState.CONNECTED
        socket_up = link.state is LinkState.POLLING and link.round_trip is not None
        if was and not is_ and not socket_up and link.state not in _BY_HAND:
            self._drops.append(now)
        self._spell(before, link.state, now)
        health = replace(self.health, link=link, latency=link.latency)
        if is_ != was:
            health = replace(health, connected_since=now if is_ else None)
            if is_:
                self._heard_at = now
            elif not health.catching_up:
                health = replace(health, heard_to=self._heard_at)
        if link.round_trip is not None and link.round_trip != before_link.round_trip:
            health = replace(health, trips=(*health.trips, link.round_trip)[-TRIPS:])
            self._heard_at = now
        if link.reason and link.state is not LinkState.CONNECTED:
            health = replace(health, last_error=link.reason, last_error_at=now)
        self.health = health
        self.settle(now)

    def _spell(self, before: LinkState, after: LinkState, now: float) -> None:
        """One spell of being connected, or of being not, ends where the next one begins."""
        was, is_ = before is LinkState.CONNECTED, after is LinkState.CONNECTED
        if was == is_ and (before in _BY_HAND) == (after in _BY_HAND):
            return
        if self._since is not None:
            self._spells.append((self._since, now, was))
        known = is_ or self._since is not None or bool(self._spells)
        self._since = now if known and after not in _BY_HAND else None

    def noted(self, now: float, *, hint: bool = False) -> None:
        """Something was received. A `hint` counts only where topics bring it: else it is a poll's own."""
        link = self.health.link
        if hint and (link.polled or link.state is not LinkState.CONNECTED):
            return
        self.health = replace(self.health, last_event_at=now)
        self._heard_at = now

    def missed(self, rows: int, now: float) -> None:
        """A re-read found so many rows that realtime had not brought."""
        self._missed.extend([now] * rows)

    def trouble(self, words: Safe, now: float) -> None:
        """A request failed. While the person wants no link that is no error."""
        if self.health.link.state is not LinkState.OFFLINE:
            self.health = replace(self.health, last_error=words, last_error_at=now)

    def counted(
        self,
        *,
        catching_up: int,
        queued: int,
        failed: int,
        now: float,
        backlog: int | None = None,
        whole: bool = True,
    ) -> bool:
        """Set the counts; True if that changed what can be seen."""
        before = self.health
        self.settle(
            now,
            catching_up=catching_up,
            backlog=backlog,
            whole=whole,
            queued=queued,
            failed=failed,
        )
        return self.health != before

    def settle(self, now: float, **said: Any) -> None:
        """Say this of it, forget what is older than an hour and grade anew. Every step comes by here."""
        for times in (self._drops, self._missed):
            while times and times[0] < now - HOUR:
                times.popleft()
        while self._spells and self._spells[0][1] < now - HOUR:
            self._spells.popleft()
        uptime, watched = self._uptime(now)
        drops, missed = len(self._drops), len(self._missed)
        health = replace(self.health, drops=drops, missed=missed, uptime=uptime, watched=watched, **said)
        graded = grade(health)
        self.health = health if graded is health.grade else replace(health, grade=graded)

    def _uptime(self, now: float) -> tuple[float | None, float]:
        """As `Health.uptime` and `Health.watched`."""
        spells = [*self._spells]
        if self._since is not None:
            spells.append((self._since, now, self.health.link.state is LinkState.CONNECTED))
        whole = up = 0.0
        for begin, end, was_up in spells:
            length = end - max(begin, now - HOUR)
            whole += length
            up += length if was_up else 0.0
        if whole > 0:
            return round(up / whole, 4), (whole + 0.5) // 60 * 60
        return (1.0 if spells else None), 0.0
