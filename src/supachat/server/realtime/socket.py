"""One websocket: frames in, one after another; frames out, in order, from a queue.

While a refused join waits for its answer the socket stands still both ways, as the real server's does.
A client that does not read costs memory up to a limit and never slows another. Must never let the fault
of one frame end the socket.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from typing import Final

from starlette.websockets import WebSocket, WebSocketDisconnect

from supachat.server.realtime.access import Identity
from supachat.server.realtime.channel import Channel
from supachat.server.realtime.frames import (
    HEARTBEAT_TOPIC,
    Codec,
    Frame,
    Inbound,
    Outbound,
    Shared,
    UserBroadcast,
    Wire,
    reply,
)
from supachat.server.realtime.joining import join
from supachat.server.realtime.joins import TOPIC_PREFIX, Refused
from supachat.server.realtime.services import Services

log = logging.getLogger(__name__)

NORMAL: Final = 1000
TOO_BIG: Final = 1009


class Socket:
    """A connected client. `connection` is who its apikey says it is."""

    def __init__(self, ws: WebSocket, services: Services, connection: Identity, codec: Codec) -> None:
        self._ws = ws
        self._services = services
        self._connection = connection
        self._codec = codec
        self._channels: dict[str, Channel] = {}
        self._queue: deque[Wire] = deque()
        self._held: list[Wire] | None = None
        self._unsent = 0
        self._wake = asyncio.Event()
        self._cut = asyncio.Event()
        self._closing: int | None = None

    # life

    async def run(self) -> None:
        """Serve the client until either side ends it."""
        tasks = [asyncio.create_task(work) for work in (self._write(), self._read(), self._until_cut())]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for channel in tuple(self._channels.values()):
                channel.leave()
            self._services.hub.users.discard(self)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def close(self, code: int) -> None:
        """Close after what is queued was sent."""
        if self._closing is None:
            self._closing = code
            self._wake.set()

    async def _until_cut(self) -> None:
        await self._cut.wait()

    # out

    def push(self, frame: Outbound) -> None:
        """Queue one frame."""
        self._enqueue(self._codec.encode(frame))

    def push_shared(self, shared: Shared) -> None:
        """Queue a frame that others get too."""
        self._enqueue(shared.wire(self._codec))

    def _enqueue(self, wire: Wire | None) -> None:
        if wire is None or self._closing is not None:
            return
        self._unsent += len(wire)
        if self._unsent > self._services.limits.unsent_bytes:
            self._cut.set()
        elif self._held is not None:
            self._held.append(wire)
        else:
            self._queue.append(wire)
            self._wake.set()

    async def _write(self) -> None:
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                while self._queue:
                    wire = self._queue.popleft()
                    self._unsent -= len(wire)
                    await self._send(wire)
                if self._closing is not None:
                    await self._ws.close(self._closing)
                    return
        except WebSocketDisconnect:
            return

    async def _send(self, wire: Wire) -> None:
        if isinstance(wire, str):
            await self._ws.send_text(wire)
        else:
            await self._ws.send_bytes(wire)

    # in

    async def _read(self) -> None:
        while True:
            try:
                async with asyncio.timeout(self._services.limits.idle):
                    message = await self._ws.receive()
            except TimeoutError:
                self.close(NORMAL)
                continue
            if message["type"] == "websocket.disconnect":
                return
            if self._closing is None:
                text = message.get("text")
                await self._take(message["bytes"] if text is None else text)
            # thousands of frames may lie there at once, and nothing above waits for anything then
            await asyncio.sleep(0)

    async def _take(self, data: Wire) -> None:
        size = len(data.encode()) if isinstance(data, str) else len(data)
        if size > self._services.limits.frame_bytes:
            self.close(TOO_BIG)
            return
        frame = self._codec.decode(data)
        if frame is not None:
            await self._dispatch(frame, size)

    async def _dispatch(self, frame: Inbound, size: int) -> None:
        topic = frame.topic if isinstance(frame.topic, str) else ""
        channel = self._channels.get(topic)
        if topic == HEARTBEAT_TOPIC and frame.event == "heartbeat":
            self.push(reply(frame, "ok", {}))
        elif frame.event == "phx_join" and topic.startswith(TOPIC_PREFIX):
            await self._join(frame)
        elif frame.event == "phx_leave":
            self._leave(frame, channel)
        elif channel is not None:
            await self._deliver(channel, frame, size)
        else:
            self.push(reply(frame, "error", {"reason": "unmatched topic"}))

    # channels

    async def _join(self, frame: Inbound) -> None:
        """Judge and answer a join; the channel it replaces is gone before, told so after."""
        replaced = self._channels.pop(frame.topic, None)
        if replaced is not None:
            replaced.leave()
        judged = await self._judge(frame)
        if isinstance(judged, Refused):
            await self._refuse(frame, judged)
            self._say_closed(replaced)
            return
        channel, replayed = judged
        self._channels[frame.topic] = channel
        self.push(reply(frame, "ok", {"postgres_changes": channel.bindings}))
        self._say_closed(replaced)
        channel.open(replayed)

    async def _judge(self, frame: Inbound) -> tuple[Channel, list[UserBroadcast]] | Refused:
        try:
            return await join(self._services, self, self._connection, frame, self._channels.values())
        except Refused as refusal:
            return refusal
        except Exception:  # a border: one join's fault must not cost the other channels the socket
            log.exception("A join failed and is answered with an error; the socket goes on.")
            return Refused("", "Unknown Error on Channel")

    async def _refuse(self, frame: Inbound, refusal: Refused) -> None:
        """Stand still, answer, go on."""
        self._held = []
        await asyncio.sleep(self._services.limits.refused_join_pause)
        held, self._held = self._held, None
        self.push(reply(frame, "error", {"reason": refusal.reason}))
        self._queue.extend(held)
        if refusal.close is not None:
            self.close(refusal.close)

    def _leave(self, frame: Inbound, channel: Channel | None) -> None:
        if channel is None:
            self.push(reply(frame, "ok", {}))
        elif channel.join_ref in (None, frame.join_ref):
            del self._channels[frame.topic]
            channel.leave()
            self.push(reply(frame, "ok", {}))
            self._say_closed(channel)

    def closed(self, channel: Channel) -> None:
        """A channel has ended by itself."""
        if self._channels.get(channel.topic.wire) is channel:
            del self._channels[channel.topic.wire]
        self._say_closed(channel)

    def _say_closed(self, channel: Channel | None) -> None:
        if channel is not None:
            ref = channel.close_ref
            self.push(Frame(channel.topic.wire, "phx_close", {}, ref, ref))

    async def _deliver(self, channel: Channel, frame: Inbound, size: int) -> None:
        try:
            await channel.handle(frame, size)
        except Exception:  # a border: one channel's fault must not cost the others the socket
            log.exception(
                "A channel failed on one of its client's frames and is closed; the socket goes on."
            )
            channel.leave()
            self._channels.pop(channel.topic.wire, None)
            crash = {"reason": "channel_crash"}
            self.push(Frame(channel.topic.wire, "phx_error", crash, channel.close_ref, channel.join_ref))
