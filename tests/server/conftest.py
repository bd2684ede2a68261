"""One PostgreSQL per test run, and for each test a project of its own: a copy of the bootstrapped database."""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx
import psycopg
import pytest
from psycopg import sql

from supachat.server.bootstrap import bootstrap
from supachat.server.context import Context, Limits, pool
from supachat.server.gateway import build, running
from supachat.server.postgres import Postgres

T = TypeVar("T")
_numbers = itertools.count(1)


def in_thread(work: Coroutine[Any, Any, T]) -> T:
    """Runs `work` on a loop of its own, so that no test's loop is touched."""
    found: list[T] = []
    thread = threading.Thread(target=lambda: found.append(asyncio.run(work)))
    thread.start()
    thread.join()
    return found[0]


async def _started(folder: Path) -> Postgres:
    made = await Postgres.start(folder)
    await bootstrap(made.conninfo(), made.password)
    return made


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A running PostgreSQL, bootstrapped. Nobody connects to its database `postgres`: it is the template."""
    made = in_thread(_started(tmp_path_factory.mktemp("pg")))
    yield made
    in_thread(made.stop())


@pytest.fixture
def database(postgres: Postgres) -> Iterator[str]:
    """The name of a fresh project's database, dropped after the test."""
    name = f"project_{next(_numbers)}"
    with psycopg.connect(postgres.conninfo(dbname="template1"), autocommit=True) as connection:
        connection.execute(
            sql.SQL("create database {} template postgres owner postgres").format(sql.Identifier(name))
        )
        yield name
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@asynccontextmanager
async def context_of(postgres: Postgres, database: str, limits: Limits) -> AsyncIterator[Context]:
    def conninfo(user: str) -> str:
        return postgres.conninfo(user, database)

    async with (
        pool(conninfo("supabase_admin"), size=4, name="admin") as admin,
        pool(conninfo("authenticator"), size=6, name="requests") as requests,
    ):
        yield Context(keys=postgres.keys, admin=admin, requests=requests, conninfo=conninfo, limits=limits)


@pytest.fixture
def limits() -> Limits:
    """Override this fixture to scale a wait."""
    return Limits()


@pytest.fixture
async def context(postgres: Postgres, database: str, limits: Limits) -> AsyncIterator[Context]:
    """A fresh project with open pools."""
    async with context_of(postgres, database, limits) as made:
        yield made


@pytest.fixture
async def client(context: Context) -> AsyncIterator[httpx.AsyncClient]:
    """HTTP to the gateway of `context`, in process, with the publishable key."""
    transport = httpx.ASGITransport(app=build(context))
    headers = {"apikey": context.keys.publishable_key}
    async with (
        running(context),
        httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:54321", headers=headers) as made,
    ):
        yield made


@pytest.fixture
async def migrator(context: Context) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    """An autocommit connection as the role postgres, which is what migrations run as."""
    async with await psycopg.AsyncConnection.connect(context.conninfo("postgres"), autocommit=True) as made:
        yield made
