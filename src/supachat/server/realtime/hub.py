"""Who is on which topic, and how one frame reaches all of them.

A private and a public topic of one name are two topics; nothing crosses. One process, one event loop:
nothing here awaits, so a fan-out is never half done. Must never encode a frame twice for two sockets of
one version.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from supachat.server.context import RealtimeLimits
from supachat.server.realtime.frames import Frame, Outbound, Shared
from supachat.server.realtime.joins import TOPIC_PREFIX
from supachat.server.realtime.limits import Rate
from supachat.server.realtime.presence import Diff, Roster

TOO_MANY_MESSAGES = "Too many messages per second"


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic without its prefix, and which of the two of that name."""

    name: str
    private: bool

    @property
    def wire(self) -> str:
        """As frames name it."""
        return TOPIC_PREFIX + self.name


class Member(Protocol):
    """One channel of one socket, told from others by identity."""

    def __hash__(self) -> int: ...

    @property
    def hears_broadcast(self) -> bool: ...

    @property
    def hears_presence(self) -> bool: ...

    def hear(self, shared: Shared) -> None: ...

    def end(self, message: str) -> None:
        """Say why, and close the channel."""
        ...


class Hub:
    """All topics of this server. `clock` is steady, in seconds."""

    def __init__(self, limits: RealtimeLimits, clock: Callable[[], float]) -> None:
        self._members: dict[Topic, dict[Member, None]] = {}
        self._rosters: dict[Topic, Roster] = {}
        self._clock = clock
        self._limits = limits
        self.users: set[object] = set()  # sockets that have joined a channel, or are at their first
        self.events = self._rate(limits.events_per_second)
        self.presence = self._rate(limits.presence_per_second)
        self.joins = self._rate(limits.joins_per_second)

    def _rate(self, limit: float) -> Rate:
        return Rate(limit, self._limits.rate_bucket, self._limits.rate_buckets, self._clock())

    def now(self) -> float:
        """The steady clock."""
        return self._clock()

    def over(self, rate: Rate) -> bool:
        """Whether that rate has reached its limit."""
        return rate.tripped(self._clock())

    def join(self, topic: Topic, member: Member) -> None:
        """From now on `member` hears the topic."""
        self._members.setdefault(topic, {})[member] = None

    def leave(self, topic: Topic, member: Member) -> None:
        """No more, and no longer present there."""
        members = self._members.get(topic, {})
        members.pop(member, None)
        if not members:
            self._members.pop(topic, None)
        self.untrack(topic, member)

    def broadcast(
        self, topic: Topic, frame: Outbound, *, sender: Member | None = None, own: bool = False
    ) -> None:
        """To everybody on the topic who may hear broadcasts; to the sender itself only if `own`."""
        shared = Shared(frame)
        over = self.over(self.events)
        heard = [
            member
            for member in self._members.get(topic, ())
            if member.hears_broadcast and (own or member is not sender)
        ]
        self.events.add(self._clock(), len(heard))
        for member in heard:
            member.hear(shared)
            if over:
                member.end(TOO_MANY_MESSAGES)

    def track(self, topic: Topic, member: Member, key: str, payload: Mapping[str, Any]) -> None:
        """`member` is present there with that payload, unless it left while its right was looked up."""
        if member not in self._members.get(topic, ()):
            return
        roster = self._rosters.setdefault(topic, Roster(lambda: secrets.token_urlsafe(12)))
        self._tell(topic, roster.track(member, key, payload))

    def untrack(self, topic: Topic, member: Member) -> None:
        """`member` is no longer present there."""
        roster = self._rosters.get(topic)
        if roster is None:
            return
        diff = roster.untrack(member)
        if not roster:
            del self._rosters[topic]
        self._tell(topic, diff)

    def presence_state(self, topic: Topic) -> dict[str, Any]:
        """Who is present there."""
        roster = self._rosters.get(topic)
        return roster.state() if roster is not None else {}

    def _tell(self, topic: Topic, diff: Diff | None) -> None:
        if diff is None:
            return
        shared = Shared(Frame(topic.wire, "presence_diff", diff.payload()))
        for member in tuple(self._members.get(topic, ())):
            if member.hears_presence:
                member.hear(shared)
