"""May this client read or write a private topic? Row level security on `realtime.messages` decides.

A probe row for each extension is written, looked at through the client's role and claims, and rolled
back: nothing ever stays and nothing reaches the replication stream. Must never commit, and never let a
role or a claim outlive its transaction.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import Any, TypeAlias

import psycopg
from psycopg import AsyncClientCursor, AsyncConnection
from psycopg.rows import TupleRow

from supachat.server.context import Pool
from supachat.server.realtime.access import Identity
from supachat.server.realtime.joins import Refused

log = logging.getLogger(__name__)

BROADCAST, PRESENCE = "broadcast", "presence"

_GRANTED = """
select exists (
  select from pg_roles where rolname = %s and pg_has_role('authenticator', oid, 'member')
)"""
_USUAL = frozenset({"anon", "authenticated", "service_role"})

# The values stand in the text, which PostgreSQL would write into its log beside the error of each denial:
# claims, and an `x-api-key`.
UNLOGGED = "set local log_min_error_statement = panic"

Statement: TypeAlias = tuple[str, Sequence[Any]]
"""A text with its values."""


@dataclass(frozen=True, slots=True)
class Rights:
    """What a client may read on one topic."""

    broadcast: bool
    presence: bool


@dataclass(frozen=True, slots=True)
class Probe:
    """A row for each extension, by its id. All of one time, which says in which partition they are: to look
    into every one of them is planned twice as long."""

    topic: str
    ids: Mapping[str, uuid.UUID]
    at: datetime

    @classmethod
    def new(cls, topic: str, extensions: Sequence[str]) -> Probe:
        """One that was never written before."""
        ids = {extension: uuid.uuid4() for extension in extensions}
        return cls(topic, ids, datetime.now(UTC).replace(tzinfo=None))

    def written(self) -> Statement:
        rows = ", ".join(["(%s, %s, %s, %s, %s)"] * len(self.ids))
        values = [
            value
            for extension, row_id in self.ids.items()
            for value in (self.topic, extension, row_id, self.at, self.at)
        ]
        return (
            f"insert into realtime.messages (topic, extension, id, inserted_at, updated_at) values {rows}",
            values,
        )

    def looked_at(self) -> Statement:
        """Gives the extensions of those of the rows that are seen."""
        ids = ", ".join(["%s"] * len(self.ids))
        text = f"select extension from realtime.messages where inserted_at = %s and id in ({ids})"
        return text, [self.at, *self.ids.values()]


def _become(who: Identity, topic: str) -> Statement:
    settings = {"realtime.topic": topic, **who.settings()}
    calls = ", ".join(["set_config(%s, %s, true)"] * len(settings))
    return f"select {calls}", [word for setting in settings.items() for word in setting]


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
    """Asks the database. `wait` is how long a check may wait for a connection, and then for each answer of
    a policy, in seconds: one that never ends must not keep the connection for good."""

    def __init__(self, pool: Pool, wait: float) -> None:
        self._pool = pool
        self._wait = wait
        self._limit = f"set local statement_timeout = {max(1, int(wait * 1000))}"

    async def read(self, who: Identity, topic: str, *, presence: bool) -> Rights:
        """What `who` may read; presence is only judged if asked for. Raises Refused if nothing."""
        probe = Probe.new(topic, [BROADCAST, PRESENCE] if presence else [BROADCAST])
        try:
            seen = await self._tried(who, [probe.written(), _become(who, topic), probe.looked_at()])
        except psycopg.Error as error:
            raise _refusal(error, topic) from error
        if not seen:
            raise read_denied(topic)
        return Rights(BROADCAST in seen, PRESENCE in seen)

    async def write(self, who: Identity, topic: str, extension: str) -> bool:
        """Whether `who` may write there. A policy that fails denies; a database that is away is raised as
        psycopg.OperationalError, since it has denied nothing."""
        try:
            await self._tried(who, [_become(who, topic), Probe.new(topic, [extension]).written()])
        except psycopg.errors.InsufficientPrivilege:
            return False
        except psycopg.Error as error:
            if _is_away(error):
                raise
            log.warning("The write check of a private topic failed and counts as denied: %s", error)
            return False
        return True

    async def _tried(self, who: Identity, statements: Sequence[Statement]) -> set[str]:
        """The first column of the last of `statements`, if it has one. They leave as one text, their
        transaction's begin and end in it: a join waits for one round trip.

        Planned anew each time: PostgreSQL before 15.9, 16.5 and 17.1 may use one role's plan for another
        (CVE-2024-10976).
        """
        first = (("begin", ()), (UNLOGGED, ()), (self._limit, ()))
        texts, values = zip(*first, *statements, ("rollback", ()), strict=True)
        async with self._bare() as connection:
            await _check_role(connection, who)
            cursor = AsyncClientCursor(connection)
            await cursor.execute("; ".join(texts).encode(), [*chain(*values)])
            await cursor.set_result(-2)  # the last is the rollback's
            return {row[0] for row in await cursor.fetchall()} if cursor.description else set()

    @asynccontextmanager
    async def _bare(self) -> AsyncIterator[AsyncConnection[TupleRow]]:
        """A connection that begins no transaction by itself, which were a round trip of its own."""
        async with self._pool.connection(timeout=self._wait) as connection:
            await connection.set_autocommit(True)
            try:
                yield connection
            finally:
                await _as_it_was(connection)


async def _as_it_was(connection: AsyncConnection[TupleRow]) -> None:
    try:
        await connection.rollback()  # an error has left the transaction open
        await connection.set_autocommit(False)
    except BaseException:
        await connection.close()  # or the next one's writes were kept one by one
        raise


async def _check_role(connection: AsyncConnection[TupleRow], who: Identity) -> None:
    if not await grantable(connection, who.role):
        raise psycopg.errors.InsufficientPrivilege(f"the role {who.role} is not for tokens")


def _refusal(error: psycopg.Error, topic: str) -> Refused:
    if isinstance(error, psycopg.errors.CheckViolation):
        return Refused("MissingPartition", "Realtime was unable to find the expected messages partition")
    if isinstance(error, psycopg.errors.QueryCanceled):
        return Refused("QueryCanceled", error.diag.message_primary or "")
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
