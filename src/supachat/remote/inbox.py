"""What one connection heard, a frame at a time: to the ears, to the joiner, to the badge.

Must never let one frame that cannot be taken cost the next one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from supachat.domain.text import safe_line
from supachat.remote.connection import Connection
from supachat.remote.frames import (
    Beaten,
    Broadcast,
    Ended,
    Heard,
    Present,
    Replicated,
    RowChanged,
    Unsubscribed,
)
from supachat.remote.joining import Ears, Joiner, Topics
from supachat.remote.telling import Teller

_log = logging.getLogger(__name__)


class Inbox:
    def __init__(self, topics: Topics, ears: Ears, tell: Teller, clock: Callable[[], float]) -> None:
        self._topics, self._ears, self._tell, self._clock = topics, ears, tell, clock

    async def empty(self, connection: Connection, joiner: Joiner) -> None:
        """Pass on whatever comes, until cancelled."""
        while True:
            self._pass_on(await connection.inbox.get(), joiner)

    def _pass_on(self, heard: Heard, joiner: Joiner) -> None:
        if isinstance(heard, Broadcast | Present | RowChanged | Replicated):
            self._topics.heard[heard.topic] = self._clock()
            self._tell.soon()
        match heard:
            case Broadcast() | Present() | RowChanged():
                self._hand_over(heard)
            case Replicated():
                joiner.replicated(heard)
            case Unsubscribed():
                joiner.unsubscribed(heard)
            case Ended():
                joiner.ended(heard)
            case Beaten():
                self._tell.say(round_trip=heard.round_trip, mute=heard.round_trip is None)

    def _hand_over(self, heard: Broadcast | Present | RowChanged) -> None:
        try:
            match heard:
                case Broadcast() if self._topics.replays.is_news(heard):
                    self._ears.broadcast(heard)
                case Present():
                    self._ears.present(heard)
                case RowChanged():
                    self._ears.changed(heard)
        except Exception:  # noqa: BLE001  what a stranger sent must cost neither the link nor the next frame
            _log.exception("a frame of %s could not be taken", safe_line(heard.topic))
