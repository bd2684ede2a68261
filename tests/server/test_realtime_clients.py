"""Two real supabase-py clients, through the whole gateway."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import psycopg
import pytest
from realtime import AsyncRealtimeChannel, RealtimeChannelOptions, RealtimePostgresChangesListenEvent
from supabase import AsyncClient, AsyncClientOptions, acreate_client
from tests.vectors.realtime_server import port_of, serving, until

from supachat.server.context import Context, Limits, RealtimeLimits
from supachat.server.gateway import build, running

SCHEMA = """
create table public.notes (id bigint generated always as identity primary key, owner uuid, body text);
alter table public.notes enable row level security;
create policy own on public.notes to authenticated
  using (owner = auth.uid()) with check (owner = auth.uid());
alter publication supabase_realtime add table public.notes;
create function public.tell() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  perform realtime.broadcast_changes('room:1', 'INSERT', tg_op, tg_table_name, tg_table_schema, new, null);
  return null;
end
$$;
create trigger tell after insert on public.notes for each row execute function public.tell();
create policy members_read on realtime.messages for select to authenticated
  using (realtime.topic() = 'room:1');
create policy members_write on realtime.messages for insert to authenticated
  with check (realtime.topic() = 'room:1');
"""
PRIVATE: RealtimeChannelOptions = {
    "config": {
        "broadcast": {"ack": True, "self": False},
        "presence": {"key": "", "enabled": True},
        "private": True,
    }
}


@pytest.fixture
def limits() -> Limits:
    return Limits(realtime=RealtimeLimits(refused_join_pause=0.1))


@asynccontextmanager
async def signed_up(url: str, key: str, email: str) -> AsyncIterator[AsyncClient]:
    async with httpx.AsyncClient() as http:
        client = await acreate_client(
            url, key, AsyncClientOptions(httpx_client=http, auto_refresh_token=False)
        )
        await client.auth.sign_up({"email": email, "password": "correct horse battery"})
        try:
            yield client
        finally:
            await client.remove_all_channels()
            await client.realtime.close()


@pytest.fixture
async def people(
    context: Context, migrator: psycopg.AsyncConnection[Any]
) -> AsyncIterator[tuple[AsyncClient, AsyncClient]]:
    await migrator.execute(SCHEMA.encode())
    async with running(context), serving(build(context)) as server:
        url, key = f"http://127.0.0.1:{port_of(server)}", context.keys.publishable_key
        async with signed_up(url, key, "a@example.com") as ann, signed_up(url, key, "b@example.com") as ben:
            yield ann, ben


async def subscribed(channel: AsyncRealtimeChannel) -> list[str]:
    """Subscribes; the states as they came, the first of them already there."""
    states: list[str] = []
    await channel.subscribe(lambda state, _error: states.append(state.value))
    await until(lambda: bool(states))
    return states


async def user_id(client: AsyncClient) -> str:
    session = await client.auth.get_session()
    assert session is not None
    return session.user.id


async def test_a_row_written_by_one_is_heard_by_the_other(people: tuple[AsyncClient, AsyncClient]) -> None:
    ann, ben = people
    """Each before the next one is written: none waits for another to push it out."""
    heard: list[Any] = []
    channel = ben.channel("room:1", PRIVATE)
    channel.on_broadcast("INSERT", heard.append)
    assert await subscribed(channel) == ["SUBSCRIBED"]
    owner = await user_id(ann)
    for number in range(20):
        await ann.table("notes").insert({"owner": owner, "body": f"n{number}"}).execute()
        await until(lambda: len(heard) > number)  # noqa: B023  awaited in the same turn
    assert [payload["payload"]["record"]["body"] for payload in heard] == [f"n{n}" for n in range(20)]


async def test_they_talk_and_see_each_other(people: tuple[AsyncClient, AsyncClient]) -> None:
    ann, ben = people
    heard: list[Any] = []
    present: list[Any] = []
    hers, his = ann.channel("room:1", PRIVATE), ben.channel("room:1", PRIVATE)
    his.on_broadcast("typing", heard.append)
    his.on_presence_join(lambda _key, _current, joined: present.append(joined))
    assert await subscribed(hers) == ["SUBSCRIBED"]
    assert await subscribed(his) == ["SUBSCRIBED"]
    await hers.send_broadcast("typing", {"who": "ann"})
    await hers.track({"status": "online"})
    await until(lambda: bool(heard and present))
    assert heard[0]["payload"] == {"who": "ann"}
    assert present[0][0]["status"] == "online"


async def test_table_changes_are_each_ones_own(people: tuple[AsyncClient, AsyncClient]) -> None:
    ann, ben = people
    heard: dict[str, list[Any]] = {"ann": [], "ben": []}
    ready: list[Any] = []
    for name, client in (("ann", ann), ("ben", ben)):
        channel = client.channel("notes")
        channel.on_postgres_changes(
            RealtimePostgresChangesListenEvent.Insert, heard[name].append, "notes", "public"
        )
        channel.on_system(ready.append)
        assert await subscribed(channel) == ["SUBSCRIBED"]
    await until(lambda: len(ready) == 2)
    await ann.table("notes").insert({"owner": await user_id(ann), "body": "mine"}).execute()
    await ben.table("notes").insert({"owner": await user_id(ben), "body": "his"}).execute()
    await until(lambda: bool(heard["ann"] and heard["ben"]))
    assert [change["data"]["record"]["body"] for change in heard["ann"]] == ["mine"]
    assert [change["data"]["record"]["body"] for change in heard["ben"]] == ["his"]


async def test_a_topic_nobody_may_read_is_refused(people: tuple[AsyncClient, AsyncClient]) -> None:
    ann, _ = people
    assert (await subscribed(ann.channel("elsewhere", PRIVATE)))[0] == "CHANNEL_ERROR"


async def test_a_refresh_keeps_the_channel(people: tuple[AsyncClient, AsyncClient]) -> None:
    ann, ben = people
    heard: list[Any] = []
    channel = ben.channel("room:1", PRIVATE)
    channel.on_broadcast("INSERT", heard.append)
    states = await subscribed(channel)
    refreshed = await ben.auth.refresh_session()
    assert refreshed.session is not None
    await ben.realtime.set_auth(refreshed.session.access_token)
    await ann.table("notes").insert({"owner": await user_id(ann), "body": "after"}).execute()
    await until(lambda: bool(heard))
    assert states == ["SUBSCRIBED"]


async def test_broadcasts_over_http(people: tuple[AsyncClient, AsyncClient]) -> None:
    ann, ben = people
    heard: list[Any] = []
    channel = ben.channel("room:1", PRIVATE)
    channel.on_broadcast("note", heard.append)
    await subscribed(channel)
    await asyncio.wait_for(ann.channel("room:1", PRIVATE).http_send("note", {"n": 1}), 30)
    await until(lambda: bool(heard))
    assert heard[0]["payload"] == {"n": 1}
