"""Rows of inbox, sessions and portal as they are told: on a private topic, filtered, as RLS shows them."""

from __future__ import annotations

import random
import string
from collections.abc import AsyncIterator
from contextlib import closing
from typing import Any

import pytest
from tests.server.direct.world import Account
from tests.server.realtime_world import Client, World, world_of
from tests.server.sql_world import Inbox, Portal, Sessions, SqlWorld, W

from supachat.server.context import Context
from supachat.server.postgres import Postgres


@pytest.fixture
async def world(context: Context) -> AsyncIterator[World]:
    async with world_of(context) as made:
        yield made


def installed(kind: type[W], postgres: Postgres, database: str) -> closing[W]:
    made = kind(postgres, database)
    made.install()
    return closing(made)


async def joined(world: World, who: Account, topic: str, *bindings: dict[str, str]) -> Client:
    """On the private topic, and told that rows will come."""
    client = await world.client(world.token(sub=str(who.uid)))
    reply = await client.join(f"realtime:{topic}", private=True, postgres_changes=list(bindings))
    assert reply["status"] == "ok", reply
    assert (await client.event("system"))["message"] == "Subscribed to PostgreSQL"
    return client


async def refused(world: World, who: Account, topic: str) -> bool:
    client = await world.client(world.token(sub=str(who.uid)))
    reply = await client.join(f"realtime:{topic}", private=True)
    return bool(reply["status"] == "error" and "Unauthorized" in reply["response"]["reason"])


async def change(client: Client) -> dict[str, Any]:
    data: dict[str, Any] = (await client.event("postgres_changes"))["data"]
    return data


def filtered(sql: SqlWorld, table: str, column: str, value: object) -> dict[str, str]:
    return {"event": "*", "schema": sql.schema, "table": table, "filter": f"{column}=eq.{value}"}


async def test_an_answer_grows_and_a_long_text_is_told_whole(
    world: World, postgres: Postgres, database: str
) -> None:
    with installed(Sessions, postgres, database) as sql:
        ann, eve = sql.someone("ann"), sql.someone("eve")
        session, other = (
            sql.one(ann, "select session_id from supachat_create_thread()")["session_id"] for _ in range(2)
        )
        assert await refused(world, eve, f"sessions:{session}")
        binding = filtered(sql, "chat_messages", "session_id", session)
        client = await joined(world, ann, f"sessions:{session}", binding)
        sql.ask(ann, "select * from supachat_send(%s, 'not here')", other)
        sent = sql.one(ann, "select * from supachat_send(%s, 'here')", session)
        arrived = await change(client)
        assert (arrived["type"], arrived["record"]["id"]) == ("INSERT", str(sent["id"]))
        text = "".join(random.Random(7).choices(string.printable.strip(), k=60_000))  # too odd to be packed
        add = "insert into chat_messages (session_id, role, content) values (%s, 'assistant', %s)"
        sql.backend(add, session, text)
        assert (await change(client))["record"]["user_id"] == "assistant"
        sql.backend("update chat_messages set status = 'error' where role = 'assistant'")
        updated = await change(client)
        assert (updated["type"], updated["record"]["status"]) == ("UPDATE", "error")
        assert updated["record"]["content"] == text
        sql.ask(ann, "select supachat_delete(%s)", sent["id"])
        gone = await change(client)
        assert (gone["type"], gone["old_record"]) == ("DELETE", {"id": str(sent["id"])})


async def test_one_subscription_shows_an_agent_what_is_theirs(
    world: World, postgres: Postgres, database: str
) -> None:
    with installed(Inbox, postgres, database) as sql:
        bob, cat = (sql.someone(name, inbox_role="agent") for name in ("bob", "cat"))
        eve = sql.someone("eve")
        assert await refused(world, eve, f"inbox-agent:{eve.uid}")
        assert await refused(world, cat, f"inbox-agent:{bob.uid}")
        everything = [{"event": "*", "schema": "inbox", "table": t} for t in ("messages", "conversations")]
        client = await joined(world, bob, f"inbox-agent:{bob.uid}", *everything)
        made = "insert into conversations (assigned_to) values (%s) returning id"
        (hidden,), (mine,) = (sql.backend(made, who.uid) for who in (cat, bob))
        told = await change(client)
        assert (told["table"], told["record"]["id"]) == ("conversations", str(mine["id"]))
        write = "insert into messages (conversation_id, sender_type, body) values (%s, 'customer', 'hi')"
        for row in (hidden, mine):
            sql.backend(write, row["id"])
        heard = {
            (data["table"], data["type"]): data for data in [await change(client), await change(client)]
        }
        assert set(heard) == {("messages", "INSERT"), ("conversations", "UPDATE")}
        assert heard["messages", "INSERT"]["record"]["conversation_id"] == str(mine["id"])
        sql.ask(cat, "select * from supachat_assign(%s, %s)", hidden["id"], bob.uid)
        moved = await change(client)
        assert (moved["record"]["id"], moved["record"]["assigned_to"]) == (str(hidden["id"]), str(bob.uid))
        assert set(moved["old_record"]) <= {"id"}  # what it was is not his to know


async def test_whoever_sees_a_thread_no_longer_is_told_and_nothing_of_it(
    world: World, postgres: Postgres, database: str
) -> None:
    with installed(Inbox, postgres, database) as sql:
        bob, cat = (sql.someone(name, inbox_role="agent") for name in ("bob", "cat"))
        (row,) = sql.backend("insert into conversations (assigned_to) values (%s) returning id", bob.uid)
        topic = f"inbox:{row['id']}"
        client = await joined(world, bob, topic, filtered(sql, "messages", "conversation_id", row["id"]))
        sql.ask(bob, "select * from supachat_set_status(%s, 'pending')", row["id"])
        sql.ask(bob, "select * from supachat_assign(%s, %s)", row["id"], cat.uid)
        told = await client.event("broadcast")
        assert told["event"] == "moved", "and nothing before it"
        assert set(told["payload"]) <= {"id"}, "the server's own id of it"
    with installed(Sessions, postgres, database) as sql:
        ann, ben = sql.someone("ann"), sql.someone("ben")
        made = "select session_id from supachat_create_thread('', array[%s])"
        session = sql.one(ann, made, str(ben.uid))["session_id"]
        client = await joined(
            world, ben, f"sessions:{session}", filtered(sql, "chat_messages", "session_id", session)
        )
        sql.ask(ann, "select * from supachat_remove(%s, %s)", session, str(ben.uid))
        assert (await client.event("broadcast"))["event"] == "moved"
    with installed(Portal, postgres, database) as sql:
        dora = sql.someone("dora", portal_role="clinician")
        cleo, ada = sql.someone("cleo", portal_role="client"), sql.someone("ada", portal_role="admin")
        client_id = sql.one(cleo, "select client_id from supachat_ensure_thread(%s)", dora.uid)["client_id"]
        letters = filtered(sql, "client_portal_messages", "client_id", client_id)
        client = await joined(world, dora, f"portal:{client_id}", letters)
        sql.ask(ada, "select supachat_assign(%s, null)", client_id)
        assert (await client.event("broadcast"))["event"] == "moved"


async def test_letters_and_alerts_reach_whom_they_concern(
    world: World, postgres: Postgres, database: str
) -> None:
    with installed(Portal, postgres, database) as sql:
        cleo, dora, dave = (
            sql.someone(name, portal_role=role)
            for name, role in (("cleo", "client"), ("dora", "clinician"), ("dave", "clinician"))
        )
        client_id = sql.one(cleo, "select client_id from supachat_ensure_thread(%s)", dora.uid)["client_id"]
        assert await refused(world, dave, f"portal:{client_id}")
        binding = filtered(sql, "client_portal_messages", "client_id", client_id)
        letters = await joined(world, dora, f"portal:{client_id}", binding)
        sent = sql.one(cleo, "select * from supachat_send(%s, 'hello', 'My week')", client_id)
        record = (await change(letters))["record"]
        assert (record["id"], record["subject"]) == (str(sent["id"]), "My week")

        every = {"event": "*", "schema": "portal"}
        alerts = {**every, "table": "assessment_critical_alerts"}
        hers = await joined(world, dora, f"portal-user:{dora.uid}", alerts)
        notes = {**every, "table": "portal_notifications"}
        clients = await joined(world, cleo, f"portal-user:{cleo.uid}", alerts, notes)
        (alert,) = sql.backend(
            "insert into assessment_critical_alerts (client_id, title) values (%s, 'x') returning id",
            client_id,
        )
        assert (await change(hers))["record"]["severity"] == "critical"
        sql.backend("insert into portal_notifications (user_id, title) values (%s, 'note')", cleo.uid)
        assert (await change(clients))["table"] == "portal_notifications"  # and nothing before it
        seen = "select * from supachat_acknowledge('assessment_critical_alerts', %s)"
        sql.ask(dora, seen, alert["id"])
        assert (await change(hers))["record"]["acknowledged_by"] == str(dora.uid)
