"""How far the other one has read: told by the list, and on the thread's sealed topic as it happens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from tests.dialects.recorded import sent

from supachat.dialects import catalog
from supachat.domain.events import Event, ListStale, PersonRead
from supachat.domain.model import Cursor, Micros, ThreadKey

DIRECT = catalog.load("direct")
THREAD = ThreadKey("direct", "ann__bob")
ID = "0d9c3ed2-6a0e-4c9f-9c35-1d0a35c7a111"
READ = {"person": "bob", "message_id": ID, "read_at": "2026-11-21T11:57:58.152988+00:00"}
SEEN = PersonRead(THREAD, "bob", Cursor(Micros(1_795_262_278_152_988), ID))
LISTED = {
    "thread_id": "ann__bob",
    "other_app_user_id": "bob",
    "seen_message_id": ID,
    "seen_at": READ["read_at"],
}


def hear(payload: dict[str, Any], *, sealed: bool = True) -> Sequence[Event]:
    event, inner = sent("read", payload)
    return DIRECT.hear(
        "chat:ann__bob", event, inner, sealed=sealed, me="ann", members=lambda thread: ("ann", "bob")
    )


def test_it_is_believed_on_the_sealed_topic_and_a_hint_elsewhere() -> None:
    assert hear(READ) == (SEEN,)
    assert hear(READ, sealed=False) == (ListStale("direct"),)


@pytest.mark.parametrize("gone", READ)
@pytest.mark.parametrize("value", [None, 7.5, [], "\ud800"])
def test_what_does_not_fit_says_nothing(gone: str, value: object) -> None:
    assert hear(READ | {gone: value}) == ()


def test_the_list_tells_it_where_the_file_is_young_enough() -> None:
    assert DIRECT.reads([LISTED]) == (SEEN,)
    assert DIRECT.reads([{**LISTED, "seen_message_id": None, "seen_at": None}]) == ()
    assert DIRECT.reads([{name: LISTED[name] for name in ("thread_id", "other_app_user_id")}]) == ()
