"""The dialect direct with a thread of two in it: a row, a line of the list, and how a frame is heard."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from supachat.dialects import catalog
from supachat.domain.model import (
    Micros,
    ThreadKey,
)

DIRECT = catalog.load("direct")
THREAD = ThreadKey("direct", "ann__bob")
UID = "5f6b1d3e-0000-4000-8000-000000000001"
ID = "0d9c3ed2-6a0e-4c9f-9c35-1d0a35c7a111"
AT = Micros(1_795_262_278_152_988)

ROW = {
    "id": ID,
    "thread_id": "ann__bob",
    "sender_supabase_id": UID,
    "sender_mongo_id": "bob",
    "recipient_mongo_id": "ann",
    "body": "hello **Ann**",
    "created_at": "2026-11-21T11:57:58.152988+00:00",
}
LISTED = {
    "thread_id": "ann__bob",
    "created_at": "2026-11-01T00:00:00+00:00",
    "other_app_user_id": "bob",
    "other_display_name": "Bob",
    "last_message_id": ID,
    "last_message_at": "2026-11-21T11:57:58.152988+00:00",
    "last_message_author": "bob",
    "last_message_preview": "hello\nthere",
    "unread": 3,
    "read_message_id": None,
    "read_at": None,
}


def members(thread: ThreadKey) -> Collection[str]:
    return ("ann", "bob") if thread == THREAD else ()


def hear(topic: str, frame: tuple[str, Any], *, sealed: bool = True) -> tuple[object, ...]:
    event, payload = frame
    return DIRECT.hear(topic, event, payload, sealed=sealed, me="ann", members=members)
