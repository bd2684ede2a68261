"""The local server on loopback, each measure beside a bare relay (for REST: bare SQL) in the same run.

Nothing is asserted. It takes two minutes and a half at most, one of them the soak. The relay has its turn
just before each of ours: a machine is not as fast in one minute as in the next. A commit is timed twice,
from the moment it is acknowledged, as the real server's figures were, and from the moment it is asked for,
which has PostgreSQL's wait for the disk in it.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from tests.bench.bench_load import load
from tests.bench.table import median, p95
from tests.bench.wires import Relay, Wire, delays, numbered, paced, relay_at, settled, wires

from supachat.server.tokens import mint

COUNT, RATE = 150, 50.0
WARM = 10**6  # the numbers from there on are heard and not counted
FANOUT, FANOUT_COUNT, FANOUT_RATE = 50, 60, 20.0
SEND = "select realtime.send(jsonb_build_object('n', %s), 'b', 'bench:sent', true)"
TOLD = "insert into told values (%s)"
ANN = "11111111-1111-4111-8111-111111111111"
AFTER = "or=(created_at.lt.{at},and(created_at.eq.{at},id.lt.{id}))&order=created_at.desc,id.desc&limit=30"


@dataclass(frozen=True)
class Place:
    """A running server of ours, and the relay beside it."""

    url: str
    socket: str
    relay: str
    token: str
    key: str
    database: str
    pid: int


@dataclass(frozen=True)
class Measure:
    """Seconds; `real` is the real server's p50 and p95 in ms, measured once on two such cores."""

    what: str
    ours: Sequence[float]
    bare: Sequence[float]
    goal: str
    real: str


@dataclass(frozen=True)
class Commits:
    """Seconds until a row's message was there: since its commit was asked for, since it was known.

    `relay` is what a bare message took.
    """

    asked: Sequence[float]
    known: Sequence[float]
    relay: Sequence[float]


@contextmanager
def child(module: str, *words: str, pipe: int | None = None) -> Iterator[dict[str, Any]]:
    """A process that says where it is in its first line, and ends with its stdin or its pipe."""
    command = [sys.executable, "-m", module, *words]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, pass_fds=[pipe] if pipe else []
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.stdin.close()
        process.terminate()
        process.wait()
        process.stdout.close()


@contextmanager
def place() -> Iterator[Place]:
    reader, writer = os.pipe()
    with (
        tempfile.TemporaryDirectory() as folder,
        child("tests.bench.server_child", folder, str(reader), pipe=reader) as server,
        child("tests.bench.relay_child") as relay,
    ):
        keys = json.loads((Path(folder) / "keys.json").read_text())
        claims = {"role": "authenticated", "sub": ANN, "exp": time.time() + 3600}
        socket = server["url"].replace("http", "ws") + "/realtime/v1/websocket?vsn=1.0.0&apikey="
        key = keys["publishable_key"]
        token = mint(claims, keys["jwt_secret"])
        yield Place(server["url"], socket + key, relay["url"], token, key, keys["database"], server["pid"])
    os.close(reader)
    os.close(writer)


async def spoken(
    listeners: Sequence[Wire],
    speaker: Wire,
    topic: str,
    count: int,
    rate: float,
    relay: Relay | None = None,
) -> list[float]:
    """One client's broadcasts, each until its last listener has it."""
    left: dict[int, float] = {}

    async def send(number: int) -> None:
        if relay is not None:
            await relay.turn()
        left[number] = time.perf_counter()
        await speaker.socket.send(numbered(topic, number))

    await paced(range(WARM, WARM + 10), rate, send)
    left.clear()
    await paced(range(count), rate, send)
    await settled(listeners, left)
    return delays(left, listeners)


async def measured(place: Place) -> AsyncIterator[Measure]:
    """All of them, one after another: nothing else runs meanwhile."""
    for what, pairs, real in (
        ("broadcast between two clients, public", between(place, private=False), "0.62 / 0.97"),
        ("broadcast between two clients, private", between(place, private=True), "0.70 / 0.94"),
        ("private join", joins(place), "3.0 / 4.0"),
    ):
        ours, bare = await pairs
        yield Measure(what, ours, bare, "3", real)
    for way, topic, sql, real in (
        ("realtime.send", "bench:sent", SEND, "0.68 / 1.11"),
        ("a trigger", "bench:told", TOLD, "0.73 / 2.5"),
    ):
        commits = await from_database(place, topic, sql)
        yield Measure(
            f"commit asked for to receipt, by {way}", commits.asked, commits.relay, "3", "with the disk"
        )
        yield Measure(f"commit acknowledged to receipt, by {way}", commits.known, commits.relay, "3", real)
    watched = await changes(place)
    what = "commit acknowledged to receipt, postgres_changes"
    yield Measure(what, watched.known, watched.relay, "p50 30 ms", "267 / 488")
    yield await crowd(place)
    yield await pages(place)


async def between(place: Place, *, private: bool) -> tuple[list[float], list[float]]:
    topic = f"bench:{'private' if private else 'public'}"
    async with relay_at(place.relay) as relay, wires(place.socket, 2, place.token) as (one, two):
        for wire in (one, two):
            await wire.join(topic, private=private)
        return await spoken([two], one, topic, COUNT, RATE, relay), relay.took[-COUNT:]


async def from_database(place: Place, topic: str, sql: str) -> Commits:
    async with wires(place.socket, 1, place.token) as (wire,):
        await wire.join(topic, private=True)
        return await committed(place, sql, wire)


async def changes(place: Place) -> Commits:
    binding = {"event": "INSERT", "schema": "public", "table": "watched"}
    async with wires(place.socket, 1, place.token) as (wire,):
        await wire.join("bench:changes", postgres_changes=[binding])
        await asyncio.wait_for(wire.subscribed.wait(), 20)
        return await committed(place, "insert into watched values (%s)", wire)


async def crowd(place: Place) -> Measure:
    async with wires(f"{place.relay}/room", FANOUT + 1) as (speaker, *room):
        bare = await spoken(room, speaker, "bare", FANOUT_COUNT, FANOUT_RATE)
    async with wires(place.socket, FANOUT + 1, place.token) as (speaker, *room):
        for wire in (speaker, *room):
            await wire.join("bench:room", private=True)
        ours = await spoken(room, speaker, "bench:room", FANOUT_COUNT, FANOUT_RATE)
    return Measure(f"fan-out to {FANOUT} sockets", ours, bare, "2", "2.4 / 4.9")


@asynccontextmanager
async def _database(place: Place) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    async with await psycopg.AsyncConnection.connect(place.database) as connection:
        yield connection


async def committed(place: Place, sql: str, wire: Wire) -> Commits:
    """One row after another, each with its number, until the socket has them all."""
    asked: dict[int, float] = {}
    known: dict[int, float] = {}

    async with _database(place) as connection, relay_at(place.relay) as relay:

        async def send(number: int) -> None:
            await connection.execute(sql.encode(), (number,))
            await relay.turn()
            asked[number] = time.perf_counter()
            await connection.commit()
            known[number] = time.perf_counter()

        await paced(range(WARM, WARM + 10), RATE, send)
        await paced(range(COUNT), RATE, send)
        await settled([wire], range(COUNT))
    since_asked, since_known = (
        delays({number: at[number] for number in range(COUNT)}, [wire]) for at in (asked, known)
    )
    return Commits(
        since_asked,
        # a message can be there before the word that it was committed
        [max(0.0, delay) for delay in since_known],
        relay.took[-COUNT:],
    )


async def joins(place: Place) -> tuple[list[float], list[float]]:
    taken = []
    async with relay_at(place.relay) as relay, wires(place.socket, 1, place.token) as (wire,):

        async def join(number: int) -> None:
            await relay.turn()
            began = time.perf_counter()
            await wire.join(f"bench:{number}", private=True)
            taken.append(time.perf_counter() - began)
            await wire.ask(f"bench:{number}", "phx_leave", {})

        await paced(range(COUNT), RATE, join)
        return taken, relay.took


async def pages(place: Place) -> Measure:
    """30 rows after a cursor: over HTTP, and as the same statement on the socket of PostgreSQL."""
    ours, bare = [], []
    headers = {"apikey": place.key, "authorization": f"Bearer {place.token}"}
    # the plainest client there is: a better one would be measured with the server
    client = http.client.HTTPConnection(place.url.partition("//")[2])
    statement = (
        "select * from rows where (created_at, id) < (%s, %s) order by created_at desc, id desc limit 30"
    )
    async with _database(place) as connection:
        picked = await connection.execute("select created_at, id from rows order by n limit %s", (COUNT,))
        for at, row in await picked.fetchall():
            where = AFTER.format(at=at.isoformat().replace("+00:00", "Z"), id=row)
            began = time.perf_counter()
            client.request("GET", f"/rest/v1/rows?select=*&{where}", headers=headers)
            client.getresponse().read()
            ours.append(time.perf_counter() - began)
            began = time.perf_counter()
            await (await connection.execute(statement, (at, row))).fetchall()
            bare.append(time.perf_counter() - began)
    client.close()
    return Measure("30 rows by keyset (beside bare SQL)", ours, bare, "", "")


def _line(measure: Measure) -> tuple[str, ...]:
    pairs = [(median(values), p95(values)) for values in (measure.ours, measure.bare)]
    ours, bare = (f"{low * 1000:.2f} / {high * 1000:.2f}" for low, high in pairs)
    ratios = " / ".join(f"{mine / theirs:.1f}" for mine, theirs in zip(*pairs, strict=True))
    return measure.what, ours, bare, ratios, measure.goal, measure.real


def show(lines: Sequence[tuple[str, ...]]) -> None:
    """Prints them as a Markdown table. Everything is p50 / p95 in ms."""
    head = ("the local server, p50 / p95 ms", "supachat", "bare", "ratio", "goal", "real server")
    widths = [max(len(line[column]) for line in (head, *lines)) for column in range(len(head))]
    print(f"| {' | '.join(cell.ljust(width) for cell, width in zip(head, widths, strict=True))} |")
    print("|" + "|".join("-" * (width + 2) for width in widths) + "|")
    for line in lines:
        print(f"| {' | '.join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))} |")


async def _run() -> None:
    with place() as found:
        show([_line(measure) async for measure in measured(found)])
        print()
        for said in await load(found.socket, found.token, found.pid):
            print(said)


def main() -> None:
    """Measures and prints."""
    asyncio.run(_run())


if __name__ == "__main__":
    main()
