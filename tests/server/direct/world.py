"""A project with the dialect direct in it, and people who ask it as PostgREST and Realtime would."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.rows import DictRow, dict_row

from supachat.dialects import catalog
from supachat.server.postgres import Postgres

Asked = psycopg.Connection[DictRow]

SETTING = "supachat.app_ids_from_user_metadata"
BECOME = "select set_config('request.jwt.claims', %s, true), set_config('role', %s, true)"
PROBE = "insert into realtime.messages (topic, extension, id) values (%s, %s, %s)"
OPEN_TO_ALL = """
create policy everybody_hears on realtime.messages for select to public using (true);
create policy everybody_speaks on realtime.messages for insert to public with check (true);
"""
CLOSE_AGAIN = """
drop policy everybody_hears on realtime.messages;
drop policy everybody_speaks on realtime.messages;
"""


@dataclass(frozen=True)
class Account:
    """Somebody with an account. `id` is the app's name for them."""

    uid: uuid.UUID
    id: str
    role: str = "authenticated"

    @property
    def claims(self) -> str:
        return json.dumps({"sub": str(self.uid), "role": self.role})


ANYBODY = Account(uuid.UUID(int=0), "", "anon")


class World:
    """One fresh project. `admin` is its superuser, `postgres` the role that migrations run as."""

    def __init__(self, server: Postgres, database: str) -> None:
        self._server = server
        self._database = database
        self.admin = self.connect("supabase_admin")
        self._api = self.connect("authenticator")

    def connect(self, user: str) -> Asked:
        conninfo = self._server.conninfo(user, self._database)
        return psycopg.connect(conninfo, autocommit=True, row_factory=dict_row)

    def install(self, schema: str | None = None) -> list[str]:
        """Applies the SQL as postgres does; the warnings it gave."""
        heard: list[str] = []
        with self.connect("postgres") as connection:
            connection.add_notice_handler(
                lambda said: heard.append(said.message_primary or "") if said.severity != "NOTICE" else None
            )
            connection.execute(catalog.sql("direct", schema).encode())
        return heard

    def run(self, text: str) -> None:
        """Statements of somebody else's making, as the role postgres."""
        with self.connect("postgres") as connection:
            connection.execute(text.encode())

    def believe_user_metadata(self) -> None:
        """Turns on what `serve` turns on; connections made from now on see it."""
        self.admin.execute(
            sql.SQL("alter database {} set {} to 'on'").format(
                sql.Identifier(self._database), sql.Identifier(*SETTING.split("."))
            )
        )
        self.close()
        self.admin = self.connect("supabase_admin")
        self._api = self.connect("authenticator")

    def sign_up(self, app: Any = None, said: Any = None, email: str | None = None) -> uuid.UUID:
        """A new row of auth.users with these two metadata values."""
        uid = uuid.uuid4()
        self.admin.execute(
            "insert into auth.users (id, email, raw_app_meta_data, raw_user_meta_data)"
            " values (%s, %s, %s::jsonb, %s::jsonb)",
            (uid, email or f"{uid}@example.org", json.dumps(app), json.dumps(said)),
        )
        return uid

    def person(self, id_: str, name: str = "") -> Account:
        return Account(self.sign_up({"app_user_id": id_}, {"name": name or id_.title()}), id_)

    def profile(self, uid: uuid.UUID) -> tuple[str, str] | None:
        row = self.admin.execute(
            "select app_user_id, display_name from supachat_profiles where user_id = %s", (uid,)
        ).fetchone()
        return (row["app_user_id"], row["display_name"]) if row else None

    @contextmanager
    def asking(self, who: Account) -> Iterator[Asked]:
        """A transaction as PostgREST opens one for `who`."""
        with self._api.transaction():
            self.become(self._api, who)
            yield self._api

    @staticmethod
    def become(connection: Asked, who: Account) -> None:
        """For the rest of the transaction `connection` is `who`."""
        connection.execute(BECOME, (who.claims, who.role))

    def ask(self, who: Account, query: str, *values: object) -> list[dict[str, Any]]:
        with self.asking(who) as connection:
            return connection.execute(query.encode(), values).fetchall()

    def say(self, who: Account, to: Account, body: str, id_: uuid.UUID | None = None) -> dict[str, Any]:
        """`who` sends by the function of the dialect; the stored row."""
        thread = "__".join(sorted((who.id, to.id)))
        (row,) = self.ask(
            who, "select * from insert_chat_message(%s, %s, %s, %s, %s)", thread, who.id, to.id, body, id_
        )
        return row

    def hears(self, who: Account, topic: str, extension: str = "broadcast") -> bool:
        """Whether Realtime would let `who` join: can it see a probe row of that topic?"""
        probe = uuid.uuid4()
        with self.admin.transaction(force_rollback=True):
            self.admin.execute(PROBE, (topic, extension, probe))
            self.admin.execute("select set_config('realtime.topic', %s, true)", (topic,))
            self.admin.execute(BECOME, (who.claims, who.role))
            seen = self.admin.execute("select id from realtime.messages where id = %s", (probe,))
            return seen.fetchone() is not None

    def speaks(self, who: Account, topic: str, extension: str = "broadcast") -> bool:
        """Whether Realtime would let `who` send: may it write a probe row?"""
        with self.admin.transaction(force_rollback=True):
            self.admin.execute("select set_config('realtime.topic', %s, true)", (topic,))
            self.admin.execute(BECOME, (who.claims, who.role))
            try:
                with self.admin.transaction():
                    self.admin.execute(PROBE, (topic, extension, uuid.uuid4()))
            except psycopg.errors.InsufficientPrivilege:
                return False
            return True

    def told(self) -> list[dict[str, Any]]:
        """What the database has broadcast, in order."""
        return self.admin.execute(
            "select topic, event, payload, private from realtime.messages order by inserted_at, topic"
        ).fetchall()

    def empty(self) -> None:
        """Nobody has an account and nothing was ever said."""
        self.admin.execute(
            "truncate chat_threads, chat_messages, supachat_read_cursors, supachat_profiles;"
            "delete from auth.users; delete from realtime.messages"
        )

    def close(self) -> None:
        self.admin.close()
        self._api.close()


def open_every_topic(world: World, request: pytest.FixtureRequest) -> None:
    """A project's own policies that open every topic to everybody, until the test ends."""
    world.run(OPEN_TO_ALL)
    request.addfinalizer(lambda: world.run(CLOSE_AGAIN))
