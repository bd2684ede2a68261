"""realtime's client and channel, tamed: our socket, our listening loop, no private reconnects or rejoins.

The library stays the codec and the channel's state machine. Its callbacks only put into a queue, and
nothing raised while a frame is handled reaches a task that has to live.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Sequence
from typing import Any

from pydantic import ValidationError

from supachat.dialects.calls import Binding
from supachat.domain.text import Safe, safe_line
from supachat.remote import library
from supachat.remote.frames import (
    Broadcast,
    Ended,
    Heard,
    Present,
    Replicated,
    RowChanged,
    Unsubscribed,
    Word,
    mended,
    unpack,
)
from supachat.remote.outline import outline
from supachat.remote.verdicts import Cure, Verdict, judge_live

_log = logging.getLogger(__name__)

MAX_FRAME = 8 * 1024 * 1024
"""Bytes. The library's own 1 MiB closes the socket at each larger message, in a loop."""


class Stamped(library.ClientConnection):
    """A websocket that tells when bytes came in, whole frame or not. `heard` is set after the handshake."""

    heard: Callable[[], None] | None = None

    def data_received(self, data: bytes) -> None:
        if self.heard is not None:
            self.heard()
        super().data_received(data)


class Chan(library.AsyncRealtimeChannel):
    """A channel for one join. Frames of an earlier join of the same topic are not its own."""

    def __init__(self, socket: Conn, topic: str, params: Any) -> None:
        super().__init__(socket, topic, params)
        self.rejoin_timer = library.NeverTimer(self._rejoin_if_connected, lambda tries: 0.0)
        self.conn = socket
        self.name = topic.removeprefix("realtime:")
        self.last_words = ""

    def _handle_message(self, message: library.ServerMessage) -> None:
        try:
            self._guarded(message)
        except Exception:  # noqa: BLE001  a stranger's frame must not end the loop that hears all others
            self.conn.dropped += 1

    def _guarded(self, message: library.ServerMessage) -> None:
        if isinstance(message, library.ChannelCloseMessage | library.ChannelErrorMessage):
            if message.ref == library.join_ref(self):  # else it speaks of an earlier join
                self.conn.tell(Ended(self.name, judge_live(self.last_words)))
                library.discard(self)
            return
        if isinstance(message, library.SystemMessage):
            self._system(message.payload.status, message.payload.message, message.payload.extension)
            return
        if isinstance(message, library.PostgresChangesMessage):
            # once for all bindings that the row met, where the library would call back for each
            self.conn.tell(RowChanged(self.name, {**message.payload["data"]}))
            return
        if isinstance(message, library.ReplyMessage) and self.conn.answered(
            message.ref, message.payload.status == "ok"
        ):
            return
        super()._handle_message(message)

    def _system(self, status: str, text: str, extension: str) -> None:
        """An error ends nothing by itself: the close that may follow does, and this says why."""
        of_tables = extension == "postgres_changes"
        if status == "error":
            self.last_words = text
            if of_tables:
                self.conn.tell(Unsubscribed(self.name, safe_line(text, limit=160)))
        elif of_tables and text.startswith("Subscribed"):
            self.conn.tell(Replicated(self.name, changes=True))
        elif text.startswith("Replication connection established"):
            self.conn.tell(Replicated(self.name))

    def listen(self, *, presence: bool, bindings: Sequence[Binding] = ()) -> None:
        """Register for everything. Before `subscribe`, or the library would leave and join again."""
        self.on_broadcast("*", self._broadcast)
        for one in bindings:
            event = library.ListenEvent(one.event)
            self.on_postgres_changes(
                event, _told_above, table=one.table, schema=one.schema, filter=one.filter or None
            )
        if presence:
            self.on_presence_sync(self._presence)

    def _broadcast(self, payload: Any) -> None:
        meta = payload.get("meta") or {}
        id_, replayed = meta.get("id", ""), meta.get("replayed", False)
        self.conn.tell(Broadcast(self.name, payload["event"], payload["payload"], id_, replayed))

    def _presence(self) -> None:
        state = {key: [dict(meta) for meta in metas] for key, metas in self.presence_state().items()}
        self.conn.tell(Present(self.name, state))


def _told_above(payload: Any) -> None:
    """The library asks for bindings by callbacks; what they would say is passed on before them."""


class Conn(library.AsyncRealtimeClient):
    """A client for one connection. It never connects by itself and is thrown away with its socket."""

    def __init__(self, url: str, key: str, tell: Callable[[Heard], None]) -> None:
        super().__init__(url, key, auto_reconnect=False, max_retries=1)
        self.tell = tell
        self.dropped = 0
        """Frames that were not believed or not understood."""
        self.broken: Callable[[Verdict], None] = lambda verdict: None
        self.asked: dict[str, asyncio.Future[Word]] = {}
        """Broadcasts of ours that wait for the server's word, by their ref."""

    def answered(self, ref: str | None, ok: bool) -> bool:
        """Whether a reply was the word that one of ours waits for."""
        waiting = self.asked.get(ref or "")
        if waiting is None:
            return False
        if not waiting.done():
            waiting.set_result(Word.TAKEN if ok else Word.REFUSED)
        return True

    async def connect(self) -> None:
        raise ConnectionError("this connection is over")

    def channel(self, topic: str, params: Any = None) -> Chan:
        """Always a fresh one: the old object belongs to an earlier join."""
        chan = Chan(self, f"realtime:{topic}", params)
        old = self.channels.get(chan.topic)
        if old is not None:
            library.discard(old)
        self.channels[chan.topic] = chan
        return chan

    async def _on_connect_error(self, e: Exception) -> None:
        self.broken(Verdict(Cure.RETRY, Safe("the connection was lost")))

    def take(self, text: str | bytes) -> dict[str, Any] | None:
        """One frame from the socket. Returns it where it is a reply to a heartbeat."""
        frame = unpack(text)
        if _log.isEnabledFor(logging.DEBUG):
            _log.debug("heard %s", outline(frame))
        if frame is None:
            self.dropped += 1
            return None
        if frame.get("topic") == "phoenix":
            return frame
        better = mended(frame)
        try:
            message = library.ServerMessageAdapter.validate_json(
                text if better is frame else json.dumps(better)
            )
        except ValidationError:
            self.dropped += 1
            return None
        channel = self.channels.get(message.topic)
        if channel is not None:
            channel._handle_message(message)
        return None
