"""What befalls a conversation besides fair weather: each way leads through another branch of ours.

A way says what the network does before the client writes, what happens while it waits, and what the
client itself does (`doomed` knows how). It ends when the client has heard its answer.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import LiteralString, NamedTuple

import psycopg
from tests.faults.frames import said, text_frame
from tests.faults.plan import Fault, Kind
from tests.faults.proxy import Proxy
from tests.journeys.local import LocalServer

from supachat.domain.model import ThreadKey

BEHIND = 150
"""Messages that come while a client is away: more than `doomed` lets one catch-up read."""
_SENDS = {"direct": "POST /rest/v1/rpc/insert_chat_message", "plain": "POST /rest/v1/says"}
_MANY: dict[str, LiteralString] = {
    "direct": """insert into public.chat_messages
        (thread_id, sender_supabase_id, sender_mongo_id, recipient_mongo_id, body)
        select thread_id, sender_supabase_id, sender_mongo_id, recipient_mongo_id, %(text)s || n
        from generate_series(1, %(many)s) as n, (select * from public.chat_messages
        where thread_id = %(thread)s and sender_mongo_id = 'ben' limit 1) as one""",
    "plain": """insert into public.says (pair, author, body, at)
        select pair, author, %(text)s || n, now() + n * interval '1 us'
        from generate_series(1, %(many)s) as n,
        (select pair, author from public.says where pair = %(thread)s and body = 'hello' limit 1) as one""",
}


class Way(NamedTuple):
    name: str
    blows: Callable[[Proxy, str], Awaitable[None]]
    """Of the proxy and the source's name: before the client writes."""
    goes_on: Callable[[Proxy, LocalServer, ThreadKey, str], Awaitable[None]]
    """While it waits for its answer; the last is what it wrote."""
    does: str = "says"


async def _nothing(*_: object) -> None:
    """The weather is fair."""


def _on_sending(*faults: Fault) -> Callable[[Proxy, str], Awaitable[None]]:
    async def blows(proxy: Proxy, source: str) -> None:
        for fault in faults:
            await proxy.strike(fault, on=_SENDS[source])

    return blows


async def _no_socket(proxy: Proxy, source: str) -> None:
    """Nor an answer: nobody tells that what was sent has arrived."""
    proxy.refuses = lambda path: path.startswith("/realtime/")
    await proxy.strike(Fault(Kind.CUT))
    await proxy.strike(Fault(Kind.LOST), on=_SENDS[source])


async def _no_topic(proxy: Proxy, _: str) -> None:
    proxy.alters = refused_join
    await proxy.strike(Fault(Kind.CUT))


def refused_join(frame: bytes) -> bytes:
    """The server's good answer to a join, as a bad one: it is the token's fault, which is then renewed."""
    if b'"phx_reply"' not in frame or b'"postgres_changes"' not in frame:
        return frame
    heard = json.loads(said(frame))
    reply = {"status": "error", "response": {"reason": "InvalidJWTToken: not now"}}
    if isinstance(heard, list):  # the second serialisation
        heard[4] = reply
    else:
        heard["payload"] = reply
    return text_frame(json.dumps(heard))


async def _away(proxy: Proxy, _: str) -> None:
    proxy.refuses = lambda path: True
    await proxy.strike(Fault(Kind.CUT))


async def _much_comes(proxy: Proxy, server: LocalServer, thread: ThreadKey, text: str) -> None:
    with psycopg.connect(server.database("supabase_admin"), autocommit=True) as connection:
        values = {"thread": thread.id, "many": BEHIND, "text": f"beside {text}: "}
        connection.execute(_MANY[thread.source], values)
    clears(proxy)


async def _cut(proxy: Proxy, *_: object) -> None:
    await proxy.strike(Fault(Kind.CUT))


async def _changes(proxy: Proxy, _: str) -> None:
    """Each is carried out, and has to be found done."""
    await proxy.strike(Fault(Kind.LOST), on="PATCH /rest/v1/says")
    await proxy.strike(Fault(Kind.LOST), on="DELETE /rest/v1/says")


async def _closed_doors(proxy: Proxy, _: str) -> None:
    """Neither the sign-in server nor the tables answer at first, and realtime takes nobody."""
    await proxy.strike(Fault(Kind.STATUS, status=503), on="/auth/v1/")
    await proxy.strike(Fault(Kind.STATUS, status=503), on="/rest/v1/")
    proxy.refuses = lambda path: path.startswith("/realtime/")


async def _opens(proxy: Proxy, *_: object) -> None:
    await asyncio.sleep(2.0)  # the time that a client takes to be born, and to be turned away some times
    clears(proxy)


def clears(proxy: Proxy) -> None:
    """The weather is fair from now on; what is open stays open."""
    proxy.refuses, proxy.alters = lambda path: False, lambda frame: frame


FAIR = Way("fair weather", _nothing, _nothing)
ARRIVING = Way("closed doors", _closed_doors, _opens)
_TROUBLE = (
    Fault(Kind.STATUS, status=503),
    Fault(Kind.STATUS, status=429),
    Fault(Kind.TRUNCATED),
)
_EVERYWHERE = (
    Way("a token that is not taken", _on_sending(Fault(Kind.STATUS, status=401)), _nothing),
    Way("an answer that is lost", _on_sending(Fault(Kind.LOST)), _nothing),
    Way("a server in trouble", _on_sending(*_TROUBLE), _nothing),
    Way("a refusal", _on_sending(Fault(Kind.STATUS, status=403)), _nothing, "is-refused"),
    Way("no socket", _no_socket, _nothing),
    Way("no topic", _no_topic, _nothing),
    Way("a cut", _nothing, _cut),
    Way("all joined anew", _nothing, _nothing, "rejoins"),
    Way("much to catch up", _away, _much_comes),
    Way("offline by hand", _nothing, _nothing, "goes-off"),
)
_CHANGES = Way("edits and deletes", _changes, _nothing, "changes")
GOOD_BYE = Way("a good-bye", _nothing, _nothing, "leaves")
WAYS = {"direct": _EVERYWHERE, "plain": (*_EVERYWHERE, _CHANGES)}
"""By source: `plain` takes no keys from clients, and changes what was said."""
