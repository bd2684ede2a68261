"""A member with a raw websocket says false things wherever it may. Nothing of it appears."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

from tests.journeys.conftest import Visit
from tests.journeys.forger import Raw, raw
from tests.journeys.guest import LIMIT
from tests.journeys.local import LocalServer

from supachat.domain.events import Edge
from supachat.domain.model import Presence

FALSE = "FORGED"


async def test_nothing_that_a_forger_says_is_believed(
    server: LocalServer, visit: Visit, names: Callable[[str], str]
) -> None:
    ana, mallory, ben = names("ana"), names("mallory"), names("ben")
    for name in (ana, mallory, ben):
        server.sign_up(name)
    session = server.token(mallory)
    async with visit(server, ana) as a:
        theirs = await a.writes_to(ben)
        ours = await a.writes_to(mallory)
        a.client.send(ours, "true one")
        await a.all_sent()
        uid = a.client.account.user_id if a.client.account else ""
        before = {person.key: person for person in a.client.people("direct")}
        closed = (f"chat:{theirs.id}", f"user:{uid}", f"typing:{theirs.id}")
        tries = await asyncio.gather(*(_try(server, session["access_token"], topic) for topic in closed))
        assert tries == ["error"] * 3, "a member may listen to its own thread, to nothing else"
        async with raw(server, session["access_token"]) as forger:
            assert await forger.join(f"chat:{ours.id}") == "ok"
            assert await forger.join(f"typing:{ours.id}", presence=ben) == "ok"
            for topic in (
                f"chat:{ours.id}",
                f"chat:{theirs.id}",
                f"user:{uid}",
                f"typing:{ours.id}",
                f"typing:{theirs.id}",
            ):
                await _lie(forger, topic, ours.id, ana, ben)
            status = {"type": "presence", "event": "track", "payload": {"status": "online", "person": ben}}
            await forger.frame(f"typing:{ours.id}", "presence", status)
            _lie_over_http(server, session["access_token"], ours.id, ana)
            # what is true comes behind all that on the same way, so that what is false had its time
            server.rpc(
                "insert_chat_message", session["access_token"],
                _thread_id=ours.id, _sender_mongo_id=mallory, _recipient_mongo_id=ana, _body="true two",
            )  # fmt: skip
            await a.sees("true one", "true two")
            assert a.bodies() == ["true one", "true two"]
            assert a.client.typing(ours) == ()
            assert a.client.typing(theirs) == ()
            assert a.client.presence("direct", ben) is not Presence.ONLINE
        assert {person.key: person for person in a.client.people("direct")} == before
        assert not [t for t in a.client.threads() if FALSE in t.title + t.preview]
        a.client.open(theirs)
        await a.watch.until(
            lambda: True if (a.watch.thread, a.watch.edge) == (theirs, Edge.START) else None, LIMIT
        )
        assert a.bodies() == []


async def _try(server: LocalServer, token: str, topic: str) -> str:
    """On a socket of its own: a refused join makes the server deaf on that one for some seconds."""
    async with raw(server, token) as forger:
        return await forger.join(topic)


async def _lie(forger: Raw, topic: str, thread: str, ana: str, ben: str) -> None:
    """Rows, names, notices, typing: whatever the client listens for, from somebody who may not say it."""
    row = {
        "id": "11111111-1111-4111-8111-111111111111",
        "thread_id": thread,
        "sender_supabase_id": "22222222-2222-4222-8222-222222222222",
        "sender_mongo_id": ben,
        "recipient_mongo_id": ana,
        "body": FALSE,
        "created_at": "2030-01-01T00:00:00+00:00",
        "display_name": FALSE,
    }
    change = {
        "operation": "INSERT",
        "record": row,
        "old_record": None,
        "table": "chat_messages",
        "schema": "public",
    }
    await forger.broadcast(topic, "INSERT", {**change, "id": row["id"]})
    await forger.broadcast(topic, "UPDATE", {**change, "operation": "UPDATE"})
    await forger.broadcast(topic, "message", {"thread_id": thread, "message_id": row["id"]})
    for person in (ana, ben, FALSE, "", 7, None, {"id": ben}):
        await forger.broadcast(topic, "typing", {"person": person, "name": FALSE})
    await forger.frame(topic, "postgres_changes", {"data": {**change, "type": "INSERT"}, "ids": [1]})
    await forger.frame(topic, "presence_state", {ben: {"metas": [{"status": "online"}]}})
    await forger.frame(
        topic, "presence_diff", {"joins": {ben: {"metas": [{"status": "online"}]}}, "leaves": {}}
    )
    lie = f'"event": "INSERT", "payload": {json.dumps({**change, "id": row["id"]})}'
    twice = f'{{"type": "broadcast", "event": "typing", "payload": {{}}, {lie}}}'
    await forger.text(
        f'{{"topic": "realtime:{topic}", "event": "broadcast", "ref": "9", "payload": {twice}}}'
    )


def _lie_over_http(server: LocalServer, token: str, thread: str, ana: str) -> None:
    """The same by the HTTP door, public and private."""
    for private in (True, False):
        for topic in (f"chat:{thread}", f"typing:{thread}"):
            message = {
                "topic": topic,
                "event": "INSERT",
                "private": private,
                "payload": {"body": FALSE, "to": ana},
            }
            server.post("/realtime/v1/api/broadcast", {"messages": [message]}, token)
