"""One joined topic on one socket: what its client may do there, and what it is told.

Nothing it hears reaches the client before the answer to its join. Rights are judged at the join and at
each new token, a write right at its first use; they are not looked up again in between, as on the real
server. Must never answer a broadcast that its client may not send.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Coroutine, Hashable
from typing import Any, Protocol

import psycopg

from supachat.server.realtime.access import Identity, identify, refresh_text
from supachat.server.realtime.authorise import BROADCAST, Rights
from supachat.server.realtime.channel_changes import TableChanges
from supachat.server.realtime.channel_presence import PresenceCalls
from supachat.server.realtime.frames import (
    Frame,
    Inbound,
    Outbound,
    Shared,
    UserBroadcast,
    parse_json,
    reply,
)
from supachat.server.realtime.hub import Topic
from supachat.server.realtime.joins import JoinConfig, Refused
from supachat.server.realtime.limits import too_large
from supachat.server.realtime.services import Services
from supachat.server.tokens import TokenError

log = logging.getLogger(__name__)


class Line(Hashable, Protocol):
    """The socket as a channel sees it."""

    def push(self, frame: Outbound) -> None: ...

    def push_shared(self, shared: Shared) -> None: ...

    def closed(self, channel: Channel) -> None:
        """The channel has ended by itself."""
        ...


class Channel:
    """A member of the hub. `join_ref` is the ref of its `phx_close`."""

    def __init__(
        self, line: Line, services: Services, topic: Topic, config: JoinConfig, who: Identity, join: Inbound
    ) -> None:
        self.topic = topic
        self.config = config
        self.who = who
        self.join_ref = join.join_ref
        self.close_ref = join.join_ref if join.join_ref is not None else join.ref
        self.rights = Rights(broadcast=True, presence=True)
        self.line = line
        self._services = services
        self._written: dict[str, bool] = {}
        self._presence = PresenceCalls(self, services, config)
        self._early: list[Shared] | None = []
        self._replayed: frozenset[str] = frozenset()
        self._expiry: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._changes = TableChanges(self, services, config.bindings)
        self._open = True
        self._answered = False
        self._ends_with: str | None = None  # what ended it before its join was answered

    @property
    def bindings(self) -> list[dict[str, Any]]:
        """The postgres_changes requests, each with its id."""
        return self._changes.bindings

    # what the hub asks

    @property
    def hears_broadcast(self) -> bool:
        return self.rights.broadcast

    @property
    def hears_presence(self) -> bool:
        return self.rights.presence

    def hear(self, shared: Shared) -> None:
        """Pass it on; before the channel is open, keep it."""
        if not self._open:
            return
        if self._early is not None:
            self._early.append(shared)
        elif not self._was_replayed(shared):
            self.line.push_shared(shared)

    def _was_replayed(self, shared: Shared) -> bool:
        frame = shared.frame
        return (
            bool(self._replayed)
            and isinstance(frame, UserBroadcast)
            and frame.meta.get("id") in self._replayed
        )

    # life

    def open(self, replayed: list[UserBroadcast]) -> None:
        """The join was answered: send what was asked for, then what was heard meanwhile."""
        self._answered = True
        if self._ends_with is not None:
            self.end(self._ends_with)
        else:
            self._watch_token()
        if not self._open:
            return
        if self.config.replication_ready:
            self.start(self._say_ready())
        self._changes.subscribe()
        if self.config.presence and self._presence.refused_at_once():
            return
        if self.config.presence and self.rights.presence:
            self.push("presence_state", self._services.hub.presence_state(self.topic))
        for frame in replayed:
            self._replay(frame)
        self._replayed = frozenset(str(frame.meta["id"]) for frame in replayed)
        early, self._early = self._early or [], None
        for shared in early:
            self.hear(shared)

    def _replay(self, frame: UserBroadcast) -> None:
        """A stored broadcast belongs to this join: JSON goes as text on both versions."""
        if frame.is_json:
            payload = {"event": frame.event, "payload": parse_json(frame.data), "type": "broadcast"}
            self.push("broadcast", {**payload, "meta": dict(frame.meta)})
        else:
            self.line.push(frame)

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Work that ends with the channel."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def leave(self) -> None:
        """Off the topic, without a word."""
        if not self._open:
            return
        self._open = False
        if self._expiry is not None:
            self._expiry.cancel()
        for task in self._tasks:
            task.cancel()
        self._services.subscriptions.unsubscribe(self)
        self._services.hub.leave(self.topic, self)

    def end(self, message: str) -> None:
        """Tell the client why, then close the channel; once its join was answered."""
        if not self._open:
            return
        if not self._answered:
            self._ends_with = message
            return
        self.system("error", message)
        self.leave()
        self.line.closed(self)

    # what the client is told

    def push(self, event: str, payload: Any) -> None:
        """An unasked frame on this topic."""
        self.line.push(Frame(self.topic.wire, event, payload, join_ref=self.join_ref))

    def answer(self, frame: Inbound, status: str, response: Any) -> None:
        """The reply to a frame."""
        self.line.push(reply(frame, status, response))

    def system(self, status: str, message: str, extension: str = "system") -> None:
        """A `system` frame."""
        payload = {"message": message, "status": status, "extension": extension, "channel": self.topic.name}
        self.push("system", payload)

    # what the client does

    async def handle(self, frame: Inbound, size: int) -> None:
        """One push on this topic, `size` bytes on the wire. Unknown events are not answered."""
        self._services.hub.events.add(self._services.hub.now())
        try:
            match frame.event:
                case "broadcast":
                    await self._broadcast(frame, size)
                case "presence":
                    await self._presence.handle(frame, size)
                case "access_token":
                    await self._refresh(frame.payload)
        except Refused as error:
            self.end(error.text)

    async def may_write(self, extension: str) -> bool:
        """Whether this client may write that extension here; asked once for each token."""
        if not self.topic.private:
            return True
        if extension not in self._written:
            try:
                judged = await self._services.authoriser.write(self.who, self.topic.name, extension)
            except psycopg.OperationalError as error:
                log.warning("A write right could not be looked up, and is at the next use: %s", error)
                return False
            self._written[extension] = judged
        return self._written[extension]

    async def _broadcast(self, frame: Inbound, size: int) -> None:
        if not await self.may_write(BROADCAST):
            return
        push = frame.push
        if too_large(push.data.decode("latin-1") if push else frame.payload, size, self._limit()):
            if self.config.ack:
                self.answer(frame, "error", "payload_size_exceeded")
            return
        sent: Outbound = (
            UserBroadcast(self.topic.wire, push.event, push.data, push.is_json)
            if push
            else Frame(self.topic.wire, "broadcast", frame.payload)
        )
        self._services.hub.broadcast(self.topic, sent, sender=self, own=self.config.own)
        if self.config.ack:
            self.answer(frame, "ok", {})

    def _limit(self) -> int:
        return self._services.limits.payload_bytes

    # tokens

    def _watch_token(self) -> None:
        left = self.who.expires - time.time()
        if left <= 0:
            self.end(f"Token has expired {int(-left)} seconds ago")
            return
        delay = min(left, self._services.limits.token_check)
        self._expiry = asyncio.get_running_loop().call_later(delay, self._watch_token)

    async def _refresh(self, payload: Any) -> None:
        """A new token: judged, then the rights with it. A bad one ends the channel."""
        token = payload.get("access_token") if isinstance(payload, dict) else None
        if not isinstance(token, str) or token.startswith("sb_") or token == self.who.token:
            return
        try:
            who = identify(token, self._services.trust, self.who.headers)
        except TokenError as error:
            self.end(refresh_text(error))
            return
        if self.topic.private:
            await self._judge_again(who)
            if not self._open:
                return  # it ended meanwhile: nobody would end what is begun now
        self.who = who
        self._written.clear()
        if self._expiry is not None:
            self._expiry.cancel()
        self._watch_token()
        self._changes.subscribe()

    async def _judge_again(self, who: Identity) -> None:
        """The read rights under a new token. Raises Refused if one of them is gone."""
        name, had = self.topic.name, self.rights
        has = await self._services.authoriser.read(who, name, presence=self._presence.asked)
        if (had.broadcast and not has.broadcast) or (had.presence and not has.presence):
            raise Refused(
                "Unauthorized", f"You no longer have permission to read from this Channel topic: {name}"
            )
        self.rights = has

    async def _say_ready(self) -> None:
        try:
            async with asyncio.timeout(self._services.limits.ready_wait):
                await self._services.ready.wait()
        except TimeoutError:
            self.end("Replication connection was not established in time")
            return
        self.system("ok", "Replication connection established")
