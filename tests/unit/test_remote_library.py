"""Every private name that we lean on exists and means what we think. Red here = a new pin to read."""

from __future__ import annotations

import inspect
import logging
from pathlib import Path

import pytest
import realtime
from realtime import AsyncRealtimeChannel, AsyncRealtimeClient
from realtime._async.push import AsyncPush

from supachat.remote import library, socket

REMOTE = Path(socket.__file__).parent


@pytest.fixture
async def client() -> AsyncRealtimeClient:
    return AsyncRealtimeClient("ws://127.0.0.1:9/realtime/v1", "key")


def test_the_pin() -> None:
    assert realtime.version.__version__ == "2.34.1"


async def test_names_of_the_client(client: AsyncRealtimeClient) -> None:
    for name in library.CLIENT_NAMES:
        assert hasattr(client, name), name


async def test_names_of_a_channel(client: AsyncRealtimeClient) -> None:
    channel = client.channel("x")
    for name in library.CHANNEL_NAMES:
        assert hasattr(channel, name), name
    for name in library.PUSH_NAMES:
        assert hasattr(channel.join_push, name), name
    assert library.join_ref(channel) is None


async def test_the_client_sends_over_the_socket_that_we_attach(client: AsyncRealtimeClient) -> None:
    """`send` looks at `_ws_connection` and nothing else; without it, it buffers."""
    assert not client.is_connected
    client._ws_connection = object()  # type: ignore[assignment]  # any socket will do for this question
    assert client.is_connected


async def test_discard_ends_the_timers_and_the_routing(client: AsyncRealtimeClient) -> None:
    channel = client.channel("x")
    push = AsyncPush(channel, "broadcast", {}, 10)
    push.start_timeout()
    channel.messages_waiting_for_ack["1"] = push
    library.discard(channel)
    assert push.timeout_task is None
    assert client.channels == {}
    assert channel.is_closed


async def test_the_never_timer_never_fires(client: AsyncRealtimeClient) -> None:
    timer = library.NeverTimer(client.connect, lambda tries: 0.0)
    timer.schedule_timeout()
    timer.schedule_timeout(0.0)
    assert timer.timer is None


def test_what_we_override_is_still_called() -> None:
    """An override of a method that the library no longer calls would be a guard that guards nothing."""
    client = inspect.getsource(AsyncRealtimeClient)
    channel = inspect.getsource(AsyncRealtimeChannel)
    assert "await self._on_connect_error(e)" in client
    assert "await self.socket.connect()" in channel
    assert "self.rejoin_timer.schedule_timeout" in channel
    assert "join_ref=self.channel.join_push.ref" in inspect.getsource(AsyncPush)


def test_private_names_stand_in_one_module() -> None:
    """Outside `library` and the two subclasses in `socket`, nothing of the library's own is touched."""
    names = {*library.CLIENT_NAMES, *library.CHANNEL_NAMES, "_listen_task", "_heartbeat_task"}
    for path in REMOTE.glob("*.py"):
        if path.name in ("library.py", "socket.py"):
            continue
        text = path.read_text("utf-8")
        assert [name for name in names if f".{name}" in text] == [], path.name


def test_quiet_silences_the_frames(capsys: pytest.CaptureFixture[str]) -> None:
    """realtime logs whole frames at ERROR: chat text on stderr would stand in the middle of the screen."""
    library.quiet()
    logging.getLogger("realtime._async.client").error("Unrecognized message format %r", "a secret")
    logging.getLogger("realtime").critical("a secret")
    seen = capsys.readouterr()
    assert "secret" not in seen.out + seen.err
