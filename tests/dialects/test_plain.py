"""A schema of somebody else's: plain inserts, keys of the server's own, edits and deletes."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pytest
from tests.dialects.recorded import inserted

from supachat.dialects.calls import Call, Delete, Insert, Rpc, Select, Update
from supachat.dialects.grammar import Dialect, parse
from supachat.domain.errors import DialectError
from supachat.domain.events import (
    FetchEdits,
    MessageArrived,
    MessageGone,
    MessageHinted,
    PersonRead,
    Reread,
)
from supachat.domain.model import Act, Cursor, Draft, Feature, Micros, ThreadKey

HEAD = """
name = "plain"
label = "Plain"
{send}
[me]
rpc = "me"
id = "id"
name = "name"
[threads]
rpc = "threads"
id = "id"
other = "other"
other_name = "other_name"
[threads.seen]
id = "seen_id"
at = "seen_at"
[messages]
table = "messages"
key = "id"
order = "created_at"
thread = "room"
author = "author"
body = "text"
{columns}
[news.rows]
topic = "room:{{thread}}"
sealed = true
event = "INSERT"
record = "record"
changed = "UPDATE"
gone = "DELETE"
"""
MARKED = 'edited = "updated_at"\ndeleted = "deleted_at"'
THREAD = ThreadKey("plain", "r1")
T1, T2 = "2026-11-21T11:00:00.000001Z", "2026-11-21T12:00:00.000001Z"
AT1, AT2 = Micros(1_795_258_800_000_001), Micros(1_795_262_400_000_001)
ROW = {"id": 7, "created_at": T1, "room": "r1", "author": "ann", "text": "hello"}


def dialect(tail: str = "", *, send: str = "", columns: str = "") -> Dialect:
    return parse(HEAD.format(send=send, columns=columns) + tail, "plain.toml")


def draft(act: Act = Act.SEND, *, anchor: Cursor | None = None) -> Draft:
    return Draft("d1", THREAD, "hi", Micros(1), act=act, target="7", anchor=anchor)


def only(id_: str) -> tuple[tuple[str, str, str], ...]:
    return (("room", "eq", "r1"), ("id", "eq", id_))


def test_insert_in_one_word_takes_the_drafts_key() -> None:
    plain = dialect(send='send = "insert"')
    row = {"id": "d1", "room": "r1", "author": "ann", "text": "hi"}
    assert plain.acts.send_call(draft(), None, "ann") == Insert("messages", row, "id")
    assert plain.own_ids
    assert Feature.SEND in plain.features


def test_an_insert_without_a_key_of_ours_is_never_an_upsert() -> None:
    plain = dialect('[send]\ninsert = true\nparams = { room = "$thread", text = "$body", kind = "text" }')
    assert plain.acts.send_call(draft(), None, "ann") == Insert(
        "messages", {"room": "r1", "text": "hi", "kind": "text"}, ""
    )
    assert not plain.own_ids


@pytest.mark.parametrize("part", ['[send]\ninsert = true\nrpc = "x"', "[send]\nparams = {}"])
def test_a_message_is_sent_in_one_way(part: str) -> None:
    with pytest.raises(DialectError, match="expected either rpc"):
        dialect(part)


@pytest.mark.parametrize(
    ("part", "act", "call"),
    [
        ("[edit]", Act.EDIT, Update("messages", {"text": "hi"}, only("7"))),
        (
            "[edit]\nparams = { edited = true }",
            Act.EDIT,
            Update("messages", {"text": "hi", "edited": True}, only("7")),
        ),
        (
            '[edit]\nrpc = "edit_it"\nparams = { m = "$message", t = "$body" }',
            Act.EDIT,
            Rpc("edit_it", {"m": "7", "t": "hi"}),
        ),
        ("[delete]", Act.DELETE, Delete("messages", only("7"))),
        ("[delete]\nparams = { gone = true }", Act.DELETE, Update("messages", {"gone": True}, only("7"))),
        ('[delete]\nrpc = "drop_it"\nparams = { m = "$message" }', Act.DELETE, Rpc("drop_it", {"m": "7"})),
    ],
)
def test_a_change_is_an_update_a_delete_or_a_function(part: str, act: Act, call: Call) -> None:
    plain = dialect(part)
    assert plain.acts.change_call(draft(act), "ann") == call
    assert (Feature.EDIT in plain.features, Feature.DELETE in plain.features) == (
        act is Act.EDIT,
        act is Act.DELETE,
    )


def test_what_a_map_cannot_do_is_no_feature() -> None:
    with pytest.raises(DialectError, match="cannot be changed"):
        dialect().acts.change_call(draft(Act.EDIT), "ann")
    assert not dialect().features & {Feature.EDIT, Feature.DELETE, Feature.SEND}


def test_a_row_says_whether_it_was_edited_or_deleted() -> None:
    plain = dialect(columns=MARKED)
    rows: list[tuple[dict[str, Any], tuple[Micros | None, bool, str]]] = [
        ({}, (None, False, "hello")),
        ({"updated_at": None, "deleted_at": None}, (None, False, "hello")),
        ({"updated_at": T1}, (None, False, "hello")),
        ({"updated_at": T2}, (AT2, False, "hello")),
        ({"updated_at": T2, "deleted_at": T2, "text": None}, (AT2, True, "")),
        ({"deleted_at": False}, (None, False, "hello")),
        ({"deleted_at": True}, (None, True, "")),
    ]
    for more, wanted in rows:
        (message,) = plain.messages([{**ROW, **more}], THREAD, "ann")
        assert (message.edited, message.deleted, message.raw) == wanted, more


def test_edits_are_followed_in_their_own_order() -> None:
    plain = dialect(columns=MARKED)
    call = plain.edits_call(FetchEdits(THREAD, Cursor(AT1, "7")))
    assert isinstance(call, Select)
    assert call.filters == (("room", "eq", "r1"), ("updated_at", "gte", T1))
    assert call.any_of == f'updated_at.gt."{T1}",and(updated_at.eq."{T1}",id.gt."7")'
    assert call.order == (("updated_at", False), ("id", False))
    assert plain.edited_to([{**ROW, "updated_at": T2}]) == Cursor(AT2, "7")
    assert dialect().edits_call(FetchEdits(THREAD, Cursor(AT1, ""))) is None
    assert (plain.follows_edits, plain.marks_deleted, dialect().follows_edits) == (True, True, False)


def test_a_window_is_read_between_two_cursors() -> None:
    call = dialect().window_call(Reread(THREAD, Cursor(Micros(-(2**62)), ""), Cursor(AT2, "7")))
    assert isinstance(call, Select)
    assert call.filters == (("room", "eq", "r1"), ("created_at", "lte", T2))
    assert (call.any_of, call.limit) == ("", 50)


def test_a_draft_is_sought_by_its_key_or_among_ones_own_rows_after_the_anchor() -> None:
    keyed, plain = dialect(send='send = "insert"'), dialect("[send]\ninsert = true\nparams = {}")
    by_key = keyed.acts.sought_call(draft(), "ann")
    assert isinstance(by_key, Select)
    assert by_key.filters == only("d1")
    newest = plain.acts.sought_call(draft(), "ann")
    assert isinstance(newest, Select)
    assert (newest.limit, newest.order[0]) == (1, ("created_at", True))
    own = plain.acts.sought_call(draft(anchor=Cursor(AT1, "7")), "ann")
    assert isinstance(own, Select)
    assert own.filters == (("room", "eq", "r1"), ("created_at", "gte", T1), ("author", "eq", "ann"))
    assert own.any_of.startswith("created_at.gt.")


def members(thread: ThreadKey) -> Collection[str]:
    return ("ann", "bob") if thread == THREAD else ()


def test_changes_are_believed_on_a_sealed_topic_and_hints_elsewhere() -> None:
    plain = dialect()

    def hear(event: str, payload: Any, *, sealed: bool = True) -> tuple[object, ...]:
        return plain.hear("room:r1", event, payload, sealed=sealed, me="ann", members=members)

    _, payload = inserted({**ROW, "text": "new"}, table="messages")
    (heard,) = hear("UPDATE", payload)
    assert isinstance(heard, MessageArrived)
    assert (heard.changed, heard.message.raw) == (True, "new")
    gone = {**payload, "record": None, "old_record": {"id": 7}}
    assert hear("DELETE", gone) == (MessageGone("plain", "7"),)
    assert hear("DELETE", {**gone, "table": "others"}) == ()
    assert hear("DELETE", {**gone, "old_record": None}) == ()
    for event, said in (("UPDATE", payload), ("DELETE", gone)):
        assert hear(event, said, sealed=False) == (MessageHinted(THREAD, changed=True),)


def test_how_far_the_other_has_read_comes_with_the_list() -> None:
    row = {"id": "r1", "other": "bob", "other_name": "Bob", "seen_id": "7", "seen_at": T1}
    assert dialect().reads([row, {**row, "seen_id": None}]) == (
        PersonRead(THREAD, "bob", Cursor(AT1, "7")),
    )
