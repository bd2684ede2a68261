"""Every private name of the foreign libraries that this room leans on, and nothing else.

realtime 2.34.1 is pinned exactly because of this list: `tests/unit/test_remote_library.py` asserts
that each name still exists and still means what we think. A name that is not here may not be used.
"""

from __future__ import annotations

import logging
from typing import Any

from realtime import AsyncRealtimeChannel, AsyncRealtimeClient
from realtime._async.push import AsyncPush
from realtime._async.timer import AsyncTimer
from realtime.message import (
    ChannelCloseMessage,
    ChannelErrorMessage,
    Message,
    PostgresChangesMessage,
    ReplyMessage,
    ServerMessage,
    ServerMessageAdapter,
    SystemMessage,
)
from realtime.types import ChannelStates, RealtimeSubscribeStates
from realtime.types import RealtimePostgresChangesListenEvent as ListenEvent
from websockets.asyncio.client import ClientConnection, connect

__all__ = [
    "AsyncPush",
    "AsyncRealtimeChannel",
    "AsyncRealtimeClient",
    "AsyncTimer",
    "ChannelCloseMessage",
    "ChannelErrorMessage",
    "ChannelStates",
    "ClientConnection",
    "ListenEvent",
    "Message",
    "NeverTimer",
    "PostgresChangesMessage",
    "RealtimeSubscribeStates",
    "ReplyMessage",
    "ServerMessage",
    "ServerMessageAdapter",
    "SystemMessage",
    "attach",
    "connect",
    "discard",
    "give_token",
    "join_ref",
    "next_ref",
    "quiet",
]

CLIENT_NAMES = ("_ws_connection", "_make_ref", "_remove_channel", "_on_connect_error")
CHANNEL_NAMES = (
    "_handle_message",
    "_rejoin_if_connected",
    "_release_subscribe_waiter",
    "join_push",
    "messages_waiting_for_ack",
    "rejoin_timer",
    "subscribe_callback",
)
PUSH_NAMES = ("ref", "destroy")


class NeverTimer(AsyncTimer):
    """Stands in for a channel's rejoin timer: the library must not rejoin behind our back."""

    def schedule_timeout(self, delay: float | None = None) -> None:
        return None


def attach(client: AsyncRealtimeClient, socket: ClientConnection) -> None:
    """Give the client a socket that we opened ourselves, with our own limits and no private tasks."""
    client._ws_connection = socket


def join_ref(channel: AsyncRealtimeChannel) -> str | None:
    """The ref of the channel's own join. Phoenix closes a channel under that ref."""
    return channel.join_push.ref


def next_ref(client: AsyncRealtimeClient) -> str:
    """A ref that no other frame of this connection has."""
    return client._make_ref()


def give_token(channel: AsyncRealtimeChannel, token: str) -> None:
    """Put the token into a join that may still be under way."""
    channel.join_push.update_payload({"access_token": token})


def discard(channel: AsyncRealtimeChannel) -> None:
    """Forget a channel without a word to the server: its timers end, the client no longer routes to it."""
    channel.subscribe_callback = None
    channel.state = ChannelStates.CLOSED
    channel._release_subscribe_waiter()
    channel.join_push.destroy()
    for push in list(channel.messages_waiting_for_ack.values()):
        push.destroy()
    channel.messages_waiting_for_ack.clear()
    channel.socket._remove_channel(channel)


def quiet() -> None:
    """Keep the libraries' loggers from printing: realtime writes whole frames, chat text and all, at
    ERROR, and a line on stderr would stand in the middle of the screen."""
    for name in ("realtime", "websockets.client", "httpx", "httpcore", "supabase_auth", "postgrest"):
        logger = logging.getLogger(name)
        logger.setLevel(logging.CRITICAL + 1)
        logger.propagate = False
        logger.addHandler(logging.NullHandler())


Json = dict[str, Any]
"""A JSON object as it came off the wire: nobody has looked at its values yet."""
