"""How one connection dies against a scripted server, and what it leaves behind."""

from __future__ import annotations

import asyncio
import time

from tests.remote import phoenix as px
from tests.remote.ears import ENDLESS, FAST, ROOM
from tests.remote.phoenix import Phoenix, until

from supachat.dialects.calls import Topic
from supachat.remote.connection import Connection
from supachat.remote.verdicts import Cure
from supachat.remote.waits import Waits


async def test_the_server_closes(server: Phoenix, link: Connection) -> None:
    await server.sockets[0].close(1012)
    verdict = await asyncio.wait_for(link.dead, 30)
    assert verdict.cure is Cure.RETRY


async def test_the_line_is_cut(server: Phoenix, link: Connection) -> None:
    server.cut()
    assert (await asyncio.wait_for(link.dead, 30)).words == "the connection was lost"


async def test_a_stalled_join_does_not_look_like_death(server: Phoenix) -> None:
    """A refused join stops the whole socket for seconds, heartbeats too."""
    waits = Waits(heartbeat=0.1, silence=0.3, join=1.5, open=2.0)
    link = Connection(server.address, "token", waits)
    await link.open()
    server.deaf_to_heartbeats = True
    server.on_join = lambda join: []
    joining = asyncio.create_task(link.join(ROOM))
    began = time.monotonic()
    await asyncio.wait_for(link.dead, 30)
    assert time.monotonic() - began > 1.2
    link.abort()
    await joining


async def test_abort_waits_for_nothing_on_a_half_open_line(server: Phoenix) -> None:
    link = Connection(server.address, "token", ENDLESS)
    await link.open()
    await link.join(ROOM)
    server.freeze()
    link.abort()
    await asyncio.wait_for(link.dead, 30)


async def test_a_connection_leaves_no_task_behind(server: Phoenix) -> None:
    before = asyncio.all_tasks()
    link = Connection(server.address, "token", FAST)
    await link.open()
    server.on_join = lambda join: px.accept(join) if join.topic != "never" else []
    joining = asyncio.create_task(link.join(Topic("never")))
    await link.join(Topic("pres", presence_key="me"))
    for _ in range(50):
        await link.push("pres", "broadcast", {"event": "typing"})
    link.abort()
    joining.cancel()
    await until(lambda: _ours(before) == set(), "no task of ours is left")


def _ours(before: set[asyncio.Task[object]]) -> set[asyncio.Task[object]]:
    """Tasks made since, without those of the scripted server's own connections."""
    new = asyncio.all_tasks() - before
    return {
        task for task in new if "server.py" not in repr(task.get_coro()) and "Phoenix" not in repr(task)
    }


async def test_it_never_connects_by_itself(server: Phoenix, link: Connection) -> None:
    server.cut()
    await asyncio.wait_for(link.dead, 30)
    refusal = await link.join(ROOM)
    assert refusal is not None
    assert len(server.opened) == 1
