"""The link's whole life against a scripted server; what breaks the library is in `test_failure_table`."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from tests.remote.conftest import a_token
from tests.remote.ears import ENDLESS, FAST, ROOM, Heard, Make
from tests.remote.phoenix import Phoenix, until

from supachat.domain.errors import SessionEnded, Unreachable
from supachat.domain.health import LinkState
from supachat.domain.text import Safe
from supachat.remote import library, wayout
from supachat.remote.connection import Connection
from supachat.remote.joining import Joiner
from supachat.remote.library import Message
from supachat.remote.supervisor import Supervisor

# ---------------------------------------------------------------- the connection's failures


async def test_a_cut_line_is_back_at_once_and_told(server: Phoenix, ears: Heard, make: Make) -> None:
    supervisor = make(ROOM)
    await until(lambda: ears.ready, "ready")
    server.cut()
    await until(lambda: len(ears.ready) == 2, "ready again")
    assert ears.lost == ["room:db"]
    assert supervisor.link.state is LinkState.CONNECTED
    assert LinkState.RECONNECTING in ears.states()
    waiting = next(link for link in ears.links if link.state is LinkState.RECONNECTING)
    assert (waiting.attempt, waiting.joined) == (1, 0)
    assert waiting.next_try_at is not None
    assert waiting.reason == "the connection was lost"


async def test_another_way_out_is_told_to_whoever_holds_other_connections(
    server: Phoenix, ears: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = asyncio.Event()
    waits = replace(ENDLESS, open=5.0, send=5.0, join=5.0, way=0.01)
    supervisor = Supervisor(server.address, a_token, ears, waits, way_lost=told.set)
    supervisor.want([ROOM])
    supervisor.start()
    await until(lambda: ears.ready, "ready")
    assert not told.is_set()
    monkeypatch.setattr(wayout, "severed", lambda here, there: Safe("this computer has no network"))
    async with asyncio.timeout(30):
        await told.wait()
    await supervisor.stop()


async def test_the_first_try_connects_and_the_others_reconnect(
    server: Phoenix, ears: Heard, make: Make
) -> None:
    await server.stop()
    supervisor = make(ROOM)
    await until(lambda: supervisor.link.attempt >= 4, "four")
    assert ears.states() == [LinkState.CONNECTING, LinkState.RECONNECTING, LinkState.DISCONNECTED]


@pytest.mark.parametrize("status", [401, 404])
async def test_a_wrong_project_is_an_error_and_not_hammered(
    server: Phoenix, ears: Heard, make: Make, status: int
) -> None:
    server.refuse = (status, "Tenant not found")
    supervisor = make(ROOM)
    await until(lambda: supervisor.link.state is LinkState.ERROR, "an error")
    assert "this project" in supervisor.link.reason
    server.refuse = None
    await until(lambda: ears.ready, "it mends by itself")
    refused, taken = server.opened
    assert taken - refused >= FAST.halted * 0.7


async def test_a_page_in_the_servers_place_is_an_error_that_ends_when_the_network_lets_us_through(
    server: Phoenix, ears: Heard, make: Make
) -> None:
    """A hotel's sign-in. Nobody waits the minute of a wrong key once they are in."""
    server.refuse = (200, "<html>Welcome to our hotel</html>")
    supervisor = make(ROOM, waits=replace(FAST, halted=600.0))
    await until(lambda: supervisor.link.state is LinkState.ERROR, "an error")
    assert "sign in, in a browser" in supervisor.link.reason
    server.refuse = None
    await until(lambda: ears.ready, "it mends by itself")


async def test_too_many_people_are_waited_out(server: Phoenix, ears: Heard, make: Make) -> None:
    server.refuse = (429, "Too many connected users")
    make(ROOM)
    await until(lambda: server.opened, "an attempt")
    server.refuse = None
    await until(lambda: ears.ready, "in")
    refused, taken = server.opened
    assert taken - refused >= FAST.limited * 0.7


async def test_no_token_no_connection_and_no_end(server: Phoenix, ears: Heard, make: Make) -> None:
    fails = 3

    async def token() -> str:
        nonlocal fails
        fails -= 1
        if fails >= 0:
            raise Unreachable("the server cannot be reached")
        return "late"

    make(ROOM, token=token)
    await until(lambda: ears.ready, "ready")
    assert len(server.opened) == 1
    assert any(link.reason == "the server cannot be reached" for link in ears.links)
    assert server.last("room:db").token == "late"


async def test_a_token_that_somebody_else_got_is_used_at_once(
    server: Phoenix, ears: Heard, make: Make
) -> None:
    """Nothing was connected to: there is nobody to be left alone for a while."""
    tokens = asyncio.Queue[str]()

    async def token() -> str:
        try:
            return tokens.get_nowait()
        except asyncio.QueueEmpty:
            raise Unreachable("the server cannot be reached") from None

    waits = replace(FAST, backoff_first=900.0, backoff_cap=900.0, poke_gap=900.0)
    supervisor = make(ROOM, waits=waits, token=token)
    await until(lambda: supervisor.link.next_try_at is not None, "it waits")
    tokens.put_nowait("late")
    await supervisor.renewed("late")
    await until(lambda: ears.ready, "ready")
    assert server.last("room:db").token == "late"


async def test_a_token_that_comes_during_the_handshake_is_used_for_the_joins(
    server: Phoenix, ears: Heard, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one before may be spent: every topic would be refused, or closed at its end."""
    opens, begun, go_on = library.connect, asyncio.Event(), asyncio.Event()

    async def slowly(*given: Any, **named: Any) -> Any:
        begun.set()
        await go_on.wait()
        return await opens(*given, **named)

    monkeypatch.setattr(library, "connect", slowly)
    supervisor = make(ROOM)
    await asyncio.wait_for(begun.wait(), 30)
    await supervisor.renewed("newer")
    go_on.set()
    await until(lambda: ears.ready, "ready")
    assert server.last("room:db").token == "newer"


async def test_a_watch_that_dies_costs_one_connection(
    server: Phoenix, ears: Heard, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody would have seen that the server falls silent."""
    whole, broken = Connection._send, [True]

    async def once(self: Connection, message: Message) -> bool:
        if broken and message.event == "heartbeat":
            broken.clear()
            raise RuntimeError("a defect")
        return await whole(self, message)

    monkeypatch.setattr(Connection, "_send", once)
    supervisor = make(ROOM, waits=replace(FAST, heartbeat=600.0, silence=600.0))
    await until(lambda: len(server.opened) == 2 and supervisor.link.joined, "on the second connection")


async def test_an_ended_session_does_not_end_the_task(server: Phoenix, ears: Heard, make: Make) -> None:
    async def token() -> str:
        raise SessionEnded("the session is over")

    supervisor = make(ROOM, token=token)
    await until(lambda: supervisor.link.attempt >= 3, "it goes on")
    assert server.opened == []


async def test_a_defect_of_ours_costs_one_connection(
    server: Phoenix, ears: Heard, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, broken = Joiner.replicated, [True]

    def once(self: Joiner, heard: object) -> None:
        if broken:
            broken.clear()
            raise RuntimeError("a defect")
        whole(self, heard)  # type: ignore[arg-type]  # what came in goes on

    monkeypatch.setattr(Joiner, "replicated", once)
    make(ROOM)
    await until(lambda: ears.ready, "ready on the second connection")
    assert len(server.opened) == 2


async def test_waking_from_sleep_connects_afresh(server: Phoenix, ears: Heard, make: Make) -> None:
    """Not because nothing was heard: that would take minutes here."""
    supervisor = make(ROOM, waits=replace(FAST, silence=600.0, heartbeat=600.0))
    await until(lambda: ears.ready, "ready")
    server.freeze()
    supervisor.resumed()
    await until(lambda: len(ears.ready) == 2, "ready")


@pytest.mark.parametrize("how", ["refused", "joining", "idle"])
async def test_stopping_waits_for_nothing_whatever_happens(
    server: Phoenix, ears: Heard, make: Make, how: str
) -> None:
    if how == "joining":
        server.on_join = lambda join: []
    if how == "refused":
        await server.stop()
    supervisor = make(ROOM, waits=ENDLESS)
    if how == "refused":
        await until(lambda: supervisor.link.attempt >= 1, "refused")
    elif how == "joining":
        await until(lambda: server.joins, "a join")
    else:
        await until(lambda: ears.ready, "ready")
    async with asyncio.timeout(30):
        await supervisor.stop(LinkState.SIGNED_OUT)
    assert supervisor.link.state is LinkState.SIGNED_OUT
    assert supervisor.link.joined == 0


async def test_stopped_and_started_again(server: Phoenix, ears: Heard, make: Make) -> None:
    supervisor = make(ROOM)
    await until(lambda: ears.ready, "ready")
    await supervisor.stop(LinkState.SIGNED_OUT)
    assert ears.lost == ["room:db"]
    supervisor.start()
    await until(lambda: len(ears.ready) == 2, "ready again")
