"""Closed in the middle of whatever it does, a project leaves no socket behind: none waits for an answer
that never comes, none goes on connecting, and none is opened after the end."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
from collections.abc import AsyncIterator

import httpx
import pytest
from tests.remote.ears import FAST, ROOM, Heard
from tests.remote.phoenix import until

from supachat.dialects.catalog import load
from supachat.domain.entering import Password
from supachat.domain.errors import Unreachable
from supachat.remote.address import address
from supachat.remote.http import make_client, tls_context
from supachat.remote.project import Project
from supachat.remote.supervisor import Supervisor
from supachat.remote.vault import MemoryVault
from supachat.remote.waits import Waits

ASKED = 9
"""More requests at once than there may be connections."""


class Deaf:
    """Accepts every connection and never answers, or `says` one thing. `held` are those whose other end
    is still open."""

    def __init__(self) -> None:
        self.says = b""
        self.accepted = 0
        self.held = 0
        self.port = 0
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Deaf:
        self._server = await asyncio.start_server(self._hold, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    async def _hold(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        self.held += 1
        try:
            while await reader.read(65536):
                writer.write(self.says)
        except ConnectionError:
            pass
        finally:
            self.held -= 1
            writer.close()


@pytest.fixture
async def deaf() -> AsyncIterator[Deaf]:
    async with Deaf() as server:
        yield server


def sockets() -> int:
    """How many this process has."""
    count = 0
    for name in os.listdir("/dev/fd"):
        try:
            count += stat.S_ISSOCK(os.fstat(int(name)).st_mode)
        except OSError:
            continue  # the folder's own
    return count


async def refused(asked: list[asyncio.Task[object]]) -> None:
    """Every one of them has ended, and says that there is no server."""
    for answer in await asyncio.wait_for(asyncio.gather(*asked, return_exceptions=True), 30):
        assert isinstance(answer, Unreachable)


def ask(project: Project) -> list[asyncio.Task[object]]:
    return [asyncio.create_task(project.enter(Password("ana@example.org", "secret"))) for _ in range(ASKED)]


@pytest.mark.parametrize("behind_a_proxy", [False, True])
async def test_requests_without_an_answer_end_and_those_that_wait_open_nothing(
    deaf: Deaf, monkeypatch: pytest.MonkeyPatch, behind_a_proxy: bool
) -> None:
    url = f"http://127.0.0.1:{deaf.port}"
    if behind_a_proxy:
        monkeypatch.setenv("HTTPS_PROXY", url)
        url = "https://project.invalid"
    project = Project(url, "sb_publishable_x", [load("direct")], MemoryVault())
    asked = ask(project)
    await until(lambda: deaf.accepted == 6, "every connection that there may be")
    await project.close()
    await refused(asked)
    await until(lambda: deaf.held == 0, "no connection is left")
    assert deaf.accepted == 6
    with pytest.raises(Unreachable):
        await project.enter(Password("ana@example.org", "secret"))
    assert deaf.accepted == 6


async def test_requests_that_still_connect_end_too() -> None:
    """Nobody accepts, and the queue before the server is full: a connection hangs in its first step."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(full.getsockname())
        before = sockets()
        project = Project(
            f"http://127.0.0.1:{full.getsockname()[1]}", "sb_publishable_x", [load("direct")], MemoryVault()
        )
        asked = ask(project)
        await until(lambda: sockets() > before, "it connects")
        await project.close()
        await refused(asked)
        assert sockets() == before
        for each in waiting:
            each.close()


async def test_a_link_that_nobody_answers_is_let_go_of(deaf: Deaf) -> None:
    async def token() -> str:
        return "token"

    supervisor = Supervisor(
        address(f"http://127.0.0.1:{deaf.port}", "sb_publishable_x"), token, Heard(), FAST
    )
    supervisor.want((ROOM,))
    supervisor.start()
    await until(lambda: deaf.held, "it connects")
    await supervisor.stop()
    await until(lambda: deaf.held == 0, "no connection is left")


# ---------------------------------------------------------------- another way out


async def test_a_way_that_is_lost_ends_what_waits_and_new_requests_go_by_new_connections(
    deaf: Deaf,
) -> None:
    """Nobody waits out the time in which a server may be silent, and no old connection is used again."""
    where = f"http://127.0.0.1:{deaf.port}"
    http = make_client(address(where, "sb_publishable_x"), Waits(), tls_context())
    asked = [asyncio.create_task(http.get(where)) for _ in range(ASKED)]
    await until(lambda: deaf.held == 6, "six connections, and the rest waits for one")
    http.give_up()
    http.give_up()
    async with asyncio.timeout(30):
        found = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(error) for error in found] == [httpx.ReadError] * ASKED
    again = asyncio.create_task(http.get(where))
    await until(lambda: deaf.held == 1, "the next request has one of its own")
    http.give_up()
    await http.aclose()
    assert isinstance((await asyncio.gather(again, return_exceptions=True))[0], httpx.ReadError)
    await until(lambda: deaf.held == 0, "nothing is left")


async def test_an_idle_connection_is_not_used_after_the_way_was_lost(deaf: Deaf) -> None:
    deaf.says = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"
    where = f"http://127.0.0.1:{deaf.port}"
    async with make_client(address(where, "sb_publishable_x"), Waits(), tls_context()) as http:
        for _ in range(2):
            assert (await http.get(where)).json() == {}
        assert deaf.accepted == 1
        http.give_up()
        assert (await http.get(where)).json() == {}
        assert deaf.accepted == 2
    await until(lambda: deaf.held == 0, "nothing is left")
