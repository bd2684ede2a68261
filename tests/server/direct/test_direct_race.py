"""Two at once: a retry that overtakes its first try, two who open one thread, many who write in it."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.server.direct.world import Account, World


def say(world: World, who: Account, to: Account, body: str, id_: uuid.UUID | None = None) -> dict[str, Any]:
    """As `World.say`, on a connection of its own."""
    with world.connect("authenticator") as connection, connection.transaction():
        world.become(connection, who)
        row = connection.execute(
            "select * from insert_chat_message(%s, %s, %s, %s, %s)",
            ("__".join(sorted((who.id, to.id))), who.id, to.id, body, id_),
        ).fetchone()
        assert row
        return row


def test_the_same_draft_sent_at_once_is_one_message(world: World) -> None:
    ann, bob = world.person("ann"), world.person("bob")
    id_ = uuid.uuid4()
    with ThreadPoolExecutor(4) as pool:
        rows = list(pool.map(lambda _: say(world, ann, bob, "once", id_), range(8)))
    assert all(row == rows[0] for row in rows)
    assert len(world.ask(bob, "select id from chat_messages")) == 1
    assert len(world.ask(bob, "select thread_id from chat_threads")) == 1


def test_within_a_thread_no_two_messages_have_the_same_time(world: World) -> None:
    ann, bob = world.person("ann"), world.person("bob")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: say(world, *((ann, bob) if n % 2 else (bob, ann)), f"{n}"), range(40)))
    rows = world.ask(ann, "select id, created_at from chat_messages order by created_at, id")
    assert len(rows) == len({row["created_at"] for row in rows}) == 40
    told = [t["payload"]["record"]["id"] for t in world.told() if t["topic"] == "chat:ann__bob"]
    assert len(told) == 40
    (thread,) = world.ask(ann, "select last_message_at from chat_threads")
    assert thread["last_message_at"] == rows[-1]["created_at"]
