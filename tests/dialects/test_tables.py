"""Threads and the reader read from tables: a project that has no functions of ours."""

from __future__ import annotations

import pytest

from supachat.dialects.calls import Select
from supachat.dialects.grammar import Dialect, parse
from supachat.domain.errors import DialectError
from supachat.domain.model import PersonKind, ThreadKey

MAP = """
name = "plain"
label = "Plain"
{me}
[threads]
table = "rooms"
{threads}
id = "id"
title = "name"
created = "created_at"
[messages]
table = "messages"
key = "id"
order = "created_at"
thread = "room_id"
author = "user_id"
body = "content"
"""
PROFILES = '[me]\ntable = "profiles"\nid = "handle"\nname = "username"\nparams = { user_id = "$user" }'
MEMBERS = (
    'embed = "members:room_members(user_id,...profiles(name:username))"\n'
    'members = { column = "members", id = "user_id", name = "name" }'
)
ROOM = {"id": 7, "name": "Harbour", "created_at": "2026-01-01T00:00:00+00:00"}


def plain(me: str = "", threads: str = "") -> Dialect:
    return parse(MAP.format(me=me, threads=threads), "plain.toml")


def test_the_list_is_the_table_newest_first() -> None:
    call = plain().list_call()
    assert isinstance(call, Select)
    assert (call.table, call.columns, call.order) == (
        "rooms",
        "id,created_at,name",
        (("created_at", True),),
    )
    (thread,), people = plain().threads([ROOM], "ana")
    assert (thread.key.id, thread.title, thread.members, people) == ("7", "Harbour", ("ana",), ())


def test_people_are_embedded_where_the_map_says_how() -> None:
    dialect = plain(threads=MEMBERS)
    call = dialect.list_call()
    assert isinstance(call, Select)
    assert call.columns == "id,created_at,name,members:room_members(user_id,...profiles(name:username))"
    row = {**ROOM, "members": [{"user_id": "ana", "name": "Ana"}, {"user_id": "ben", "name": "Ben"}]}
    (thread,), (ben,) = dialect.threads([row], "ana")
    assert (thread.members, ben.name) == (("ana", "ben"), "Ben")


def test_the_reader_is_the_row_of_their_account() -> None:
    dialect = plain(me=PROFILES)
    call = dialect.me_call("u1")
    assert isinstance(call, Select)
    assert (call.table, call.filters) == ("profiles", (("user_id", "eq", "u1"),))
    assert dialect.me([{"handle": "ana", "username": "Ana"}], "u1").key.id == "ana"
    with pytest.raises(DialectError, match="nobody here has the account u1"):
        dialect.me([], "u1")


def test_without_a_table_of_people_the_account_is_the_person() -> None:
    call = plain().me_call("u1")
    assert isinstance(call, Select)
    assert (call.table, call.limit) == ("rooms", 1)
    assert plain().me([], "u1").key.id == "u1"


@pytest.mark.parametrize(
    ("threads", "expected"),
    [
        ('rpc = "list"', "expected either rpc, the name of a function, or table"),
        ('embed = "x;drop"', "expected a name"),
        ('status = "state"', "expected status and statuses together"),
    ],
)
def test_a_map_that_says_two_things_is_refused(threads: str, expected: str) -> None:
    with pytest.raises(DialectError, match=expected):
        plain(threads=threads)


HALL = ThreadKey("plain", "7")
SAID = {"id": 1, "room_id": 7, "user_id": "ana", "content": "hi", "created_at": "2026-01-01T00:00:00+00:00"}


def test_a_row_of_nobodys_or_without_a_text_takes_no_other_row_with_it() -> None:
    """An account that is gone (`on delete set null`), a picture that stands in another column."""
    rows = [SAID, {**SAID, "id": 2, "user_id": None}, {**SAID, "id": 3, "content": None}]
    said = plain().messages(rows, HALL, "ana")
    assert [(m.author, m.raw, m.own) for m in said] == [
        ("ana", "hi", True),
        ("unknown", "hi", False),
        ("ana", "", True),
    ]


def test_a_row_of_nobodys_is_by_what_its_author_is() -> None:
    text = MAP.format(me="", threads="") + 'role = "by"\nroles = { ai = "assistant" }\n'
    (said,) = parse(text, "mine.toml").messages([{**SAID, "user_id": None, "by": "ai"}], HALL, "ana")
    assert said.extra is not None
    assert (said.author, said.extra.role) == ("ai", PersonKind.ASSISTANT)


def test_a_text_that_was_left_out_is_no_empty_one() -> None:
    without = {name: value for name, value in SAID.items() if name != "content"}
    with pytest.raises(DialectError, match="expected text in content, found no such column"):
        plain().messages([without], HALL, "ana")


def test_a_thread_whose_newest_message_is_nobodys_and_without_a_text_is_listed() -> None:
    newest = '[threads.last]\nembed = "newest:messages(id,created_at,user_id,content)"\nid = "id"\n'
    newest += 'at = "created_at"\nauthor = "user_id"\npreview = "content"\n'
    dialect = parse(MAP.format(me="", threads="") + newest, "mine.toml")
    last = {**SAID, "user_id": None, "content": None}
    (thread,), _ = dialect.threads([{**ROOM, "newest": [last]}], "ana")
    assert (thread.preview, thread.preview_author) == ("", "unknown")


@pytest.mark.parametrize(("threads", "title"), [("", "7"), (MEMBERS, "Only you")])
def test_only_where_people_are_told_of_is_somebody_alone(threads: str, title: str) -> None:
    row = {**ROOM, "name": None, "members": [None, {"user_id": "ana", "name": "Ana"}]}
    (thread,), people = plain(threads=threads).threads([row], "ana")
    assert (thread.title, thread.members, people) == (title, ("ana",), ())
