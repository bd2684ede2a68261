"""Which schemas REST shows, and how it comes to know that they changed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from psycopg import AsyncConnection

from supachat.server.context import Context
from supachat.server.gateway import build, running

SCHEMA = Path(__file__).with_name("rest_more.sql")


@pytest.fixture
async def rest(client: httpx.AsyncClient, migrator: AsyncConnection[Any]) -> httpx.AsyncClient:
    await migrator.execute(SCHEMA.read_bytes())
    client.base_url = client.base_url.join("/rest/v1/")
    return client


@pytest.fixture
async def both(context: Context, rest: httpx.AsyncClient) -> AsyncIterator[httpx.AsyncClient]:
    """The same project with two schemas exposed."""
    wider = replace(context, schemas=("public", "other"))
    async with running(wider):
        transport = httpx.ASGITransport(app=build(wider))
        async with httpx.AsyncClient(
            transport=transport, base_url=rest.base_url, headers=rest.headers
        ) as made:
            yield made


async def test_schemas_by_profile(both: httpx.AsyncClient) -> None:
    found = await both.get("films", headers={"accept-profile": "other"})
    assert (found.json(), found.headers["content-profile"]) == ([{"id": 1, "name": "elsewhere"}], "other")
    made = await both.post("films", json={"id": 2, "name": "new"}, headers={"content-profile": "other"})
    assert (made.status_code, made.headers["content-profile"]) == (201, "other")
    assert (await both.get("rpc/how_many", headers={"accept-profile": "other"})).json() == 3
    assert (await both.get("films?select=id&id=eq.1")).headers["content-profile"] == "public"
    refused = await both.get("films", headers={"accept-profile": "auth"})
    assert (refused.status_code, refused.json()["code"]) == (406, "PGRST106")
    root = await both.get("", headers={"accept-profile": "other"})
    assert [path for path in root.json()["paths"] if path != "/"] == ["/films", "/rpc/how_many"]


async def answers(rest: httpx.AsyncClient, path: str, expected: Any) -> None:
    """Returns when `path` is answered with `expected`."""
    deadline = time.monotonic() + 10.0
    while (found := (await rest.get(path)).json()) != expected:
        assert time.monotonic() < deadline, found
        await asyncio.sleep(0.005)


async def test_a_change_of_the_schema_is_known_at_once(
    rest: httpx.AsyncClient, migrator: AsyncConnection[Any]
) -> None:
    await answers(rest, "rpc/changing", 7)
    await migrator.execute(
        "drop function changing();"
        "create function changing() returns setof int language sql stable as 'select 8'"
    )
    # the name was there all along, so only hearing of the change can tell that its shape is another
    await answers(rest, "rpc/changing", [8])
    await migrator.execute("create view seen as select id as film from films where id = 1")
    await answers(
        rest, "seen?select=film,roles(actor)&roles.limit=1", [{"film": 1, "roles": [{"actor": 2}]}]
    )


async def test_a_project_configures_rest_by_sql(
    rest: httpx.AsyncClient, migrator: AsyncConnection[Any]
) -> None:
    await migrator.execute("""
        create function public.gate() returns void language plpgsql as $$
        begin
          if current_setting('request.headers')::json ->> 'x-go' = 'no' then
            raise sqlstate 'PT429' using message = 'slowly';
          end if;
        end $$;
    """)
    configured = "alter role authenticator in database {} set pgrst.{} = '{}'"
    name = migrator.info.dbname
    for setting, value in (
        ("db_schemas", "other, public, auth"), ("db_pre_request", "public.gate"), ("db_max_rows", "2"),
    ):  # fmt: skip
        await migrator.execute(configured.format(name, setting, value).encode())
    await migrator.execute("notify pgrst, 'reload config'")
    await answers(rest, "films", [{"id": 1, "name": "elsewhere"}])
    shown = await rest.get("films?select=id&order=id", headers={"accept-profile": "public"})
    assert shown.json() == [{"id": 1}, {"id": 2}]
    assert (await rest.get("users", headers={"accept-profile": "auth"})).status_code == 406
    refused = await rest.get("films", headers={"x-go": "no"})
    assert (refused.status_code, refused.json()["message"]) == (429, "slowly")
