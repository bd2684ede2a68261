"""The past, written into an empty database: one statement for the accounts, one for each source.

No trigger fires, so nobody is told of 5,000 old messages. Works on the local server's own database, as
its superuser, through the socket that `keys.json` names. Slow imports: call it in a thread. Must never
name a table or a column of a source: `dialects/demo/` does.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from supachat.demo.cast import EVERYBODY, thread_id
from supachat.demo.history import Line, Past, past
from supachat.demo.story import iso, told
from supachat.dialects import catalog
from supachat.dialects import demo as scripts
from supachat.domain.errors import ServerTrouble

if TYPE_CHECKING:
    from psycopg import Connection

_LEDGER = """
create schema if not exists demo;
create table if not exists demo.told (source text primary key, at timestamptz not null default now());
"""
"""Which pasts are written: a dialect that comes later gets its own. The demo's schema, nobody else's."""


def seed(keys: Path, passwords: Mapping[str, str]) -> bool:
    """Write what is not there yet. False if all was. Raises `ServerTrouble`.

    `keys` is the server's keys.json; `passwords` by handle.
    """
    import psycopg
    from psycopg.conninfo import make_conninfo

    try:
        database = json.loads(keys.read_text(encoding="utf-8"))["database"]
        # the superuser: only it may hold back triggers
        conninfo = make_conninfo(
            database, user="supabase_admin", options="-c session_replication_role=replica"
        )
        with psycopg.connect(conninfo) as connection:
            connection.execute("select pg_advisory_xact_lock(5000)")
            connection.execute("set local client_min_messages = warning")
            connection.execute(_LEDGER)
            return _write(connection, passwords)
    except (OSError, ValueError, KeyError, psycopg.Error) as error:
        raise ServerTrouble(f"The demo's past could not be written: {error}", cure="Try --fresh") from error


def _write(connection: Connection[Any], passwords: Mapping[str, str]) -> bool:
    there = {source for (source,) in connection.execute("select source from demo.told")}
    missing = [name for name in ("accounts", *catalog.names()) if name not in there]
    now = time.time_ns() // 1000
    for name in missing:
        if name == "accounts":
            statement, tale = scripts.accounts(), accounts(passwords)
        elif (found := scripts.past(name)) is not None:
            statement, tale = found, written(past(now)) if name == "direct" else told(name, now)
        else:
            continue
        connection.execute(statement, {"story": json.dumps(tale)})
        connection.execute("insert into demo.told (source) values (%s)", (name,))
    return bool(missing)


def accounts(passwords: Mapping[str, str]) -> dict[str, list[dict[str, Any]]]:
    """Everybody, with their passwords as bcrypt hashes."""
    import bcrypt

    def hashed(handle: str) -> str:
        # the cheapest cost: the password is random, long, and lies beside the database anyway
        return bcrypt.hashpw(passwords[handle].encode(), bcrypt.gensalt(4)).decode()

    return {
        "people": [
            {"id": p.user_id, "name": p.name, "email": p.email, "password": hashed(p.handle)}
            for p in EVERYBODY
        ]
    }


def written(story: Past) -> dict[str, list[dict[str, Any]]]:
    """The past of the pairs as its statement reads it."""
    by_thread: dict[str, list[Line]] = {}
    for line in story.lines:
        by_thread.setdefault(line.thread, []).append(line)
    return {
        "people": [{"id": p.user_id, "handle": p.handle, "name": p.name} for p in EVERYBODY],
        "threads": [
            {"id": thread, "first_at": iso(lines[0].at), "last_at": iso(lines[-1].at)}
            for thread, lines in by_thread.items()
        ],
        "messages": [
            {
                "id": line.id,
                "thread": line.thread,
                "author": line.author.handle,
                "to": line.to.handle,
                "body": line.body,
                "at": iso(line.at),
            }
            for line in story.lines
        ],
        "reads": _reads(story, by_thread),
    }


def _reads(story: Past, by_thread: Mapping[str, list[Line]]) -> list[dict[str, Any]]:
    """Everybody has read everything, but for what the story says is unread."""
    reads = []
    for pair in story.threads:
        thread = thread_id(*pair)
        for reader in pair:
            lines = by_thread[thread]
            last = lines[-1 - story.unread.get((thread, reader.handle), 0)]
            reads.append(
                {"reader": reader.handle, "thread": thread, "message": last.id, "at": iso(last.at)}
            )
    return reads
