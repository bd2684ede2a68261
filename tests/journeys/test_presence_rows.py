"""Being there told by rows alone: the channel lets nobody say or hear presence, the table does."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import psycopg
import pytest
from tests.journeys.guest import LIMIT, Guest, guest
from tests.journeys.local import LocalServer

from supachat.domain.model import Presence

_DENIED = """
create policy no_presence on realtime.messages as restrictive for all to authenticated
  using (extension <> 'presence') with check (extension <> 'presence')
"""
_ROWS = "select status from sessions.user_presence where user_id = %s"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LocalServer]:
    with LocalServer(tmp_path / "server", "--dialect", "sessions") as running:
        with psycopg.connect(running.database("postgres"), autocommit=True) as connection:
            connection.execute(_DENIED)
        yield running


@pytest.fixture
async def two(server: LocalServer, tmp_path: Path) -> AsyncIterator[tuple[Guest, Guest]]:
    async with AsyncExitStack() as stack:
        for name in ("ana", "ben"):
            server.sign_up(name)
        ana, ben = [
            await stack.enter_async_context(
                guest(server, name, tmp_path, kept=False, dialects=("sessions",))
            )
            for name in ("ana", "ben")
        ]
        yield ana, ben


async def test_the_other_side_sees_what_a_row_says_while_the_channel_says_nothing(
    server: LocalServer, two: tuple[Guest, Guest]
) -> None:
    ana, ben = two
    mine, his = ana.client.me("sessions"), ben.client.me("sessions")
    key = await ana.writes_to(his, "sessions")
    ben.client.focused()
    await ben.watch.until(lambda: ben.client.thread(key), LIMIT)
    ben.client.open(key)
    await ana.sees_presence(his, Presence.ONLINE, "sessions")
    await ben.sees_presence(mine, Presence.ONLINE, "sessions")
    ben.client.attendance.set(Presence.AWAY)
    await ana.sees_presence(his, Presence.AWAY, "sessions")
    await ben.client.close()
    await ana.sees_presence(his, Presence.OFFLINE, "sessions")
    with psycopg.connect(server.database("postgres")) as connection:
        assert connection.execute(_ROWS, (his,)).fetchone() == ("offline",)
