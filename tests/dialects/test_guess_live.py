"""Schemas that the guesser has never seen, each installed on a real server: guessed, its map loaded, and
chatted through. What the truth files say decides; eight in ten at least have to be usable as guessed."""

from __future__ import annotations

import asyncio
import time
import tomllib
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from psycopg import AsyncConnection
from supabase import AsyncClient
from supabase.lib.client_options import AsyncClientOptions

from supachat.cli.dialect_guess import settled
from supachat.dialects.calls import Call, Row
from supachat.dialects.grammar import Dialect, parse
from supachat.dialects.guess import seen, written
from supachat.dialects.guess.proposal import Proposal, propose
from supachat.domain.model import Draft, Message, Micros, ThreadKey
from supachat.domain.requests import FetchPage
from supachat.remote.rows import Rows
from supachat.server.context import Context
from supachat.server.tokens import mint

SCHEMAS = Path(__file__).parent / "schemas"
NAMES = tuple(sorted(path.stem for path in SCHEMAS.glob("*.toml")))
NEED_AN_EDIT = {
    "jsonb_payload": "the text stands inside a JSON object, and a map names columns",
    "renamed_direct": "people have two ids each, and the thread's other one is in neither row that is sent",
}
USER = uuid.UUID("00000000-0000-4000-8000-00000000000a")


class _Token:
    def __init__(self, token: str) -> None:
        self._token = token

    async def access(self) -> str:
        return self._token

    async def renew(self, refused: str) -> str:
        raise AssertionError("the server refused the token")


@dataclass(frozen=True)
class Reader:
    """Somebody signed in, over the program's own way to PostgREST."""

    http: httpx.AsyncClient
    rows: Rows
    token: str

    async def ask(self, call: Call) -> list[Row]:
        return await self.rows.carry_out(call)

    async def document(self) -> dict[str, Any]:
        said = await self.http.get("/rest/v1/", headers={"authorization": f"Bearer {self.token}"})
        found: dict[str, Any] = said.raise_for_status().json()
        return found


@pytest.fixture
def reader(client: httpx.AsyncClient, context: Context) -> Reader:
    claims = {"sub": str(USER), "role": "authenticated", "exp": int(time.time()) + 600}
    token = mint(claims, context.keys.jwt_secret)
    options = AsyncClientOptions(
        auto_refresh_token=False,
        persist_session=False,
        httpx_client=client,
        headers={"Authorization": f"Bearer {token}"},
    )
    made = AsyncClient("http://127.0.0.1:54321", context.keys.publishable_key, options)
    return Reader(client, Rows(made, _Token(token)), token)


def truth(name: str) -> dict[str, Any]:
    return tomllib.loads((SCHEMAS / f"{name}.toml").read_text("utf-8"))


async def install(name: str, migrator: AsyncConnection[Any]) -> None:
    await migrator.execute("insert into auth.users (id, email) values (%s, 'ana@example.org')", (USER,))
    await migrator.execute((SCHEMAS / f"{name}.sql").read_text("utf-8").encode())
    await migrator.execute(truth(name)["seed"]["sql"].replace("{user}", str(USER)).encode())


async def chatted(dialect: Dialect, reader: Reader) -> Message:
    """List the threads, read the first one's page, send into it, read what was sent."""
    me = dialect.me(await reader.ask(dialect.me_call(str(USER))), str(USER)).key.id
    (thread,), _ = dialect.threads(await reader.ask(dialect.list_call()), me)
    if dialect.map.threads.last is not None:
        assert (thread.preview, thread.preview_author) == ("first light", me)
    answer = await reader.ask(dialect.page_call(FetchPage(thread.key)))
    if dialect.map.messages.author_name is not None:
        assert [
            (author.key.id, bool(author.name != author.handle)) for author in dialect.authors(answer)
        ] == [(me, True)]
    first = dialect.messages(answer, thread.key, me)
    assert [message.raw for message in first] == ["first light"]
    draft = Draft(str(uuid.uuid4()), thread.key, "all's well", Micros(0))
    await reader.ask(dialect.acts.send_call(draft, thread, me))
    *_, last = await page(dialect, reader, thread.key, me)
    assert (last.raw, last.own) == ("all's well", True)
    assert not dialect.own_ids or last.id == draft.id
    return last


async def page(dialect: Dialect, reader: Reader, thread: ThreadKey, me: str) -> tuple[Message, ...]:
    return dialect.messages(await reader.ask(dialect.page_call(FetchPage(thread))), thread, me)


def wrong(found: Proposal, name: str) -> dict[str, tuple[object, object]]:
    """Roles that were guessed otherwise than they are: what was said, what is."""
    roles = {
        f"{part}.{key}": value
        for part, keys in truth(name).items()
        if part != "seed"
        for key, value in keys.items()
    }
    return {role: (found.value(role), value) for role, value in roles.items() if found.value(role) != value}


@pytest.mark.parametrize("name", [name for name in NAMES if name not in NEED_AN_EDIT])
async def test_a_guessed_map_is_usable_as_it_is(
    name: str, reader: Reader, migrator: AsyncConnection[Any]
) -> None:
    await install(name, migrator)
    found, views = settled(seen.tables(await reader.document()), "guessed", "public", asking=False)
    assert wrong(found, name) == {}
    assert found.missing == ()
    await migrator.execute(views.encode())
    await described(reader, found)
    dialect = parse(written.toml(found, "guessed", "public"), "guessed.toml")
    await chatted(dialect, reader)


async def described(reader: Reader, found: Proposal) -> None:
    """Until the server, which hears of it a moment later, knows the tables that the map names."""
    wanted = {choice.value for choice in found.choices if choice.role.endswith(".table")}
    async with asyncio.timeout(30):
        while not wanted <= set((await reader.document())["definitions"]):
            await asyncio.sleep(0.02)


def test_eight_in_ten() -> None:
    assert set(NEED_AN_EDIT) < set(NAMES)
    assert 10 * (len(NAMES) - len(NEED_AN_EDIT)) >= 8 * len(NAMES)


@pytest.mark.parametrize("name", sorted(NEED_AN_EDIT))
async def test_what_it_cannot_know_it_asks(
    name: str, reader: Reader, migrator: AsyncConnection[Any]
) -> None:
    await install(name, migrator)
    found = propose(seen.tables(await reader.document()))
    assert found.value("messages.table") == truth(name)["messages"]["table"]
    assert any(one.unsure for one in found.choices)
