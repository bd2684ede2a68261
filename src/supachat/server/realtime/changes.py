"""postgres_changes: each committed row of a published table, to whom it may concern.

Rows are worked off one after another, in commit order, beside the stream that they came by: in one line
for those whose filters texts decide, in another for those for whom PostgreSQL is asked, which a stranger's
pattern can keep waiting. Must never send a row that row level security hides, and never stop for a row that
fails.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import AsyncConnection, sql
from psycopg.rows import TupleRow

from supachat.server.context import Pool, RealtimeLimits
from supachat.server.realtime.access import Identity
from supachat.server.realtime.change_payload import (
    NotSimple,
    Reader,
    Table,
    TableColumn,
    payload,
    simple_json,
)
from supachat.server.realtime.frames import Frame, Shared
from supachat.server.realtime.hub import Hub
from supachat.server.realtime.judging import passing
from supachat.server.realtime.pgoutput import Begin, Change
from supachat.server.realtime.subscriptions import Listener, Subscription, Subscriptions
from supachat.server.realtime.tables import Tables, selectable
from supachat.server.realtime.visibility import over, visible

log = logging.getLogger(__name__)

TOO_SLOW = (
    "Unsubscribed from changes: this socket's filters took PostgreSQL too long on a row. The channel stays"
    " joined. Join again with filters that are decided sooner."
)


@dataclass(frozen=True)
class Work:
    """A change that somebody subscribed to, and the transaction that made it."""

    change: Change
    transaction: Begin
    subscriptions: Sequence[Subscription]


class Changes:
    """Takes changes from the stream (`offer`) and works them off (`run`).

    Too many at once are skipped without a word, as the real server skips them.
    """

    def __init__(self, pool: Pool, subscriptions: Subscriptions, hub: Hub, limits: RealtimeLimits) -> None:
        self._pool = pool
        self._subscriptions = subscriptions
        self._hub = hub
        self._limits = limits
        self._tables = Tables()
        self._lines: dict[bool, asyncio.Queue[Work]] = {False: asyncio.Queue(), True: asyncio.Queue()}

    def offer(self, change: Change, transaction: Begin) -> None:
        """A committed row; forgotten at once if nobody asked for it."""
        relation = change.relation
        wanting = self._subscriptions.wanting(change.kind, relation.schema, relation.name)
        if not wanting or self._hub.over(self._hub.events):
            return
        for asks, queue in self._lines.items():
            mine = [subscription for subscription in wanting if subscription.asks is asks]
            if mine and queue.qsize() < self._limits.changes_waiting:
                queue.put_nowait(Work(change, transaction, mine))

    async def run(self) -> None:
        """Work until cancelled."""
        await asyncio.gather(*(self._work_off(queue) for queue in self._lines.values()))

    async def _work_off(self, queue: asyncio.Queue[Work]) -> None:
        while True:
            work = await queue.get()
            try:
                await self._deliver(work)
            except psycopg.OperationalError as error:
                log.warning("The database went away and a change was not delivered: %s", error)
            except Exception:  # a border: one row that fails must not cost everybody all later ones
                relation = work.change.relation
                log.exception("A change of %s.%s was not delivered.", relation.schema, relation.name)

    async def _deliver(self, work: Work) -> None:
        async with self._pool.connection() as connection:
            frames = await self._frames(connection, work)
            await connection.rollback()
        self._hub.events.add(self._hub.now(), len(frames))
        for listener, shared in frames:
            listener.hear(shared)

    async def _frames(
        self, connection: AsyncConnection[TupleRow], work: Work
    ) -> list[tuple[Listener, Shared]]:
        """Every frame this change makes, each encoded once however many get it."""
        table = await self._tables.describe(connection, work.change.relation)
        limit = self._limits.filters_time
        wanting, slow = await passing(connection, work.change, table, work.subscriptions, limit)
        for listener in {s.listener for s in work.subscriptions if s.listener.line in slow}:
            self._subscriptions.lose(listener, TOO_SLOW)
        columns = {
            role: await selectable(connection, work.change.relation, role)
            for role in {subscription.who.role for subscription in wanting}
        }
        to_json = await self._converted(connection, work.change, table)
        seen = await self._seen(connection, work, table, wanting)
        made: dict[Any, Shared] = {}
        frames: list[tuple[Listener, Shared]] = []
        for (listener, who, select), ids in _grouped(s for s in wanting if s.who in seen).items():
            key = (listener.topic, who.role, select, ids)
            if key not in made:
                reader = Reader(columns[who.role], select)
                limit = self._limits.change_bytes
                data = payload(work.change, work.transaction.at, table, reader, to_json, limit)
                frame = Frame(listener.topic.wire, "postgres_changes", {"ids": list(ids), "data": data})
                made[key] = Shared(frame)
            frames.append((listener, made[key]))
        return frames

    async def _seen(
        self,
        connection: AsyncConnection[TupleRow],
        work: Work,
        table: Table,
        wanting: Sequence[Subscription],
    ) -> set[Identity]:
        """Who may see the row. A DELETE, a table without security or without key: everybody."""
        people = list(dict.fromkeys(subscription.who for subscription in wanting))
        if work.change.kind == "DELETE" or not table.secured or not table.keys or not people:
            return set(people)
        await over(connection, work.transaction.xid)
        return await visible(connection, work.change, table, people)

    async def _converted(
        self, connection: AsyncConnection[TupleRow], change: Change, table: Table
    ) -> Callable[[str, TableColumn], Any]:
        """Turns column texts into JSON; PostgreSQL was asked beforehand for those only it can turn."""
        asked: dict[tuple[str, str], Any] = {}
        for row in (change.new or {}, change.old or {}):
            for column in table.columns:
                value = row.get(column.name)
                if not isinstance(value, str):
                    continue
                try:
                    simple_json(value, column)
                except NotSimple:
                    asked[column.type_sql, value] = await _as_json(connection, value, column.type_sql)

        def convert(text: str, column: TableColumn) -> Any:
            key = (column.type_sql, text)
            return asked[key] if key in asked else simple_json(text, column)

        return convert


async def _as_json(connection: AsyncConnection[TupleRow], text: str, type_sql: str) -> Any:
    query = sql.SQL("select to_jsonb({}::" + type_sql + ")").format(sql.Literal(text))
    row = await (await connection.execute(query)).fetchone()
    return row[0] if row else None


def _grouped(
    subscriptions: Iterable[Subscription],
) -> Mapping[tuple[Listener, Identity, tuple[str, ...] | None], tuple[int, ...]]:
    """Bindings of one channel with the same columns share a frame; their ids, in order."""
    ids: dict[tuple[Listener, Identity, tuple[str, ...] | None], set[int]] = defaultdict(set)
    for subscription in subscriptions:
        binding = subscription.binding
        ids[subscription.listener, subscription.who, binding.select].add(binding.request_id)
    return {key: tuple(sorted(found)) for key, found in ids.items()}
