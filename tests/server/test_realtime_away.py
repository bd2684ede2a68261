"""A database that is away for a moment has denied nothing: it is said so, and asked again."""

from __future__ import annotations

from typing import Any

import psycopg
from tests.server.realtime_world import world_of

from supachat.server.context import Context

# what PostgreSQL says when it stops, and when its disk is full
TROUBLE = """
create table public.trouble (code text);
create function public.well() returns boolean language plpgsql security definer set search_path = '' as $$
declare
  wrong text := (select code from public.trouble limit 1);
begin
  if wrong is not null then
    raise exception 'in trouble' using errcode = wrong;
  end if;
  return true;
end
$$;
create policy reads on realtime.messages for select to authenticated
  using (realtime.topic() = 'calm' or public.well());
create policy writes on realtime.messages for insert to authenticated with check (public.well());
"""


async def _in_trouble(migrator: psycopg.AsyncConnection[Any], code: str | None) -> None:
    await migrator.execute("delete from public.trouble")
    if code is not None:
        await migrator.execute("insert into public.trouble values (%s)", (code,))


async def test_a_join_is_refused_without_denying_a_right(
    context: Context, migrator: psycopg.AsyncConnection[Any]
) -> None:
    await migrator.execute(TROUBLE)
    async with world_of(context) as world:
        client = await world.client()
        for code in ("53100", "57P01", "57P03"):
            await _in_trouble(migrator, code)
            reply = await client.join("realtime:room:1", private=True)
            assert reply["status"] == "error"
            assert reply["response"]["reason"].startswith("UnableToConnectToProject:"), reply
        await _in_trouble(migrator, "42501")
        reply = await client.join("realtime:room:1", private=True)
        assert reply["response"]["reason"].startswith("Unauthorized:"), reply
        await _in_trouble(migrator, None)
        assert (await client.join("realtime:room:1", private=True))["status"] == "ok"


async def test_a_write_right_that_could_not_be_looked_up_is_looked_up_again(
    context: Context, migrator: psycopg.AsyncConnection[Any]
) -> None:
    await migrator.execute(TROUBLE)
    async with world_of(context) as world:
        writer, reader = await world.client(), await world.client()
        for client in (writer, reader):
            assert (await client.join("realtime:calm", private=True))["status"] == "ok"
        await _in_trouble(migrator, "53100")
        lost = {"type": "broadcast", "event": "lost", "payload": {}}
        await writer.send("realtime:calm", "broadcast", lost)
        await writer.quiet()
        await _in_trouble(migrator, None)
        await writer.send("realtime:calm", "broadcast", {**lost, "event": "heard"})
        assert (await reader.event("broadcast"))["event"] == "heard"
