"""The table changes that one channel asked for: subscribed after its join, and again with each new token.

A subscription that is refused is said so, and the channel stays joined. Must never say that changes
will come before the stream that brings them runs.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any, Protocol

import psycopg

from supachat.server.realtime.access import Identity
from supachat.server.realtime.filters import BadRequest
from supachat.server.realtime.joins import binding_id
from supachat.server.realtime.services import Services
from supachat.server.realtime.subscriptions import EXTENSION, Listener

log = logging.getLogger(__name__)


class Asker(Listener, Protocol):
    """The channel as its table changes see it."""

    who: Identity

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]: ...


class TableChanges:
    """`requests` are what the client's join asked for; `bindings` are they, each with its id."""

    def __init__(self, channel: Asker, services: Services, requests: Sequence[Mapping[str, Any]]) -> None:
        self._channel = channel
        self._services = services
        self._subscribing: asyncio.Task[None] | None = None
        self.bindings: list[dict[str, Any]] = [
            {**request, "id": binding_id(request)} for request in requests
        ]

    def subscribe(self) -> None:
        """Hear changes under the channel's current token."""
        if not self.bindings:
            return
        if self._subscribing is not None:
            self._subscribing.cancel()
        self._subscribing = self._channel.start(self._subscribe())

    async def _subscribe(self) -> None:
        channel = self._channel
        try:
            await self._services.ready.wait()
            await self._services.subscriptions.subscribe(channel, channel.who, self.bindings)
        except BadRequest as error:
            channel.system("error", str(error), EXTENSION)
        except psycopg.Error as error:
            log.warning("A subscription to table changes failed: %s", error)
            channel.system("error", f"Unable to subscribe to changes: {error}", EXTENSION)
        else:
            channel.system("ok", "Subscribed to PostgreSQL", EXTENSION)
