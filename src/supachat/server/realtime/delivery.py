"""A committed row of `realtime.messages` becomes a broadcast.

No row level security here: who is on a private topic was judged when joining. Must never deliver a row
that has no event or no payload, and never to the other topic of the same name.
"""

from __future__ import annotations

from datetime import datetime

from supachat.server.realtime.frames import UserBroadcast
from supachat.server.realtime.hub import Hub, Topic
from supachat.server.realtime.limits import RealtimeLimits
from supachat.server.realtime.pgoutput import Change, Relation, Row


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


def deliver(hub: Hub, limits: RealtimeLimits, change: Change, _at: datetime) -> None:
    """Hand a new message to its topic; over the message rate or the size limit it is dropped."""
    found = broadcast_of(change.new) if change.kind == "INSERT" and change.new is not None else None
    if found is None or hub.over(hub.events):
        return
    topic, frame = found
    if len(frame.data) <= limits.payload_bytes:
        hub.broadcast(topic, frame)
