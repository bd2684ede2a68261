"""A scripted server, ears, and a maker of supervisors that are stopped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from tests.remote.ears import FAST, Heard, Make
from tests.remote.phoenix import Phoenix
from tests.remote.world import World

from supachat.dialects.calls import Topic
from supachat.remote.connection import Connection
from supachat.remote.supervisor import Supervisor
from supachat.remote.waits import Waits


@pytest.fixture
async def server() -> AsyncIterator[Phoenix]:
    async with Phoenix() as server:
        yield server


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with World() as world:
        yield world


@pytest.fixture
def ears() -> Heard:
    return Heard()


async def a_token() -> str:
    return "token"


@pytest.fixture
async def make(server: Phoenix, ears: Heard) -> AsyncIterator[Make]:
    """Makes a started supervisor; it is stopped at the end, and that must not wait for anything."""
    made: list[Supervisor] = []

    def make(
        *topics: Topic,
        waits: Waits = FAST,
        token: Callable[[], Awaitable[str]] = a_token,
        luck: float = 0.5,
    ) -> Supervisor:
        supervisor = Supervisor(server.address, token, ears, waits, luck=lambda: luck)
        supervisor.want(topics)
        supervisor.start()
        made.append(supervisor)
        return supervisor

    yield make
    async with asyncio.timeout(30):
        for supervisor in made:
            await supervisor.stop()


@pytest.fixture
async def link(server: Phoenix) -> AsyncIterator[Connection]:
    connection = Connection(server.address, "token", FAST)
    await connection.open()
    yield connection
    connection.abort()
