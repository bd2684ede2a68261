"""The dialect direct as tables: rows become nouns and events, drafts become calls."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.dialects.direct_rows import AT, DIRECT, ID, LISTED, ROW, THREAD, UID, hear
from tests.dialects.recorded import sent

from supachat.dialects import catalog
from supachat.dialects.calls import Insert, Rpc, Select, Topic
from supachat.dialects.grammar import parse
from supachat.domain.errors import DialectError
from supachat.domain.events import FetchPage, MarkRead, TypingHeard
from supachat.domain.model import (
    Cursor,
    Delivery,
    Draft,
    Feature,
    Micros,
    Thread,
    ThreadKey,
)
from supachat.domain.text import Safe


def test_what_it_can_do() -> None:
    assert DIRECT.features == frozenset(
        {
            Feature.SEND,
            Feature.START,
            Feature.FIND_PEOPLE,
            Feature.TYPING,
            Feature.PRESENCE,
            Feature.READ_CURSOR,
            Feature.SEARCH,
        }
    )
    assert (DIRECT.name, DIRECT.label, DIRECT.max_length) == ("direct", "Direct messages", 65536)


# ---------------------------------------------------------------- calls


def test_a_draft_becomes_the_functions_five_arguments() -> None:
    draft = Draft(ID, THREAD, "hi\nthere", AT)
    thread = Thread(THREAD, Safe("Bob"), ("ann", "bob"), "bob")
    wanted = Rpc(
        "insert_chat_message",
        {
            "_thread_id": "ann__bob",
            "_sender_mongo_id": "ann",
            "_recipient_mongo_id": "bob",
            "_body": "hi\nthere",
            "_id": ID,
        },
    )
    assert DIRECT.acts.send_call(draft, thread, "ann") == wanted
    assert DIRECT.acts.send_call(draft, None, "ann") == wanted


def test_one_word_makes_it_a_plain_insert() -> None:
    text = (Path(catalog.__file__).parent / "direct.toml").read_text("utf-8")
    head, _, rest = text.partition("[send]")
    _, _, tail = rest.partition("[read]")
    label = 'label = "Direct messages"'
    inserting = parse(head.replace(label, f'{label}\nsend = "insert"') + "[read]" + tail, "mine.toml")
    row = {
        "id": ID,
        "thread_id": "ann__bob",
        "sender_mongo_id": "ann",
        "sender_supabase_id": UID,
        "recipient_mongo_id": "bob",
        "body": "hi",
    }
    call = inserting.acts.send_call(Draft(ID, THREAD, "hi", AT), None, "ann", UID)
    assert call == Insert("chat_messages", row, "id", "public")
    assert inserting.own_ids, "a second try is no second message"


def test_a_draft_that_looks_like_a_slot_is_sent_as_it_is() -> None:
    call = DIRECT.acts.send_call(Draft(ID, THREAD, "$me", AT), None, "ann")
    assert isinstance(call, Rpc)
    assert call.params["_body"] == "$me"


@pytest.mark.parametrize("thread", ["carl__dora", "ann", "ann__", "__ann", "x__ann__bob"])
def test_a_draft_for_a_thread_that_is_not_ones_own_is_not_sent(thread: str) -> None:
    with pytest.raises(DialectError, match="nobody knows who else"):
        DIRECT.acts.send_call(Draft(ID, ThreadKey("direct", thread), "hi", AT), None, "ann")


@pytest.mark.parametrize(
    ("request_", "filters", "any_of", "descending"),
    [
        (FetchPage(THREAD), (), "", True),
        (
            FetchPage(THREAD, before=Cursor(AT, ID)),
            (("created_at", "lte", "2026-11-21T11:57:58.152988Z"),),
            'created_at.lt."2026-11-21T11:57:58.152988Z",'
            f'and(created_at.eq."2026-11-21T11:57:58.152988Z",id.lt."{ID}")',
            True,
        ),
        (
            FetchPage(THREAD, after=Cursor(Micros(0), 'a"b\\c),or(x')),
            (("created_at", "gte", "1970-01-01T00:00:00.000000Z"),),
            'created_at.gt."1970-01-01T00:00:00.000000Z",'
            'and(created_at.eq."1970-01-01T00:00:00.000000Z",id.gt."a\\"b\\\\c),or(x")',
            False,
        ),
    ],
)
def test_pages_are_cut_by_time_and_key(
    request_: FetchPage, filters: tuple[tuple[str, str, str], ...], any_of: str, descending: bool
) -> None:
    assert DIRECT.page_call(request_) == Select(
        "chat_messages",
        "id,created_at,thread_id,sender_mongo_id,body",
        (("thread_id", "eq", "ann__bob"), *filters),
        any_of,
        (("created_at", descending), ("id", descending)),
        50,
    )


def test_the_small_calls() -> None:
    assert DIRECT.me_call() == Rpc("supachat_whoami")
    assert DIRECT.list_call() == Rpc("supachat_threads")
    assert DIRECT.acts.read_call(MarkRead(THREAD, Cursor(AT, ID))) == Rpc(
        "supachat_mark_read", {"_thread_id": "ann__bob", "_message_id": ID}
    )
    assert DIRECT.find_call("  Bo ") == Rpc("supachat_find_people", {"_text": "Bo"})
    assert DIRECT.find_call(" \n") is None
    assert DIRECT.ensure_call("bob", "ann") == Rpc("supachat_ensure_thread", {"_app_user_id": "bob"})
    assert DIRECT.ensure_call("ann", "ann") is None


def test_topics() -> None:
    assert DIRECT.thread_topics("ann__bob", "ann") == (
        Topic("chat:ann__bob", sealed=True, replication_ready=True),
        Topic("typing:ann__bob", presence_key="ann"),
    )
    assert DIRECT.user_topics(UID, "ann") == (Topic(f"user:{UID}", sealed=True, replication_ready=True),)


def test_ones_own_typing_is_heard_by_the_other_side() -> None:
    told = DIRECT.typing("ann__bob", "bob")
    assert told is not None
    topic, event, payload = told
    assert hear(topic, sent(event, payload), sealed=False) == (TypingHeard(THREAD, "bob"),)


# ---------------------------------------------------------------- rows


def test_rows_come_out_oldest_first_and_safe() -> None:
    newer = ROW | {"id": ID[:-1] + "2", "body": "\x1b[2Jboo", "sender_mongo_id": "ann"}
    other = ROW | {"thread_id": "bob__carl"}
    first, second = DIRECT.messages([newer, other, ROW], THREAD, "ann")
    assert (first.id, first.at, first.author, first.own) == (ID, AT, "bob", False)
    assert (first.raw, first.body, first.delivery) == ("hello **Ann**", "hello **Ann**", Delivery.RECEIVED)
    assert (second.raw, second.own, second.delivery) == ("\x1b[2Jboo", True, Delivery.SENT)
    assert "\x1b" not in second.body


def test_the_list_brings_threads_and_people_in_one_answer() -> None:
    empty = LISTED | {
        "thread_id": "ann__eve",
        "other_app_user_id": "eve",
        "other_display_name": "",
        "last_message_id": None,
        "last_message_at": None,
        "last_message_author": None,
        "last_message_preview": None,
        "unread": 0,
        "read_message_id": ID,
        "read_at": "2026-11-21 11:57:58.152988+00",
    }
    (bob, eve), people = DIRECT.threads([LISTED, empty], "ann")
    assert bob.key == THREAD
    assert (bob.title, bob.members, bob.other) == ("Bob", ("ann", "bob"), "bob")
    assert (bob.last, bob.preview, bob.preview_author) == (Cursor(AT, ID), "hello there", "bob")
    assert (bob.unread, bob.read_to, bob.unread_local) == (3, None, False)
    assert (eve.title, eve.last, eve.preview, eve.read_to) == ("eve", None, "", Cursor(AT, ID))
    assert [(person.key.id, person.name, person.handle) for person in people] == [
        ("bob", "Bob", "bob"),
        ("eve", "eve", "eve"),
    ]


def test_who_i_am_and_whom_i_find() -> None:
    me = DIRECT.me([{"app_user_id": "ann", "display_name": "Ann \u202eevil"}], UID)
    assert me.key == ("direct", "ann")
    assert "\u202e" not in me.name
    with pytest.raises(DialectError, match=UID):
        DIRECT.me([], UID)
    found = DIRECT.people([{"app_user_id": "bob", "display_name": "Bob"}])
    assert [person.key.id for person in found] == ["bob"]


def test_a_thread_that_was_ensured() -> None:
    thread, people = DIRECT.ensured([LISTED], "ann")
    assert (thread.key, [person.key.id for person in people]) == (THREAD, ["bob"])
    with pytest.raises(DialectError, match="was not made"):
        DIRECT.ensured([], "ann")


def test_the_stored_row_answers_a_draft() -> None:
    draft = Draft(ID, THREAD, "hello **Ann**", AT)
    stored = DIRECT.acts.stored([ROW], draft, "bob")
    assert stored is not None
    assert (stored.id, stored.at, stored.own) == (draft.id, AT, True)
    assert DIRECT.acts.stored([], draft, "bob") is None
    assert DIRECT.acts.stored([ROW | {"thread_id": "bob__carl"}], draft, "bob") is None


def test_half_a_character_in_a_text_loses_nothing_else() -> None:
    (message,) = DIRECT.messages([ROW | {"body": "a\ud83d\ude00b\ud800c"}], THREAD, "ann")
    assert message.raw == "a\U0001f600b\ufffdc"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"created_at": "infinity"}, "timestamp in created_at"),
        ({"created_at": None}, "timestamp in created_at"),
        ({"created_at": 1.5}, "timestamp in created_at"),
        ({"body": 3}, "text in body, found int"),
        ({"body": ["x"]}, "text in body, found list"),
        ({"id": "\ud800"}, "half a character"),
        ({"id": ""}, "an id of 1 to 4096"),
        ({"id": True}, "text in id, found bool"),
        ({"sender_mongo_id": "x" * 4097}, "an id of 1 to 4096"),
    ],
)
def test_a_row_that_does_not_fit_the_map_is_told(change: dict[str, Any], told: str) -> None:
    with pytest.raises(DialectError, match=told) as caught:
        DIRECT.messages([ROW | change], THREAD, "ann")
    assert "direct" in caught.value.message
    assert "Nothing was lost" in caught.value.cure
