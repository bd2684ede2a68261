"""Whatever a stranger puts on a topic: nothing raises, and nobody is believed who must not be."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Collection
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.dialects.recorded import DATA, inserted

from supachat.dialects import catalog
from supachat.domain.errors import DialectError
from supachat.domain.events import MessageArrived, MessageHinted, TypingHeard
from supachat.domain.model import Draft, ThreadKey
from supachat.domain.text import safe

DIRECT = catalog.load("direct")
THREAD = ThreadKey("direct", "ann__bob")
PAYLOADS = json.loads((DATA.parent / "text" / "payloads.json").read_text("utf-8"))

TEXT = st.text(st.characters(), max_size=40) | st.sampled_from(
    ["\ud800", "\x00", "ann", "bob", "INSERT", "$me"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
KEYS = st.sampled_from(
    [
        "id",
        "record",
        "table",
        "schema",
        "thread_id",
        "person",
        "body",
        "created_at",
        "sender_mongo_id",
        "status",
    ]
)
SHAPED = st.dictionaries(KEYS, JSON | st.dictionaries(KEYS, JSON, max_size=7), max_size=7)
TOPICS = st.sampled_from(["chat:ann__bob", "typing:ann__bob", "user:x", "chat:", "", "chat"]) | TEXT
EVENTS = st.sampled_from(["INSERT", "message", "typing", "phx_close"]) | TEXT


def members(thread: ThreadKey) -> Collection[str]:
    return ("ann", "bob") if thread == THREAD else ()


@given(TOPICS, EVENTS, JSON | SHAPED, st.booleans())
def test_no_frame_raises(topic: str, event: str, payload: Any, sealed: bool) -> None:
    for heard in DIRECT.hear(topic, event, payload, sealed=sealed, me="ann", members=members):
        if isinstance(heard, TypingHeard):
            assert heard.person == "bob"
        elif isinstance(heard, MessageArrived):
            assert sealed
        else:
            assert isinstance(heard, MessageHinted)


@given(SHAPED)
def test_no_record_raises_and_a_believed_one_is_of_its_topic(record: dict[str, Any]) -> None:
    event, payload = inserted({"thread_id": "ann__bob", **record})
    for heard in DIRECT.hear("chat:ann__bob", event, payload, sealed=True, me="ann", members=members):
        assert isinstance(heard, MessageArrived)
        assert heard.message.thread == THREAD
        heard.message.raw.encode()


@given(TOPICS, JSON | st.dictionaries(TEXT, JSON, max_size=5))
def test_no_presence_raises_and_only_members_are_there(topic: str, state: Any) -> None:
    heard = DIRECT.present(topic, state, "ann", members)
    assert heard is None or set(heard.present) <= {"ann", "bob"}


@given(st.lists(st.dictionaries(KEYS, JSON, max_size=9), max_size=3))
def test_a_foreign_broadcast_never_shows_a_name(claims: list[dict[str, Any]]) -> None:
    for claim in claims:
        payload = {**claim, "person": "bob", "name": "Mallory", "display_name": "Mallory"}
        heard = DIRECT.hear("typing:ann__bob", "typing", payload, sealed=False, me="ann", members=members)
        assert heard == (TypingHeard(THREAD, "bob"),)


@pytest.mark.parametrize("case", PAYLOADS, ids=[case["name"] for case in PAYLOADS])
def test_every_string_that_is_shown_is_safe_and_the_original_is_kept(case: dict[str, str]) -> None:
    text = case["text"]
    id_ = text.encode(errors="replace").decode()  # half a character is no id
    row = {"id": "i", "thread_id": id_, "created_at": "2026-11-21T00:00:00Z", "sender_mongo_id": id_}
    listed = {
        **row,
        "other_app_user_id": id_,
        "other_display_name": text,
        "unread": 0,
        "last_message_id": "i",
        "last_message_at": row["created_at"],
        "last_message_author": id_,
        "last_message_preview": text,
    }
    (thread,), (person,) = DIRECT.threads([listed], "ann")
    (message,) = DIRECT.messages([{**row, "body": text}], thread.key, "ann")
    kept = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert (message.raw, thread.key.id, message.author) == (kept, id_, id_)
    draft = Draft("i", thread.key, "hi", message.at)
    with pytest.raises(DialectError) as caught:
        DIRECT.acts.send_call(draft, None, "ann")
    shown = (thread.title, thread.preview, person.name, person.handle, caught.value.message)
    for line in (*shown, message.body.replace("\n", "")):
        assert safe(line) == line
        assert not any(unicodedata.category(char) in ("Cc", "Cs") for char in line)


def test_huge_values_are_nothing() -> None:
    huge = "x" * 5_000_000
    for record in ({"id": huge}, {"thread_id": huge}, {"created_at": huge}, {"id": 10**4000}):
        row = {"thread_id": "ann__bob", "body": "x", "sender_mongo_id": "bob", "id": "i", **record}
        event, payload = inserted({"created_at": "2026-11-21T00:00:00Z", **row})
        assert DIRECT.hear("chat:ann__bob", event, payload, sealed=True, me="ann", members=members) == ()
    assert DIRECT.present("typing:ann__bob", {"bob": [{}] * 200_000}, "ann", members) is not None


def test_every_frame_ever_recorded_is_heard_without_a_crash() -> None:
    told = 0
    for path in sorted(DATA.glob("*.jsonl")):
        for line in map(json.loads, path.read_text("utf-8").splitlines()):
            frame = line["frame"]
            if line["dir"] != "recv" or not isinstance(frame, dict) or "payload" not in frame:
                continue
            told += 1
            payload = frame["payload"]
            inner = payload.get("payload", payload) if isinstance(payload, dict) else payload
            heard = DIRECT.hear("chat:ann__bob", "INSERT", inner, sealed=True, me="ann", members=members)
            assert heard == ()
            DIRECT.present("typing:ann__bob", payload, "ann", members)
    assert told > 500
