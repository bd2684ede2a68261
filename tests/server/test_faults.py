"""SIGKILL under load: of the gateway, of PostgreSQL, of everything. What was acknowledged is there.

The killings of a run follow one another on one data folder; nobody cleans up between them.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from tests.conftest import wait_until
from tests.repeats import KILLS
from tests.server.served import alive, postmaster, process
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

KEPT = """
create table public.kept (id uuid primary key, writer int not null);
alter publication supabase_realtime add table public.kept;
"""
WRITERS = 4
HEAL = 30.0


@dataclass
class Project:
    """A data folder and all that its server ever said it has."""

    data: Path
    migrations: Path
    acknowledged: set[str] = field(default_factory=set)

    @property
    def options(self) -> tuple[str, ...]:
        return ("--migrations", str(self.migrations))

    def rows(self) -> set[str]:
        """What is there, asked past the gateway."""
        database = json.loads((self.data / "keys.json").read_text())["database"]
        with psycopg.connect(database) as connection:
            return {str(row[0]) for row in connection.execute("select id from kept").fetchall()}

    def has_all(self) -> None:
        """What was acknowledged before the last killing is there."""
        assert self.acknowledged <= self.rows()


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    folder = tmp_path_factory.mktemp("faults")
    made = Project(folder / "data", folder / "migrations")
    made.migrations.mkdir()
    (made.migrations / "20260101000000_kept.sql").write_text(KEPT)
    yield made
    with process(made.data, *made.options) as (running, _, _):
        made.has_all()
        running.send_signal(signal.SIGTERM)
        assert running.wait(10) == 0
    kept = {"keys.json", "postgres", "postgres.log", "serve.lock"}
    assert {path.name for path in made.data.iterdir()} <= kept | {"run", "outbox"}


class Load:
    """Writers that never stop, and a socket that hears of their rows."""

    def __init__(self, told: dict[str, Any], acknowledged: set[str]) -> None:
        self._told = told
        self._acknowledged = acknowledged
        self.count = 0
        self.heard: set[str] = set()
        self.cut = False

    async def until(self, condition: Callable[[], bool], limit: float = HEAL) -> None:
        async with asyncio.timeout(limit):
            while not condition():
                await asyncio.sleep(0.005)

    async def write(self, number: int) -> None:
        headers = {"apikey": self._told["publishable_key"], "prefer": "return=minimal"}
        async with httpx.AsyncClient(base_url=self._told["url"], headers=headers, timeout=HEAL) as client:
            while True:
                row = str(uuid.uuid4())
                with suppress(httpx.HTTPError):
                    answer = await client.post("/rest/v1/kept", json={"id": row, "writer": number})
                    assert answer.status_code in (201, 503, 504), answer.text
                    if answer.status_code == 201:
                        self._acknowledged.add(row)
                        self.count += 1
                        continue
                await asyncio.sleep(0.02)

    async def listen(self, socket: ClientConnection) -> None:
        try:
            async for text in socket:
                frame = json.loads(text)
                if frame["event"] == "postgres_changes":
                    self.heard.add(frame["payload"]["data"]["record"]["id"])
        except ConnectionClosed:
            pass
        self.cut = True


@asynccontextmanager
async def loaded(told: dict[str, Any], project: Project) -> AsyncIterator[Load]:
    """The load, running until the block ends."""
    load = Load(told, project.acknowledged)
    url = told["url"].replace("http", "ws") + "/realtime/v1/websocket?vsn=1.0.0&apikey="
    config = {"postgres_changes": [{"event": "INSERT", "schema": "public", "table": "kept"}]}
    join = {"topic": "realtime:faults", "event": "phx_join", "payload": {"config": config}, "ref": "1"}
    async with connect(url + told["publishable_key"], compression=None, ping_interval=None) as socket:
        await socket.send(json.dumps({**join, "join_ref": "1"}))
        tasks = [asyncio.create_task(load.write(number)) for number in range(WRITERS)]
        tasks.append(asyncio.create_task(load.listen(socket)))
        try:
            yield load
            for task in tasks:
                assert not task.done() or task.exception() is None
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


def _descendants(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True)
    children: dict[int, list[int]] = {}
    for line in listed.stdout.splitlines():
        child, parent = map(int, line.split())
        children.setdefault(parent, []).append(child)
    found = [pid]
    for each in found:
        found.extend(children.get(each, []))
    return found


def _kill(pids: list[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


async def _heals_while_it_runs(project: Project, load: Load, database: int) -> None:
    """PostgreSQL is back, and rows are taken and told again on the socket that was there before."""
    await load.until(lambda: postmaster(project.data) not in (None, database))
    before, heard = load.count, len(load.heard)
    await load.until(lambda: load.count > before + 5 and len(load.heard) > heard + 5)
    assert not load.cut


@pytest.mark.parametrize("turn", range(KILLS))
async def test_what_was_acknowledged_is_there_whoever_is_killed(project: Project, turn: int) -> None:
    """Each start looks at what the killing before it has left, the fixture's at the last one's."""
    luck = random.Random(turn)
    target = ("gateway", "postgres", "everything")[turn % 3]
    with process(project.data, *project.options) as (running, told, _):
        project.has_all()
        family = _descendants(running.pid)
        database = postmaster(project.data)
        assert database in family
        async with loaded(told, project) as load:
            enough = luck.randint(5, 250)
            await load.until(lambda: load.count >= enough and bool(load.heard))
            if target == "postgres":
                _kill([database])
                await _heals_while_it_runs(project, load, database)
            else:
                _kill([running.pid] if target == "gateway" else _descendants(running.pid))
                await load.until(lambda: load.cut)
        if target != "postgres":
            running.wait(10)
            wait_until(lambda: not any(map(alive, family)), limit=10.0)
        else:
            running.send_signal(signal.SIGTERM)
            assert running.wait(10) == 0
