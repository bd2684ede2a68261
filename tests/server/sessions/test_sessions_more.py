"""sessions.sql over the original's own tables, and Realtime: who may join, hear and speak."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from psycopg import errors
from tests.server.direct.world import ANYBODY
from tests.server.sql_world import Sessions

from supachat.server.postgres import Postgres

# what a project that follows the design has, with a policy of the loose kind beside it
ORIGINAL = """
create table public.chat_sessions (
  id text primary key, user_id text, title text,
  status text default 'active' check (status in ('active', 'inactive', 'archived')),
  last_activity timestamptz default now(), created_at timestamptz default now(),
  updated_at timestamptz default now(), metadata jsonb default '{}'
);
create table public.chat_messages (
  id uuid primary key default gen_random_uuid(), session_id text not null, user_id text,
  content text not null, role text not null check (role in ('user', 'assistant', 'system')),
  metadata jsonb default '{}', created_at timestamptz default now(), updated_at timestamptz default now(),
  status text default 'delivered' check (status in ('sending', 'delivered', 'failed', 'error')),
  message_type text default 'text' check (message_type in ('text', 'voice', 'adapter_action'))
);
create table public.user_presence (
  user_id text primary key, session_id text not null,
  status text default 'online' check (status in ('online', 'away', 'offline')),
  last_seen timestamptz default now(), is_typing boolean default false, typing_in_session text,
  metadata jsonb default '{}'
);
create table public.crypto_prices (
  id uuid primary key default gen_random_uuid(), symbol text not null, price decimal not null,
  change_24h decimal default 0, change_percentage_24h decimal default 0, market_cap bigint default 0,
  volume_24h bigint default 0, last_updated timestamptz default now()
);
alter table public.chat_messages enable row level security;
create policy "read all" on public.chat_messages for select to authenticated using (true);
create policy "write all" on public.chat_messages for insert to authenticated with check (true);
grant all on all tables in schema public to anon, authenticated;
alter publication supabase_realtime add table public.chat_messages;
"""


@pytest.fixture
def public(postgres: Postgres, database: str) -> Iterator[Sessions]:
    """A project of the test's own, with the original's tables and nothing of ours."""
    made = Sessions(postgres, database, "public")
    made.run(ORIGINAL)
    yield made
    made.close()


def test_over_the_originals_tables(public: Sessions) -> None:
    ann, eve = public.someone("ann"), public.someone("eve")
    public.admin.execute(
        "insert into chat_sessions (id, user_id, title) values ('s1', %s, null)", (ann.id,)
    )
    public.admin.execute(
        "insert into chat_messages (session_id, user_id, role, content, created_at, updated_at) values"
        " ('s1', %s, 'user', 'hello', null, null), ('s1', null, 'assistant', 'hi', now(), now()),"
        " ('gone', %s, 'user', '', now(), now())",
        (ann.id, ann.id),
    )
    assert public.install() == []
    before = public.shape()
    assert public.install() == []
    assert public.shape() == before
    rows = public.ask(ann, "select user_id, content from chat_messages order by content")
    assert rows == [{"user_id": ann.id, "content": "hello"}, {"user_id": "assistant", "content": "hi"}]
    assert public.one(ann, "select * from supachat_threads()")["title"] == ""
    assert public.one(ann, "select * from supachat_send('s1', 'new')")["content"] == "new"
    assert public.ask(eve, "select * from chat_messages") == []  # whatever "read all" says
    insert = (
        "insert into chat_messages (session_id, user_id, role, content) values ('s1', %s, %s, 'forged')"
    )
    for who, role in ((eve, "user"), (ann, "assistant")):
        with pytest.raises(errors.InsufficientPrivilege):  # whatever "write all" says
            public.ask(who, insert, who.id, role)
    with pytest.raises(errors.InsufficientPrivilege):
        public.ask(ANYBODY, "select * from chat_messages")
    assert public.published() == {"chat_sessions", "chat_messages", "user_presence", "crypto_prices"}


def test_who_may_hear_and_speak(world: Sessions) -> None:
    ann, bob, eve, fay = (world.someone(name) for name in ("ann", "bob", "eve", "fay"))
    made = "select * from supachat_create_thread('Plans', %s, 'a: b')"
    world.ask(ann, made, [bob.id, fay.id])
    world.ask(ann, "select * from supachat_remove('a: b', %s)", fay.id)
    rows, twin = "sessions:a: b", "sessions-typing:a: b"
    for who, extension in itertools.product((ann, bob, eve, fay, ANYBODY), ("broadcast", "presence")):
        member = who in (ann, bob)
        assert world.hears(who, rows, extension) is (member and extension == "broadcast")
        assert not world.speaks(who, rows, extension)
        assert world.hears(who, twin, extension) is member
        assert world.speaks(who, twin, extension) is member
        own = f"sessions-user:{ann.uid}"
        assert world.hears(who, own, extension) is (who is ann and extension == "broadcast")
        assert not world.speaks(who, own, extension)
    for topic in ("sessions:", "sessions:x", "sessions-typing:x", "sessions-user:", "session:a: b"):
        assert not world.hears(ann, topic)
        assert not world.speaks(ann, topic)


def test_policies_that_open_every_topic_open_none_of_ours(public: Sessions) -> None:
    public.install()
    public.run(
        "create policy hears on realtime.messages for select to public using (true);"
        "create policy speaks on realtime.messages for insert to public with check (true);"
    )
    ann, eve = public.someone("ann"), public.someone("eve")
    public.ask(ann, "select * from supachat_create_thread('Plans', '{}', 's1')")
    for topic in ("sessions:s1", "sessions-typing:s1", f"sessions-user:{ann.uid}"):
        for who in (eve, ANYBODY):
            assert not public.hears(who, topic)
            assert not public.speaks(who, topic)
    assert not public.speaks(ann, "sessions:s1")
    assert public.hears(ANYBODY, "session-lobby")
