"""Stored broadcasts for a channel that was away.

Reads `realtime.messages` with the server's own rights: the caller must have judged the right to read
the topic first.
"""

from __future__ import annotations

import logging

import psycopg

from supachat.server.context import Pool
from supachat.server.realtime.frames import UserBroadcast
from supachat.server.realtime.hub import Topic
from supachat.server.realtime.joins import Refused, Replay

log = logging.getLogger(__name__)

# rows of one transaction share inserted_at; where they lie in the table is the order they were written in
_STORED = """
select id::text, event, payload::text, binary_payload
from realtime.messages
where topic = %s and private and extension = 'broadcast' and event is not null
  and (payload is not null or binary_payload is not null)
  and inserted_at >= timezone('utc', to_timestamp(%s / 1000.0))
order by inserted_at desc, tableoid desc, ctid desc limit %s"""


async def stored(pool: Pool, topic: Topic, replay: Replay) -> list[UserBroadcast]:
    """The newest broadcasts since `replay.since_ms`, oldest first. Raises Refused."""
    try:
        async with pool.connection() as connection:
            found = await connection.execute(_STORED, (topic.name, replay.since_ms, replay.limit))
            rows = await found.fetchall()
    except psycopg.Error as error:
        log.warning("Stored broadcasts could not be read: %s", error)
        raise Refused("UnableToReplayMessages", "Realtime was unable to replay messages") from error
    return [_frame(topic, *row) for row in reversed(rows)]


def _frame(
    topic: Topic, message_id: str, event: str, payload: str | None, binary: bytes | None
) -> UserBroadcast:
    data = binary if payload is None else payload.encode()
    return UserBroadcast(
        topic.wire, event, data or b"", payload is not None, {"id": message_id, "replayed": True}
    )
