"""The SQL of the four dialects with schemas of their own: run again, beside what is there, what it grants.

By their files, not by their maps.
"""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import errors
from tests.server.direct.world import World
from tests.server.sql_world import WORLDS, Inbox, Portal, Rooms, Sessions, SqlWorld

from supachat.dialects import catalog
from supachat.server.postgres import Postgres

EACH = pytest.mark.parametrize("kind", WORLDS, ids=lambda kind: kind.dialect)

HISTORY = {
    "rooms": ("chat_messages", ("session_id", "created_at", "id")),
    "inbox": ("messages", ("conversation_id", "created_at", "id")),
    "sessions": ("chat_messages", ("session_id", "created_at", "id")),
    "portal": ("client_portal_messages", ("client_id", "sent_date", "id")),
}
PUBLISHED = {
    "rooms": set(),
    "inbox": {"conversations", "messages"},
    "sessions": {"chat_sessions", "chat_messages", "user_presence", "crypto_prices"},
    "portal": {
        "client_portal_messages", "portal_notifications", "appointments", "assessment_critical_alerts",
        "notification_logs", "audit_logs",
    },
}  # fmt: skip


@pytest.fixture
def bare(postgres: Postgres, database: str, kind: type[SqlWorld]) -> Iterator[SqlWorld]:
    """A project of the test's own, without the dialect."""
    made = kind(postgres, database)
    yield made
    made.close()


@EACH
def test_it_can_be_run_again(bare: SqlWorld) -> None:
    early = bare.sign_up({}, {"name": "Early Bird"})
    assert bare.install() == []
    before, rows = bare.shape(), everything(bare)
    assert bare.install() == []
    assert bare.shape() == before
    assert everything(bare) == rows
    assert bare.published() == PUBLISHED[bare.dialect]
    if bare.dialect in ("rooms", "sessions"):
        assert (str(early), "Early Bird") in {
            (str(row["user_id"]), row["display_name"])
            for row in bare.admin.execute("select user_id, display_name from supachat_profiles")
        }


@EACH
def test_a_policy_that_somebody_dropped_comes_back(bare: SqlWorld) -> None:
    """What dialect check sends people to: the file is run again, and knows its own functions."""
    bare.install()
    before = bare.shape()
    bare.admin.execute(
        f"drop policy supachat_{bare.schema}_{bare.dialect}_listen on realtime.messages".encode()
    )
    assert bare.install() == []
    assert bare.shape() == before


@pytest.mark.parametrize("kind", [Portal], ids=["portal"])
def test_alerts_of_before_they_could_be_closed_can_be(bare: SqlWorld) -> None:
    bare.install()
    bare.admin.execute("drop function supachat_close(uuid)")
    bare.admin.execute(
        "alter table assessment_critical_alerts drop column closed_at, drop column closed_by"
    )
    assert bare.install() == []
    assert (
        bare.admin.execute("select closed_at, closed_by from assessment_critical_alerts").fetchall() == []
    )


def everything(world: SqlWorld) -> list[str]:
    return [
        f"{name} {row['t']}"
        for name in sorted(world.tables())
        for row in world.admin.execute(f"select t::text as t from {name} t order by 1".encode())
    ]


@EACH
def test_nothing_is_for_strangers(bare: SqlWorld) -> None:
    bare.install()
    open_ = bare.admin.execute(
        "select c.relname as name from pg_class c where c.relnamespace = %(s)s::regnamespace"
        " and c.relkind = 'r' and (not c.relrowsecurity or has_table_privilege('anon', c.oid,"
        " 'select, insert, update, delete, truncate, references, trigger')"
        " or has_any_column_privilege('anon', c.oid, 'select, insert, update, references'))"
        " union all select p.proname from pg_proc p where p.pronamespace = %(s)s::regnamespace"
        " and (has_function_privilege('anon', p.oid, 'execute')"
        "   or has_function_privilege('service_role', p.oid, 'execute'))",
        {"s": bare.schema},
    ).fetchall()
    assert open_ == []
    usage = "select has_schema_privilege('anon', %s, 'usage') as x"
    assert bare.admin.execute(usage, (bare.schema,)).fetchall() == [{"x": False}]


@EACH
def test_the_order_of_a_history_has_no_holes_and_an_index(bare: SqlWorld) -> None:
    bare.install()
    table, columns = HISTORY[bare.dialect]
    not_null = bare.admin.execute(
        "select attname from pg_attribute where attrelid = %s::regclass and attnotnull", (table,)
    )
    assert set(columns) <= {row["attname"] for row in not_null}
    indexes = bare.admin.execute(
        "select array(select a.attname::text from unnest(i.indkey) with ordinality k(n, o)"
        " join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.n order by o) as columns"
        " from pg_index i where i.indrelid = %s::regclass and i.indpred is null",
        (table,),
    )
    assert list(columns) in [row["columns"] for row in indexes]


@EACH
def test_in_another_schema_and_only_once(bare: SqlWorld) -> None:
    bare.schema = "a_schema_of_just_thirty_letter"  # with which every name has to be short enough
    assert bare.install() == []
    assert bare.published() == PUBLISHED[bare.dialect]
    made = "select policyname::text as name from pg_policies union select tgname::text from pg_trigger"
    assert max(len(row["name"]) for row in bare.admin.execute(made.encode())) < 63
    with pytest.raises(errors.RaiseException, match="already lives in another schema") as caught:
        bare.install("third")
    assert (caught.value.diag.message_primary or "").endswith("Nothing was changed.")


@EACH
@pytest.mark.parametrize(
    ("there", "told"),
    [
        ("create table {table} (id int primary key)", "is not a table of the dialect"),
        ("create view {table} as select 1 as id", "not a table of this role"),
        ("create function supachat_whoami() returns int language sql as 'select 1'", "supachat_whoami"),
    ],
    ids=["table", "view", "function"],
)
def test_what_is_not_its_own_stops_it_with_one_sentence(bare: SqlWorld, there: str, told: str) -> None:
    table, _ = HISTORY[bare.dialect]
    bare.run(f"create schema {bare.schema}; set search_path to {bare.schema}; {there.format(table=table)}")
    before = bare.shape()
    with pytest.raises(errors.RaiseException, match=told) as caught:
        bare.install()
    message = caught.value.diag.message_primary or ""
    assert message.startswith("supachat: ")
    assert message.endswith("Nothing was changed.")
    assert "\n" not in message
    assert bare.shape() == before


@EACH
def test_the_checkers_function_may_have_been_there_before(bare: SqlWorld) -> None:
    bare.run(f"create schema {bare.schema};\n{catalog.describing(bare.schema)}")
    assert bare.install() == []


@EACH
def test_somebody_elses_table_stops_it(bare: SqlWorld) -> None:
    table, _ = HISTORY[bare.dialect]
    bare.admin.execute(
        f"create schema {bare.schema}; create table {bare.schema}.{table} (id uuid)".encode()
    )
    with pytest.raises(errors.RaiseException, match="is not a table of this role"):
        bare.install()


@pytest.mark.parametrize("kind", [Inbox, Sessions, Portal], ids=lambda kind: kind.dialect)
def test_without_the_publication_of_realtime(bare: SqlWorld) -> None:
    bare.admin.execute("drop publication supabase_realtime")
    with pytest.raises(errors.RaiseException, match="no publication supabase_realtime of this role"):
        bare.install()


@EACH
def test_no_project_of_supabase(postgres: Postgres, kind: type[SqlWorld]) -> None:
    with (
        psycopg.connect(postgres.conninfo(dbname="template1"), autocommit=True) as connection,
        pytest.raises(errors.RaiseException, match="no Supabase project"),
    ):
        connection.execute(catalog.sql(kind.dialect, kind.dialect).encode())


def test_all_five_live_in_one_project(postgres: Postgres, database: str) -> None:
    """And a topic of one is nobody's in the others."""
    direct = World(postgres, database)
    direct.install()
    worlds = [kind(postgres, database) for kind in WORLDS]
    assert [world.install() for world in worlds] == [[], [], [], []]
    assert [world.install() for world in reversed(worlds)] == [[], [], [], []]
    ann, bob, eve = (direct.person(name) for name in ("ann", "bob", "eve"))
    rooms, sessions = worlds[0], worlds[2]
    assert isinstance(rooms, Rooms)
    assert isinstance(sessions, Sessions)
    direct.say(ann, bob, "hello")
    made = "select session_id from supachat_create_thread('Plans', %s)"
    room = rooms.one(ann, made, [bob.uid])["session_id"]
    session = sessions.one(ann, made, [str(bob.uid)])["session_id"]
    rows = ("chat:ann__bob", f"session:{room}", f"sessions:{session}")
    twins = ("typing:ann__bob", f"session-typing:{room}", f"sessions-typing:{session}")
    for topic in (*rows, *twins):
        assert direct.hears(bob, topic), topic
        assert not direct.hears(eve, topic), topic
        assert direct.speaks(bob, topic) is (topic in twins), topic
        assert not direct.speaks(eve, topic), topic
    for topic in (f"user:{bob.uid}", f"sessions-user:{bob.uid}"):
        assert direct.hears(bob, topic)
        assert not direct.hears(ann, topic)
        assert not direct.speaks(bob, topic)
    for world in (direct, *worlds):
        world.close()
