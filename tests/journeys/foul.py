"""What befalls a conversation besides fair weather: each way leads through another branch of ours.

A way says what the network does before the client writes, what happens while it waits, and what the
client itself does (`deeds` knows how). It ends when the client has heard its answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import LiteralString, NamedTuple

import psycopg
from tests.faults.frames import said, text_frame
from tests.faults.plan import Fault, Kind
from tests.faults.proxy import Proxy
from tests.journeys.local import LocalServer
from tests.journeys.revoking import end_every_session

from supachat.domain.model import ThreadKey

_SENDS = {"direct": "POST /rest/v1/rpc/insert_chat_message", "plain": "POST /rest/v1/says"}
_LISTS = "POST /rest/v1/rpc/plain_threads"
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
_MOVES: LiteralString = """update public.pairs set made = clock_timestamp() where id = (
    select id from public.pairs where id like 'crowd ' || %(user)s || '%%' order by made limit 1)"""


@dataclass(slots=True)
class Scene:
    """Around one client. `user` is the account's id, `lock` that of its session; `behind` messages come
    while it is away: more than `doomed` lets one catch-up read."""

    server: LocalServer
    proxy: Proxy
    name: str
    user: str
    thread: ThreadKey
    lock: Path
    behind: int = 150
    text: str = ""
    """What is being written."""
    held: list[int] = field(default_factory=list)
    """Locks that another process of the account has: ours."""

    def execute(self, statement: LiteralString, **values: object) -> None:
        with psycopg.connect(self.server.database("supabase_admin"), autocommit=True) as connection:
            connection.execute(statement, {"thread": self.thread.id, **values})

    def clears(self) -> None:
        """The weather is fair from now on; what is open stays open."""
        self.proxy.refuses, self.proxy.alters = lambda path: False, lambda frame: frame
        while self.held:
            os.close(self.held.pop())


Act = Callable[[Scene], Awaitable[None]]


class Way(NamedTuple):
    name: str
    blows: Act
    """Before the client writes, or is born."""
    goes_on: Act
    """While it waits for its answer, or arrives."""
    does: str = "says"


async def _nothing(_: Scene) -> None:
    """The weather is fair."""


def _on_sending(*faults: Fault) -> Act:
    async def blows(scene: Scene) -> None:
        for fault in faults:
            await scene.proxy.strike(fault, on=_SENDS[scene.thread.source])

    return blows


async def _no_socket(scene: Scene) -> None:
    """Nor an answer: nobody tells that what was sent has arrived."""
    scene.proxy.refuses = lambda path: path.startswith("/realtime/")
    await scene.proxy.strike(Fault(Kind.CUT))
    await _on_sending(Fault(Kind.LOST))(scene)


async def _no_topic(scene: Scene) -> None:
    scene.proxy.alters = refused_join
    await scene.proxy.strike(Fault(Kind.CUT))


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


async def _away(scene: Scene) -> None:
    scene.proxy.refuses = lambda path: True
    await scene.proxy.strike(Fault(Kind.CUT))


async def _much_comes(scene: Scene) -> None:
    scene.execute(_MANY[scene.thread.source], many=scene.behind, text=f"beside {scene.text}: ")
    scene.clears()


async def _cut(scene: Scene) -> None:
    await scene.proxy.strike(Fault(Kind.CUT))


async def _changes(scene: Scene) -> None:
    """Each is carried out, and has to be found done."""
    await scene.proxy.strike(Fault(Kind.LOST), on="PATCH /rest/v1/says")
    await scene.proxy.strike(Fault(Kind.LOST), on="DELETE /rest/v1/says")


async def _slow_list(scene: Scene) -> None:
    await scene.proxy.strike(Fault(Kind.LATE, seconds=0.5), on=_LISTS)


async def _list_moves(scene: Scene) -> None:
    """Between two parts of it: the last thread is the first now. Whoever is dead by now asks for none."""
    late = str(Fault(Kind.LATE))
    before = scene.proxy.made[late]
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(5):
            while scene.proxy.made[late] == before:
                await asyncio.sleep(0.02)
    await asyncio.sleep(0.1)  # its answer is made by now, and on its slow way
    scene.execute(_MOVES, user=scene.user)


async def _another_process_renews(scene: Scene) -> None:
    handle = os.open(scene.lock, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX)
    scene.held.append(handle)


async def _has_renewed(scene: Scene) -> None:
    await asyncio.sleep(0.3)
    scene.clears()


async def _session_ends(scene: Scene) -> None:
    await asyncio.to_thread(end_every_session, scene.server, scene.name)


async def _closed_doors(scene: Scene) -> None:
    """Neither the sign-in server nor the tables answer at first, and realtime takes nobody."""
    await scene.proxy.strike(Fault(Kind.STATUS, status=503), on="/auth/v1/")
    await scene.proxy.strike(Fault(Kind.STATUS, status=503), on="/rest/v1/")
    scene.proxy.refuses = lambda path: path.startswith("/realtime/")


async def _opens(scene: Scene) -> None:
    await asyncio.sleep(1.0)  # the time that a client takes to be born, and to be turned away some times
    scene.clears()


FAIR = Way("fair weather", _nothing, _nothing)
ARRIVES, ARRIVES_ANEW = "arrives", "arrives anew"
"""It writes nothing. Anew: on another computer, where nothing is kept."""
MORNING = Way("arriving", _nothing, _nothing, ARRIVES)
CLOSED = Way("arriving at closed doors", _closed_doors, _opens, ARRIVES)
_TROUBLE = (
    Fault(Kind.STATUS, status=503),
    Fault(Kind.STATUS, status=429),
    Fault(Kind.TRUNCATED),
)
_UNTAKEN = Way("a token that is not taken", _on_sending(Fault(Kind.STATUS, status=401)), _nothing)
_EVERYWHERE = (
    FAIR,
    MORNING,
    CLOSED,
    Way("arriving on another computer", _nothing, _nothing, ARRIVES_ANEW),
    _UNTAKEN,
    Way("an answer that is lost", _on_sending(Fault(Kind.LOST)), _nothing),
    Way("a server in trouble", _on_sending(*_TROUBLE), _nothing),
    Way("a refusal", _on_sending(Fault(Kind.STATUS, status=403)), _nothing, "is-refused"),
    Way("no socket", _no_socket, _nothing),
    Way("no topic", _no_topic, _nothing),
    Way("a cut", _nothing, _cut),
    Way("all joined anew", _nothing, _nothing, "rejoins"),
    Way("much to catch up", _away, _much_comes),
    Way("offline by hand", _nothing, _nothing, "goes-off"),
    Way("a network that goes", _nothing, _nothing, "loses-its-way"),
    Way("a session that is over", _session_ends, _nothing, "is-let-go"),
    Way("a good-bye", _nothing, _nothing, "leaves"),
    Way(
        "a good-bye in mid-sentence",
        _on_sending(Fault(Kind.LATE, seconds=1.0)),
        _nothing,
        "leaves-while-it-sends",
    ),
    Way("a good-bye to what was read", _nothing, _nothing, "reads-and-leaves"),
)
_KEPT = (
    Way("edits and deletes", _changes, _nothing, "changes"),
    Way("arriving with a session that is over", _session_ends, _nothing, ARRIVES),
    Way("a lock that another process holds", _another_process_renews, _has_renewed, "renews"),
)
_FULL_DISK = Way("a disk that was full", _nothing, _nothing, "has-a-full-disk")
_KEYRING = Way("a keyring that hangs", _nothing, _nothing, "waits-for-its-keyring")
_MOVING = Way("a list that moves", _slow_list, _list_moves, "goes-off")
WAYS = {
    "direct": _EVERYWHERE,
    "plain": (*_EVERYWHERE, *_KEPT, _FULL_DISK),
    "keyed": (*_EVERYWHERE, *_KEPT, _KEYRING, _MOVING),
    "told": (FAIR, MORNING, Way("much to tell", _nothing, _nothing, "chatters")),
    "command": (MORNING, _UNTAKEN),
    "endpoint": (MORNING, _UNTAKEN),
}
"""By the kind of client: `lanes` has what they are."""
