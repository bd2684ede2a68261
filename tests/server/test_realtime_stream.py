"""The replication stream against a real PostgreSQL: what it carries, and that it comes back."""

from __future__ import annotations

import asyncio
import time
from bisect import bisect
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from tests.vectors.realtime_server import until

from supachat.server.context import Context, RealtimeLimits
from supachat.server.realtime.pgoutput import Begin, Change
from supachat.server.realtime.stream import Stream

Migrator = psycopg.AsyncConnection[Any]
SEND = "select realtime.send(jsonb_build_object('i', %s::int), 'ev', 'room:1')"


class Heard:
    """What a stream delivered, and when."""

    def __init__(self, stream: Stream, changes: list[tuple[Change, Begin]], times: list[float]) -> None:
        self.stream = stream
        self.changes = changes
        self.times = times

    async def count(self, number: int) -> None:
        await until(lambda: len(self.changes) >= number, limit=10)


@asynccontextmanager
async def streaming(context: Context, **limits: Any) -> AsyncIterator[Heard]:
    changes: list[tuple[Change, Begin]] = []
    times: list[float] = []

    def take(change: Change, transaction: Begin) -> None:
        changes.append((change, transaction))
        times.append(time.perf_counter())
        if change.new is not None and change.new.get("event") == "fault":
            raise ValueError("a listener's fault")

    stream = Stream(
        lambda: context.conninfo("supabase_admin"),
        context.admin,
        take,
        RealtimeLimits(stream_retry=0.05, **limits),
    )
    task = asyncio.create_task(stream.run())
    try:
        await asyncio.wait_for(stream.ready.wait(), 10)
        yield Heard(stream, changes, times)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_rows_come_in_commit_order_with_their_time(context: Context, migrator: Migrator) -> None:
    async with streaming(context) as heard:
        other = await psycopg.AsyncConnection.connect(context.conninfo("postgres"))
        async with other:
            await other.execute(SEND, (1,))  # begun first, committed last
            await migrator.execute(SEND, (2,))
            await other.commit()
            await other.execute(SEND, (3,))
            await other.rollback()
            await other.execute(SEND, (4,))
        await heard.count(3)
    payloads = [change.new["payload"] for change, _ in heard.changes if change.new]
    assert [str(payload).partition(",")[0] for payload in payloads] == ['{"i": 2', '{"i": 1', '{"i": 4']
    assert all(
        abs(datetime.now(UTC) - transaction.at) < timedelta(minutes=1) for _, transaction in heard.changes
    )


async def test_a_row_of_half_a_megabyte_arrives_whole(context: Context, migrator: Migrator) -> None:
    async with streaming(context) as heard:
        body = "x" * 500_000
        await migrator.execute(
            "select realtime.send(jsonb_build_object('s', %s::text), 'ev', 'room:1')", (body,)
        )
        await heard.count(1)
    new = heard.changes[0][0].new
    assert new is not None
    assert body in str(new["payload"])


async def test_a_listeners_fault_costs_one_row(
    context: Context, migrator: Migrator, caplog: pytest.LogCaptureFixture
) -> None:
    async with streaming(context) as heard:
        await migrator.execute("select realtime.send('{}', 'fault', 'room:1')")
        await migrator.execute(SEND, (1,))
        await heard.count(2)
        assert heard.stream.ready.is_set()
    assert "was not delivered" in caplog.text


async def test_a_cut_stream_is_opened_again(
    context: Context, migrator: Migrator, caplog: pytest.LogCaptureFixture
) -> None:
    async with streaming(context) as heard:
        await migrator.execute(SEND, (1,))
        await heard.count(1)
        async with context.admin.connection() as connection:
            await connection.execute(
                "select pg_terminate_backend(active_pid) from pg_replication_slots"
                " where database = current_database()"
            )
        await until(lambda: not heard.stream.ready.is_set())
        await asyncio.wait_for(heard.stream.ready.wait(), 10)
        await migrator.execute(SEND, (2,))
        await heard.count(2)
    assert "is opened again" in caplog.text


async def test_leaves_no_slot_behind(context: Context) -> None:
    async def slots() -> int:
        async with context.admin.connection() as connection:
            found = await connection.execute(
                "select count(*) from pg_replication_slots where database = current_database()"
            )
            row = await found.fetchone()
            await connection.rollback()
        return int(row[0]) if row else -1

    async with streaming(context):
        assert await slots() == 1
    async with asyncio.timeout(30):
        while await slots():
            await asyncio.sleep(0.01)


async def test_nothing_is_lost_or_late_under_a_steady_load(context: Context, migrator: Migrator) -> None:
    """A walsender whose keepalives go unanswered stalls for seconds now and then; this one must not."""
    async with streaming(context) as heard:
        sent: list[float] = []
        for number in range(1000):
            await migrator.execute(SEND, (number,))
            sent.append(time.perf_counter())
        await heard.count(1000)
    behind = max(bisect(sent, came) - number for number, came in enumerate(heard.times))
    assert behind < 500, "so many were written before one was heard: a slow machine slows both"
