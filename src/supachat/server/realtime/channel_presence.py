"""The presence calls of one channel: track, untrack, and the limits on them.

A call that fails is not counted. Must never tell the topic anything for a call that was denied.
"""

from __future__ import annotations

import uuid
from typing import Any, Protocol

from supachat.server.realtime.access import Identity
from supachat.server.realtime.authorise import PRESENCE, Rights
from supachat.server.realtime.frames import Inbound
from supachat.server.realtime.hub import Member, Topic
from supachat.server.realtime.joins import JoinConfig
from supachat.server.realtime.limits import Window, too_large
from supachat.server.realtime.services import Services

TOO_MANY_CALLS = "Client presence rate limit exceeded"
TOO_MANY_EVENTS = "Too many presence messages per second"
TOO_LARGE = "Track message size exceeded"


class Present(Member, Protocol):
    """The channel as its presence sees it."""

    topic: Topic
    who: Identity
    rights: Rights

    def answer(self, frame: Inbound, status: str, response: Any) -> None: ...

    async def may_write(self, extension: str) -> bool: ...


class PresenceCalls:
    """`asked` is whether presence is on for this channel: by its join, or by its first track."""

    def __init__(self, channel: Present, services: Services, config: JoinConfig) -> None:
        self._channel = channel
        self._services = services
        self._key = config.presence_key or str(uuid.uuid4())
        self._window = Window(services.limits.presence_calls, services.limits.presence_window)
        self.asked = config.presence

    def refused_at_once(self) -> bool:
        """Whether the channel had to be ended because presence is over its limit everywhere."""
        over = self._services.hub.over(self._services.hub.presence)
        if over:
            self._channel.end(TOO_MANY_EVENTS)
        return over

    async def handle(self, frame: Inbound, size: int) -> None:
        """One `presence` push; always answered, unless a limit ends the channel."""
        payload = frame.payload if isinstance(frame.payload, dict) else {}
        event = payload.get("event")
        match event.lower() if isinstance(event, str) else None:
            case "track":
                await self._track(frame, payload.get("payload"), size)
            case "untrack":
                if self._within_limits(frame):
                    self._services.hub.untrack(self._channel.topic, self._channel)
            case _:
                self._channel.answer(frame, "error", {})

    async def _track(self, frame: Inbound, meta: Any, size: int) -> None:
        if not isinstance(meta, dict):
            self._channel.answer(frame, "error", {"reason": "Presence track payload must be a map"})
            return
        if not await self._channel.may_write(PRESENCE):
            self._channel.answer(frame, "error", {})
            return
        if too_large(meta, size, self._services.limits.payload_bytes):
            self._channel.end(TOO_LARGE)
            return
        await self._turn_on()
        if self._within_limits(frame):
            self._services.hub.track(self._channel.topic, self._channel, self._key, meta)

    async def _turn_on(self) -> None:
        """A track without having asked asks."""
        if self.asked:
            return
        self.asked = True
        channel = self._channel
        if channel.topic.private:
            channel.rights = await self._services.authoriser.read(
                channel.who, channel.topic.name, presence=True
            )

    def _within_limits(self, frame: Inbound) -> bool:
        """Count and answer the call, or end the channel."""
        hub = self._services.hub
        if not self._window.allows(hub.now()):
            self._channel.end(TOO_MANY_CALLS)
            return False
        if hub.over(hub.presence):
            self._channel.end(TOO_MANY_EVENTS)
            return False
        self._window.count(hub.now())
        hub.presence.add(hub.now())
        self._channel.answer(frame, "ok", {})
        return True
