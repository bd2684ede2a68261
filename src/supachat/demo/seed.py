"""The past, written into an empty database in one statement.

No trigger fires, so nobody is told of 5,000 old messages. Works on the local server's own database, as
its superuser, through the socket that `keys.json` names. Slow imports: call it in a thread.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from supachat.demo.cast import EVERYBODY, thread_id
from supachat.demo.history import Past, past
from supachat.domain.errors import ServerTrouble

_STATEMENT = """
with input as (select %s::jsonb as past),
people as (
  select p.* from input, jsonb_to_recordset(past -> 'people')
    as p(id uuid, handle text, name text, email text, password text)
),
accounts as (
  insert into auth.users (instance_id, id, aud, role, email, encrypted_password, email_confirmed_at,
      raw_app_meta_data, raw_user_meta_data, created_at, updated_at)
    select '00000000-0000-0000-0000-000000000000', id, 'authenticated', 'authenticated', email, password,
      now(), '{"provider": "email", "providers": ["email"]}',
      jsonb_build_object('sub', id, 'email', email, 'email_verified', true, 'name', name), now(), now()
    from people
),
identities as (
  insert into auth.identities (provider_id, user_id, identity_data, provider, last_sign_in_at)
    select id::text, id, jsonb_build_object('sub', id, 'email', email, 'email_verified', true), 'email',
      now()
    from people
),
profiles as (
  insert into public.supachat_profiles (user_id, app_user_id, display_name)
    select id, handle, name from people
),
threads as (
  insert into public.chat_threads (thread_id, user_a_mongo_id, user_b_mongo_id, user_a_supabase_id,
      user_b_supabase_id, created_at, last_message_at)
    select t.id, a.handle, b.handle, a.id, b.id, t.first_at, t.last_at
    from input, jsonb_to_recordset(past -> 'threads')
      as t(id text, first_at timestamptz, last_at timestamptz)
    join people a on a.handle = split_part(t.id, '__', 1)
    join people b on b.handle = split_part(t.id, '__', 2)
),
messages as (
  insert into public.chat_messages (id, thread_id, sender_supabase_id, sender_mongo_id, recipient_mongo_id,
      body, created_at)
    select m.id, m.thread, s.id, m.author, m.to, m.body, m.at
    from input, jsonb_to_recordset(past -> 'messages')
      as m(id uuid, thread text, author text, "to" text, body text, at timestamptz)
    join people s on s.handle = m.author
)
insert into public.supachat_read_cursors (user_id, thread_id, read_message_id, read_at)
  select p.id, r.thread, r.message, r.at
  from input, jsonb_to_recordset(past -> 'reads')
    as r(reader text, thread text, message uuid, at timestamptz)
  join people p on p.handle = r.reader
"""


def seed(keys: Path, passwords: Mapping[str, str]) -> bool:
    """Write the past, unless it is there. False if it was. Raises `ServerTrouble`.

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
            if connection.execute("select from auth.users limit 1").fetchone() is not None:
                return False
            connection.execute(_STATEMENT, (json.dumps(written(past(time.time_ns() // 1000), passwords)),))
    except (OSError, ValueError, KeyError, psycopg.Error) as error:
        raise ServerTrouble(f"The demo's past could not be written: {error}", cure="Try --fresh") from error
    return True


def written(story: Past, passwords: Mapping[str, str]) -> dict[str, list[dict[str, Any]]]:
    """The past as the statement reads it; passwords as bcrypt hashes."""
    import bcrypt

    def hashed(handle: str) -> str:
        # the cheapest cost: the password is random, long, and lies beside the database anyway
        return bcrypt.hashpw(passwords[handle].encode(), bcrypt.gensalt(4)).decode()

    by_thread: dict[str, list[Any]] = {}
    for line in story.lines:
        by_thread.setdefault(line.thread, []).append(line)
    return {
        "people": [
            {
                "id": p.user_id,
                "handle": p.handle,
                "name": p.name,
                "email": p.email,
                "password": hashed(p.handle),
            }
            for p in EVERYBODY
        ],
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


def _reads(story: Past, by_thread: Mapping[str, list[Any]]) -> list[dict[str, Any]]:
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


def iso(at: int) -> str:
    """Microseconds since 1970 as PostgreSQL reads them, exactly."""
    from datetime import UTC, datetime, timedelta

    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)).isoformat()
