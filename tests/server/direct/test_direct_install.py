"""direct.sql run again, over the original's tables, beside strangers' tables, and in another schema."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import errors
from tests.server.direct.world import Account, World

from supachat.dialects import catalog
from supachat.server.postgres import Postgres

COLUMNS = "thread_id, sender_supabase_id, sender_mongo_id, recipient_mongo_id, body"

# the outline's own schema, as a project that follows it has it
ORIGINAL = """
create table public.chat_threads (
  thread_id text primary key, user_a_mongo_id text, user_b_mongo_id text,
  user_a_supabase_id uuid, user_b_supabase_id uuid,
  created_at timestamptz default now(), last_message_at timestamptz
);
create table public.chat_messages (
  id uuid primary key default gen_random_uuid(), thread_id text not null, sender_supabase_id uuid not null,
  sender_mongo_id text not null, recipient_mongo_id text not null, body text not null,
  created_at timestamptz default now()
);
alter table public.chat_messages enable row level security;
create policy "read all" on public.chat_messages for select to authenticated using (true);
create policy "write all" on public.chat_messages for insert to authenticated with check (true);
create function public.insert_chat_message(
  _thread_id text, _sender_mongo_id text, _recipient_mongo_id text, _body text
) returns public.chat_messages language sql security definer as $$
  insert into public.chat_messages
    (thread_id, sender_supabase_id, sender_mongo_id, recipient_mongo_id, body)
  values (_thread_id, auth.uid(), _sender_mongo_id, _recipient_mongo_id, _body) returning *
$$;
grant execute on function public.insert_chat_message(text, text, text, text) to authenticated;
"""


def shape(bare_world: World) -> list[tuple[str, ...]]:
    """Everything that the file makes, as text."""
    queries = (
        "select 'policy', tablename, policyname, permissive, cmd, roles::text, qual, with_check"
        " from pg_policies",
        "select 'trigger', tgrelid::regclass::text, pg_get_triggerdef(oid)"
        " from pg_trigger where not tgisinternal",
        "select 'function', oid::regprocedure::text, prosrc, proacl::text from pg_proc"
        " where pronamespace = 'public'::regnamespace",
        "select 'index', indexname, indexdef from pg_indexes where schemaname = 'public'",
        "select 'column', c.oid::regclass::text, a.attname, a.attnotnull, c.relacl::text, a.attacl::text"
        " from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0"
        " where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'",
        "select 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)"
        " from pg_constraint where connamespace = 'public'::regnamespace",
    )
    found: list[tuple[str, ...]] = []
    for query in queries:
        found += [tuple(map(str, row.values())) for row in bare_world.admin.execute(query.encode())]
    return sorted(found)


def test_it_can_be_run_again(bare_world: World) -> None:
    assert bare_world.install() == []
    ann, bob = bare_world.person("ann"), bare_world.person("bob")
    bare_world.say(ann, bob, "kept")
    before = shape(bare_world)
    assert bare_world.install() == []
    assert shape(bare_world) == before
    assert [row["body"] for row in bare_world.ask(bob, "select body from chat_messages")] == ["kept"]


def test_over_the_originals_tables(bare_world: World) -> None:
    bare_world.run(ORIGINAL)
    ann, bob = (
        Account(bare_world.sign_up({"app_user_id": "ann"}), "ann"),
        Account(bare_world.sign_up({"app_user_id": "bob"}), "bob"),
    )
    eve = Account(bare_world.sign_up(), "eve")
    bare_world.admin.execute(
        f"insert into chat_messages ({COLUMNS}, created_at)"
        " values ('ann__bob', %s, 'ann', 'bob', 'old', null),"
        " ('ann__gone', %s, 'ann', 'gone', 'old', now()),"
        " ('ann__bob', %s, 'ann', 'bob', %s, now())",
        (ann.uid, ann.uid, ann.uid, "x" * 70_000),
    )
    bare_world.admin.execute(
        "insert into chat_threads (thread_id, user_a_mongo_id, user_b_mongo_id)"
        " values ('ann__old', 'ann', 'old')"
    )
    assert bare_world.install() == []
    threads = {row["thread_id"]: row for row in bare_world.admin.execute("select * from chat_threads")}
    assert set(threads) == {"ann__bob", "ann__old"}
    assert (threads["ann__bob"]["user_a_supabase_id"], threads["ann__bob"]["user_b_supabase_id"]) == (
        ann.uid,
        bob.uid,
    )
    assert (threads["ann__old"]["user_a_supabase_id"], threads["ann__old"]["user_b_supabase_id"]) == (
        ann.uid,
        None,
    )
    assert len(bare_world.ask(bob, "select * from chat_messages")) == 2
    assert bare_world.ask(eve, "select * from chat_messages") == []  # whatever "read all" says
    assert bare_world.say(bob, ann, "new")["body"] == "new"
    forged = (
        f"insert into chat_messages ({COLUMNS}) values ('ann__bob', auth.uid(), 'ann', 'bob', 'forged')"
    )
    with pytest.raises(errors.InsufficientPrivilege):  # whatever "write all" says
        bare_world.ask(eve, forged + " returning id")


def test_the_four_argument_function_is_replaced(bare_world: World) -> None:
    bare_world.run(ORIGINAL)
    bare_world.install()
    forms = bare_world.admin.execute(
        "select pronargs from pg_proc where proname = 'insert_chat_message'"
        " and pronamespace = 'public'::regnamespace"
    ).fetchall()
    assert [row["pronargs"] for row in forms] == [5]


def test_accounts_that_were_there_get_a_profile(bare_world: World) -> None:
    uid = bare_world.sign_up({"app_user_id": "early"}, {"name": "Early Bird"})
    bare_world.install()
    assert bare_world.profile(uid) == ("early", "Early Bird")


@pytest.mark.parametrize(
    ("there", "told"),
    [
        (
            "create table chat_messages (id bigint primary key, body text)",
            "expected a column id of type uuid, found bigint",
        ),
        ("create table chat_messages (id uuid primary key)", "a column thread_id of type text, found none"),
        (ORIGINAL.replace("id uuid primary key", "id uuid", 1), "its column id is not unique"),
        ("create view chat_threads as select 1 as x", "not a table of this role"),
        ("create table supachat_profiles (id int)", "expected a column user_id"),
        (
            "create function insert_chat_message(a int) returns int language sql as 'select 1'",
            r"insert_chat_message\(a integer\)",
        ),
        (
            "create function insert_chat_message(a text, b text, c text, d text, e uuid)"
            " returns int language sql as 'select 1'",
            "is not of the dialect direct",
        ),
    ],
    ids=["key", "column", "not unique", "view", "profiles", "function", "its answer"],
)
def test_what_is_not_its_own_stops_it_with_one_sentence(bare_world: World, there: str, told: str) -> None:
    bare_world.run(there)
    before = shape(bare_world)
    with pytest.raises(errors.RaiseException, match=told) as caught:
        bare_world.install()
    message = caught.value.diag.message_primary or ""
    assert message.startswith("supachat: ")
    assert message.endswith("Nothing was changed.")
    assert shape(bare_world) == before


def test_somebody_elses_table_stops_it(bare_world: World) -> None:
    bare_world.admin.execute("create table public.chat_threads (thread_id text primary key)")
    with pytest.raises(
        errors.RaiseException, match="chat_threads is there and is not a table of this role"
    ):
        bare_world.install()


def test_a_role_that_could_not_broadcast_is_refused(bare_world: World, database: str) -> None:
    bare_world.admin.execute("create role weak_installer login")
    try:
        with bare_world.connect("supabase_admin") as connection:
            connection.execute("set role weak_installer")
            with pytest.raises(errors.RaiseException, match="bypasses row level security"):
                connection.execute(catalog.sql("direct").encode())
    finally:
        bare_world.admin.execute("drop role weak_installer")


def test_no_project_of_supabase(postgres: Postgres) -> None:
    with (
        psycopg.connect(postgres.conninfo(dbname="template1"), autocommit=True) as connection,
        pytest.raises(errors.RaiseException, match="no Supabase project"),
    ):
        connection.execute(catalog.sql("direct").encode())


def test_in_a_schema_of_its_own(bare_world: World) -> None:
    bare_world.run("create table public.chat_messages (id bigint)")
    bare_world.install("talk")
    ann, bob = (
        Account(bare_world.sign_up({"app_user_id": "ann"}), "ann"),
        Account(bare_world.sign_up({"app_user_id": "bob"}), "bob"),
    )
    rows = bare_world.ask(ann, "select * from talk.insert_chat_message('ann__bob', 'ann', 'bob', 'hello')")
    assert rows[0]["body"] == "hello"
    assert [row["body"] for row in bare_world.ask(bob, "select body from talk.chat_messages")] == ["hello"]
    assert [row["payload"].get("schema") for row in bare_world.told()] == ["talk", None]
    assert bare_world.hears(bob, "chat:ann__bob")
    with pytest.raises(errors.RaiseException, match="already lives in another schema"):
        bare_world.install("elsewhere")


def test_a_page_walks_along_the_index(bare_world: World) -> None:
    bare_world.install()
    ann, bob, eve = bare_world.person("ann"), bare_world.person("bob"), bare_world.person("eve")
    for other in (bob, eve):
        bare_world.say(ann, other, "first")
    bare_world.admin.execute(
        f"insert into chat_messages ({COLUMNS}, created_at)"
        " select 'ann__' || case when n %% 2 = 0 then 'bob' else 'eve' end, %s, 'ann', 'bob', 'say ' || n,"
        " now() - n * interval '1 minute' from generate_series(1, 4000) as n",
        (ann.uid,),
    )
    bare_world.admin.execute("analyze chat_messages")
    middle = bare_world.admin.execute(
        "select id, created_at from chat_messages where thread_id = 'ann__bob'"
        " order by created_at, id offset 1000 limit 1"
    ).fetchone()
    assert middle
    page = (
        "explain (analyze, buffers off, format json)"
        " select id, created_at, thread_id, sender_mongo_id, body from chat_messages"
        " where thread_id = 'ann__bob' and created_at <= %(at)s"
        " and (created_at < %(at)s or (created_at = %(at)s and id < %(id)s))"
        " order by created_at desc, id desc limit 50"
    )
    with bare_world.asking(ann) as connection:
        found = connection.execute(page, {"at": middle["created_at"], "id": middle["id"]}).fetchone()
    assert found
    plan = found["QUERY PLAN"][0]["Plan"]
    scan = plan["Plans"][0]
    assert (plan["Node Type"], scan["Node Type"]) == ("Limit", "Index Scan")  # no sort in between
    assert scan["Index Name"] == "supachat_chat_messages_page"
    assert scan["Scan Direction"] == "Backward"
    assert "created_at" in scan["Index Cond"]
    assert scan["Actual Rows"] == 50
    assert scan["Rows Removed by Filter"] <= 1
