"""A committed row leaves the stream: a message becomes a broadcast, another row a change of its table.

No row level security here: who is on a private topic was judged when joining. Must never deliver a row
that has no event or no payload, and never to the other topic of the same name.
"""

from __future__ import annotations

from supachat.server.context import RealtimeLimits
from supachat.server.realtime.changes import Changes
from supachat.server.realtime.frames import UserBroadcast
from supachat.server.realtime.hub import Hub, Topic
from supachat.server.realtime.pgoutput import Begin, Change, Relation, Row


def is_message(relation: Relation) -> bool:
    """Whether that relation holds broadcasts: the table, or a partition if those are published."""
    return relation.schema == "realtime" and (
        relation.name == "messages" or relation.name.startswith("messages_")
    )


def broadcast_of(row: Row) -> tuple[Topic, UserBroadcast] | None:
    """Where a row goes and as what; None if it is not sent at all."""
    topic, event, private, message_id = (row.get(name) for name in ("topic", "event", "private", "id"))
    body = _body(row)
    if (
        not isinstance(topic, str)
        or not isinstance(event, str)
        or not isinstance(private, str)
        or body is None
    ):
        return None
    data, is_json = body
    to = Topic(topic, private == "t")
    return to, UserBroadcast(to.wire, event, data, is_json, {"id": message_id})


def _body(row: Row) -> tuple[bytes, bool] | None:
    payload, binary = row.get("payload"), row.get("binary_payload")
    if isinstance(payload, str):
        return payload.encode(), True
    if isinstance(binary, str) and binary.startswith("\\x"):
        return bytes.fromhex(binary[2:]), False
    return None


class Delivery:
    """What is done with each row of the stream: a message is broadcast, any other goes to `changes`."""

    def __init__(self, hub: Hub, changes: Changes, limits: RealtimeLimits) -> None:
        self._hub = hub
        self._changes = changes
        self._limits = limits

    def take(self, change: Change, transaction: Begin) -> None:
        """Messages over the message rate or the size limit are dropped, as on the real server."""
        if not is_message(change.relation):
            self._changes.offer(change, transaction)
            return
        found = broadcast_of(change.new) if change.kind == "INSERT" and change.new is not None else None
        if found is None or self._hub.over(self._hub.events):
            return
        topic, frame = found
        if len(frame.data) <= self._limits.payload_bytes:
            self._hub.broadcast(topic, frame)
