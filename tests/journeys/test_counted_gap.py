"""A gap says how many messages are missing, as the server counts them: over real SQL, on a real server."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
from tests.journeys.conftest import Visit
from tests.journeys.guest import LIMIT, Guest
from tests.journeys.local import LocalServer

from supachat.domain.model import Cursor, Gap, Micros, ThreadKey

PAST = """
insert into public.chat_messages
  (thread_id, sender_supabase_id, sender_mongo_id, recipient_mongo_id, body, created_at)
select %(thread)s, user_id, app_user_id, 'ben', 'past ' || n, date_trunc('second', now()) - interval '1 day'
  + (n / 3) * interval '1 second'
from public.supachat_profiles, generate_series(1, 400) as n where app_user_id = %(author)s
"""  # three at each time: the edges of the gap lie among equals
BETWEEN = """
select count(*) from public.chat_messages where thread_id = %s
  and (created_at, id::text) > (to_timestamp(0) + %s * interval '1 microsecond', %s)
  and (created_at, id::text) < (to_timestamp(0) + %s * interval '1 microsecond', %s)
"""
PLACE = """
select (extract(epoch from created_at) * 1000000)::bigint, id::text from public.chat_messages
where thread_id = %s and body = 'past 100'
"""


def gaps(guest: Guest) -> list[Gap]:
    return [item for item in guest.watch.items if isinstance(item, Gap)]


def missing(connection: psycopg.Connection, gap: Gap) -> int:
    """By the table itself."""
    row = connection.execute(BETWEEN, (gap.thread.id, *gap.after, *gap.before)).fetchone()
    assert row is not None
    return int(row[0])


async def gone_back(guest: Guest, thread: ThreadKey, connection: psycopg.Connection) -> Gap:
    """The page around an old message is read, and what lies between it and the newest is not."""
    row = connection.execute(PLACE, (thread.id,)).fetchone()
    assert row is not None
    guest.client.open(thread)
    await guest.watch.until(lambda: "past 400" in guest.bodies() or None, LIMIT)
    guest.client.seek(thread, Cursor(Micros(row[0]), row[1]))
    read = {"past 80", "past 120"}  # a page on either side of it
    await guest.watch.until(lambda: read <= set(guest.bodies()) or None, LIMIT)
    (gap,) = gaps(guest)
    return gap


async def test_a_gap_is_counted_by_the_server_and_gets_smaller_as_it_is_filled(
    server: LocalServer, visit: Visit, names: Callable[[str], str]
) -> None:
    ana, ben = names("ana"), names("ben")
    server.sign_up(ana)
    server.sign_up(ben)
    async with visit(server, ana) as a:
        thread = await a.client.desk.start_thread("direct", ben)
    with psycopg.connect(server.database("supabase_admin"), autocommit=True) as connection:
        connection.execute(PAST, {"thread": thread.id, "author": ana})  # while nobody listens
        async with visit(server, ana) as a:
            gap = await gone_back(a, thread, connection)
            whole = missing(connection, gap)
            assert whole > 100
            a.client.count_gap(gap)
            await a.watch.until(lambda: gaps(a)[0].about == whole or None, LIMIT)
            a.client.fill_gap(gaps(a)[0])
            await a.watch.until(lambda: gaps(a)[0].filled == 50 or None, LIMIT)
            assert gaps(a)[0].about == whole - 50 == missing(connection, gaps(a)[0])
