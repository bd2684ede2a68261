"""What is asked for again of a topic that tells notices: what was told there while nobody listened.

Realtime keeps for three days what `realtime.send` told a private topic, and repeats the newest 25 of it to
whoever joins and says since when (recording 24). What clients and the HTTP endpoint broadcast it does not
keep. Pure but for the server's clock, which is given; outlives connections.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from supachat.dialects.calls import Topic
from supachat.remote.frames import Broadcast

MOST = 25
"""The most that the server repeats."""
OVERLAP = 30.0
"""Seconds that are asked for twice: a transaction is told at its end, and kept under the time of its
beginning; and two clocks are compared."""
REMEMBERED = 100
"""Broadcasts of one topic that are known again."""


@dataclass(slots=True)
class _Past:
    since: float
    """Seconds since 1970 by the server's clock: when it was first joined, or last said something."""
    ids: dict[str, None] = field(default_factory=dict)


class Replays:
    """By topic; only of those that want it."""

    def __init__(self, server_time: Callable[[], float]) -> None:
        """`server_time` gives seconds since 1970."""
        self._now = server_time
        self._pasts: dict[str, _Past] = {}

    def since(self, topic: Topic) -> int | None:
        """From when on to ask in its next join, in milliseconds since 1970; None: do not ask."""
        past = self._pasts.get(topic.name)
        return round((past.since - OVERLAP) * 1000) if past is not None and topic.replays else None

    def joined(self, topic: Topic) -> None:
        """From now on it can be missed. A later join changes nothing: what it repeats may be lost too."""
        if topic.replays:
            self._pasts.setdefault(topic.name, _Past(self._now()))

    def refused(self, name: str) -> None:
        """The server cannot repeat: the next join does not ask."""
        self._pasts.pop(name, None)

    def is_news(self, heard: Broadcast) -> bool:
        """Whether it is heard for the first time, as far as that is known."""
        past = self._pasts.get(heard.topic)
        if past is None:
            return True
        if not heard.replayed:
            past.since = self._now()
        if not heard.id:
            return True
        known = heard.id in past.ids
        past.ids[heard.id] = None
        if len(past.ids) > REMEMBERED:
            del past.ids[next(iter(past.ids))]
        return not known
