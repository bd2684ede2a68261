"""May this client read or write a private topic? Row level security on `realtime.messages` decides.

A probe row for each extension is written, looked at through the client's role and claims, and rolled
back: nothing ever stays and nothing reaches the replication stream. Must never commit, and never let a
role or a claim outlive its transaction.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import psycopg
from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from supachat.server.context import Pool
from supachat.server.realtime.access import Identity
from supachat.server.realtime.joins import Refused

log = logging.getLogger(__name__)

BROADCAST, PRESENCE = "broadcast", "presence"

_PROBE = """
insert into realtime.messages (topic, extension, id, inserted_at, updated_at)
select %(topic)s, probe.extension, probe.id, timezone('utc', now()), timezone('utc', now())
from unnest(%(extensions)s::text[], %(ids)s::uuid[]) as probe (extension, id)"""

_BECOME = """
select set_config(name, value, true)
from unnest(%(names)s::text[], %(values)s::text[]) as setting (name, value)"""

_GRANTED = """
select exists (
  select from pg_roles where rolname = %s and pg_has_role('authenticator', oid, 'member')
)"""
_USUAL = frozenset({"anon", "authenticated", "service_role"})

_UNDO = "rollback"

_VISIBLE = "select extension from realtime.messages where id = any(%(ids)s::uuid[])"


@dataclass(frozen=True, slots=True)
class Rights:
    """What a client may read on one topic."""

    broadcast: bool
    presence: bool


UNABLE = "Realtime was unable to connect to the project database"


def read_denied(topic: str) -> Refused:
    """The refusal of somebody who may read nothing there."""
    return Refused("Unauthorized", f"You do not have permissions to read from this Channel topic: {topic}")


async def grantable(connection: AsyncConnection[TupleRow], role: str) -> bool:
    """Whether a token may take on `role`: one that REST's login could, and never an owner or superuser."""
    if role in _USUAL:
        return True
    row = await (await connection.execute(_GRANTED, (role,))).fetchone()
    return row is not None and bool(row[0])


class Authoriser:
    """Asks the database. `wait` is how long a check may wait for a connection, in seconds."""

    def __init__(self, pool: Pool, wait: float) -> None:
        self._pool = pool
        self._wait = wait

    async def read(self, who: Identity, topic: str, *, presence: bool) -> Rights:
        """What `who` may read; presence is only judged if asked for. Raises Refused if nothing."""
        extensions = [BROADCAST, PRESENCE] if presence else [BROADCAST]
        try:
            async with self._transaction() as connection:
                seen = await self._visible(connection, who, topic, extensions)
        except psycopg.Error as error:
            raise _refusal(error, topic) from error
        if not seen:
            raise read_denied(topic)
        return Rights(BROADCAST in seen, PRESENCE in seen)

    async def write(self, who: Identity, topic: str, extension: str) -> bool:
        """Whether `who` may write there. A policy that fails denies; a database that is away is raised as
        psycopg.OperationalError, since it has denied nothing."""
        try:
            async with self._transaction() as connection:
                await _check_role(connection, who)
                async with connection.pipeline():
                    await self._become(connection, who, topic)
                    await self._probe(connection, topic, [extension], [uuid.uuid4()])
                    await connection.execute(_UNDO)
        except psycopg.errors.InsufficientPrivilege:
            return False
        except psycopg.Error as error:
            if _is_away(error):
                raise
            log.warning("The write check of a private topic failed and counts as denied: %s", error)
            return False
        return True

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[AsyncConnection[TupleRow]]:
        async with self._pool.connection(timeout=self._wait) as connection:
            try:
                yield connection
            finally:
                await connection.rollback()

    async def _visible(
        self, connection: AsyncConnection[TupleRow], who: Identity, topic: str, extensions: Sequence[str]
    ) -> set[str]:
        ids = [uuid.uuid4() for _ in extensions]
        await _check_role(connection, who)
        async with connection.pipeline():  # a join waits for one round trip, not for five
            await self._probe(connection, topic, extensions, ids)
            await self._become(connection, who, topic)
            seen = await connection.execute(_VISIBLE, {"ids": ids})
            await connection.execute(_UNDO)
        return {row[0] for row in await seen.fetchall()}

    async def _probe(
        self,
        connection: AsyncConnection[TupleRow],
        topic: str,
        extensions: Sequence[str],
        ids: Sequence[uuid.UUID],
    ) -> None:
        await connection.execute(_PROBE, {"topic": topic, "extensions": extensions, "ids": ids})

    async def _become(self, connection: AsyncConnection[TupleRow], who: Identity, topic: str) -> None:
        settings = {"realtime.topic": topic, **who.settings()}
        await connection.execute(_BECOME, {"names": list(settings), "values": list(settings.values())})


async def _check_role(connection: AsyncConnection[TupleRow], who: Identity) -> None:
    if not await grantable(connection, who.role):
        raise psycopg.errors.InsufficientPrivilege(f"the role {who.role} is not for tokens")


def _refusal(error: psycopg.Error, topic: str) -> Refused:
    if isinstance(error, psycopg.errors.CheckViolation):
        return Refused("MissingPartition", "Realtime was unable to find the expected messages partition")
    if isinstance(error, psycopg.errors.QueryCanceled):
        return Refused("QueryCanceled", str(error))
    if _is_away(error):
        if error.sqlstate is None:
            return Refused("IncreaseConnectionPool", "Please increase your connection pool size")
        return Refused("UnableToConnectToProject", UNABLE)
    log.warning("The read check of a private topic failed and counts as denied: %s", error)
    return read_denied(topic)


def _is_away(error: psycopg.Error) -> bool:
    """Whether the database could not say: it stops, starts, has no room. A slow policy is no such case."""
    return isinstance(error, psycopg.OperationalError) and not isinstance(
        error, psycopg.errors.QueryCanceled
    )
