"""Runs a project's migrations as the role postgres and records them as the Supabase CLI does.

Each file is one transaction. A refused statement is reported with file, line, SQLSTATE and its text, and
nothing of its file is kept. Must never run a migration as superuser.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import AsyncConnection, sql
from psycopg.rows import TupleRow

from supachat.server.extensions import Extensions
from supachat.server.statements import Statement, split
from supachat.server.trouble import MigrationFailed, ServerTrouble

log = logging.getLogger(__name__)

_FILE = re.compile(r"(\d+)_(.*)\.sql")
_KIND = r"(?:\s+(?:work|transaction))?"
_TRANSACTION = re.compile(
    rf"(?:begin|start\s+transaction|commit|end){_KIND}"
    r"(?:\s+(?:isolation\s+level|read|not|deferrable|and\s+(?:no\s+)?chain)\b.*)?",
    re.IGNORECASE | re.DOTALL,
)
_ROLLBACK = re.compile(rf"(?:rollback|abort){_KIND}(?:\s+and\s+(?:no\s+)?chain)?", re.IGNORECASE)
_SEED = "seed.sql"
_SHOWN_LINES, _SHOWN_LENGTH = 12, 1000

_HISTORY = """
create schema if not exists supabase_migrations;
create table if not exists supabase_migrations.schema_migrations (version text not null primary key);
alter table supabase_migrations.schema_migrations add column if not exists statements text[];
alter table supabase_migrations.schema_migrations add column if not exists name text;
create table if not exists supabase_migrations.seed_files
  (path text not null primary key, hash text not null);
"""
# what a dump sets for itself (search_path, row_security, a role) must not reach the next file
_RESET = "reset session authorization; reset role; reset all"


@dataclass(frozen=True)
class _File:
    """One migration, known by its version: the digits that its name begins with; the whole name where there
    are none or another file has the same."""

    version: str
    name: str
    path: Path


async def apply_folder(conninfo: str, folder: Path) -> tuple[str, ...]:
    """Runs the files `*.sql` of `folder` that did not run yet, in the order of their names; then `seed.sql`
    of `folder` or beside it, if it never ran. Answers the names of what ran.
    """
    found = _files(folder)
    extensions = Extensions()
    async with await AsyncConnection.connect(conninfo) as connection:
        await connection.execute(_HISTORY)
        cursor = await connection.execute("select version, name from supabase_migrations.schema_migrations")
        # by the whole name too: a version is the digits until a second file has them
        known = {one for row in await cursor.fetchall() for one in (str(row[0]), f"{row[0]}_{row[1]}")}
        fresh = [file for file in found if known.isdisjoint((file.version, file.path.stem))]
        for file in found:
            if file not in fresh:
                await extensions.remember(connection, (one.text for one in split(_text(file.path))))
        await connection.commit()
        for file in fresh:
            await _apply_file(connection, file, extensions)
        seeded = await _seed(connection, folder, extensions)
    return (*(file.path.name for file in fresh), *seeded)


async def apply_text(conninfo: str, name: str, text: str) -> bool:
    """Runs one idempotent `text` in one transaction, unless the same text ran last; whether it ran."""
    mark = hashlib.sha256(text.encode()).hexdigest()
    async with await AsyncConnection.connect(conninfo) as connection:
        await connection.execute(_HISTORY)
        version = f"text:{name}"
        cursor = await connection.execute(
            "select 1 from supabase_migrations.schema_migrations where version = %s and name = %s",
            (version, mark),
        )
        if await cursor.fetchone():
            return False
        await _run(connection, name, split(text), Extensions())
        await connection.execute(
            "insert into supabase_migrations.schema_migrations (version, name) values (%s, %s)"
            " on conflict (version) do update set name = excluded.name",
            (version, mark),
        )
    return True


async def apply_settings(conninfo: str, settings: Mapping[str, str]) -> None:
    """Sets `settings` on the database, for every connection made from now on.

    `conninfo` is the superuser's: PostgreSQL lets nobody else keep a setting that it does not know.
    """
    async with await AsyncConnection.connect(conninfo) as connection:
        for name, value in settings.items():
            statement = sql.SQL("alter database {} set {} to {}").format(
                sql.Identifier(connection.info.dbname), sql.Identifier(*name.split(".")), sql.Literal(value)
            )
            await connection.execute(statement)


async def _apply_file(connection: AsyncConnection[TupleRow], file: _File, extensions: Extensions) -> None:
    statements = split(_text(file.path))
    await _run(connection, file.path.name, statements, extensions)
    await connection.execute(
        "insert into supabase_migrations.schema_migrations (version, name, statements) values (%s, %s, %s)",
        (file.version, file.name, [statement.text for statement in statements]),
    )
    await connection.commit()


async def _seed(
    connection: AsyncConnection[TupleRow], folder: Path, extensions: Extensions
) -> tuple[str, ...]:
    """Runs the seed unless one from the same place or of the same text ran before."""
    path = next((path for path in (folder / _SEED, folder.parent / _SEED) if path.is_file()), None)
    if path is None:
        return ()
    text = _text(path)
    mark = (str(path.absolute()), hashlib.sha256(text.encode()).hexdigest())
    cursor = await connection.execute(
        "select 1 from supabase_migrations.seed_files where path = %s or hash = %s", mark
    )
    if await cursor.fetchone():
        return ()
    await _run(connection, path.name, split(text), extensions)
    await connection.execute(
        "insert into supabase_migrations.seed_files (path, hash) values (%s, %s)", mark
    )
    await connection.commit()
    return (path.name,)


async def _run(
    connection: AsyncConnection[TupleRow],
    name: str,
    statements: Sequence[Statement],
    extensions: Extensions,
) -> None:
    """Runs `statements` in the open transaction, which is the whole file's whatever it says itself."""
    for statement in statements:
        if _ROLLBACK.fullmatch(statement.text):
            raise MigrationFailed(
                f"{name}, line {statement.line}: a migration cannot roll itself back, its file is one "
                "transaction. Nothing of this file was kept, what ran before it stands."
            )
        try:
            if not _TRANSACTION.fullmatch(statement.text) and not await extensions.settled(
                connection, statement.text
            ):
                await connection.execute(statement.text.encode())
            if statement is statements[-1]:
                # what was put off to the commit is to fail here, where there are words for it
                await connection.execute("set constraints all immediate")
        except psycopg.Error as error:
            cause = extensions.explain(error.sqlstate, str(error)) or _elsewhere(error.sqlstate)
            raise _failure(name, statement, error, cause) from error
    await connection.execute(_RESET)


def _failure(name: str, statement: Statement, error: psycopg.Error, cause: str) -> MigrationFailed:
    said = error.diag
    line = statement.line
    if said.statement_position:
        line += statement.text.count("\n", 0, int(said.statement_position) - 1)
    about = "".join(
        f" {label}: {text.rstrip('.')}."
        for label, text in (("Detail", said.message_detail), ("Hint", said.message_hint))
        if text
    )
    return MigrationFailed(
        f"{name}, line {line}: {said.message_primary or error} ({error.sqlstate or 'no SQLSTATE'}).{about}"
        f"{cause} Nothing of this file was kept, what ran before it stands. Mend it, then start again.\n"
        f"The statement:\n{_shown(statement.text)}"
    )


def _elsewhere(sqlstate: str | None) -> str:
    """The commonest reason why a table is not there: a folder that is not the whole of its project."""
    if sqlstate != "42P01":
        return ""
    return (
        " If it was made in the dashboard or by SQL that was not run here, put that into a migration that"
        " comes first: supabase db pull writes one."
    )


def _shown(statement: str) -> str:
    """The beginning of `statement`, indented, with nothing in it that a terminal would obey."""
    lines = statement[:_SHOWN_LENGTH].splitlines()[:_SHOWN_LINES]
    shown = "\n".join("  " + "".join(c if c.isprintable() else " " for c in line) for line in lines)
    return shown if statement == statement[:_SHOWN_LENGTH] and len(lines) < _SHOWN_LINES else shown + " …"


def _files(folder: Path) -> list[_File]:
    """The migrations in `folder`, in the order in which they run. Raises ServerTrouble."""
    if not folder.is_dir():
        raise ServerTrouble(f"there is no folder {folder} to take migrations from. Nothing was changed.")
    paths = sorted(
        (path for path in folder.glob("*.sql") if path.name != _SEED), key=lambda path: path.name
    )
    names = {path: _FILE.fullmatch(path.name) for path in paths}
    many = Counter(named[1] for named in names.values() if named)
    for version in (version for version, count in many.items() if count > 1):
        log.warning(
            "%s migrations have the version %s. Here they run in the order of their names; supabase db "
            "push refuses all but the first: give each its own digits before you push.",
            many[version],
            version,
        )
    return [
        _File(named[1] if many[named[1]] == 1 else path.stem, named[2], path)
        if named
        else _File(path.stem, path.stem, path)
        for path, named in names.items()
    ]


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MigrationFailed(f"{path.name} cannot be read: {error}. Nothing of it was run.") from error
