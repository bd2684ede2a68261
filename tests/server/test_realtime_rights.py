"""What a check of rights leaves behind: nothing, be it in its connection, in the table or in a log."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import psycopg
import pytest
from tests.conftest import wait_until
from tests.server.realtime_world import ALICE, POLICIES

from supachat.server.context import Context, pool
from supachat.server.postgres import Postgres
from supachat.server.realtime.access import Identity
from supachat.server.realtime.authorise import Authoriser, Rights
from supachat.server.realtime.joins import Refused

SECRET = "sb_not_for_a_log"
LEFT = """
select current_user, current_setting('request.jwt.claims', true), current_setting('realtime.topic', true),
  (select count(*) from realtime.messages)"""
SLEEPS = """
select count(*) from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()"""
LOUD = """
create policy slow on realtime.messages for select to authenticated
  using (realtime.topic() = 'slow' and pg_sleep(60)::text = '');
create policy loud on realtime.messages for insert to authenticated
  with check (realtime.topic() like 'loud:%' and ('policy failed: ' || realtime.topic())::int > 0);
"""


def _alice(role: str = "authenticated") -> Identity:
    claims = {"role": role, "sub": ALICE, "exp": time.time() + 3600, "email": f"{SECRET}@example.com"}
    return Identity("", claims, {"x-api-key": SECRET})


@pytest.fixture
async def authoriser(context: Context, migrator: psycopg.AsyncConnection[Any]) -> Authoriser:
    await migrator.execute((POLICIES + LOUD).encode())
    return Authoriser(context.admin, 10.0)


async def test_a_check_leaves_its_connection_and_the_table_as_they_were(
    context: Context, authoriser: Authoriser
) -> None:
    assert await authoriser.read(_alice(), "room:1", presence=True) == Rights(True, True)
    assert await authoriser.read(_alice(), "both", presence=True) == Rights(True, False)
    for nowhere in ("angry:1", "elsewhere", "a\0b", "'; commit; --"):
        with pytest.raises(Refused):
            await authoriser.read(_alice(), nowhere, presence=False)
        assert not await authoriser.write(_alice(), nowhere, "broadcast")
    assert not await authoriser.write(_alice("postgres"), "room:1", "broadcast")
    assert await authoriser.write(_alice(), "room:'\\1", "presence")
    async with context.admin.connection() as connection:
        assert not connection.autocommit
        left = await (await connection.execute(LEFT)).fetchone()
    assert left is not None
    assert (left[0], left[1] or "", left[2] or "", left[3]) == ("supabase_admin", "", "", 0)


async def test_what_a_check_was_asked_with_is_in_no_log(postgres: Postgres, authoriser: Authoriser) -> None:
    """PostgreSQL writes beside an error the text that caused it."""
    log = postgres.folder.parent / "postgres.log"
    assert not await authoriser.write(_alice(), "loud:1", "broadcast")
    wait_until(lambda: "policy failed: loud:1" in log.read_text())
    assert SECRET not in log.read_text()


@pytest.mark.parametrize("times", [1, 2])
async def test_a_check_that_is_cut_off_gives_back_no_connection_in_its_own_mode(
    context: Context, authoriser: Authoriser, migrator: psycopg.AsyncConnection[Any], times: int
) -> None:
    async with pool(context.conninfo("supabase_admin"), size=1, name="one") as one, asyncio.timeout(60):
        checking = asyncio.create_task(Authoriser(one, 10.0).read(_alice(), "slow", presence=False))
        while await (await migrator.execute(SLEEPS)).fetchone() != (1,):
            await asyncio.sleep(0.01)
        for _ in range(times):
            checking.cancel()
            await asyncio.sleep(0)
        with pytest.raises((asyncio.CancelledError, Refused)):  # cut twice, the driver closes it
            await checking
        async with one.connection() as connection:
            assert not connection.autocommit
            left = await (await connection.execute("select current_user")).fetchone()
            assert left == ("supabase_admin",)
