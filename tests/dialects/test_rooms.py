"""The dialect rooms as tables: rows and broadcasts become nouns and events, who may say what is a table."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pytest
from tests.dialects.recorded import attendance, inserted, sent

from supachat.dialects import catalog
from supachat.dialects.calls import Rpc, Select, Topic
from supachat.domain.events import FeedHeard, ListStale, MessageArrived, MessageHinted, TypingHeard
from supachat.domain.feeds import FeedInfo, Severity
from supachat.domain.model import (
    Alteration,
    Extra,
    Feature,
    MessageKind,
    PersonKind,
    Presence,
    ThreadKey,
)
from supachat.domain.text import Safe

ROOMS = catalog.load("rooms")
ANN, ME = "c4cb8e11-1135-4b92-9b5b-0edadeb0f677", "98106604-dcb7-46e5-bb67-db3cab3e12c5"
ROOM = "026e9ed2-0186-452b-a82a-ca4132e2e77b"
THREAD = ThreadKey("rooms", ROOM)
ROWS, SAID, MINE = f"session:{ROOM}", f"session-typing:{ROOM}", f"user:{ME}"

# captured on 2026-11-21
ROW = {
    "id": "f1d59c5a-3794-484b-a677-29fb3e07a238",
    "session_id": ROOM,
    "sender_id": ANN,
    "body": "hello room",
    "created_at": "2026-11-21T06:34:55.473841+00:00",
}
LISTED: dict[str, Any] = {
    "session_id": ROOM,
    "title": "",
    "role": "collaborator",
    "owner_id": ANN,
    "created_at": "2026-11-21T06:34:55.427522+00:00",
    "updated_at": "2026-11-21T06:34:55.427522+00:00",
    "members": [
        {"role": "owner", "user_id": ANN, "display_name": "Ann"},
        {"role": "collaborator", "user_id": ME, "display_name": "Bob"},
    ],
    "other_user_id": ANN,
    "other_display_name": "Ann",
    "last_message_id": "f1d59c5a-3794-484b-a677-29fb3e07a238",
    "last_message_at": "2026-11-21T06:34:55.473841+00:00",
    "last_message_author": ANN,
    "last_message_preview": "hello room",
    "unread": 1,
    "read_message_id": None,
    "read_at": None,
}


def members(thread: ThreadKey) -> Collection[str]:
    return (ANN, ME) if thread == THREAD else ()


def hear(topic: str, frame: tuple[str, Any], *, sealed: bool = True) -> tuple[object, ...]:
    return ROOMS.hear(topic, *frame, sealed=sealed, me=ME, members=members)


def test_what_it_can_do() -> None:
    able = {Feature.CREATE, Feature.RENAME, Feature.INVITE, Feature.REMOVE, Feature.LEAVE, Feature.SEND}
    assert able <= ROOMS.features
    assert not ROOMS.features & {Feature.EDIT, Feature.DELETE, Feature.STATUS, Feature.ARCHIVE}


# ---------------------------------------------------------------- rows


def test_an_untitled_room_of_two_is_called_by_the_other() -> None:
    (thread,), people = ROOMS.threads([LISTED], ME)
    assert (thread.title, thread.other, thread.owner) == ("Ann", ANN, ANN)
    assert (thread.members, thread.unread, thread.hearsay) == ((ME, ANN), 1, False)
    assert [one.name for one in people] == ["Ann"]


@pytest.mark.parametrize(
    ("title", "names", "wanted"),
    [
        ("Team", ["Cat"], "Team"),
        ("", [], "Only you"),
        ("", ["Cat", "Dan"], "Cat, Dan"),
        ("", ["A", "B", "C", "D", "E", "F"], "A, B, C, D and 2 more"),
    ],
)
def test_what_a_room_is_called(title: str, names: list[str], wanted: str) -> None:
    others = [{"role": "collaborator", "user_id": f"u-{name}", "display_name": name} for name in names]
    row = {**LISTED, "title": title, "members": [LISTED["members"][1], *others]}
    (thread,), _ = ROOMS.threads([row], ME)
    assert thread.title == wanted
    assert thread.other == (f"u-{names[0]}" if len(names) == 1 else None)


@pytest.mark.parametrize(
    ("what", "value", "function", "params"),
    [
        (Alteration.RENAME, "New", "supachat_rename", {"_session_id": ROOM, "_title": "New"}),
        (Alteration.INVITE, ANN, "supachat_invite", {"_session_id": ROOM, "_user_id": ANN}),
        (Alteration.REMOVE, ANN, "supachat_remove", {"_session_id": ROOM, "_user_id": ANN}),
        (Alteration.LEAVE, "", "supachat_leave", {"_session_id": ROOM}),
    ],
)
def test_alterations(what: Alteration, value: str, function: str, params: dict[str, str]) -> None:
    assert ROOMS.beside.alter_call(ROOM, what, value, ME) == Rpc(function, params, "rooms")


def test_what_it_has_no_way_for_is_no_call() -> None:
    assert ROOMS.beside.alter_call(ROOM, Alteration.STATUS, "open", ME) is None
    assert ROOMS.beside.search_call("  ") is None
    found = ROOMS.beside.search_call(" 50%_*\\ ")
    assert isinstance(found, Select)
    assert found.filters == (("body", "ilike", "*50\\%\\__\\\\*"),)
    assert (found.table, found.limit, found.order[0]) == ("chat_messages", 50, ("created_at", True))
    assert ROOMS.beside.feed_call("events") is None, "what is only told is in no table"


# ---------------------------------------------------------------- what is heard


def test_rows_come_on_a_topic_of_their_own() -> None:
    rows, said = ROOMS.thread_topics(ROOM, ME)
    assert rows == Topic(ROWS, sealed=True, replication_ready=True, replays=True)
    assert said == Topic(SAID, presence_key=ME)
    assert ROOMS.user_topics(ME, ME) == (Topic(MINE, sealed=True, replication_ready=True, replays=True),)


def test_a_row_from_the_database_is_believed() -> None:
    (event,) = hear(ROWS, inserted(ROW, schema="rooms"))
    assert isinstance(event, MessageArrived)
    assert event.message.raw == "hello room"


def test_what_a_client_says_is_a_hint() -> None:
    assert hear(SAID, sent("chat:message", {"body": "forged", "user_id": ANN}), sealed=False) == (
        MessageHinted(THREAD),
    )
    assert hear(SAID, inserted(ROW, schema="rooms"), sealed=False) == ()


def test_typing_of_a_member() -> None:
    assert hear(SAID, sent("chat:typing", {"user_id": ANN}), sealed=False) == (TypingHeard(THREAD, ANN),)
    assert hear(SAID, sent("chat:typing", {"user_id": "stranger"}), sealed=False) == ()


def test_presence_of_members_only() -> None:
    heard = ROOMS.present(
        SAID, attendance((ANN, {"status": "away"}), ("stranger", {"status": "online"})), ME, members
    )
    assert heard is not None
    assert heard.present == {ANN: Presence.AWAY}


def test_news_of_a_message_elsewhere() -> None:
    assert hear(MINE, sent("session:message", {"session_id": ROOM, "id": "x"})) == (MessageHinted(THREAD),)


def test_an_invitation_moves_the_list_and_is_an_event() -> None:
    stale, told = hear(MINE, sent("session:invited", {"session_id": "another", "id": "n1"}))
    assert stale == ListStale("rooms")
    assert isinstance(told, FeedHeard)
    assert (told.row.feed, told.row.id, told.row.title) == ("events", "n1", "You were invited to a room")
    assert (told.row.kind, told.row.severity) == ("invited", Severity.INFO)


def test_a_change_of_a_room_is_no_event() -> None:
    assert hear(MINE, sent("session:changed", {"session_id": ROOM})) == (ListStale("rooms"),)


def test_what_a_backend_says_is_an_event() -> None:
    payload = {"id": "n2", "title": "Deploy \x1b[31m", "body": "v2", "severity": "warning", "x": 1}
    (told,) = hear(MINE, sent("deploy", payload))
    assert isinstance(told, FeedHeard)
    assert (told.row.id, told.row.body, told.row.severity) == ("n2", "v2", Severity.WARNING)
    assert "\x1b" not in told.row.title


@pytest.mark.parametrize("payload", [{}, {"title": 7, "severity": "loud", "id": None}])
def test_an_event_that_says_nothing_is_told_by_its_name(payload: dict[str, Any]) -> None:
    (told,) = hear(MINE, sent("deploy", payload))
    assert isinstance(told, FeedHeard)
    assert (told.row.title, told.row.severity, told.row.at) == ("deploy", Severity.INFO, 0)


@pytest.mark.parametrize(
    ("topic", "payload"), [(MINE, {"session_id": ROOM, "id": "n3"}), (ROWS, {"id": "n3"})]
)
def test_what_is_about_a_room_stands_in_it_too(topic: str, payload: dict[str, Any]) -> None:
    said = {**payload, "title": "Deploy \x1b[31m", "body": "v2\nis out", "severity": "critical"}
    told, noticed = hear(topic, sent("deploy", said))
    assert isinstance(told, FeedHeard)
    assert isinstance(noticed, MessageArrived)
    message = noticed.message
    assert (message.thread, message.id, message.author, message.at) == (THREAD, "notice:n3", "system", 0)
    assert message.body == f"{told.row.title}\nv2 is out"
    assert message.extra == Extra(MessageKind.NOTICE, PersonKind.SYSTEM, urgent=True)


def test_what_a_client_could_have_said_is_no_notice() -> None:
    assert hear(SAID, sent("deploy", {"title": "forged"}), sealed=False) == ()
    assert hear(ROWS, sent("deploy", {"title": "forged"}), sealed=False) == ()
    assert hear(ROWS, sent("session:changed", {})) == (), "what is quiet stays so"


@pytest.mark.parametrize("room", ["another", 7, None, ["x"]])
def test_a_room_that_is_not_the_readers_gets_no_notice(room: object) -> None:
    (told,) = hear(MINE, sent("deploy", {"session_id": room, "title": "Deploy"}))
    assert isinstance(told, FeedHeard)


def test_the_feed_of_events() -> None:
    assert ROOMS.beside.feeds([]) == (FeedInfo("rooms", "events", Safe("Events")),)
