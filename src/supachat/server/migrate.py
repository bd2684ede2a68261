"""Runs a project's migrations as the role postgres and records them as the Supabase CLI does.

Each file is one transaction. A refused statement is reported with file, line and SQLSTATE, and nothing
of its file is kept. Must never run a migration as superuser.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import AsyncConnection, sql
from psycopg.rows import TupleRow

from supachat.server.statements import Statement, split
from supachat.server.trouble import MigrationFailed, ServerTrouble

SHIMMED = frozenset({"uuid-ossp", "pgcrypto"})
"""Extensions that may be missing: uuid_generate_v4 has a stand-in, gen_random_uuid is in the core."""

_FILE = re.compile(r"(\d+)_(.*)\.sql")
_EXTENSION = re.compile(r'create\s+extension\s+(?:if\s+not\s+exists\s+)?"?([\w-]+)"?', re.IGNORECASE)
_TRANSACTION = re.compile(
    r"(?:begin|commit|start\s+transaction)(?:\s+(?:work|transaction))?", re.IGNORECASE
)

_HISTORY = """
create schema if not exists supabase_migrations;
create table if not exists supabase_migrations.schema_migrations (version text not null primary key);
alter table supabase_migrations.schema_migrations add column if not exists statements text[];
alter table supabase_migrations.schema_migrations add column if not exists name text;
"""


@dataclass(frozen=True)
class _File:
    """One migration; the CLI knows it by its version, the digits that its name begins with."""

    version: str
    name: str
    path: Path


async def apply_folder(conninfo: str, folder: Path) -> tuple[str, ...]:
    """Runs the files `<version>_<name>.sql` of `folder` that did not run yet, in order; their names."""
    found = _files(folder)
    async with await AsyncConnection.connect(conninfo) as connection:
        await connection.execute(_HISTORY)
        cursor = await connection.execute("select version from supabase_migrations.schema_migrations")
        known = {str(row[0]) for row in await cursor.fetchall()}
        await connection.commit()
        fresh = [file for file in found if file.version not in known]
        for file in fresh:
            await _apply_file(connection, file)
    return tuple(file.path.name for file in fresh)


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
        await _run(connection, name, split(text))
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


async def _apply_file(connection: AsyncConnection[TupleRow], file: _File) -> None:
    statements = split(_text(file.path))
    await _run(connection, file.path.name, statements)
    await connection.execute(
        "insert into supabase_migrations.schema_migrations (version, name, statements) values (%s, %s, %s)",
        (file.version, file.name, [statement.text for statement in statements]),
    )
    await connection.commit()


async def _run(connection: AsyncConnection[TupleRow], name: str, statements: Sequence[Statement]) -> None:
    for statement in statements:
        if _TRANSACTION.fullmatch(statement.text) or await _shimmed(connection, statement.text):
            continue
        try:
            await connection.execute(statement.text.encode())
        except psycopg.Error as error:
            raise _failure(name, statement, error) from error


async def _shimmed(connection: AsyncConnection[TupleRow], statement: str) -> bool:
    """Whether `statement` makes an extension that is not here and that the bootstrap stands in for."""
    asked = _EXTENSION.match(statement)
    if asked is None or asked.group(1).lower() not in SHIMMED:
        return False
    if asked.group(1).lower() == "uuid-ossp":
        return True  # its function would collide with the stand-in
    cursor = await connection.execute(
        "select 1 from pg_available_extensions where name = %s", (asked.group(1).lower(),)
    )
    return await cursor.fetchone() is None


def _failure(name: str, statement: Statement, error: psycopg.Error) -> MigrationFailed:
    said = error.diag
    line = statement.line
    if said.statement_position:
        line += statement.text.count("\n", 0, int(said.statement_position) - 1)
    about = "".join(
        f" {label}: {text}."
        for label, text in (("Detail", said.message_detail), ("Hint", said.message_hint))
        if text
    )
    return MigrationFailed(
        f"{name}, line {line}: {said.message_primary or error} ({error.sqlstate or 'no SQLSTATE'}).{about} "
        "Nothing of this file was kept, what ran before it stands. Mend it, then start again."
    )


def _files(folder: Path) -> list[_File]:
    """The migrations in `folder`, in the order in which they run."""
    if not folder.is_dir():
        raise ServerTrouble(f"there is no folder {folder} to take migrations from. Nothing was changed.")
    named = [(path, _FILE.fullmatch(path.name)) for path in folder.iterdir()]
    return sorted(
        (_File(match.group(1), match.group(2), path) for path, match in named if match),
        key=lambda file: file.path.name,
    )


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MigrationFailed(f"{path.name} cannot be read: {error}. Nothing of it was run.") from error
