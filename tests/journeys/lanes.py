"""Accounts whose client is killed again and again, and what has to be there after each death."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.faults.answers import raw
from tests.faults.proxy import Proxy
from tests.journeys.cradle import PATIENCE, Child, Cradle
from tests.journeys.deeds import DOES, joined
from tests.journeys.doomed import Life
from tests.journeys.foul import ARRIVES_ANEW, FAIR, Scene, Way
from tests.journeys.guest import Guest
from tests.journeys.local import LocalServer, as_owner
from tests.journeys.storm import MARK, all_sent, pairs, rider, stored
from tests.journeys.test_max_rows import limit
from tests.journeys.test_storm import PLAIN, Keyed

from supachat.dialects import samples

DIALECTS = {"plain": PLAIN / "plain.toml"}
LITTLE, TOLD = "keyed", "told"
"""The kind whose server gives seven rows in an answer, and the one whose messages nobody stores: what Ben
has heard stands for a table there."""
CROWD = 9
"""Threads of each that are not with Ben."""
TURNS = 3
"""Conversations of a life within which whoever is to die in them has come to its place."""


@dataclass(slots=True)
class Lane:
    """One account, behind a proxy of its own. `last` is what it was about to send when it was killed, `end`
    where that befell it."""

    kind: str
    scene: Scene
    cradle: Cradle
    ben: Guest
    being: Life
    """But for the places of its death."""
    last: str
    end: str = "-"
    sent: int = 0
    computers: int = 1

    async def born(self, *, early: str = "-", late: str = "-") -> Child:
        return await self.cradle.born(replace(self.being, early=early, late=late))

    @asynccontextmanager
    async def life(self, end: str = "-", *, early: str = "-") -> AsyncIterator[Child]:
        """Born in fair weather, and whole again: its screen shows the table, and what was lost of the life
        before is nothing."""
        self.scene.clears()
        child = await self.born(early=early, late=end)
        try:
            await self.healed(child)
            yield child
        finally:
            self.cradle.kills(child)
            await child.ends()

    async def healed(self, child: Child) -> None:
        """Its screen shows the table and nothing else; what the life before was about to send is stored
        once or still stands in the composer; nothing at all is there twice."""
        end = asyncio.get_running_loop().time() + PATIENCE
        while True:
            table = self._table()
            await child.tell("?")
            answer = await child.told()
            assert answer.startswith("{"), f"after {self.end}: no way back to life, but {answer!r}"
            held = json.loads(answer)
            shown = self._seen(tuple(pair) for pair in held["shown"])
            whole = shown == table[-len(shown) :] and not held["gaps"]
            bodies = [body.removesuffix(MARK) for _, body in table]
            times = bodies.count(self.last) + (held["text"] == self.last)
            assert len(bodies) == len(set(bodies)), f"after {self.end}: twice in {bodies[-8:]}"
            if whole and times == 1:
                return
            late = asyncio.get_running_loop().time() > end
            assert not late, f"after {self.end}: {self.last!r}, {times} times; {held}, {table[-5:]}"
            await asyncio.sleep(0.1)

    def _table(self) -> list[tuple[str, str]]:
        if self.kind == TOLD:
            return self._seen(pairs(self.ben))
        return stored(self.scene.server, self.scene.thread)

    def _seen(self, shown: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Of what stands on a screen all that has to. Nobody stores what Ben tells to one who is dead, and
        what is told all at once has no order but that of whoever hears it."""
        return [pair for pair in shown if self.kind != TOLD or pair[1].startswith("message ")]

    async def writes(self, child: Child, way: Way = FAIR) -> None:
        """It is about to send something, whatever then becomes of it, and Ben answers."""
        self.sent += 1
        self.last = self.scene.text = f"message {self.sent} of {self.scene.name}"
        await way.blows(self.scene)
        await child.tell(f"{way.does} {self.last}")
        assert await child.told() == "typed"
        self.ben.client.send(self.scene.thread, f"answer to {self.last}")

    async def conversation(self, child: Child, way: Way = FAIR) -> bool:
        """Whether it lived through it."""
        await self.writes(child, way)
        await way.goes_on(self.scene)
        told = await child.told()
        self.scene.clears()
        if told == "heard":
            told = await child.told()
        assert told in ("", "survived")
        await all_sent([self.ben])
        return bool(told)

    @asynccontextmanager
    async def arrival(self, way: Way, early: str) -> AsyncIterator[Child]:
        """Born as that way has it."""
        self.scene.clears()
        being = replace(self.being, early=early)
        if way.does == ARRIVES_ANEW:
            self.computers += 1
            being = replace(being, cache=f"{being.cache}.{self.computers}", session="memory")
        await way.blows(self.scene)
        child = await self.cradle.born(being)
        try:
            await way.goes_on(self.scene)
            yield child
        finally:
            self.cradle.kills(child)
            await child.ends()

    async def meets(self, way: Way) -> set[str]:
        """The places that a life passes there."""
        if way.does not in DOES:
            async with self.life() as child:
                assert await self.conversation(child), way.name
            async with self.arrival(way, "?") as child:
                await self.healed(child)
                return set((await child.met())[0])
        async with self.life("?") as child:
            assert await self.conversation(child, way), way.name
            return set((await child.met())[1])

    async def dies(self, way: Way, end: str) -> bool:
        """Whether it came to that place there, and so to its end."""
        self.end = f"{way.name}, {end}"
        if way.does not in DOES:
            return await self._dies_arriving(way, end)
        async with self.life(end) as child:
            for _ in range(TURNS if way is FAIR else 1):
                if not await self.conversation(child, way):
                    return await child.ends() == -signal.SIGKILL
        return False

    async def _dies_arriving(self, way: Way, end: str) -> bool:
        """The life before is cut off in mid-sentence, so that something waits on either side."""
        async with self.life() as child:
            await self.writes(child)
        await all_sent([self.ben])
        async with self.arrival(way, end) as child:
            return await child.ends() == -signal.SIGKILL


# ---------------------------------------------------------------- who they are


@contextmanager
def serving(folder: Path, *, little: bool) -> Iterator[LocalServer]:
    """Where the clients are at home, and Ben is."""
    folder.mkdir()
    server = Keyed(folder) if little else LocalServer(folder / "server", "--migrations", str(PLAIN))
    with server:
        server.sign_up("ben")
        if little:
            gives_little(server)
        yield server


@asynccontextmanager
async def lanes(
    kind: str, number: int, server: LocalServer, cradle: Cradle, folder: Path
) -> AsyncIterator[list[Lane]]:
    """So many, and Ben, who is known already, and answers all of them."""
    dialect = server.map if kind == LITTLE and isinstance(server, Keyed) else DIALECTS.get(kind, "direct")
    names = [f"{kind}{count}" for count in range(number)]
    for name in names:
        server.sign_up(name)
    if kind == TOLD:
        dialect = folder / "told.toml"
        dialect.write_text(samples.text("told"), "utf-8")
        make_rooms(server, names)
    async with AsyncExitStack() as stay:
        rides = rider(server.url, server.key, "ben", None, dialect=str(dialect))
        ben = await stay.enter_async_context(rides)
        made = [await _lane(kind, name, server, cradle, ben, folder, str(dialect), stay) for name in names]
        await all_sent([ben])
        yield made


async def _lane(
    kind: str,
    name: str,
    server: LocalServer,
    cradle: Cradle,
    ben: Guest,
    folder: Path,
    dialect: str,
    stay: AsyncExitStack,
) -> Lane:
    given = server.token(name)
    user, source = given["user"]["id"], ben.client.sources[0].name
    if kind == TOLD:
        ben.client.open(thread := next(one.key for one in ben.client.threads() if one.title == name))
        await joined(ben)
    else:
        thread = await ben.writes_to(name if source == "direct" else user, source)
    ben.client.send(thread, "hello")
    proxy = await stay.enter_async_context(Proxy(server.url))
    path = folder / f"{name}.session"
    scene = Scene(server, proxy, name, user, thread, path.with_suffix(".lock"))
    session = await stay.enter_async_context(sessions(kind, path, given))
    url, me = proxy.url, ben.client.sources[0].me
    if kind == LITTLE:
        scene.behind, url = 30, url.replace("127.0.0.1", "localhost")
        crowds(scene)
    other = "" if kind == TOLD else me
    being = Life(url, server.key, name, str(folder / f"{name}.db"), session, dialect, source, other)
    last = "" if kind == TOLD else "hello"
    return Lane(kind, scene, cradle, ben, replace(being, thread=thread.id), last)


@asynccontextmanager
async def sessions(kind: str, path: Path, given: Mapping[str, Any]) -> AsyncIterator[str]:
    """Where that kind keeps its session, as `sessions_kept.kept` has it."""
    word = {"plain": "file", "keyed": "keyring", "direct": "memory", TOLD: "memory"}.get(kind, kind)
    if word == "command":
        path.write_text(given["access_token"], "utf-8")
    if word != "endpoint":
        yield f"{word}:{path}"
        return

    async def hands_out(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = json.dumps({"access_token": given["access_token"]}).encode()
        writer.write(raw(200, {"content-type": "application/json", "connection": "close"}, body))
        writer.close()

    async with await asyncio.start_server(hands_out, "127.0.0.1", 0) as backend:
        yield f"{word}:http://127.0.0.1:{backend.sockets[0].getsockname()[1]}/"


def make_rooms(server: LocalServer, names: Sequence[str]) -> None:
    """One for each of these and Ben, called like them."""
    as_owner(server, "set role postgres", samples.text("told", sql=True), "notify pgrst, 'reload schema'")
    for name in names:
        as_owner(
            server,
            f"""with room as (insert into public.told_rooms (title, owner_id)
            select '{name}', id from auth.users where email = 'ben@example.org' returning id)
            insert into public.told_collaborators select room.id, one.id from room, auth.users as one
            where one.email = '{name}@example.org'""",
        )


def gives_little(server: LocalServer) -> None:
    """Seven rows at most in an answer, and a list whose newest thread stands first."""
    as_owner(
        server,
        "alter table public.pairs add made timestamptz not null default clock_timestamp()",
        """create or replace function public.plain_threads()
        returns table (pair text, other text, other_name text)
        language sql stable security definer set search_path = '' as $$
          select p.id, u.id::text, u.raw_user_meta_data ->> 'name'
          from public.pairs p join auth.users u on u.id in (p.one, p.two) and u.id <> auth.uid()
          where auth.uid() in (p.one, p.two) order by p.made desc
        $$""",
    )
    for number in range(CROWD):
        server.sign_up(f"crowd{number}")
    limit(server, 7)


def crowds(scene: Scene) -> None:
    """More threads than stand in one answer."""
    scene.execute(
        """insert into public.pairs (id, one, two) select 'crowd ' || one.id || two.id, one.id, two.id
        from auth.users as one, auth.users as two
        where one.email = %(name)s and two.email like 'crowd%%'""",
        name=f"{scene.name}@example.org",
    )
