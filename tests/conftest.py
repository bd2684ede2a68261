"""One PostgreSQL per test run, and for each test a project of its own: a copy of the bootstrapped database.

The server is imported late: most tests have nothing to do with it.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from hypothesis import settings
from tests.ram import use_memory

if TYPE_CHECKING:
    import httpx
    from psycopg import AsyncConnection

    from supachat.server.context import Context, Limits
    from supachat.server.postgres import Postgres

T = TypeVar("T")
_numbers = itertools.count(1)
use_memory(os.environ)
settings.register_profile("unhurried", settings(deadline=None))  # a busy machine is no failure
settings.load_profile("unhurried")


def in_thread(work: Coroutine[Any, Any, T]) -> T:
    """Runs `work` on a loop of its own, so that no test's loop is touched."""
    found: list[T] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            found.append(asyncio.run(work))
        except BaseException as error:  # noqa: BLE001 - raised again below, in the test's own thread
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]
    return found[0]


def wait_until(condition: Callable[[], bool], *, limit: float = 30.0) -> None:
    """Returns when `condition` holds; fails after `limit` seconds."""
    deadline = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A running PostgreSQL, bootstrapped. Nobody connects to its database `postgres`: it is a template."""
    import psycopg

    from supachat.server.bootstrap import bootstrap
    from supachat.server.postgres import Postgres

    async def started() -> Postgres:
        made = await Postgres.start(tmp_path_factory.mktemp("pg"))
        await bootstrap(made.conninfo(), made.password)
        # a database per test: dropping one waits for the disk, and nobody pulls the plug on a test
        async with await psycopg.AsyncConnection.connect(made.conninfo(), autocommit=True) as connection:
            await connection.execute("alter system set fsync = off")
            await connection.execute("select pg_reload_conf()")
        return made

    made = in_thread(started())
    yield made
    in_thread(made.stop())
    shutil.rmtree(made.folder)


@contextmanager
def a_database(postgres: Postgres) -> Iterator[str]:
    """The name of a fresh project's database, dropped when the block ends."""
    import psycopg
    from psycopg import sql

    name = f"project_{next(_numbers)}"
    named = sql.Identifier(name)
    with psycopg.connect(postgres.conninfo(dbname="template1"), autocommit=True) as connection:
        # its files are copied: written through the log, as PostgreSQL would, they are twice the work
        create = sql.SQL("create database {} template postgres strategy file_copy owner postgres")
        connection.execute(create.format(named))
        yield name
        # a walsender whose client has just left gives its temporary slot back a moment later
        slots = "select count(*) from pg_replication_slots where database = %s"
        wait_until(lambda: connection.execute(slots, (name,)).fetchone() == (0,))
        connection.execute(sql.SQL("drop database {} with (force)").format(named))


@pytest.fixture
def database(postgres: Postgres) -> Iterator[str]:
    """A test's own."""
    with a_database(postgres) as name:
        yield name


@contextmanager
def cheap_hashes() -> Iterator[None]:
    """bcrypt at its least cost, in this process: most tests that sign people in are not about that."""
    from supachat.server.auth import passwords

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "COST", 4)
        yield


@asynccontextmanager
async def context_of(postgres: Postgres, database: str, limits: Limits) -> AsyncIterator[Context]:
    """A project with open pools."""
    from supachat.server.context import Context, pool

    def conninfo(user: str) -> str:
        return postgres.conninfo(user, database)

    admins = pool(conninfo("supabase_admin"), size=4, name="admin")
    with cheap_hashes():
        async with admins as admin, pool(conninfo("authenticator"), size=6, name="requests") as requests:
            yield Context(
                keys=postgres.keys, admin=admin, requests=requests, conninfo=conninfo, limits=limits
            )


@pytest.fixture
def limits() -> Limits:
    """Override this fixture to scale a wait."""
    from supachat.server.context import Limits

    return Limits()


@pytest.fixture
async def context(postgres: Postgres, database: str, limits: Limits) -> AsyncIterator[Context]:
    """A fresh project with open pools."""
    async with context_of(postgres, database, limits) as made:
        yield made


@pytest.fixture
async def client(context: Context) -> AsyncIterator[httpx.AsyncClient]:
    """HTTP to the gateway of `context`, in process, with the publishable key."""
    import httpx

    from supachat.server.gateway import build, running

    async with running(context), http(httpx.ASGITransport(app=build(context)), context) as made:
        yield made


def http(transport: httpx.AsyncBaseTransport, context: Context) -> httpx.AsyncClient:
    """A client of the gateway that names the publishable key."""
    import httpx

    headers = {"apikey": context.keys.publishable_key}
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:54321", headers=headers)


@pytest.fixture
async def migrator(context: Context) -> AsyncIterator[AsyncConnection[Any]]:
    """An autocommit connection as the role postgres, which is what migrations run as."""
    import psycopg

    async with await psycopg.AsyncConnection.connect(context.conninfo("postgres"), autocommit=True) as made:
        yield made
