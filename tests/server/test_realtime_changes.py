"""Changes of tables through real websockets: refusals, types, rights."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest
from tests.server.realtime_world import POLICIES, World, world_of

from supachat.server.context import Context


@pytest.fixture
async def world(context: Context) -> AsyncIterator[World]:
    async with world_of(context) as made:
        yield made


@pytest.mark.parametrize(
    ("binding", "text"),
    [
        (
            {"table": "nowhere"},
            "Unable to subscribe to changes with given parameters. Please check Realtime is enabled for the"
            " given connect parameters:"
            " [event: *, schema: public, table: nowhere, filters: [], select: nil]",
        ),
        (
            {"table": "t", "filter": "absent=eq.1"},
            "ERROR P0001 (raise_exception) invalid column for filter absent",
        ),
        (
            {"table": "t", "filter": "secret=eq.1"},
            "ERROR P0001 (raise_exception) invalid column for filter secret",
        ),
        (
            {"table": "t", "filter": "id=eq.five"},
            "ERROR 22P02 (invalid_text_representation) invalid input syntax",
        ),
        ({"table": "t", "filter": "nonsense"}, "Error parsing `filter` params"),
        (
            {"table": "t", "filter": "id=in.(" + ",".join("1" * 101) + ")"},
            "ERROR P0001 (raise_exception) too many values for `in` filter. Maximum 100",
        ),
        (
            {"table": "t", "filter": "id=is.true"},
            "ERROR P0001 (raise_exception) is true filter requires a boolean column, got bigint",
        ),
        ({"table": "t", "filter": "id=is.5"}, "invalid value for is filter: must be null, true, false"),
        (
            {"table": "t", "filter": "id=like.5"},
            "operator like requires a text-compatible column type, got",
        ),
        (
            {"table": "t", "filter": "word=match.("},
            "invalid regular expression for match filter: invalid regular expression: parentheses",
        ),
        (  # takes seconds to read
            {"table": "t", "filter": "word=match.(?:x?y?z?){250}"},
            "ERROR 57014 (query_canceled) canceling statement due to statement timeout",
        ),
        (
            {"table": "t", "select": ["id", "secret"]},
            "ERROR P0001 (raise_exception) invalid column for select secret",
        ),
        ({"event": "INSERT"}, "No subscription params provided."),
        ({"table": "t\x00"}, "Unable to subscribe to changes"),
    ],
)
async def test_a_bad_binding_spoils_all_and_the_channel_stays(
    world: World, migrator: psycopg.AsyncConnection[Any], binding: dict[str, str], text: str
) -> None:
    await migrator.execute(
        "create table t (id bigint primary key, secret text, word text);"
        "alter publication supabase_realtime add table t;"
        "revoke select on t from authenticated; grant select (id, word) on t to authenticated"
    )
    client = await world.client()
    await client.join("realtime:t", postgres_changes=[{"table": "t"}, binding], broadcast={"self": True})
    said = await client.event("system")
    assert (said["status"], said["extension"]) == ("error", "postgres_changes")
    assert text in said["message"]
    await migrator.execute("insert into t values (1, 'x')")
    await client.send("realtime:t", "broadcast", {"event": "e"})
    await client.event("broadcast")
    await client.quiet()


async def test_changes_show_what_the_role_may_select_and_every_type(
    world: World, migrator: psycopg.AsyncConnection[Any]
) -> None:
    await migrator.execute(
        "create type mood as enum ('glad', 'sad');"
        "create table t (id bigint primary key, tags text[], mood mood, span int4range, secret text);"
        "alter publication supabase_realtime add table t;"
        "revoke select on t from authenticated; grant select (id, tags, mood, span) on t to authenticated"
    )
    client = await world.client()
    wanted = {"table": "t", "filter": "id=gte.5,mood=neq.sad,tags=not.is.null"}
    await client.join("realtime:t", postgres_changes=[wanted])
    assert (await client.event("system"))["message"] == "Subscribed to PostgreSQL"
    await migrator.execute("insert into t values (4, '{a}', 'glad', '[1,3)', 'x')")
    await migrator.execute("insert into t values (5, null, 'glad', '[1,3)', 'x')")
    await migrator.execute("insert into t values (6, '{a,\"b c\"}', 'glad', '[1,3)', 'x')")
    data = (await client.event("postgres_changes"))["data"]
    assert data["record"] == {"id": 6, "tags": ["a", "b c"], "mood": "glad", "span": "[1,3)"}
    assert [column["type"] for column in data["columns"]] == ["int8", "_text", "mood", "int4range"]


WORDS = "create table t (id bigint primary key, word text); alter publication supabase_realtime add table t"
HOURS = r"match.^(.*)(.*)(.*)(.*)\1\2\3\4$"  # what it takes over 300 letters
SLOW = ",".join(f"word=match.(?:x?y?z?){{{100 + number}}}" for number in range(60))  # 0.1 s each to check
JUDGED = """select 1 from pg_stat_activity
where state = 'active' and query like '%(.*)(.*)%' and pid <> pg_backend_pid()"""


async def test_a_filter_that_fails_for_one_costs_the_others_nothing(
    world: World, migrator: psycopg.AsyncConnection[Any]
) -> None:
    await migrator.execute(WORDS.encode())
    ill, well = await world.client(), await world.client()
    for client, filter_ in ((ill, "word=like.x\\"), (well, "word=like.x%")):  # no pattern may end so
        await client.join("realtime:t", postgres_changes=[{"table": "t", "filter": filter_}])
        assert (await client.event("system"))["status"] == "ok"
    word = "x" * 301
    await migrator.execute("insert into t values (1, %s)", (word,))
    assert (await well.event("postgres_changes"))["data"]["record"] == {"id": 1, "word": word}
    await ill.quiet()


async def test_who_filters_by_what_takes_hours_loses_its_changes_and_nobody_else_does(
    world: World, migrator: psycopg.AsyncConnection[Any]
) -> None:
    await migrator.execute(WORDS.encode())
    ill, well = await world.client(), await world.client()
    for number in range(3):
        await ill.join(f"realtime:{number}", postgres_changes=[{"table": "t", "filter": f"word={HOURS}"}])
        assert (await ill.event("system"))["status"] == "ok"
    await well.join("realtime:t", postgres_changes=[{"table": "t", "filter": "word=like.x%"}])
    assert (await well.event("system"))["status"] == "ok"
    for row in (1, 2):
        await migrator.execute("insert into t values (%s, repeat('x', 301))", (row,))
        assert (await well.event("postgres_changes"))["data"]["record"]["id"] == row
    told = [await ill.frame() for _ in range(3)]
    assert {frame["topic"] for frame in told} == {f"realtime:{number}" for number in range(3)}
    assert {frame["payload"]["status"] for frame in told} == {"error"}
    assert all("took PostgreSQL too long on a row" in frame["payload"]["message"] for frame in told)
    await ill.quiet()


async def test_others_hear_and_the_server_ends_while_a_filter_is_judged(
    context: Context, migrator: psycopg.AsyncConnection[Any]
) -> None:
    await migrator.execute(WORDS.encode())
    async with world_of(context, filters_time=60.0) as world:
        ill, well = await world.client(), await world.client()
        for client, filter_ in ((ill, HOURS), (well, f"eq.{'x' * 301}")):
            await client.join("realtime:t", postgres_changes=[{"table": "t", "filter": f"word={filter_}"}])
            assert (await client.event("system"))["status"] == "ok"
        for row in (1, 2):
            await migrator.execute("insert into t values (%s, repeat('x', 301))", (row,))
            assert (await well.event("postgres_changes"))["data"]["record"]["id"] == row
        async with asyncio.timeout(30), context.admin.connection() as admin:
            while not await (await admin.execute(JUDGED)).fetchone():
                await admin.rollback()  # or the same is seen again
                await asyncio.sleep(0.01)


async def test_long_checks_of_subscriptions_keep_nobody_from_joining(
    context: Context, migrator: psycopg.AsyncConnection[Any]
) -> None:
    await migrator.execute((WORDS + ";" + POLICIES).encode())
    async with world_of(context, subscribe_time=1.0) as world:
        ills = [await world.client() for _ in range(5)]
        for ill in ills:
            await ill.join("realtime:t", postgres_changes=[{"table": "t", "filter": SLOW}])
        well = await world.client()
        assert (await well.join("realtime:room:1", private=True))["status"] == "ok"
        await ills[-1].quiet()  # it waits still
        for ill in ills:
            assert "took longer than 1 seconds" in (await ill.event("system"))["message"]


async def test_a_new_token_costs_no_change_however_long_its_check_waits(
    context: Context, migrator: psycopg.AsyncConnection[Any]
) -> None:
    await migrator.execute(WORDS.encode())
    async with world_of(context, subscribe_time=60.0) as world:
        well, ills = await world.client(), [await world.client() for _ in range(2)]
        await well.join("realtime:t", postgres_changes=[{"table": "t"}])
        assert (await well.event("system"))["status"] == "ok"
        for ill in ills:
            await ill.join("realtime:t", postgres_changes=[{"table": "t", "filter": SLOW}])
            await ill.quiet()  # it is checked, and so is the other: nobody else is
        await well.send("realtime:t", "access_token", {"access_token": world.token(sid="renewed")})
        await well.quiet()
        await migrator.execute("insert into t values (1, 'x')")
        assert (await well.event("postgres_changes"))["data"]["record"]["id"] == 1


async def test_a_socket_asks_for_so_many_changes(
    context: Context, migrator: psycopg.AsyncConnection[Any]
) -> None:
    await migrator.execute(WORDS.encode())
    async with world_of(context, changes_per_socket=3) as world:
        client = await world.client()
        two = [{"table": "t"}, {"table": "t", "event": "INSERT"}]
        assert (await client.join("realtime:a", postgres_changes=two))["status"] == "ok"
        assert (await client.event("system"))["status"] == "ok"
        refused = await client.join("realtime:b", postgres_changes=two)
        assert refused["response"] == {"reason": "ChannelRateLimitReached: Too many postgres_changes"}
        assert (await client.join("realtime:b", postgres_changes=two[:1]))["status"] == "ok"
        assert (await client.event("system"))["status"] == "ok"


async def test_a_filter_that_its_domain_takes_no_longer_costs_the_others_nothing(
    world: World, migrator: psycopg.AsyncConnection[Any]
) -> None:
    await migrator.execute(
        "create domain mood as text; create table t (id bigint primary key, word mood);"
        "alter publication supabase_realtime add table t"
    )
    ill, well = await world.client(), await world.client()
    for client, filter_ in ((ill, "word=gte.a"), (well, "id=gt.0")):
        await client.join("realtime:t", postgres_changes=[{"table": "t", "filter": filter_}])
        assert (await client.event("system"))["status"] == "ok"
    await migrator.execute("alter domain mood add check (value <> 'a')")
    await migrator.execute("insert into t values (1, 'b')")
    assert (await well.event("postgres_changes"))["data"]["record"] == {"id": 1, "word": "b"}
    await ill.quiet()


@pytest.mark.parametrize("change", ["rename word to term", "drop word"])
async def test_a_filter_whose_column_is_gone_lets_nothing_through(
    world: World, migrator: psycopg.AsyncConnection[Any], change: str
) -> None:
    await migrator.execute(
        "create table t (id bigint primary key, word text); alter publication supabase_realtime add table t"
    )
    filtered, every = await world.client(), await world.client()
    for client, filter_ in ((filtered, {"filter": "id=gt.0,word=eq.mine"}), (every, {})):
        await client.join("realtime:t", postgres_changes=[{"table": "t", **filter_}])
        assert (await client.event("system"))["status"] == "ok"
    await migrator.execute("insert into t values (1, 'mine')")
    assert (await filtered.event("postgres_changes"))["data"]["record"]["id"] == 1
    await migrator.execute(f"alter table t {change}".encode())
    await migrator.execute("insert into t (id) values (2)")
    for number in (1, 2):
        assert (await every.event("postgres_changes"))["data"]["record"]["id"] == number
    await filtered.quiet()


async def test_a_policy_that_fails_for_one_hides_nothing_from_the_others(
    world: World, migrator: psycopg.AsyncConnection[Any]
) -> None:
    await migrator.execute(
        "create table t (id bigint primary key); alter table t enable row level security;"
        "create policy p on t to authenticated using (1 / (auth.jwt() ->> 'n')::int > 0);"
        "alter publication supabase_realtime add table t"
    )
    well, ill = await world.client(world.token(n=1)), await world.client(world.token(n=0))
    for client in (well, ill):
        await client.join("realtime:t", postgres_changes=[{"table": "t"}])
        assert (await client.event("system"))["status"] == "ok"
    await migrator.execute("insert into t values (1)")
    assert (await well.event("postgres_changes"))["data"]["record"] == {"id": 1}
    await ill.quiet()
