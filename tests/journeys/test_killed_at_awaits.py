"""kill -9 at every await of the ways of a message, out and in: afterwards it is there exactly once.

The awaits are read from the syntax tree, so that a new one is killed at by itself.
"""

from __future__ import annotations

import ast
import asyncio
import json
import random
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from pathlib import Path

from tests.journeys.local import LocalServer
from tests.journeys.storm import Result, Tell, all_sent, rider, stored
from tests.repeats import AWAITS

import supachat
from supachat.domain.model import ThreadKey

WAYS = {
    "client/runner.py": {"_carry_out", "_listen", "_tick", "changes"},
    "client/ledger.py": {"run", "recall"},
    "cache/store.py": {"commit", "recall", "_do"},
    "remote/connection.py": {"_listen"},
    "remote/supervisor.py": {"_pump", "_live"},
    "remote/project.py": {"events", "perform"},
    "remote/performing.py": {"list_threads", "fetch_page", "send_draft", "mark_read"},
    "remote/rows.py": {"carry_out", "_once", "_rpc", "_select"},
}
"""The functions through which a message goes, by module."""
ROOT = Path(supachat.__file__).parent
PATIENCE = 60.0
THREAD = ThreadKey("direct", "ana__ben")


def awaits() -> list[str]:
    """`file:line` of everything that waits on the ways of a message."""
    found: list[str] = []
    for file, names in WAYS.items():
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        ways = [
            node for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef) and node.name in names
        ]
        assert {way.name for way in ways} == names, f"{file} has other functions now"
        for node in (inner for way in ways for inner in ast.walk(way)):
            if isinstance(node, ast.Await | ast.AsyncFor | ast.AsyncWith):
                found.append(f"supachat/{file}:{node.lineno}")
    return sorted(set(found))


def turns() -> list[tuple[str, str]]:
    """Every place, before and after; in `make test` some of them, others each day."""
    every = [(place, when) for place in awaits() for when in ("before", "after")]
    return random.SystemRandom().sample(every, min(AWAITS, len(every)))


class Child:
    """One life of the client."""

    def __init__(self, process: Process) -> None:
        self._process = process

    async def told(self) -> str:
        assert self._process.stdout is not None
        return (await asyncio.wait_for(self._process.stdout.readline(), PATIENCE)).decode().strip()

    async def tell(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n".encode())
        await self._process.stdin.drain()

    async def ends(self) -> int:
        return await asyncio.wait_for(self._process.wait(), PATIENCE)

    def end(self) -> None:
        if self._process.returncode is None:
            self._process.kill()


async def born(server: LocalServer, cache: Path, place: str, when: str) -> Child:
    arguments = [server.url, server.key, "ana", str(cache), "ben", place, when]
    return Child(
        await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.journeys.doomed", *arguments, stdin=PIPE, stdout=PIPE
        )
    )


async def healed(child: Child, server: LocalServer, text: str) -> None:
    """Its screen shows the table and nothing else; `text`, that the life before was about to send, is
    stored once or still stands in the composer."""
    end = asyncio.get_running_loop().time() + PATIENCE
    while True:
        table = stored(server, THREAD)
        await child.tell("?")
        said = json.loads(await child.told())
        ids = [id_ for id_, _ in table]
        whole = said["ids"] and said["ids"] == ids[-len(said["ids"]) :] and not said["gaps"]
        if whole and sum(body == text for _, body in table) + (said["text"] == text) == 1:
            return
        assert asyncio.get_running_loop().time() < end, (said, table[-5:], text)
        await asyncio.sleep(0.1)


async def test_a_client_killed_at_an_await_neither_loses_nor_doubles(
    own_server: LocalServer, tmp_path: Path, record_property: Tell
) -> None:
    own_server.sign_up("ana")
    own_server.sign_up("ben")
    cache, deaths = tmp_path / "ana.db", 0
    places = turns()
    async with rider(own_server.url, own_server.key, "ben", None) as ben:
        thread = await ben.writes_to("ana")
        last = "hello"
        ben.client.send(thread, last)
        await all_sent([ben])
        for number, (place, when) in enumerate([*places, ("-", "before")]):
            child = await born(own_server, cache, place, when)
            try:
                await healed(child, own_server, last)
                last = f"message {number}"
                await child.tell(last)
                ben.client.send(thread, f"answer to {last}")
                told = await child.told()
                deaths += await child.ends() == -signal.SIGKILL
                assert told in ("", "survived")
                await all_sent([ben])
            finally:
                child.end()
    assert deaths >= len(places) // 3, "most of these places lie on the way of a message"
    killed = Counter({"kill -9": deaths})
    record_property("storm", Result("kill -9 of a client at an await", killed, sent=2 * len(places)).row())
