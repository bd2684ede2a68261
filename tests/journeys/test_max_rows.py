"""A project whose "Max rows" is below a page's length cuts every answer and does not say so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from tests.journeys.conftest import Visit
from tests.journeys.guest import LIMIT, Guest
from tests.journeys.local import LocalServer, as_owner

from supachat.domain.changes import Edge
from supachat.domain.model import Message

PAST = """
insert into public.chat_messages
  (thread_id, sender_supabase_id, sender_mongo_id, recipient_mongo_id, body, created_at)
select '{thread}', user_id, app_user_id, 'ben', 'past ' || n, date_trunc('second', now()) - interval '1 day'
  + (n / 3) * interval '1 second'
from public.supachat_profiles, generate_series(1, 60) as n where app_user_id = '{author}'
"""  # three at each time: answers end among equals


def limit(server: LocalServer, rows: int) -> None:
    as_owner(
        server,
        f"alter role authenticator set pgrst.db_max_rows = '{rows}'",
        "notify pgrst, 'reload config'",
        "notify pgrst, 'reload schema'",
    )


async def reads_back(guest: Guest) -> None:
    """Older and older, as somebody who holds PageUp, until the screen says that this is the start."""
    async with asyncio.timeout(LIMIT):
        while guest.watch.edge is not Edge.START:
            guest.client.load_older()
            await asyncio.sleep(0.02)


async def test_nothing_is_missing_and_the_start_is_the_start(
    own_server: LocalServer, visit: Visit, names: Callable[[str], str]
) -> None:
    ana, ben = names("ana"), names("ben")
    own_server.sign_up(ana)
    own_server.sign_up(ben)
    async with visit(own_server, ana) as a:
        thread = await a.client.desk.start_thread("direct", ben)
    as_owner(own_server, PAST.format(thread=thread.id, author=ana))
    limit(own_server, 7)
    async with visit(own_server, ana) as a:
        a.client.open(thread)
        await a.watch.until(lambda: a.bodies() or None, LIMIT)
        await reads_back(a)
        assert sorted(a.bodies()) == sorted(f"past {n}" for n in range(1, 61))
        assert all(isinstance(item, Message) for item in a.watch.items)  # and no gap among them
        a.client.go_offline()
        as_owner(
            own_server,
            "delete from public.chat_messages where body = 'past 31'",
            "update public.chat_messages set body = 'changed' where body = 'past 44'",
        )
        a.client.go_online()
        await a.watch.until(lambda: "changed" in a.bodies() or None, LIMIT)
        await a.watch.until(lambda: [m for m in a.messages() if m.deleted] or None, LIMIT)
        gone = [message for message in a.messages() if message.deleted]
        assert len(gone) == 1
        assert {m.raw for m in a.messages() if not m.deleted} == {
            "changed" if n == 44 else f"past {n}" for n in range(1, 61) if n != 31
        }
