"""REST against a real PostgreSQL: the real client library, rights, transactions, limits."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest
from postgrest import APIError, AsyncPostgrestClient, CountMethod, ReturnMethod
from psycopg import AsyncConnection
from tests.server.rest_people import ANN, BOB

from supachat.server.catalog_cache import Catalogs
from supachat.server.context import Context, Limits


@pytest.fixture
async def library(ann: httpx.AsyncClient) -> AsyncPostgrestClient:
    """The real client library as ann, over the same transport."""
    return AsyncPostgrestClient(str(ann.base_url), headers=dict(ann.headers), http_client=ann)


def rows(answer: Any) -> list[dict[str, Any]]:
    """The rows of an answer; the library types them as any JSON."""
    return list(answer.data)


async def write(ann: httpx.AsyncClient, **row: Any) -> dict[str, Any]:
    answer = await ann.post(
        "notes", json={"room": 1, "body": "x", **row}, headers={"prefer": "return=representation"}
    )
    assert answer.status_code == 201, answer.text
    (found,) = answer.json()
    return dict(found)


async def test_the_client_library_writes_and_pages(library: AsyncPostgrestClient) -> None:
    for number in range(7):
        await (
            library.from_("notes")
            .insert({"room": 1, "body": f"n{number}"}, returning=ReturnMethod.minimal)
            .execute()
        )
    first = await (
        library.from_("notes")
        .select("id,created_at,body", count=CountMethod.exact)
        .order("created_at", desc=True)
        .order("id", desc=True)
        .limit(3)
        .execute()
    )
    assert first.count == 7
    assert [row["body"] for row in rows(first)] == ["n6", "n5", "n4"]
    last = rows(first)[-1]
    at, key = last["created_at"], last["id"]
    older = await (
        library.from_("notes")
        .select("body")
        .or_(f'created_at.lt."{at}",and(created_at.eq."{at}",id.lt."{key}")')
        .order("created_at", desc=True)
        .order("id", desc=True)
        .execute()
    )
    assert [row["body"] for row in rows(older)] == ["n3", "n2", "n1", "n0"]


async def test_the_client_library_upserts_changes_and_deletes(library: AsyncPostgrestClient) -> None:
    key = str(uuid4())
    row = {"id": key, "room": 1, "body": "one"}
    for ignore, body in ((False, "one"), (True, "lost"), (False, "two")):
        await (
            library.from_("notes")
            .upsert({**row, "body": body}, ignore_duplicates=ignore, on_conflict="id")
            .execute()
        )
    found = await library.from_("notes").select("*").eq("id", key).single().execute()
    stored: Any = found.data
    assert stored["body"] == "two"
    changed = await library.from_("notes").update({"meta": {"k": 1}}).eq("id", key).execute()
    assert rows(changed)[0]["meta"] == {"k": 1}
    gone = await library.from_("notes").delete().eq("id", key).execute()
    assert [row["id"] for row in rows(gone)] == [key]
    assert (await library.from_("notes").select("*").eq("id", key).maybe_single().execute()) is None


async def test_the_client_library_understands_our_refusals(library: AsyncPostgrestClient) -> None:
    with pytest.raises(APIError) as found:
        await library.from_("notes").insert({"room": 1, "body": "forged", "author": str(BOB)}).execute()
    assert found.value.code == "42501"
    with pytest.raises(APIError) as found:
        await library.from_("people").select("*").single().execute()
    assert (found.value.code, found.value.details) == ("PGRST116", "The result contains 2 rows")


async def test_the_client_library_calls_functions(library: AsyncPostgrestClient) -> None:
    one: Any = {"a": 1}
    two: Any = {"a": 1, "b": 2}
    assert (await library.rpc("add", one).execute()).data == 11
    assert (await library.rpc("add", two, get=True).execute()).data == 3
    await write_many(library)
    found = await library.rpc("all_notes", {}).select("body,rooms(title)").order("body").limit(1).execute()
    assert found.data == [{"body": "a", "rooms": {"title": "one"}}]


async def write_many(library: AsyncPostgrestClient) -> None:
    both = [{"room": 1, "body": body} for body in ("b", "a")]
    await library.from_("notes").insert(both, returning=ReturnMethod.minimal).execute()


async def test_two_functions_that_both_fit(ann: httpx.AsyncClient) -> None:
    found = await ann.post("rpc/same", json={"x": 1})
    assert (found.status_code, found.json()["code"]) == (300, "PGRST203")


async def test_a_read_cannot_write(ann: httpx.AsyncClient) -> None:
    refused = await ann.get("rpc/make_room")
    assert (refused.status_code, refused.json()["code"]) == (405, "25006")
    assert (await ann.post("rpc/make_room", json={})).status_code == 204
    assert len((await ann.get("rooms")).json()) == 4


async def test_a_function_may_choose_its_status(ann: httpx.AsyncClient) -> None:
    found = await ann.post("rpc/teapot", json={})
    assert (found.status_code, found.json()["message"]) == (418, "short")


async def test_sql_knows_who_asks(ann: httpx.AsyncClient) -> None:
    found = (await ann.get("rpc/who", headers={"user-agent": 'mine "x"'})).json()
    assert found == {"uid": str(ANN), "user": "authenticated", "path": "/rpc/who", "agent": 'mine "x"'}


async def test_no_role_or_claim_stays_on_a_connection(ann: httpx.AsyncClient, context: Context) -> None:
    for _ in range(12):
        assert (await ann.get("rpc/who")).json()["uid"] == str(ANN)
        await ann.get("notes?select=nope")
        await ann.get("notes?id=eq.abc")
    async with context.requests.connection() as connection:
        cursor = await connection.execute(
            "select current_user, current_setting('request.jwt.claims', true)"
        )
        assert await cursor.fetchone() in (("authenticator", None), ("authenticator", ""))
    anonymous = await ann.get(
        "rpc/who", headers={"authorization": f"Bearer {context.keys.publishable_key}"}
    )
    assert anonymous.json()["uid"] is None
    assert anonymous.json()["user"] == "anon"


async def test_missing_keys_take_defaults_or_nulls(ann: httpx.AsyncClient) -> None:
    given = [{"room": 1, "body": "a", "meta": {}}, {"room": 1, "body": "b"}]
    query = "notes?columns=room,body,meta&select=meta"
    refused = await ann.post(query, json=given)
    assert refused.json()["code"] == "23502"
    made = await ann.post(query, json=given, headers={"prefer": "missing=default,return=representation"})
    assert made.json() == [{"meta": {}}, {"meta": {"v": 1}}]


async def test_the_answer_says_where_a_row_is(ann: httpx.AsyncClient) -> None:
    made = await ann.post("rooms", json={"title": "new"}, headers={"prefer": "return=headers-only"})
    assert (made.status_code, made.headers["location"], made.content) == (201, "/rooms?id=eq.4", b"")


async def test_csv_both_ways(ann: httpx.AsyncClient) -> None:
    await ann.post("rooms", content='title\n"a,b"\n', headers={"content-type": "text/csv"})
    found = await ann.get("rooms?select=id,title&id=gte.3&order=id", headers={"accept": "text/csv"})
    assert found.text == 'id,title\n3,empty\n4,"a,b"'
    assert (await ann.get("rooms?id=eq.99", headers={"accept": "text/csv"})).text == "\n"


async def test_a_result_that_does_not_fit_undoes_the_change(ann: httpx.AsyncClient) -> None:
    for _ in range(3):
        await write(ann, body="kept")
    one = {"accept": "application/vnd.pgrst.object+json", "prefer": "return=representation"}
    assert (await ann.patch("notes?body=eq.kept", json={"body": "lost"}, headers=one)).status_code == 406
    few = {"prefer": "handling=strict,max-affected=2"}
    assert (await ann.delete("notes?body=eq.kept", headers=few)).json()["code"] == "PGRST124"
    assert len((await ann.get("notes?body=eq.kept")).json()) == 3


async def test_nothing_is_changed_without_a_filter(ann: httpx.AsyncClient) -> None:
    for answer in (await ann.delete("notes"), await ann.patch("notes", json={"body": "x"})):
        assert (answer.status_code, answer.json()["code"]) == (400, "21000")


async def test_a_table_without_rights(ann: httpx.AsyncClient, context: Context) -> None:
    signed_in = await ann.get("secrets")
    assert (signed_in.status_code, signed_in.json()["message"]) == (
        403,
        "permission denied for table secrets",
    )
    stranger = await ann.get("secrets", headers={"authorization": f"Bearer {context.keys.publishable_key}"})
    assert (stranger.status_code, stranger.headers["www-authenticate"]) == (401, "Bearer")


async def test_the_service_role_sees_postgres_details(ann: httpx.AsyncClient, context: Context) -> None:
    bearer = {"authorization": f"Bearer {context.keys.service_role_key}"}
    found = await ann.post("people", json={"id": str(uuid4()), "name": "ann"}, headers=bearer)
    assert found.json()["details"] == "Key (name)=(ann) already exists."


class TestSlow:
    """A statement is stopped at its limit."""

    @pytest.fixture
    def limits(self) -> Limits:
        return Limits(statement=0.2, rows=2)

    async def test_a_statement_that_takes_too_long(self, ann: httpx.AsyncClient) -> None:
        found = await ann.post("rpc/forever", json={})
        assert (found.status_code, found.json()["code"]) == (500, "57014")

    async def test_never_more_rows_than_the_limit(self, ann: httpx.AsyncClient) -> None:
        found = await ann.get("rooms?limit=100", headers={"prefer": "count=exact"})
        assert (found.status_code, found.headers["content-range"], len(found.json())) == (206, "0-1/3", 2)


async def test_a_new_table_is_found_after_a_pause(context: Context, migrator: AsyncConnection[Any]) -> None:
    now = 100.0
    catalogs = Catalogs(context.requests, ("public",), clock=lambda: now)
    assert ("public", "later") not in (await catalogs.current()).tables
    await migrator.execute("create table later (id int)")
    now += 0.5
    assert await catalogs.newer() is None
    now += 0.6
    newer = await catalogs.newer()
    assert newer is not None
    assert ("public", "later") in newer.tables
    await migrator.execute("drop table later")
    now += 61
    assert ("public", "later") not in (await catalogs.current()).tables
