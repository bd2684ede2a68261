"""The map fits the SQL: every call that the dialect makes, carried out over HTTP and read back by it."""

from __future__ import annotations

import time
import uuid
from typing import Any

import httpx
import pytest
from tests.server.direct.world import Account, World

from supachat.dialects import catalog
from supachat.dialects.calls import Call, Row, Rpc, Select
from supachat.domain.events import FetchPage, MarkRead
from supachat.domain.model import Draft, Micros, Person, ThreadKey
from supachat.server.context import Context
from supachat.server.tokens import mint

DIRECT = catalog.load("direct")
THREAD = ThreadKey("direct", "ann__bob")


class Caller:
    """Carries out a dialect's calls as one person."""

    def __init__(self, http: httpx.AsyncClient, context: Context, who: Account) -> None:
        claims = {"sub": str(who.uid), "role": who.role, "exp": int(time.time()) + 600}
        self._http = http
        self._headers = {"authorization": f"Bearer {mint(claims, context.keys.jwt_secret)}"}

    async def answer(self, call: Call | None) -> httpx.Response:
        assert isinstance(call, Rpc | Select)
        if isinstance(call, Rpc):
            path, body = f"/rest/v1/rpc/{call.function}", dict(call.params)
            return await self._http.post(path, json=body, headers=self._headers)
        params: list[tuple[str, str | int | float | bool | None]] = [
            ("select", call.columns),
            ("limit", str(call.limit)),
        ]
        params += [(column, f"{operator}.{value}") for column, operator, value in call.filters]
        params += [("order", ",".join(f"{c}.{'desc' if down else 'asc'}" for c, down in call.order))]
        params += [("or", f"({call.any_of})")] if call.any_of else []
        return await self._http.get(f"/rest/v1/{call.table}", params=params, headers=self._headers)

    async def rows(self, call: Call | None) -> list[Row]:
        said = await self.answer(call)
        assert said.status_code == 200, said.text
        found: Any = said.json()
        return found if isinstance(found, list) else [found]


@pytest.fixture
async def people(
    own_world: World, client: httpx.AsyncClient, context: Context
) -> tuple[Caller, Caller, Caller]:
    """Ann, Bob and somebody with no account."""
    ann, bob = own_world.person("ann", "Ann"), own_world.person("bob", "Bob")
    ghost = Account(uuid.uuid4(), "ghost")
    return Caller(client, context, ann), Caller(client, context, bob), Caller(client, context, ghost)


def draft(text: str) -> Draft:
    return Draft(str(uuid.uuid4()), THREAD, text, Micros(0))


async def test_from_finding_a_person_to_having_read_them(people: tuple[Caller, Caller, Caller]) -> None:
    ann, bob, ghost = people
    assert DIRECT.me(await ann.rows(DIRECT.me_call()), "uid").name == "Ann"
    assert await ghost.rows(DIRECT.me_call()) == []
    (found,) = DIRECT.people(await ann.rows(DIRECT.find_call("bob")))
    thread, (other,) = DIRECT.ensured(await ann.rows(DIRECT.ensure_call(found.key.id, "ann")), "ann")
    assert (thread.key, other) == (THREAD, found)

    letter = draft('hello, "Bob" \\ (you)')
    stored = DIRECT.acts.stored(await ann.rows(DIRECT.acts.send_call(letter, thread, "ann")), letter, "ann")
    again = DIRECT.acts.stored(await ann.rows(DIRECT.acts.send_call(letter, None, "ann")), letter, "ann")
    assert stored is not None
    assert stored == again
    assert (stored.id, stored.raw, stored.own) == (letter.id, letter.raw, True)

    (listed,), (ann_seen,) = DIRECT.threads(await bob.rows(DIRECT.list_call()), "bob")
    assert isinstance(ann_seen, Person)
    assert (listed.title, listed.unread, listed.last, listed.preview_author) == (
        "Ann",
        1,
        stored.cursor,
        "ann",
    )
    (read,) = DIRECT.messages(await bob.rows(DIRECT.page_call(FetchPage(THREAD))), THREAD, "bob")
    assert (read.id, read.at, read.raw, read.own) == (stored.id, stored.at, stored.raw, False)
    await bob.rows(DIRECT.acts.read_call(MarkRead(THREAD, read.cursor)))
    (listed,), _ = DIRECT.threads(await bob.rows(DIRECT.list_call()), "bob")
    assert (listed.unread, listed.read_to) == (0, stored.cursor)


async def test_pages_meet_every_message_once_though_their_times_are_equal(
    people: tuple[Caller, Caller, Caller], own_world: World
) -> None:
    ann, _, _ = people
    await ann.rows(DIRECT.ensure_call("bob", "ann"))
    own_world.admin.execute(
        "insert into chat_messages"
        " (thread_id, sender_supabase_id, sender_mongo_id, recipient_mongo_id, body, created_at)"
        " select 'ann__bob', gen_random_uuid(), 'bob', 'ann', n::text,"
        " '2026-11-20T11:57:58.152988Z'::timestamptz + (n / 40) * interval '1 microsecond'"
        " from generate_series(1, 180) as n"
    )
    down: list[str] = []
    request = FetchPage(THREAD)
    while page := DIRECT.messages(await ann.rows(DIRECT.page_call(request)), THREAD, "ann"):
        down = [message.id for message in page] + down
        request = FetchPage(THREAD, before=page[0].cursor)
    up = down[:1]
    first = DIRECT.messages(await ann.rows(DIRECT.page_call(FetchPage(THREAD, limit=180))), THREAD, "ann")[
        0
    ]
    request = FetchPage(THREAD, after=first.cursor, limit=33)
    while page := DIRECT.messages(await ann.rows(DIRECT.page_call(request)), THREAD, "ann"):
        up += [message.id for message in page]
        request = FetchPage(THREAD, after=page[-1].cursor, limit=33)
    assert len(set(down)) == len(down) == 180
    assert up == down


async def test_refusals_are_answered_as_refusals(
    people: tuple[Caller, Caller, Caller], client: httpx.AsyncClient
) -> None:
    """Nothing here may look like trouble that waiting cures."""
    ann, _, ghost = people
    refused = [
        (ann, DIRECT.ensure_call("nobody", "ann"), 409, "23503"),
        (ann, DIRECT.acts.send_call(draft(" "), None, "ann"), 400, "22023"),
        (ann, DIRECT.acts.send_call(draft("x" * 65537), None, "ann"), 400, "22023"),
        (ann, DIRECT.acts.send_call(draft("forged"), None, "bob"), 403, "42501"),
        (ghost, DIRECT.ensure_call("ann", "ghost"), 403, "42501"),
    ]
    for who, call, status, code in refused:
        said = await who.answer(call)
        assert (said.status_code, said.json()["code"]) == (status, code)
    said = await client.post("/rest/v1/rpc/supachat_threads", json={})
    assert (said.status_code, said.json()["code"]) == (401, "42501")
    said = await client.get("/rest/v1/chat_messages")
    assert (said.status_code, said.json()["code"]) == (401, "42501")


async def test_the_originals_call_is_not_ambiguous(people: tuple[Caller, Caller, Caller]) -> None:
    ann, _, _ = people
    call = DIRECT.acts.send_call(draft("by the old call"), None, "ann")
    assert isinstance(call, Rpc)
    four = Rpc(call.function, {name: value for name, value in call.params.items() if name != "_id"})
    (row,) = await ann.rows(four)
    assert row["body"] == "by the old call"
