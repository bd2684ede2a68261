"""Migrations run once, in order, as postgres, whole or not at all, and say where they failed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from psycopg import AsyncConnection

from supachat.server.context import Context
from supachat.server.migrate import apply_folder, apply_settings, apply_text
from supachat.server.statements import Statement, split
from supachat.server.trouble import MigrationFailed, ServerTrouble

SPLITS: list[tuple[str, str, list[tuple[str, int]]]] = [
    ("nothing", "", []),
    ("only comments", "-- one\n/* two ; /* nested ; */ */\n;", []),
    ("two", "select 1;\nselect 2", [("select 1", 1), ("select 2", 2)]),
    (
        "a quoted semicolon",
        "select ';', \"a;b\", 'it''s;';x",
        [("select ';', \"a;b\", 'it''s;'", 1), ("x", 1)],
    ),
    ("an escaped quote", r"select E'\';';select 2", [(r"select E'\';'", 1), ("select 2", 1)]),
    ("a backslash in a plain string", r"select '\';select 2", [(r"select '\'", 1), ("select 2", 1)]),
    ("dollar quotes", "do $$ begin; end $$;\n\nx", [("do $$ begin; end $$", 1), ("x", 3)]),
    ("named dollar quotes", "do $a$ $$;$$ ; $a$;x", [("do $a$ $$;$$ ; $a$", 1), ("x", 1)]),
    (
        "a parameter is no dollar quote",
        "prepare p as select $1;x",
        [("prepare p as select $1", 1), ("x", 1)],
    ),
    ("a comment before", "-- what; for\n\n  select 1;", [("select 1", 3)]),
    ("a comment inside", "select -- a;\n 1;x", [("select -- a;\n 1", 1), ("x", 2)]),
    (
        "a standard body",
        "create function f() returns int begin atomic select case 1 when 2 then 3 end; end;\nx",
        [
            (
                "create function f() returns int begin atomic select case 1 when 2 then 3 end; end",
                1,
            ),
            ("x", 2),
        ],
    ),
    ("a transaction", "begin;select 1;commit", [("begin", 1), ("select 1", 1), ("commit", 1)]),
    ("an unclosed quote", "select 'oops; x", [("select 'oops", 1), ("x", 1)]),
    ("beyond ASCII", "select 'ü;ü';\nx", [("select 'ü;ü'", 1), ("x", 2)]),
]


@pytest.mark.parametrize(("text", "expected"), [row[1:] for row in SPLITS], ids=[row[0] for row in SPLITS])
def test_a_text_is_cut_into_statements(text: str, expected: list[tuple[str, int]]) -> None:
    assert split(text) == tuple(Statement(*pair) for pair in expected)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = {
        "20260101000000_first.sql": "create table notes (id int);\ninsert into notes values (1)",
        "20260102000000_second.sql": "alter table notes add column body text not null default 'x';",
        "README.md": "not a migration",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    return tmp_path


async def rows(connection: AsyncConnection[Any], statement: str) -> list[Any]:
    return await (await connection.execute(statement.encode())).fetchall()


async def test_a_folder_runs_once_and_is_recorded(
    context: Context, folder: Path, migrator: AsyncConnection[Any]
) -> None:
    project = context.conninfo("postgres")
    assert await apply_folder(project, folder) == ("20260101000000_first.sql", "20260102000000_second.sql")
    assert await apply_folder(project, folder) == ()
    history = await rows(
        migrator, "select version, name from supabase_migrations.schema_migrations order by 1"
    )
    assert history == [("20260101000000", "first"), ("20260102000000", "second")]
    assert await rows(migrator, "select tableowner from pg_tables where tablename = 'notes'") == [
        ("postgres",)
    ]


async def test_a_failing_file_leaves_nothing_and_says_where(
    context: Context, folder: Path, migrator: AsyncConnection[Any]
) -> None:
    bad = "create table half (id int);\n\ninsert into half\n  values ('no number');"
    (folder / "20260103000000_third.sql").write_text(bad)
    with pytest.raises(MigrationFailed, match=r"20260103000000_third\.sql, line 4: .*22P02"):
        await apply_folder(context.conninfo("postgres"), folder)
    assert await rows(migrator, "select to_regclass('half')") == [(None,)]
    assert len(await rows(migrator, "select 1 from supabase_migrations.schema_migrations")) == 2


async def test_a_failure_while_running_names_the_statements_line(context: Context) -> None:
    text = "select 1;\n\ndo $$ begin raise exception 'no' using hint = 'try yes.'; end $$;"
    with pytest.raises(MigrationFailed, match=r"it\.sql, line 3: no \(P0001\)\. Hint: try yes\. Nothing"):
        await apply_text(context.conninfo("postgres"), "it.sql", text)


async def test_a_text_runs_again_only_when_it_changed(context: Context) -> None:
    project, text = context.conninfo("postgres"), "create table if not exists t (id int)"
    assert [await apply_text(project, "t.sql", each) for each in (text, text, text + ";")] == [
        True,
        False,
        True,
    ]


async def test_extensions_that_are_not_here_are_stood_in_for(
    context: Context, migrator: AsyncConnection[Any]
) -> None:
    text = (
        'create extension if not exists "uuid-ossp" with schema extensions;'
        "create table u (id uuid default uuid_generate_v4());"
        "insert into u default values;"
    )
    await apply_text(context.conninfo("postgres"), "u.sql", text)
    assert len(await rows(migrator, "select id from u where id is not null")) == 1


async def test_another_missing_extension_is_a_notice_and_what_needs_it_says_so(
    context: Context, caplog: pytest.LogCaptureFixture
) -> None:
    text = "create extension no_such_thing;\ncreate table kept (id int)"
    await apply_text(context.conninfo("postgres"), "e.sql", text)
    assert "no_such_thing is not in this PostgreSQL" in caplog.text
    with pytest.raises(MigrationFailed, match=r"f\.sql, line 2: .*no_such_thing.*SUPACHAT_POSTGRES_BIN"):
        await apply_text(
            context.conninfo("postgres"), "f.sql", "create extension no_such_thing;\nselect no_such_call()"
        )


async def test_a_folder_that_is_not_there(context: Context, tmp_path: Path) -> None:
    with pytest.raises(ServerTrouble, match="there is no folder"):
        await apply_folder(context.conninfo("postgres"), tmp_path / "nowhere")


async def test_a_file_that_is_no_text(context: Context, folder: Path) -> None:
    (folder / "20260103000000_odd.sql").write_bytes(b"select '\xff'")
    with pytest.raises(MigrationFailed, match="cannot be read"):
        await apply_folder(context.conninfo("postgres"), folder)


async def test_settings_reach_every_later_connection(
    context: Context, postgres: Any, database: str
) -> None:
    await apply_settings(postgres.conninfo(dbname=database), {"supachat.test": "it's on"})
    async with await AsyncConnection.connect(context.conninfo("authenticator")) as connection:
        assert await rows(connection, "select current_setting('supachat.test')") == [("it's on",)]
