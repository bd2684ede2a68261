"""Keeps the replication stream alive and hands each committed row to whoever listens.

A temporary slot: what is committed while the stream is down is never delivered live, as on the real
server. Must never let a listener's fault, a lost connection or a stalled walsender end it for good.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

import psycopg

from supachat.server.context import Pool, RealtimeLimits
from supachat.server.realtime.pgoutput import Begin, Change, Decoder, StreamError
from supachat.server.realtime.walsender import Walsender

log = logging.getLogger(__name__)

PUBLICATIONS = ("supabase_realtime", "supabase_realtime_messages_publication")

_POSITIONS = """
select pg_wal_lsn_diff(sent_lsn, '0/0')::bigint, pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint
from pg_stat_replication where pid = %s"""


@dataclass
class Stall:
    """Whether the walsender sleeps: its sent position stands still although there was more to send."""

    patience: float
    _sent: int = -1
    _target: int = -1
    _since: float = 0.0

    def judge(self, sent: int, current: int, now: float) -> bool:
        """True once `sent` has not moved for `patience` seconds while the WAL was ahead of it."""
        if sent > self._sent or sent >= self._target:
            self._sent, self._target, self._since = sent, current, now
        return sent < self._target and now - self._since >= self.patience


class Stream:
    """Changes of the two publications, to `on_change(change, transaction)`, in commit order."""

    def __init__(
        self,
        conninfo: Callable[[], str],
        pool: Pool,
        on_change: Callable[[Change, Begin], None],
        limits: RealtimeLimits,
    ) -> None:
        self._conninfo = conninfo
        self._pool = pool
        self._on_change = on_change
        self._limits = limits
        self.ready = asyncio.Event()

    async def run(self) -> None:
        """Stream until cancelled."""
        pause = self._limits.stream_retry
        said = False
        while True:
            try:
                await self._once()
            except (psycopg.Error, StreamError, OSError) as error:
                # once for each time that it is gone: PostgreSQL may be away for hours
                log.log(
                    logging.DEBUG if said and not self.ready.is_set() else logging.WARNING,
                    "The replication stream ended and is opened again as soon as that is possible: %s",
                    error,
                )
                said = True
            except Exception:  # a border: whatever else goes wrong, the stream must come back
                log.exception("The replication stream failed and is opened again in %.2f s.", pause)
            was_ready = self.ready.is_set()
            self.ready.clear()
            pause = (
                self._limits.stream_retry if was_ready else min(pause * 2, self._limits.stream_retry_cap)
            )
            await asyncio.sleep(pause)

    async def _once(self) -> None:
        """One connection, until it ends or is found asleep."""
        receiver = _Receiver(self._on_change)
        walsender = await Walsender.open(self._conninfo(), PUBLICATIONS, receiver.take)
        keepers = [asyncio.create_task(self._tick(walsender)), asyncio.create_task(self._watch(walsender))]
        try:
            self.ready.set()
            done, _ = await asyncio.wait([walsender.ended, *keepers], return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            walsender.close()
            for keeper in keepers:
                keeper.cancel()
            await asyncio.gather(walsender.ended, *keepers, return_exceptions=True)

    async def _tick(self, walsender: Walsender) -> None:
        while True:
            await asyncio.sleep(self._limits.stream_status)
            walsender.confirm()

    async def _watch(self, walsender: Walsender) -> None:
        stall = Stall(self._limits.stream_stall)
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(self._limits.stream_stall / 4)
            positions = await self._positions(walsender.backend_pid)
            if positions and stall.judge(*positions, loop.time()):
                raise StreamError("the walsender sleeps although there is more to send")

    async def _positions(self, pid: int) -> tuple[int, int] | None:
        """Sent and current WAL position; None when nobody could say."""
        try:
            async with self._pool.connection() as connection:
                row = await (await connection.execute(_POSITIONS, (pid,))).fetchone()
        except psycopg.Error as error:
            log.warning("The replication stream could not be looked after this time: %s", error)
            return None
        return (row[0], row[1]) if row is not None and None not in row else None


class _Receiver:
    """Decodes one connection's data and knows in which transaction it is."""

    def __init__(self, on_change: Callable[[Change, Begin], None]) -> None:
        self._decoder = Decoder()
        self._on_change = on_change
        self._transaction: Begin | None = None

    def take(self, body: bytes) -> None:
        message = self._decoder.decode(body)
        if isinstance(message, Begin):
            self._transaction = message
        elif isinstance(message, Change) and self._transaction is not None:
            try:
                self._on_change(message, self._transaction)
            except Exception:  # a border: one row's fault must not cost everybody the stream
                log.exception(
                    "A change of %s.%s was not delivered.", message.relation.schema, message.relation.name
                )
