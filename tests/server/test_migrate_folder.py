"""A project's folder as people have it: seeds, dumps, odd names, transactions of its own, refusals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from psycopg import AsyncConnection

from supachat.server.context import Context
from supachat.server.migrate import apply_folder
from supachat.server.trouble import MigrationFailed


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "supabase" / "migrations"
    made.mkdir(parents=True)
    (made / "20260101000000_first.sql").write_text("create table notes (id int primary key);")
    return made


async def rows(connection: AsyncConnection[Any], statement: str) -> list[Any]:
    return await (await connection.execute(statement.encode())).fetchall()


async def test_the_seed_runs_once_and_after_the_migrations(
    context: Context, folder: Path, migrator: AsyncConnection[Any]
) -> None:
    seed = folder.parent / "seed.sql"
    seed.write_text("insert into notes values (1);")
    project = context.conninfo("postgres")
    assert await apply_folder(project, folder) == ("20260101000000_first.sql", "seed.sql")
    assert await apply_folder(project, folder) == ()
    seed.write_text("insert into notes values (1); -- changed")
    assert await apply_folder(project, folder) == ()
    assert await rows(migrator, "select count(*) from notes") == [(1,)]


async def test_a_project_that_was_moved_is_not_seeded_again(
    context: Context, folder: Path, tmp_path: Path
) -> None:
    (folder / "seed.sql").write_text("insert into notes values (1);")
    project = context.conninfo("postgres")
    await apply_folder(project, folder)
    moved = folder.parent.rename(tmp_path / "elsewhere")
    assert await apply_folder(project, moved / "migrations") == ()


async def test_a_failing_seed_leaves_the_migrations_and_runs_when_mended(
    context: Context, folder: Path, migrator: AsyncConnection[Any]
) -> None:
    seed = folder.parent / "seed.sql"
    seed.write_text("insert into notes values (1);\ninsert into notes values (1);")
    with pytest.raises(MigrationFailed, match=r"seed\.sql, line 2: duplicate key .*23505"):
        await apply_folder(context.conninfo("postgres"), folder)
    assert await rows(migrator, "select count(*) from notes") == [(0,)]
    seed.write_text("insert into notes values (1);")
    assert await apply_folder(context.conninfo("postgres"), folder) == ("seed.sql",)


async def test_every_sql_file_runs_whatever_its_name(context: Context, folder: Path) -> None:
    (folder / "000_early.sql").write_text("create table early (id int);")
    (folder / "schema.sql").write_text("create table late (id int references notes);")
    names = await apply_folder(context.conninfo("postgres"), folder)
    assert names == ("000_early.sql", "20260101000000_first.sql", "schema.sql")
    assert await apply_folder(context.conninfo("postgres"), folder) == ()


async def test_files_of_one_version_run_each_once_and_it_is_said_that_a_push_refuses_them(
    context: Context, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A day as a version is common where SQL was pasted into the dashboard."""
    first = folder / "20260101000000_first.sql"
    assert await apply_folder(context.conninfo("postgres"), folder) == (first.name,)
    twin = folder / "20260101000000_a_twin.sql"
    twin.write_text("create table twin (id int);")
    assert await apply_folder(context.conninfo("postgres"), folder) == (twin.name,)
    assert "2 migrations have the version 20260101000000" in caplog.text
    assert await apply_folder(context.conninfo("postgres"), folder) == ()
    first.unlink()
    assert await apply_folder(context.conninfo("postgres"), folder) == ()


async def test_what_a_file_sets_for_itself_does_not_reach_the_next(context: Context, folder: Path) -> None:
    (folder / "20260102000000_dump.sql").write_text(
        "select pg_catalog.set_config('search_path', '', false); set row_security = off; set role anon;"
    )
    (folder / "20260103000000_next.sql").write_text("insert into notes values (7);")
    assert len(await apply_folder(context.conninfo("postgres"), folder)) == 3


async def test_an_extension_that_an_earlier_run_did_without_is_named_when_it_is_needed(
    context: Context, folder: Path
) -> None:
    (folder / "20260102000000_asks.sql").write_text("create extension if not exists no_such_thing;")
    await apply_folder(context.conninfo("postgres"), folder)
    (folder / "20260103000000_needs.sql").write_text("select no_such_call();")
    with pytest.raises(MigrationFailed, match=r"needs\.sql, line 1: .*PostgreSQL has no no_such_thing:"):
        await apply_folder(context.conninfo("postgres"), folder)


OWN_TRANSACTIONS = [
    "begin; insert into notes values (2); commit;",
    "BEGIN TRANSACTION ISOLATION LEVEL SERIALIZABLE; insert into notes values (2); end",
    "start transaction; insert into notes values (2); COMMIT WORK; begin; savepoint a;"
    " insert into notes values (3); rollback to savepoint a; commit and chain;",
]


@pytest.mark.parametrize("text", OWN_TRANSACTIONS)
async def test_a_file_may_bring_its_own_transaction(
    text: str, context: Context, folder: Path, migrator: AsyncConnection[Any]
) -> None:
    (folder / "20260102000000_own.sql").write_text(text)
    await apply_folder(context.conninfo("postgres"), folder)
    assert await rows(migrator, "select id from notes") == [(2,)]


REFUSED = [
    ("insert into notes values (1);\n\nrollback;", r"line 3: a migration cannot roll itself back"),
    (
        "insert into notes\n  values ('x');",
        r"line 2: .*22P02[^\n]*\nThe statement:\n  insert into notes\n  ",
    ),
    (
        "insert into notes values (1);\nvacuum notes;",
        r"line 2: VACUUM cannot .*25001.*\n.*\n  vacuum notes$",
    ),
    ("select 1;\nselect 'a\x1b[2Jb' from nowhere", r"line 2: .*42P01.*supabase db pull[^\x1b]*$"),
    (
        "create table late (id int references notes deferrable initially deferred);\n"
        "insert into late values (9);",
        r"line 2: .*23503.*Key \(id\)=\(9\)",
    ),
    ("select '" + "x" * 5000 + "'::int", r"x{900} …$"),
]


@pytest.mark.parametrize(("text", "said"), REFUSED, ids=range(len(REFUSED)))
async def test_a_refusal_names_file_line_state_and_statement_and_keeps_nothing(
    text: str, said: str, context: Context, folder: Path, migrator: AsyncConnection[Any]
) -> None:
    (folder / "20260102000000_bad.sql").write_text(text)
    with pytest.raises(MigrationFailed) as found:
        await apply_folder(context.conninfo("postgres"), folder)
    assert found.match(r"^20260102000000_bad\.sql, ")
    assert found.match(said.replace("x{900}", "x{980,1000}"))
    assert "Nothing of this file was kept" in str(found.value)
    assert await rows(migrator, "select count(*) from notes") == [(0,)]
    history = "select version from supabase_migrations.schema_migrations"
    assert await rows(migrator, history) == [("20260101000000",)]
