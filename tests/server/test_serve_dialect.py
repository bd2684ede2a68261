"""`supachat serve --dialect`: a dialect in a schema of its own is made, set up and shown by REST."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from click.testing import CliRunner
from supabase import AsyncClientOptions, acreate_client
from tests.server.served import served

from supachat.cli.serve import serve as command
from supachat.dialects import catalog
from supachat.server import serve as server
from supachat.server.serve import Options

MAPS = {
    "tiny": 'schema = "tiny"\n[local_settings]\n"supachat.tiny" = "heard"\n',
    "plain": 'schema = "public"\n',
}
SQL = """
create schema if not exists @schema@;
grant usage on schema @schema@ to authenticated, anon;
create table if not exists @schema@.notes (id int primary key, said text);
insert into @schema@.notes values (1, coalesce(current_setting('supachat.tiny', true), 'nothing'))
  on conflict do nothing;
"""
FUNCTIONS = """
create or replace function @schema@.how_many() returns bigint language sql stable set search_path = ''
  as 'select count(*) from @schema@.notes';
grant select on @schema@.notes to authenticated, anon;
alter publication supabase_realtime set table @schema@.notes;
"""


@pytest.fixture
def options(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Options]:
    """What the command makes of its arguments, with two small dialects in the catalog."""
    maps = tmp_path / "maps"
    maps.mkdir()
    for name, text in MAPS.items():
        (maps / f"{name}.toml").write_text(text)
    (maps / "tiny.sql").write_text(SQL)
    (maps / "tiny.2.functions.sql").write_text(FUNCTIONS)
    (maps / "plain.sql").write_text("create table if not exists public.plain (id int primary key);")
    monkeypatch.setattr(catalog, "_HERE", maps)
    given: list[Options] = []

    async def remember(found: Options, _announce: Any) -> None:
        given.append(found)

    monkeypatch.setattr(server, "serve", remember)

    def of(*words: str) -> Options:
        line = ["--data-dir", str(tmp_path / "data"), "--port", "0", *words]
        with ThreadPoolExecutor(1) as apart:  # the command brings a loop of its own
            told = apart.submit(CliRunner().invoke, command, line).result()
        assert told.exit_code == 0, told.output
        return given.pop()

    return of


async def test_a_dialect_of_its_own_schema_is_made_and_shown(options: Callable[..., Options]) -> None:
    wanted = options("--dialect", "tiny", "--dialect", "plain")
    assert wanted.schemas == ("public", "tiny")
    for _ in range(2):
        async with served(wanted) as started, httpx.AsyncClient(base_url=started.url) as http:
            headers = {"apikey": started.publishable_key, "accept-profile": "tiny"}
            found = await http.get("/rest/v1/notes", headers=headers)
            assert (found.status_code, found.json()) == (200, [{"id": 1, "said": "heard"}])
            assert (await http.get("/rest/v1/rpc/how_many", headers=headers)).json() == 1
            assert (
                await http.get("/rest/v1/plain", headers={"apikey": started.publishable_key})
            ).json() == []


async def test_a_real_client_finds_it_by_its_schema(options: Callable[..., Options]) -> None:
    async with served(options("--dialect", "tiny")) as started, httpx.AsyncClient() as http:
        chosen = AsyncClientOptions(schema="tiny", httpx_client=http, auto_refresh_token=False)
        client = await acreate_client(started.url, started.publishable_key, options=chosen)
        assert (await client.table("notes").select("*").execute()).data == [{"id": 1, "said": "heard"}]
        assert (await client.schema("tiny").rpc("how_many", {}).execute()).data == 1


async def test_without_it_the_schema_is_neither_made_nor_shown(
    options: Callable[..., Options], tmp_path: Path
) -> None:
    async with served(options()) as started, httpx.AsyncClient(base_url=started.url) as http:
        headers = {"apikey": started.publishable_key, "accept-profile": "tiny"}
        assert (await http.get("/rest/v1/notes", headers=headers)).status_code == 406
        database = json.loads((tmp_path / "data" / "keys.json").read_text())["database"]
        with psycopg.connect(database) as connection:
            assert connection.execute("select to_regclass('tiny.notes')").fetchone() == (None,)


def test_a_dialect_that_is_not_there_is_said(tmp_path: Path) -> None:
    told = CliRunner().invoke(command, ["--data-dir", str(tmp_path), "--dialect", "nothing"])
    assert told.exit_code == 1
    assert "there is no dialect 'nothing'" in told.output
