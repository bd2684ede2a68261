"""One throw-away realtime connection: a socket, its heartbeat, its joined topics.

It is opened once, dies once (`dead` says why) and is never opened again. It tries nothing a second
time: `supervisor` does. What it hears goes into `inbox`, and nothing else happens while the library
is on the stack.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
import time
from collections.abc import Callable
from math import inf
from typing import Any

from websockets.exceptions import ConnectionClosed, WebSocketException

from supachat import __version__
from supachat.dialects.calls import Topic
from supachat.domain.text import Safe
from supachat.remote import library, rules
from supachat.remote.address import Address
from supachat.remote.background import Background
from supachat.remote.doorstep import STUMBLED, why
from supachat.remote.frames import Beaten, Heard, LinkDown, Refusal, Word, unpack
from supachat.remote.names import look_up_aside
from supachat.remote.outline import outline
from supachat.remote.proxies import proxy_for
from supachat.remote.replays import MOST
from supachat.remote.socket import MAX_FRAME, Chan, Conn, Stamped
from supachat.remote.verdicts import Cure, Verdict, judge_join, judge_live
from supachat.remote.waits import Waits
from supachat.remote.wayout import lost

_log = logging.getLogger(__name__)


class Connection:
    """`open`, then `join` topics, then `abort`. Every method is of the loop's own thread."""

    def __init__(
        self,
        address: Address,
        token: str,
        waits: Waits,
        *,
        tls: ssl.SSLContext | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.inbox: asyncio.Queue[Heard] = asyncio.Queue()
        self.dead: asyncio.Future[Verdict] = asyncio.get_running_loop().create_future()
        self.way_lost = False
        self._address, self._tls, self._waits, self._clock = address, tls, waits, clock
        self._conn = Conn(address.realtime, address.key, self.inbox.put_nowait)
        self._conn.access_token = token
        self._conn.broken = self._die
        self._socket: Stamped | None = None
        self._heard_at = 0.0
        self._joining: dict[str, float] = {}
        self._beat: tuple[str, float] | None = None
        self._doubted = asyncio.Event()
        self._background = Background()

    async def open(self) -> None:
        """Raises `LinkDown` with what was wrong."""
        look_up_aside()
        proxy = proxy_for(self._address.url)
        try:
            socket = await library.connect(
                self._conn.endpoint_url(),
                create_connection=Stamped,
                ssl=self._tls if self._address.secure else None,
                proxy=proxy,
                user_agent_header=f"supachat/{__version__}",
                compression=None,
                max_size=MAX_FRAME,
                open_timeout=self._waits.open,
                ping_interval=None,
                close_timeout=1,
            )
        except (OSError, WebSocketException, TimeoutError) as error:
            raise LinkDown(why(error, by_proxy=proxy is not None)) from error
        assert isinstance(socket, Stamped)
        self._socket = socket
        self._hear()
        socket.heard = self._hear
        library.attach(self._conn, socket)
        for work in (self._listen(socket), self._watch(), self._watch_the_way(socket)):
            # without one of them the others would keep up a socket that nobody watches
            self._background.spawn(work).add_done_callback(lambda _: self._die(STUMBLED))

    def _hear(self) -> None:
        self._heard_at = self._clock()

    def _die(self, verdict: Verdict) -> None:
        if not self.dead.done():
            self.dead.set_result(verdict)

    async def _listen(self, socket: Stamped) -> None:
        words = "the server closed the connection"
        try:
            async for text in socket:
                reply = self._conn.take(text)
                if reply is not None:
                    self._answered(reply)
        except ConnectionClosed as error:
            code = f" ({error.rcvd.code})" if error.rcvd else ""
            words = f"the connection was lost{code}"
        finally:
            self._die(Verdict(Cure.RETRY, Safe(words)))

    def _answered(self, reply: library.Json) -> None:
        if self._beat is not None and reply.get("ref") == self._beat[0]:
            self.inbox.put_nowait(Beaten(self._clock() - self._beat[1]))
            self._beat = None

    async def _watch(self) -> None:
        """Send heartbeats and listen for silence. The first goes at once: it measures the round trip."""
        count, next_beat, overdue_at = 0, self._clock(), inf
        while not self.dead.done():
            now = self._clock()
            if now >= self._dead_at():
                self._die(Verdict(Cure.RETRY, Safe("the server has fallen silent")))
                return
            if now >= overdue_at:
                overdue_at = inf
                if self._beat is not None:
                    self.inbox.put_nowait(Beaten(None))
            if now >= next_beat or self._doubted.is_set():
                self._doubted.clear()
                next_beat, overdue_at = now + self._waits.heartbeat, now + self._waits.answer
                count += 1
                self._beat = (f"hb{count}", now)
                await self._send(
                    library.Message(topic="phoenix", event="heartbeat", payload={}, ref=f"hb{count}")
                )
                now = self._clock()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(0.0, min(next_beat, overdue_at, self._dead_at()) - now)):
                    await self._doubted.wait()

    def doubt(self) -> None:
        """Something else goes unanswered: ask for a sign of life now, unless one is waited for."""
        if self._beat is None:
            self._doubted.set()

    async def _watch_the_way(self, socket: Stamped) -> None:
        words = await lost(socket.local_address, socket.remote_address, self._waits.way)
        self.way_lost = True
        self._die(Verdict(Cure.RETRY, words))

    def _dead_at(self) -> float:
        return rules.dead_at(self._heard_at, min(self._joining.values(), default=None), self._waits)

    async def _send(self, message: library.Message) -> bool:
        """False when it did not get out in time: a full pipe to a silent peer blocks for ever."""
        if _log.isEnabledFor(logging.DEBUG):
            _log.debug("sent %s", outline(message.model_dump()))
        try:
            async with asyncio.timeout(self._waits.send):
                await self._conn.send(message)
        except (TimeoutError, ConnectionError, ConnectionClosed):
            return False
        return not self.dead.done()

    # ------------------------------------------------------------ topics

    async def join(self, topic: Topic, since: int | None = None) -> Refusal | None:
        """Join one topic. None once it is joined; its frames are in `inbox` from then on. `since`: have
        repeated what the database told there from then on, in milliseconds since 1970."""
        if self.dead.done():
            return Refusal(self.dead.result(), answered=False)
        chan = self._conn.channel(topic.name, _params(topic, since))
        chan.listen(presence=bool(topic.presence_key), bindings=topic.bindings)
        answer: asyncio.Future[Refusal | None] = asyncio.get_running_loop().create_future()

        def told(state: library.RealtimeSubscribeStates, error: Exception | None) -> None:
            if not answer.done():
                answer.set_result(_answer(state, error))

        self._joining[topic.name] = self._clock()
        try:
            async with asyncio.timeout(self._waits.join):
                await chan.subscribe(told)
                refusal = answer.result() if answer.done() else _closed(chan)
        except (TimeoutError, ConnectionError, ConnectionClosed):
            refusal = Refusal(Verdict(Cure.RETRY, Safe("the join was not answered")), answered=False)
        finally:
            self._joining.pop(topic.name, None)
            if not chan.is_joined:
                library.discard(chan)
        return refusal if refusal is not None or chan.is_joined else _closed(chan)

    async def leave(self, name: str) -> None:
        """Leave without waiting: a late answer belongs to an object that nobody routes to any more."""
        chan = self._conn.channels.get(f"realtime:{name}")
        if chan is not None:
            message = self._message(chan, "phx_leave", {})
            library.discard(chan)
            await self._send(message)

    async def push(self, name: str, event: str, payload: library.Json) -> bool:
        """Send on a joined topic; False when it is not joined or the frame did not get out."""
        chan = self._conn.channels.get(f"realtime:{name}")
        if chan is None or not chan.is_joined:
            return False
        return await self._send(self._message(chan, event, payload))

    async def told(self, name: str, event: str, payload: library.Json) -> Word:
        """Send on a topic that was joined with acknowledgements, and wait for the server's word."""
        chan = self._conn.channels.get(f"realtime:{name}")
        if chan is None or not chan.is_joined:
            return Word.UNSENT
        message = self._message(chan, event, payload)
        answer: asyncio.Future[Word] = asyncio.get_running_loop().create_future()
        self._conn.asked[message.ref or ""] = answer
        ends: list[asyncio.Future[Any]] = [answer, self.dead]
        try:
            if not await self._send(message):
                return Word.SILENT  # a part of it may have left
            async with asyncio.timeout(self._waits.ack):
                await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        except TimeoutError:
            return Word.SILENT
        finally:
            self._conn.asked.pop(message.ref or "", None)
        return answer.result() if answer.done() else Word.SILENT

    async def set_token(self, token: str) -> None:
        """Hand a new token to the connection, to joins still under way, and to every joined topic."""
        self._conn.access_token = token
        for chan in list(self._conn.channels.values()):
            library.give_token(chan, token)
            if chan.is_joined:
                await self._send(self._message(chan, "access_token", {"access_token": token}))

    def _message(self, chan: Any, event: str, payload: library.Json) -> library.Message:
        """A frame of its own: the library's push would keep a timer task for each."""
        return library.Message(
            topic=chan.topic,
            event=event,
            payload=payload,
            ref=library.next_ref(self._conn),
            join_ref=library.join_ref(chan),
        )

    async def farewell(self) -> None:
        """Leave every topic and close the socket; `waits.close` at most, then `abort` does the rest. The
        peer reads in order: once it has answered the close, it has read the leaves."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._waits.close):
                for chan in [one for one in self._conn.channels.values() if one.is_joined]:
                    await self.leave(chan.topic.removeprefix("realtime:"))
                if self._socket is not None:
                    await self._socket.close()

    def abort(self) -> None:
        """Cut the line, in no time, whatever the peer does."""
        self._die(Verdict(Cure.RETRY, Safe("closed")))
        self._background.cancel()
        for chan in list(self._conn.channels.values()):
            library.discard(chan)
        if self._socket is not None:
            self._socket.heard = None
            with contextlib.suppress(AttributeError):  # the transport is gone already
                self._socket.transport.abort()


def _params(topic: Topic, since: int | None) -> Any:
    """A fresh object for each join: the library writes into it."""
    broadcast: library.Json = {"ack": topic.acks, "self": False}
    if topic.replication_ready:
        broadcast["replication_ready"] = True
    if since is not None:
        broadcast["replay"] = {"since": since, "limit": MOST}
    presence = {"key": topic.presence_key, "enabled": bool(topic.presence_key)}
    return {"config": {"broadcast": broadcast, "presence": presence, "private": topic.private}}


def _answer(state: library.RealtimeSubscribeStates, error: Exception | None) -> Refusal | None:
    if state is library.RealtimeSubscribeStates.SUBSCRIBED:
        return None
    if state is library.RealtimeSubscribeStates.CHANNEL_ERROR and error is not None:
        return Refusal(judge_join(_reason(str(error))))
    return Refusal(Verdict(Cure.RETRY, Safe("the join was not answered")), answered=False)


def _closed(chan: Chan) -> Refusal:
    """The server took the join and closed the topic before we could look."""
    return Refusal(judge_live(chan.last_words))


def _reason(text: str) -> str:
    """The library hands the reply's response over as JSON text."""
    frame = unpack(text)
    reason = frame.get("reason") if frame else None
    return reason if isinstance(reason, str) else text
