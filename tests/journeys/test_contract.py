"""What every dialect must do, tried on each that is shipped and on one that only these tests own.

One server and one workspace with all of them side by side, so that they could get into each other's way.
"""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest
import pytest_asyncio
from tests.journeys.forger import Raw, raw
from tests.journeys.guest import LIMIT, Guest, guest
from tests.journeys.local import LocalServer
from tests.journeys.systems import PLAIN, SYSTEMS, System

from supachat.client.desk import Answers
from supachat.dialects import catalog
from supachat.domain.events import Edge
from supachat.domain.model import Delivery, Feature, Presence, Thread, ThreadKey

pytestmark = pytest.mark.asyncio(loop_scope="module")
every = pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.name)

FALSE = "FORGED"


@dataclass(slots=True)
class Cast:
    """Ana and Ben, who talk in every system, and Eve, who has no part in any."""

    server: LocalServer
    ana: Guest
    ben: Guest
    eve: Guest
    uids: dict[str, str]
    tokens: dict[str, str]
    threads: dict[str, ThreadKey] = field(default_factory=dict)

    def sql(self, system: System, thread: str, text: LiteralString) -> list[Any]:
        people = {name: name if system.app_ids else uid for name, uid in self.uids.items()}
        uids = {f"{name}_uid": uid for name, uid in self.uids.items()}
        with psycopg.connect(self.server.database("postgres"), autocommit=True) as connection:
            cursor = connection.execute(text, {"thread": thread, **people, **uids})
            return [row[0] for row in cursor] if cursor.description else []

    def person(self, system: System, name: str) -> str:
        return name if system.app_ids else self.uids[name]

    async def thread(self, system: System) -> ThreadKey:
        """The thread of the two in that system, open on both screens."""
        if system.name not in self.threads:
            if system.made is not None:
                key = ThreadKey(system.name, self.sql(system, "", system.made)[0])
            else:
                key = await self.ben.client.desk.start_thread(system.name, self.person(system, "ana"))
            self.threads[system.name] = key
        key = self.threads[system.name]
        for one in (self.ana, self.ben):
            await listed(one, key)
            one.client.open(key)
            await one.watch.until(partial(shows, one, key), LIMIT)
        return key


def shows(one: Guest, key: ThreadKey) -> bool | None:
    return one.watch.thread == key or None


async def listed(one: Guest, key: ThreadKey) -> Thread:
    """The thread in somebody's list, read again as when they come back to the screen."""
    one.client.focused()
    return await one.watch.until(lambda: one.client.thread(key), LIMIT)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    options = [word for system in SYSTEMS if not system.map for word in ("--dialect", system.name)]
    options += ["--migrations", str(Path(PLAIN).parent)]
    with LocalServer(tmp_path_factory.mktemp("contract") / "server", *options) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cast(server: LocalServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Cast]:
    server.sign_up("ana", portal_role="clinician")
    server.sign_up("ben")
    server.sign_up("eve", inbox_role="none", portal_role="none")
    sessions = {name: server.token(name) for name in ("ana", "ben", "eve")}
    folder, files = tmp_path_factory.mktemp("people"), tuple(system.file for system in SYSTEMS)
    async with AsyncExitStack() as stack:
        guests = [
            await stack.enter_async_context(guest(server, name, folder, kept=False, dialects=files))
            for name in sessions
        ]
        uids = {name: session["user"]["id"] for name, session in sessions.items()}
        tokens = {name: session["access_token"] for name, session in sessions.items()}
        ana, ben, eve = guests
        yield Cast(server, ana, ben, eve, uids, tokens)
        for one in guests:  # whoever goes in the middle of a request leaves its socket to nobody
            await one.client.desk.find_people("rooms", "nobody")


async def test_each_shipped_dialect_stands_here() -> None:
    assert {system.name for system in SYSTEMS} == {*catalog.names(), "plain"}


async def test_a_source_that_cannot_be_used_leaves_the_others(cast: Cast) -> None:
    able = {info.name: bool(info.features) for info in cast.eve.client.sources}
    assert able == {
        "direct": True, "rooms": True, "inbox": False, "sessions": True, "portal": False, "plain": True,
    }  # fmt: skip


# ---------------------------------------------------------------- talking


@every
async def test_what_is_sent_arrives_live_and_exactly_once(cast: Cast, system: System) -> None:
    key = await cast.thread(system)
    cast.ana.client.send(key, "one")
    await cast.ben.sees("one")
    cast.ben.client.send(key, "two")
    await cast.ana.sees("one", "two")
    cast.ana.client.send(key, "three")
    await cast.ben.sees("one", "two", "three")
    await cast.ana.all_sent()
    await cast.ana.sees("one", "two", "three")
    assert cast.sql(system, key.id, system.stored) == ["one", "two", "three"]
    await cast.ana.watch.until(
        lambda: (
            [m.delivery for m in cast.ana.messages()] == [Delivery.SENT, Delivery.RECEIVED, Delivery.SENT]
            or None
        ),
        LIMIT,
    )


@every
async def test_typing_and_presence(cast: Cast, system: System) -> None:
    key, ben = await cast.thread(system), cast.person(system, "ben")
    if cast.ana.client.can(system.name, Feature.PRESENCE):
        await cast.ana.sees_presence(ben, Presence.ONLINE, system.name)
    if not cast.ana.client.can(system.name, Feature.TYPING):
        assert cast.ana.client.typing(key) == ()
        return

    def typing() -> bool | None:
        cast.ben.client.keystroke(key)  # a topic that is being joined hears nothing yet
        return [one.key.id for one in cast.ana.client.typing(key)] == [ben] or None

    await cast.ana.watch.until(typing, LIMIT)


@every
async def test_unread_counts_until_it_is_read(cast: Cast, system: System) -> None:
    key = await cast.thread(system)
    await cast.thread(next(other for other in SYSTEMS if other is not system))
    cast.ben.client.open(key)
    cast.ben.client.send(key, "read me")
    await cast.ana.watch.until(lambda: unread(cast.ana, key) == 1 or None, LIMIT)
    cast.ana.client.open(key)
    # the thread that was open may end in the same words, and is on the screen until the next frame
    await cast.ana.watch.until(partial(shows, cast.ana, key), LIMIT)
    await cast.ana.sees("read me")
    cast.ana.client.seen(key)
    await cast.ana.watch.until(lambda: unread(cast.ana, key) == 0 or None, LIMIT)


@every
async def test_what_was_said_is_found_by_whoever_may_read_it(cast: Cast, system: System) -> None:
    key, words = await cast.thread(system), f"50% of a Needle_in {system.name}"
    cast.ben.client.open(key)
    cast.ben.client.send(key, f"there is {words}, somewhere")
    cast.ben.client.send(key, f"there is 500 of a needle-in {system.name}")
    await cast.ben.all_sent()
    answers = await cast.ana.client.desk.search(words.casefold(), system.name)
    assert [(thread.key, message.raw) for thread, message in answers.found] == [
        (key, f"there is {words}, somewhere")
    ]
    assert await cast.eve.client.desk.search(words, system.name) == Answers()


async def test_whoever_comes_later_is_told_where_they_are_meant(cast: Cast, tmp_path: Path) -> None:
    keys = [await cast.thread(system) for system in SYSTEMS]
    for key in keys:
        cast.ben.client.open(key)
        cast.ben.client.send(key, "@Ana, look at this")
        cast.ben.client.send(key, "not you, @Anabel")
    await cast.ben.all_sent()
    files = tuple(system.file for system in SYSTEMS)
    async with guest(cast.server, "ana", tmp_path, kept=False, dialects=files) as late:
        for key in keys:
            thread = await listed(late, key)
            meant = 1 if thread.unread and not thread.unread_local else 0
            await late.watch.until(partial(means, late, key, meant), LIMIT)
            assert meant or thread.unread_local


def means(one: Guest, key: ThreadKey, count: int) -> bool | None:
    thread = one.client.thread(key)
    return (thread is not None and one.client.telling.mentions(thread) == count) or None


def unread(one: Guest, key: ThreadKey) -> int:
    thread = one.client.thread(key)
    assert thread is not None, "it is still listed"
    return thread.unread


@every
async def test_edits_and_deletes_where_they_are_claimed(cast: Cast, system: System) -> None:
    key = await cast.thread(system)
    can = cast.ben.client.can
    cast.ben.client.send(key, "first draft")
    await cast.ana.sees("first draft")
    await cast.ben.all_sent()
    mine = cast.ben.messages()[-1]
    if can(system.name, Feature.EDIT):
        cast.ben.client.edit(mine.key, "second draft")
        await cast.ana.sees("second draft")
        await cast.ben.all_sent()
    if can(system.name, Feature.DELETE):
        cast.ben.client.delete(mine.key)
        await cast.ana.watch.until(
            lambda: all(m.deleted for m in cast.ana.messages() if m.id == mine.id) or None, LIMIT
        )
        await cast.ben.all_sent()
        assert "second draft" not in cast.sql(system, key.id, system.stored)


# ---------------------------------------------------------------- what nobody else may


@every
async def test_a_stranger_reads_nothing(cast: Cast, system: System) -> None:
    key = await cast.thread(system)
    path = f"{system.table}?{system.column}=eq.{key.id}&limit=1"
    cast.ben.client.send(key, "between us")
    await cast.ana.sees("between us")
    assert rest(cast, system, "ben", path)[1] != [], "the question is a good one"
    assert rest(cast, system, "eve", path) in ((200, []), (403, None)), "rows are for members"


async def test_a_stranger_hears_nothing(cast: Cast) -> None:
    """All at once, since a server answers a refused join after five seconds."""
    topics = [
        topic.name
        for system in SYSTEMS
        for topic in catalog.load(system.file).thread_topics((await cast.thread(system)).id, "eve")
    ]
    answers = await asyncio.gather(*(refused(cast, topic) for topic in topics))
    assert dict(zip(topics, answers, strict=True)) == dict.fromkeys(topics, "error")


async def refused(cast: Cast, topic: str) -> str:
    async with raw(cast.server, cast.tokens["eve"]) as stranger:
        return await stranger.join(topic)


@every
async def test_what_a_member_forges_is_not_believed(cast: Cast, system: System) -> None:
    key, ben = await cast.thread(system), cast.person(system, "ben")
    dialect = catalog.load(system.file)
    async with raw(cast.server, cast.tokens["ben"]) as forger:
        for topic in dialect.thread_topics(key.id, ben):
            if await forger.join(topic.name) == "ok":
                await lies(forger, system, topic.name, key.id, cast.person(system, "ana"))
        cast.ben.client.send(key, "after the lies")
        await cast.ana.sees("after the lies")
    assert FALSE not in "".join(cast.ana.bodies())
    assert not [one for one in cast.ana.client.threads() if FALSE in one.title + one.preview]


async def lies(forger: Raw, system: System, topic: str, thread: str, ana: str) -> None:
    """A row in ana's name, by broadcast and as if the database had told it."""
    part = catalog.load(system.file).map.messages
    row = {
        part.key: "11111111-1111-4111-8111-111111111111",
        part.thread: thread,
        part.author: ana,
        part.body: FALSE,
        part.order: "2030-01-01T00:00:00+00:00",
    }
    told = {"schema": system.profile, "table": part.table, "record": row, "old_record": None}
    await forger.broadcast(topic, "INSERT", {**told, "operation": "INSERT"})
    await forger.broadcast(topic, "UPDATE", {**told, "operation": "UPDATE"})
    await forger.broadcast(topic, "DELETE", {**told, "operation": "DELETE", "old_record": row})
    data: dict[str, Any] = {
        **told,
        "type": "INSERT",
        "errors": None,
        "columns": [],
        "commit_timestamp": row[part.order],
    }
    await forger.frame(topic, "postgres_changes", {"data": data, "ids": [1]})


def rest(cast: Cast, system: System, who: str, path: str) -> tuple[int, Any]:
    """What somebody is answered who asks the tables themselves."""
    headers = {
        "apikey": cast.server.key,
        "Authorization": f"Bearer {cast.tokens[who]}",
        "Accept-Profile": system.profile,
    }
    request = urllib.request.Request(f"{cast.server.url}/rest/v1/{path}", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, None


# ---------------------------------------------------------------- the end, last: it changes the threads


async def test_what_is_more_than_a_page_is_paged_to_the_start(cast: Cast) -> None:
    """On a device that has seen none of it, one system after the other."""
    keys = [await cast.thread(system) for system in SYSTEMS]
    for system, key in zip(SYSTEMS, keys, strict=True):
        cast.sql(system, key.id, system.past)
    folder, files = cast.server.data_dir.parent / "late", tuple(system.file for system in SYSTEMS)
    async with guest(cast.server, "ana", folder, kept=False, dialects=files) as late:
        for key in keys:
            await listed(late, key)
            late.client.open(key)
            await late.watch.until(partial(at_the_start, late, key), LIMIT)
            old = [body for body in late.bodies() if body.startswith("old ")]
            assert old == [f"old {n}" for n in range(1, 61)], key.source
        await late.watch.until(lambda: not late.client.standing(keys[-1]).catching_up or None, LIMIT)


def at_the_start(one: Guest, key: ThreadKey) -> bool | None:
    one.client.load_older()
    return (one.watch.thread, one.watch.edge) == (key, Edge.START) or None


@every
async def test_whoever_goes_sees_it_no_longer(cast: Cast, system: System) -> None:
    if system.parted is None:
        assert not cast.ana.client.can(system.name, Feature.REMOVE), "two are two for ever"
        return
    key = await cast.thread(system)
    gone = {"ana": cast.ana, "ben": cast.ben}[system.gone]
    cast.sql(system, key.id, system.parted)

    await gone.watch.until(lambda: gone.client.thread(key) is None or None, LIMIT)
    path = f"{system.table}?{system.column}=eq.{key.id}&limit=1"
    assert rest(cast, system, system.gone, path) in ((200, []), (403, None))
