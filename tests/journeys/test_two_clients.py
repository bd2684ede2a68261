"""Two people talk: the real client on both sides, a real server between them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import psycopg
import pytest
from tests.journeys.conftest import Visit
from tests.journeys.guest import LIMIT, Guest
from tests.journeys.local import LocalServer

from supachat.domain.events import Edge
from supachat.domain.model import Delivery, Presence

Names = Callable[[str], str]


async def test_a_first_message_makes_the_thread_and_arrives(
    server: LocalServer, visit: Visit, names: Names
) -> None:
    ana, ben = names("ana"), names("ben")
    server.sign_up(ana)
    server.sign_up(ben)
    async with visit(server, ana) as a, visit(server, ben) as b:
        key = await a.writes_to(ben)
        a.client.send(key, "first")
        await b.watch.until(lambda: [t for t in b.client.threads() if t.unread == 1] or None, LIMIT)
        assert b.client.threads()[0].title == ana.capitalize()
        b.client.open(key)
        await b.sees("first")
        b.client.seen(key)
        await b.watch.until(lambda: b.client.threads()[0].unread == 0 or None, LIMIT)
        b.client.send(key, "second")
        await a.sees("first", "second")
        await a.all_sent()
        assert [m.delivery for m in a.messages()] == [Delivery.SENT, Delivery.RECEIVED]


async def test_typing_and_presence_are_seen_on_the_other_side(
    server: LocalServer, visit: Visit, names: Names
) -> None:
    ana, ben = names("ana"), names("ben")
    server.sign_up(ana)
    server.sign_up(ben)
    async with visit(server, ana) as a:
        key = await a.writes_to(ben)
        async with visit(server, ben) as b:
            await a.sees_presence(ben, Presence.ONLINE)
            b.client.open(key)
            await b.sees_presence(ana, Presence.ONLINE)
            b.client.keystroke(key)
            await a.sees_typing(key, ben)
            b.client.send(key, "done")
            await a.sees("done")
            assert a.client.typing(key) == (), "whoever has sent has stopped typing"
        await a.sees_presence(ben, Presence.OFFLINE)


async def test_what_is_written_while_the_server_is_dead_arrives_once_and_in_order(
    own_server: LocalServer, visit: Visit
) -> None:
    own_server.sign_up("ana")
    own_server.sign_up("ben")
    async with visit(own_server, "ana") as a, visit(own_server, "ben") as b:
        key = await a.writes_to("ben")
        b.client.open(key)
        a.client.send(key, "before")
        await b.sees("before")
        own_server.kill()
        during = [f"during {n}" for n in range(5)]
        for text in during:
            a.client.send(key, text)
        await a.watch.until(lambda: a.client.unsent() == (5, 0) or None, LIMIT)
        own_server.again()
        await b.sees("before", *during)
        await a.all_sent()
        await a.sees("before", *during)
        b.client.send(key, "after")
        await a.sees("before", *during, "after")
        assert [m.id for m in a.messages()] == [m.id for m in b.messages()]


async def test_what_was_queued_when_the_program_ended_goes_out_the_next_time(
    own_server: LocalServer, visit: Visit
) -> None:
    own_server.sign_up("ana")
    own_server.sign_up("ben")
    async with visit(own_server, "ana", kept=True) as a:
        key = await a.writes_to("ben")
        a.client.send(key, "one")
        await a.all_sent()
        own_server.kill()
        draft = a.client.send(key, "two")
        await a.watch.until(
            lambda: (
                any(m.id == draft and m.delivery is not Delivery.RECEIVED for m in a.messages()) or None
            ),
            LIMIT,
        )
    own_server.again()
    async with visit(own_server, "ben") as b:
        b.client.open(key)
        await b.sees("one")
        async with visit(own_server, "ana", kept=True) as a:
            await a.all_sent()
            await b.sees("one", "two")
            assert b.messages()[-1].id == draft


@pytest.mark.parametrize("kept", [False, True])
async def test_paging_to_the_first_of_5000_meets_each_once(
    server: LocalServer, visit: Visit, names: Names, kept: bool
) -> None:
    ana, ben = names("ana"), names("ben")
    server.sign_up(ana)
    server.sign_up(ben)
    async with visit(server, ana, kept=kept) as a:
        key = await a.writes_to(ben)
        _write_5000(server, key.id, ana, ben)
        a.watch.edge = Edge.LOADING
        a.client.focused()
        await a.watch.until(lambda: len(a.messages()) >= 50 or None, LIMIT)
        for _ in range(200):
            before = len(a.messages())
            a.client.load_older()
            if not await a.watch.until(partial(_went_on, a, before), LIMIT):
                break
        assert a.bodies() == [f"number {n}" for n in range(5000)]
        assert len({m.id for m in a.messages()}) == 5000


def _went_on(a: Guest, known: int) -> bool | None:
    """True with older messages, False at the thread's start, None while neither."""
    if len(a.messages()) > known:
        return True
    return False if a.watch.edge is Edge.START else None


def _write_5000(server: LocalServer, thread: str, ana: str, ben: str) -> None:
    """Ten to each microsecond-equal moment: whoever pages by time alone loses some."""
    with psycopg.connect(server.database("supabase_admin")) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute(
            """
            insert into chat_messages (id, thread_id, sender_supabase_id, sender_mongo_id,
                recipient_mongo_id, body, created_at)
              select (left(md5(%(thread)s), 8) || '-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
                %(thread)s, p.user_id, p.app_user_id,
                case when n %% 2 = 0 then %(ben)s else %(ana)s end, 'number ' || n,
                now() - interval '40 days' + (n / 10) * interval '1 minute'
              from generate_series(0, 4999) n
              join supachat_profiles p
                on p.app_user_id = case when n %% 2 = 0 then %(ana)s else %(ben)s end
            """,
            {"thread": thread, "ana": ana, "ben": ben},
        )
