"""A served project with one dialect in it, and the requests of the people of the matrix.

The gateway runs on a loop of its own thread, so that a whole module shares it.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager, contextmanager
from dataclasses import replace
from functools import cached_property, partial
from typing import Any, TypeVar

import httpx
import psycopg
from psycopg import sql
from psycopg.sql import Composed
from tests.conftest import context_of
from tests.server.matrix.table import (
    ABSENT,
    DENIED,
    DONE,
    FALSE,
    NOTHING,
    TRUE,
    Act,
    Persona,
    Promises,
    Who,
    filled,
)
from tests.vectors.realtime_server import port_of, serving

from supachat.dialects import catalog
from supachat.server.context import Context, Limits, RealtimeLimits
from supachat.server.gateway import build, running
from supachat.server.postgres import Postgres

T = TypeVar("T")
PASSWORD = "correct-horse-9"
LIMITS = Limits(
    sign_ins_per_minute=10_000,
    realtime=RealtimeLimits(
        refused_join_pause=0.01,
        refused_handshake_pause=0.01,
        joins_per_second=100_000,
        events_per_second=100_000,
    ),
)
METHODS = {"read": "GET", "write": "POST", "update": "PATCH", "delete": "DELETE", "call": "POST"}


@contextmanager
def on_a_thread(made: Callable[[], AbstractAsyncContextManager[T]]) -> Iterator[T]:
    """What `made` gives, alive on a loop of its own thread until the block ends."""
    ready: Future[tuple[T, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def live() -> None:
        stop = asyncio.Event()
        async with made() as value:
            ready.set_result((value, asyncio.get_running_loop(), stop))
            await stop.wait()

    def run() -> None:
        try:
            asyncio.run(live())
        except BaseException as error:
            if ready.done():
                raise
            ready.set_exception(error)

    thread = threading.Thread(target=run)
    thread.start()
    value, loop, stop = ready.result(30)
    try:
        yield value
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()


@asynccontextmanager
async def gateway(
    postgres: Postgres, database: str, schema: str = "public"
) -> AsyncIterator[tuple[Context, int]]:
    """The whole gateway on a free loopback port; REST shows `schema` beside public, as `serve` does."""
    async with context_of(postgres, database, LIMITS) as plain:
        context = replace(plain, schemas=tuple(dict.fromkeys(("public", schema))))
        async with running(context), serving(build(context)) as server:
            yield context, port_of(server)


class Stage:
    """The project. `admin` is its superuser; `people` are known once the dialect's scene is made."""

    def __init__(self, context: Context, port: int, dialect: str, admin: psycopg.Connection[Any]) -> None:
        self.keys = context.keys
        self.address = f"127.0.0.1:{port}"
        self.dialect = catalog.load(dialect)
        self.admin = admin
        self.people: Mapping[Who, Persona] = {}
        self._http = httpx.Client(base_url=f"http://{self.address}")
        self._context = context

    def close(self) -> None:
        self._http.close()

    def install(self) -> None:
        """The dialect's SQL, run as migrations are."""
        with psycopg.connect(self._context.conninfo("postgres"), autocommit=True) as connection:
            connection.execute(catalog.sql(self.dialect.name).encode())

    def sql(self, text: str, *values: object) -> list[tuple[Any, ...]]:
        """A statement of the operator's; its rows, if it has any."""
        cursor = self.admin.execute(text.encode(), values)
        return cursor.fetchall() if cursor.description else []

    def sign_up(self, name: str, **data: str) -> tuple[str, str]:
        """A new account: its auth id and its access token."""
        body = {"email": f"{name}@example.org", "password": PASSWORD, "data": {"name": name, **data}}
        answer = self._http.post("/auth/v1/signup", json=body, headers=self._headers(None))
        answer.raise_for_status()
        made = answer.json()
        return made["user"]["id"], made["access_token"]

    def call(self, persona: Persona, function: str, **params: Any) -> Any:
        """What the scene needs to have happened."""
        answer = self.request(persona, "POST", f"/rest/v1/rpc/{function}", {}, params)
        assert answer.is_success, answer.text
        return answer.json()

    def request(
        self, persona: Persona, method: str, path: str, query: Mapping[str, str], body: Any
    ) -> httpx.Response:
        headers = {**self._headers(persona.token), "prefer": "return=minimal"}
        headers |= {name: self.dialect.schema for name in ("accept-profile", "content-profile")}
        json = body if method in ("POST", "PATCH") else None
        return self._http.request(method, path, params=query, json=json, headers=headers)

    def tell(self, token: str | None, topic: str, event: str) -> int:
        """A private broadcast over HTTP; the status of its answer."""
        path = f"/realtime/v1/api/broadcast/{topic}/events/{event}"
        headers = self._headers(token, bearer=True)
        return self._http.post(path, params={"private": "true"}, json={}, headers=headers).status_code

    def _headers(self, token: str | None, *, bearer: bool = False) -> dict[str, str]:
        key = self.keys.publishable_key
        shown = token or (key if bearer else None)
        return {"apikey": key} | ({"authorization": f"Bearer {shown}"} if shown else {})

    # what an act came to

    def act(self, who: Who, act: Act) -> str:
        """Does it as `who`; the verdict. Whatever is not done must have changed nothing."""
        persona = self.people[who]
        path = f"/rest/v1/rpc/{act.subject}" if act.verb == "call" else f"/rest/v1/{act.subject}"
        query, body = filled(act.query, persona.words), filled(act.body, persona.words)
        before = self.fingerprint()
        answer = self.request(persona, METHODS[act.verb], path, query, body)
        changed = self.fingerprint() != before
        found = _verdict(answer, changed, reads=act.verb in ("read", "call"))
        assert found == DONE or not changed, f"{act.title} as {who} is {found} and changed something"
        return found

    def fingerprint(self) -> tuple[Any, ...] | None:
        """All rows of the dialect's tables and how many broadcasts the database has made."""
        return self.admin.execute(self._everything).fetchone()

    @cached_property
    def _everything(self) -> Composed:
        """One question for all tables, as it is asked twice for each act."""
        rows = sql.SQL("(select array_agg(t::text order by t::text) from {} t)")
        tables = [rows.format(sql.Identifier(self.dialect.schema, name)) for name in sorted(self.tables())]
        parts = [*tables, sql.SQL("(select count(*) from realtime.messages)")]
        return sql.SQL("select ") + sql.SQL(", ").join(parts)

    def tables(self) -> set[str]:
        """Every table and view of the dialect's schema."""
        query = (
            "select relname from pg_class"
            " where relnamespace = %s::regnamespace and relkind in ('r', 'v', 'm', 'p', 'f')"
        )
        return {row[0] for row in self.sql(query, self.dialect.schema)}

    def functions(self) -> set[str]:
        """Every function of the dialect's schema."""
        query = "select proname from pg_proc where pronamespace = %s::regnamespace"
        return {row[0] for row in self.sql(query, self.dialect.schema)}


def _verdict(answer: httpx.Response, changed: bool, *, reads: bool) -> str:
    if answer.status_code == 404:
        return ABSENT
    if not answer.is_success:
        code = answer.json().get("code")
        return DENIED if code == "42501" else f"{answer.status_code} {code}"
    if not reads:
        return DONE if changed else NOTHING
    said = answer.json() if answer.content else None
    if isinstance(said, bool) and not changed:
        return TRUE if said else FALSE
    return DONE if said or changed else NOTHING


@contextmanager
def staged(postgres: Postgres, database: str, dialect: str, promises: Promises) -> Iterator[Stage]:
    """The project of `database` with the dialect and the scene of its promises in it."""
    with ExitStack() as stack:
        admin = stack.enter_context(psycopg.connect(postgres.conninfo(dbname=database), autocommit=True))
        _set(admin, database, catalog.local_settings(dialect))
        context, port = stack.enter_context(
            on_a_thread(partial(gateway, postgres, database, catalog.schema(dialect)))
        )
        stage = Stage(context, port, dialect, admin)
        stack.callback(stage.close)
        stage.install()
        stage.people = promises.prepare(stage)
        yield stage


def _set(admin: psycopg.Connection[Any], database: str, settings: Mapping[str, str]) -> None:
    for name, value in settings.items():
        statement = sql.SQL("alter database {} set {} to {}")
        path = sql.Identifier(*name.split("."))
        admin.execute(statement.format(sql.Identifier(database), path, sql.Literal(value)))
