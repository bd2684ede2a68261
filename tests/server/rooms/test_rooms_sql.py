"""rooms.sql on a real PostgreSQL: who makes, changes, reads and writes a room, and what is answered."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from psycopg import errors
from tests.server.direct.world import ANYBODY, Account
from tests.server.sql_world import Rooms, at_once

THREADS = "select * from supachat_threads(%s)"
SEND = "select * from supachat_send(%s, %s, %s)"
CREATE = "select * from supachat_create_thread(%s, %s, %s)"
ENSURE = "select * from supachat_ensure_thread(%s)"


@pytest.fixture
def people(world: Rooms) -> tuple[Account, Account, Account]:
    """Who owns, who is in it, who is not."""
    return world.someone("ann"), world.someone("bob"), world.someone("eve")


def a_room(world: Rooms, owner: Account, *members: Account, title: str = "Plans") -> uuid.UUID:
    made: uuid.UUID = world.one(owner, CREATE, title, [who.uid for who in members], None)["session_id"]
    return made


def say(
    world: Rooms, who: Account, room: uuid.UUID, body: str, id_: uuid.UUID | None = None
) -> dict[str, Any]:
    return world.one(who, SEND, room, body, id_)


def test_what_the_list_says(world: Rooms, people: tuple[Account, ...]) -> None:
    ann, bob, eve = people
    room = a_room(world, ann, bob, title=" Plans \n for  May ")
    first = say(world, ann, room, "hello")
    last = say(world, bob, room, "x" * 300)
    row = world.one(ann, THREADS, None)
    assert (row["session_id"], row["title"], row["role"]) == (room, "Plans for May", "owner")
    assert (row["owner_id"], row["other_user_id"], row["other_display_name"]) == (ann.uid, bob.uid, "Bob")
    assert row["members"] == [
        {"user_id": ann.id, "display_name": "Ann", "role": "owner"},
        {"user_id": bob.id, "display_name": "Bob", "role": "collaborator"},
    ]
    assert (row["last_message_id"], row["last_message_at"]) == (last["id"], last["created_at"])
    assert (row["last_message_author"], row["last_message_preview"]) == (bob.uid, "x" * 200)
    assert (row["unread"], row["read_message_id"]) == (1, None)
    read = world.one(ann, "select * from supachat_mark_read(%s, %s)", room, last["id"])
    assert read == {"read_message_id": last["id"], "read_at": last["created_at"]}
    back = world.one(ann, "select * from supachat_mark_read(%s, %s)", room, first["id"])
    assert back == read  # a cursor never goes back
    assert world.one(ann, THREADS, room)["unread"] == 0
    assert world.one(bob, THREADS, room)["role"] == "collaborator"
    assert world.ask(eve, THREADS, None) == world.ask(eve, THREADS, room) == []


def test_a_retry_changes_nothing(world: Rooms, people: tuple[Account, ...]) -> None:
    ann, bob, _ = people
    room_id, message_id = uuid.uuid4(), uuid.uuid4()
    rows = [world.one(ann, CREATE, "Plans", [bob.uid], room_id) for _ in range(2)]
    assert rows[0] == rows[1]
    assert rows[0]["session_id"] == room_id
    with pytest.raises(errors.UniqueViolation, match="taken"):
        world.ask(bob, CREATE, "Mine", [], room_id)
    first = say(world, ann, room_id, "hello", message_id)
    assert say(world, ann, room_id, "changed", message_id) == first
    with pytest.raises(errors.UniqueViolation, match="taken"):
        say(world, bob, room_id, "theirs", message_id)
    assert len([told for told in world.told() if told["topic"] == f"session:{room_id}"]) == 1


def test_a_room_of_two_is_opened_once(world: Rooms, people: tuple[Account, ...]) -> None:
    ann, bob, eve = people
    asks = [(ann, ENSURE, (bob.uid,)) if number % 2 else (bob, ENSURE, (ann.uid,)) for number in range(8)]
    assert len({row["session_id"] for row in at_once(world, asks)}) == 1
    titled = a_room(world, ann, eve)
    assert world.one(ann, ENSURE, eve.uid)["session_id"] != titled
    with pytest.raises(errors.InvalidParameterValue, match="two people"):
        world.ask(ann, ENSURE, ann.uid)
    with pytest.raises(errors.ForeignKeyViolation, match="nobody"):
        world.ask(ann, ENSURE, uuid.uuid4())


def test_the_same_draft_sent_at_once_is_one_message(world: Rooms, people: tuple[Account, ...]) -> None:
    ann, bob, _ = people
    room, id_ = a_room(world, ann, bob), uuid.uuid4()
    rows = at_once(world, [(ann, SEND, (room, "once", id_))] * 8)
    assert all(row == rows[0] for row in rows)
    many = at_once(world, [(ann if n % 2 else bob, SEND, (room, str(n), None)) for n in range(20)])
    assert len({row["created_at"] for row in many}) == 20
    assert len(world.ask(bob, "select id from chat_messages")) == 21


def test_who_is_in_it_is_the_owners_to_say(world: Rooms, people: tuple[Account, ...]) -> None:
    ann, bob, eve = people
    room = a_room(world, ann, bob)
    for act in ("supachat_invite", "supachat_remove"):
        for who in (bob, eve):
            with pytest.raises(errors.InsufficientPrivilege, match="only the owner"):
                world.ask(who, f"select * from {act}(%s, %s)", room, eve.uid)
    with pytest.raises(errors.InsufficientPrivilege, match="only the owner"):
        world.ask(bob, "select * from supachat_rename(%s, 'Mine')", room)
    assert len(world.one(ann, "select * from supachat_invite(%s, %s)", room, eve.uid)["members"]) == 3
    assert say(world, eve, room, "hello")["body"] == "hello"
    assert len(world.one(ann, "select * from supachat_remove(%s, %s)", room, eve.uid)["members"]) == 2
    assert world.ask(eve, "select * from chat_messages") == []
    with pytest.raises(errors.InsufficientPrivilege):
        say(world, eve, room, "still here")
    renamed = world.one(ann, "select * from supachat_rename(%s, %s)", room, " New  name ")
    assert renamed["title"] == "New name"
    assert renamed["updated_at"] > renamed["created_at"]


def test_who_goes_last_is_followed_by_nobody(world: Rooms, people: tuple[Account, ...]) -> None:
    ann, bob, eve = people
    room = a_room(world, ann, bob, eve)
    leave = "select supachat_leave(%s) as gone"
    with pytest.raises(errors.InvalidParameterValue, match="leave"):
        world.ask(ann, "select * from supachat_remove(%s, %s)", room, ann.uid)
    assert world.one(ann, leave, room) == {"gone": True}
    assert world.one(ann, leave, room) == {"gone": False}
    heir = world.one(bob, THREADS, room)["owner_id"]
    assert heir in (bob.uid, eve.uid)
    world.admin.execute("delete from auth.users where id = %s", (heir,))
    last = bob if heir == eve.uid else eve
    assert world.one(last, THREADS, room)["role"] == "owner"
    assert world.one(last, leave, room) == {"gone": True}
    assert world.admin.execute("select count(*) as n from chat_sessions").fetchall() == [{"n": 1}]


def test_a_room_has_room_for_a_hundred(world: Rooms, people: tuple[Account, ...]) -> None:
    ann, bob, _ = people
    room = a_room(world, ann)
    world.admin.execute(
        "with a as (insert into auth.users (id) select gen_random_uuid() from generate_series(1, 99)"
        " returning id) insert into members (session_id, user_id) select %s, id from a",
        (room,),
    )
    with pytest.raises(errors.ProgramLimitExceeded, match="full"):
        world.ask(ann, "select * from supachat_invite(%s, %s)", room, bob.uid)


@pytest.mark.parametrize(("body", "told"), [("", "empty"), (" \n", "empty"), ("x" * 65_537, "64 KB")])
def test_what_cannot_be_sent(world: Rooms, people: tuple[Account, ...], body: str, told: str) -> None:
    ann, _, _ = people
    with pytest.raises(errors.InvalidParameterValue, match=told):
        say(world, ann, a_room(world, ann), body)


def test_a_plain_insert_is_of_oneself_only(world: Rooms, people: tuple[Account, ...]) -> None:
    ann, bob, eve = people
    room = a_room(world, ann, bob)
    insert = "insert into chat_messages (session_id, sender_id, body) values (%s, %s, 'hi') returning body"
    assert world.ask(bob, insert, room, bob.uid) == [{"body": "hi"}]
    for who, sender in ((bob, ann), (eve, eve), (eve, ann)):
        with pytest.raises(errors.InsufficientPrivilege):
            world.ask(who, insert, room, sender.uid)
    with pytest.raises(errors.InsufficientPrivilege):
        world.ask(eve, "insert into members (session_id, user_id) values (%s, %s)", room, eve.uid)


def test_people_are_found_by_name_and_by_id(world: Rooms, people: tuple[Account, ...]) -> None:
    ann, bob, _ = people
    find = "select * from supachat_find_people(%s)"
    found = [{"user_id": bob.uid, "display_name": "Bob"}]
    assert world.ask(ann, find, " bob ") == world.ask(ann, find, bob.id) == found
    assert world.ask(ann, find, "bo") == world.ask(bob, find, "bob") == world.ask(ann, find, "b%") == []
    assert world.ask(ann, "select * from supachat_whoami()") == [
        {"user_id": ann.uid, "display_name": "Ann"}
    ]
    ghost = Account(uuid.uuid4(), "")
    assert world.ask(ghost, "select * from supachat_whoami()") == world.ask(ghost, find, "bob") == []
    with pytest.raises(errors.InsufficientPrivilege, match="sign in"):
        world.ask(ghost, "select * from supachat_create_thread()")


def test_anybody_is_nobody(world: Rooms) -> None:
    for function in ("supachat_threads", "supachat_ensure_thread", "supachat_leave", "supachat_is_member"):
        with pytest.raises(errors.InsufficientPrivilege):
            world.ask(ANYBODY, f"select * from rooms.{function}(%s)", uuid.uuid4())
