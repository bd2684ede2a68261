"""A project with one dialect's SQL in it, asked as PostgREST and Realtime would; and what the SQL made.

What is asked needs no schema before its names: the dialect's own is first on the path. The SQL is taken by
the dialect's name and schema, so that none needs a map.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, ClassVar, TypeVar

import psycopg
from psycopg import sql
from tests.conftest import a_database
from tests.server.direct.world import Account, Asked, World

from supachat.dialects import catalog
from supachat.server.postgres import Postgres

SHAPE = (
    "select 'policy', schemaname, tablename, policyname, permissive, cmd, roles::text, qual, with_check"
    " from pg_policies",
    "select 'trigger', tgrelid::regclass::text, pg_get_triggerdef(oid) from pg_trigger"
    " where not tgisinternal",
    "select 'function', oid::regprocedure::text, prosrc,"
    " array(select unnest(proacl)::text order by 1)::text"
    " from pg_proc where pronamespace = %(schema)s::regnamespace",
    "select 'index', indexname, indexdef from pg_indexes where schemaname = %(schema)s",
    "select 'table', c.oid::regclass::text, c.relreplident::text, c.relrowsecurity,"
    " array(select unnest(c.relacl)::text order by 1)::text, a.attname,"
    " a.attnotnull, a.attacl::text, pg_get_expr(d.adbin, d.adrelid)"
    " from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0"
    " left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum"
    " where c.relnamespace = %(schema)s::regnamespace and c.relkind in ('r', 'c')",
    "select 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)"
    " from pg_constraint where connamespace = %(schema)s::regnamespace",
    "select 'published', schemaname, tablename from pg_publication_tables",
)


class SqlWorld(World):
    """One fresh project. `dialect` is whose SQL it gets, in the schema `schema`."""

    dialect: ClassVar[str]

    def __init__(self, server: Postgres, database: str, schema: str | None = None) -> None:
        self.schema = schema or self.dialect
        super().__init__(server, database)

    def connect(self, user: str) -> Asked:
        made = super().connect(user)
        made.execute(sql.SQL("set search_path to {}, public").format(sql.Identifier(self.schema)))
        return made

    def install(self, schema: str | None = None) -> list[str]:
        """Applies the SQL as postgres does; the warnings it gave."""
        heard: list[str] = []
        with self.connect("postgres") as connection:
            connection.add_notice_handler(
                lambda said: heard.append(said.message_primary or "") if said.severity != "NOTICE" else None
            )
            connection.execute(catalog.sql(self.dialect, schema or self.schema).encode())
        return heard

    def someone(self, name: str, **app: str) -> Account:
        """A new account; `app` is its app metadata. In these dialects a person's id is their auth id."""
        uid = self.sign_up(app, {"name": name.title()})
        return Account(uid, str(uid))

    def one(self, who: Account, query: str, *values: object) -> dict[str, Any]:
        """The only row."""
        (row,) = self.ask(who, query, *values)
        return row

    @contextmanager
    def as_backend(self) -> Iterator[Asked]:
        """A transaction with the service key."""
        with self.asking(Account(uuid.UUID(int=0), "", "service_role")) as connection:
            yield connection

    def backend(self, query: str, *values: object) -> list[dict[str, Any]]:
        """What the project's backend does with the service key; its rows, if it has any."""
        with self.as_backend() as connection:
            cursor = connection.execute(query.encode(), values)
            return cursor.fetchall() if cursor.description else []

    def shape(self) -> list[tuple[str, ...]]:
        """Everything that the SQL made, as text."""
        found: list[tuple[str, ...]] = []
        for query in SHAPE:
            asked = self.admin.execute(query.encode(), {"schema": self.schema} if "%(" in query else None)
            found += [tuple(map(str, row.values())) for row in asked]
        return sorted(found)

    def published(self) -> set[str]:
        """The tables of the dialect that Realtime is told of."""
        asked = self.admin.execute(
            "select tablename from pg_publication_tables"
            " where pubname = 'supabase_realtime' and schemaname = %s",
            (self.schema,),
        )
        return {row["tablename"] for row in asked}

    def tables(self) -> set[str]:
        asked = self.admin.execute(
            "select relname from pg_class where relnamespace = %s::regnamespace and relkind = 'r'",
            (self.schema,),
        )
        return {row["relname"] for row in asked}

    def empty(self) -> None:
        """Nobody has an account and nothing was ever said."""
        tables = sql.SQL(", ").join(sql.Identifier(self.schema, name) for name in sorted(self.tables()))
        self.admin.execute(sql.SQL("truncate {}").format(tables))
        self.admin.execute("delete from auth.users; delete from realtime.messages")

    def believe(self, setting: str) -> None:
        """Turns on a setting of the local server; connections made from now on see it."""
        self.admin.execute(
            sql.SQL("alter database {} set {} to 'on'").format(
                sql.Identifier(self.admin.info.dbname), sql.Identifier(*setting.split("."))
            )
        )
        self.close()
        self.admin = self.connect("supabase_admin")
        self._api = self.connect("authenticator")


class Rooms(SqlWorld):
    dialect = "rooms"


class Inbox(SqlWorld):
    dialect = "inbox"


class Sessions(SqlWorld):
    dialect = "sessions"


class Portal(SqlWorld):
    dialect = "portal"


WORLDS: tuple[type[SqlWorld], ...] = (Rooms, Inbox, Sessions, Portal)

W = TypeVar("W", bound=SqlWorld)


@contextmanager
def installed(kind: type[W], server: Postgres) -> Iterator[W]:
    """A fresh project with the dialect in it, for several tests."""
    with a_database(server) as name:
        made = kind(server, name)
        made.install()
        yield made
        made.close()


def at_once(world: SqlWorld, asks: Sequence[tuple[Account, str, tuple[object, ...]]]) -> list[Any]:
    """What comes of each, all asked at the same time on connections of their own: a row, or the error."""

    def one(ask: tuple[Account, str, tuple[object, ...]]) -> Any:
        who, query, values = ask
        with world.connect("authenticator") as connection:
            try:
                with connection.transaction():
                    world.become(connection, who)
                    return connection.execute(query.encode(), values).fetchone()
            except psycopg.Error as error:
                return error

    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(one, asks))
