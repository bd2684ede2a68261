"""One replication connection: open a temporary slot, hand over each message, answer each keepalive.

Read by the event loop whenever its socket is readable. Must never block the loop, and never leave a
keepalive unanswered: PostgreSQL 18 then stalls for seconds.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg import AsyncConnection, pq, sql
from psycopg.conninfo import make_conninfo
from psycopg.pq.abc import PGconn

from supachat.server.realtime.pgoutput import Data, Keepalive, StreamError, read_envelope, status

# values leave as text: their form must not depend on how the server happens to be set
_OPTIONS = "-c timezone=UTC -c datestyle=ISO -c intervalstyle=postgres -c extra_float_digits=1"


class Walsender:
    """An open stream. `ended` is done when it ends: with a result if we closed it, else with the error."""

    def __init__(self, connection: AsyncConnection[Any], on_data: Callable[[bytes], None]) -> None:
        self._connection = connection
        self._pg = connection.pgconn
        self._socket = self._pg.socket
        self._on_data = on_data
        self._loop = asyncio.get_running_loop()
        self._received = 0
        self.backend_pid = self._pg.backend_pid
        self.ended: asyncio.Future[None] = self._loop.create_future()

    @classmethod
    async def open(
        cls, conninfo: str, publications: Sequence[str], on_data: Callable[[bytes], None]
    ) -> Walsender:
        """Connect and make a slot; rows committed after this returned are heard. Raises psycopg.Error."""
        login = make_conninfo(
            conninfo, replication="database", options=_OPTIONS, application_name="supachat realtime"
        )
        connection: AsyncConnection[Any] = await AsyncConnection.connect(login, autocommit=True)
        try:
            slot = "supachat_" + secrets.token_hex(8)
            await connection.execute(f"CREATE_REPLICATION_SLOT {slot} TEMPORARY LOGICAL pgoutput")
            names = sql.Literal(",".join(publications)).as_string(connection)
            start = (
                f"START_REPLICATION SLOT {slot} LOGICAL 0/0 (proto_version '1', publication_names {names})"
            )
            await _start(connection.pgconn, start.encode())
        except BaseException:
            connection.pgconn.finish()
            raise
        stream = cls(connection, on_data)
        stream._loop.add_reader(stream._socket, stream._readable)
        stream._readable()
        return stream

    def confirm(self) -> None:
        """Tell the server what was received; an error ends the stream."""
        if self.ended.done():
            return
        try:
            self._pg.put_copy_data(status(self._received, datetime.now(UTC)))
            self._pg.flush()
        except psycopg.Error as error:
            self._end(error)

    def close(self) -> None:
        """End the stream; its temporary slot goes with it."""
        self._end(None)
        self._pg.finish()

    def _readable(self) -> None:
        try:
            self._pg.consume_input()
            while not self.ended.done():
                size, body = self._pg.get_copy_data(1)
                if size == 0:
                    return
                if size < 0:
                    raise StreamError("PostgreSQL ended the replication stream")
                self._take(bytes(body))
        except Exception as error:  # noqa: BLE001 - a border: the loop must not go on with a broken stream
            self._end(error)

    def _take(self, body: bytes) -> None:
        message = read_envelope(body)
        self._received = max(self._received, message.end)
        match message:
            case Data():
                self._on_data(message.body)
            case Keepalive():
                self.confirm()

    def _end(self, error: BaseException | None) -> None:
        if self.ended.done():
            return
        self._loop.remove_reader(self._socket)
        if error is None:
            self.ended.set_result(None)
        else:
            self.ended.set_exception(error)


async def _start(connection: PGconn, command: bytes) -> None:
    """Send START_REPLICATION and wait until the stream is open. Raises psycopg.Error."""
    loop = asyncio.get_running_loop()
    readable = asyncio.Event()
    connection.nonblocking = 1
    connection.send_query(command)
    connection.flush()
    loop.add_reader(connection.socket, readable.set)
    try:
        while connection.is_busy():
            await readable.wait()
            readable.clear()
            connection.consume_input()
    finally:
        loop.remove_reader(connection.socket)
    result = connection.get_result()
    if result is None or result.status != pq.ExecStatus.COPY_BOTH:
        raise psycopg.OperationalError(
            result.get_error_message() if result else "no answer to START_REPLICATION"
        )
