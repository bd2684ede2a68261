"""When a changed row may be judged: not before its transaction is over for everybody."""

from __future__ import annotations

import asyncio
from typing import Any

import psycopg

from supachat.server.context import Context
from supachat.server.realtime.visibility import over

XID = "select pg_current_xact_id()::text::bigint % 4294967296"


async def test_a_transaction_that_others_do_not_see_yet_is_waited_for(
    context: Context, migrator: psycopg.AsyncConnection[Any]
) -> None:
    async with (
        await psycopg.AsyncConnection.connect(context.conninfo("supabase_admin")) as writer,
        context.admin.connection() as reader,
    ):
        row = await (await writer.execute(XID)).fetchone()
        assert row is not None
        await migrator.execute("create table later ()")  # a newer one has ended, an older one has not
        waiting = asyncio.create_task(over(reader, row[0]))
        done, _ = await asyncio.wait({waiting}, timeout=0.1)
        assert not done
        await writer.commit()
        await asyncio.wait_for(waiting, 30)


async def test_one_that_is_long_over_or_was_rolled_back_costs_nothing(context: Context) -> None:
    async with context.admin.connection() as reader:
        await asyncio.wait_for(over(reader, 3), 30)
        row = await (await reader.execute(XID)).fetchone()
        assert row is not None
        await reader.rollback()
        await asyncio.wait_for(over(reader, row[0]), 30)
