"""Frames of the dialect direct become events, and what does not fit is nothing."""

from __future__ import annotations

from typing import Any

import pytest
from tests.dialects.direct_rows import DIRECT, ID, ROW, THREAD, UID, hear, members
from tests.dialects.recorded import attendance, inserted, sent

from supachat.domain.events import MessageArrived, MessageHinted
from supachat.domain.model import (
    Presence,
)


def test_a_row_on_the_sealed_topic_is_believed() -> None:
    (event,) = hear("chat:ann__bob", inserted(ROW))
    assert isinstance(event, MessageArrived)
    assert event.message == DIRECT.messages([ROW], THREAD, "ann")[0]


def test_a_row_on_a_topic_that_is_not_sealed_is_a_hint() -> None:
    assert hear("chat:ann__bob", inserted(ROW), sealed=False) == (MessageHinted(THREAD),)


def test_a_notice_names_the_thread_to_read() -> None:
    frame = sent("message", {"thread_id": "ann__bob", "message_id": ID, "created_at": ROW["created_at"]})
    assert hear(f"user:{UID}", frame) == (MessageHinted(THREAD),)


@pytest.mark.parametrize(
    ("topic", "frame"),
    [
        ("chat:ann__eve", inserted(ROW)),  # a row of another thread
        ("chat:ann__bob", inserted(ROW, table="notes")),  # another table's trigger
        ("chat:ann__bob", inserted(ROW, schema="rooms")),
        ("chat:ann__bob", inserted(None)),
        ("chat:ann__bob", inserted(ROW | {"created_at": "yesterday"})),
        ("chat:ann__bob", sent("DELETE", {"old_record": ROW})),
        ("chat:ann__bob", sent("typing", {"person": "bob"})),  # typing belongs to its own topic
        ("typing:ann__bob", inserted(ROW)),  # rows do not
        ("typing:ann__bob", sent("typing", {"person": "eve"})),  # not of this thread
        ("typing:ann__bob", sent("typing", {"person": "ann"})),  # oneself
        ("typing:ann__bob", sent("typing", {"person": ["bob"]})),
        ("typing:ann__eve", sent("typing", {"person": "bob"})),  # a thread that nobody knows
        ("typing:", sent("typing", {"person": "bob"})),
        (f"user:{UID}", sent("message", {"thread_id": None})),
        (f"user:{UID}", sent("other", {"thread_id": "ann__bob"})),
        ("chat:ann__bob", ("INSERT", "no object")),
        ("elsewhere", inserted(ROW)),
    ],
)
def test_what_does_not_fit_is_nothing(topic: str, frame: tuple[str, Any]) -> None:
    assert hear(topic, frame) == ()


def test_presence_is_of_members_only() -> None:
    state = attendance(("bob", {"status": "away"}), ("eve", {"status": "online"}), ("ann", {}))
    heard = DIRECT.present("typing:ann__bob", state, "ann", members)
    assert heard is not None
    assert heard.thread == THREAD
    assert heard.present == {"bob": Presence.AWAY, "ann": Presence.ONLINE}


@pytest.mark.parametrize(
    ("payloads", "seen"),
    [
        ([{"status": "away"}, {"status": "online"}], Presence.ONLINE),
        ([{"status": "away"}, {"status": "offline"}], Presence.AWAY),
        ([{"status": "sleeping"}], Presence.ONLINE),
        ([{"status": {}}], Presence.ONLINE),
        ("away", Presence.ONLINE),
        ([], Presence.ONLINE),
    ],
)
def test_the_liveliest_connection_counts(payloads: object, seen: Presence) -> None:
    heard = DIRECT.present("typing:ann__bob", {"bob": payloads}, "ann", members)
    assert heard is not None
    assert heard.present == {"bob": seen}


@pytest.mark.parametrize(
    ("topic", "state"),
    [
        ("chat:ann__bob", {}),
        ("typing:ann__eve", {"bob": []}),
        ("typing:ann__bob", ["bob"]),
        ("typing:", {}),
    ],
)
def test_presence_elsewhere_is_nothing(topic: str, state: object) -> None:
    assert DIRECT.present(topic, state, "ann", members) is None
