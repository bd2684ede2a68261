"""rooms.sql and Realtime: who may hear and speak where, and what the database says by itself."""

from __future__ import annotations

import itertools
import uuid

import pytest
from tests.server.direct.world import ANYBODY, Account, open_every_topic
from tests.server.sql_world import Rooms


@pytest.fixture
def scene(world: Rooms) -> tuple[Account, Account, Account, uuid.UUID]:
    """Ann's room with Bob in it and Eve, who was removed."""
    ann, bob, eve = (world.someone(name) for name in ("ann", "bob", "eve"))
    made = "select session_id from supachat_create_thread('Plans', %s)"
    room = world.one(ann, made, [bob.uid, eve.uid])["session_id"]
    world.ask(ann, "select * from supachat_remove(%s, %s)", room, eve.uid)
    return ann, bob, eve, room


@pytest.mark.parametrize("opened", [False, True])
def test_who_may_hear_and_speak(
    world: Rooms,
    scene: tuple[Account, Account, Account, uuid.UUID],
    opened: bool,
    request: pytest.FixtureRequest,
) -> None:
    """A project's own policies that open every topic open none of ours."""
    if opened:
        open_every_topic(world, request)
    ann, bob, eve, room = scene
    rows, twin = f"session:{room}", f"session-typing:{room}"
    for who, extension in itertools.product((ann, bob, eve, ANYBODY), ("broadcast", "presence")):
        member = who in (ann, bob)
        assert world.hears(who, rows, extension) is (member and extension == "broadcast")
        assert not world.speaks(who, rows, extension)
        assert world.hears(who, twin, extension) is member
        assert world.speaks(who, twin, extension) is member
        assert world.hears(who, f"user:{ann.uid}", extension) is (who is ann and extension == "broadcast")
        assert not world.speaks(who, f"user:{ann.uid}", extension)


@pytest.mark.parametrize(
    "topic",
    [
        "session:",
        "session:x",
        "session-typing:",
        "session:6c0b1a52-0f0e-4d59-9f3e-6a1d0a3a7c11",
        "user:",
        "user:ann",
    ],
)
def test_topics_of_nothing_are_closed(
    world: Rooms, scene: tuple[Account, Account, Account, uuid.UUID], topic: str
) -> None:
    for who in (*scene[:3], ANYBODY):
        assert not world.hears(who, topic)
        assert not world.speaks(who, topic)


def test_a_projects_own_topics_stay_as_they_were(
    world: Rooms, scene: tuple[Account, Account, Account, uuid.UUID], request: pytest.FixtureRequest
) -> None:
    open_every_topic(world, request)
    for topic in ("session:lobby", "room:1", "sessions:x", "user:ann"):
        assert world.hears(ANYBODY, topic)
        assert world.speaks(scene[2], topic)


def test_what_the_database_says_of_a_message(
    world: Rooms, scene: tuple[Account, Account, Account, uuid.UUID]
) -> None:
    ann, bob, _, room = scene
    world.admin.execute("delete from realtime.messages")
    row = world.one(ann, "select * from supachat_send(%s, 'hello')", room)
    told, notice = sorted(world.told(), key=lambda said: said["topic"])
    assert (told["topic"], told["event"], told["private"]) == (f"session:{room}", "INSERT", True)
    assert (told["payload"]["schema"], told["payload"]["table"]) == ("rooms", "chat_messages")
    assert told["payload"]["record"]["id"] == str(row["id"])
    assert told["payload"]["record"]["body"] == "hello"
    assert (notice["topic"], notice["event"]) == (f"user:{bob.uid}", "session:message")
    assert set(notice["payload"]) == {"session_id", "message_id", "created_at", "id"}
    world.admin.execute("delete from realtime.messages")
    world.backend("delete from chat_messages where id = %s", row["id"])
    (gone,) = world.told()
    assert (gone["event"], gone["payload"]["record"]) == ("DELETE", None)
    assert gone["payload"]["old_record"] == {"id": str(row["id"]), "session_id": str(room)}


def test_what_each_is_told_of_the_room(
    world: Rooms, scene: tuple[Account, Account, Account, uuid.UUID]
) -> None:
    ann, bob, eve, room = scene
    names = {f"user:{who.uid}": name for name, who in (("ann", ann), ("bob", bob), ("eve", eve))}

    def said(query: str, *values: object) -> set[tuple[str, str]]:
        world.admin.execute("delete from realtime.messages")
        world.ask(ann, query, *values)
        heard = world.told()
        assert all(told["payload"]["session_id"] == str(room) for told in heard)
        assert all(told["payload"]["by"] == str(ann.uid) for told in heard)
        return {(names[told["topic"]], told["event"]) for told in heard}

    both = {("ann", "session:changed"), ("bob", "session:changed")}
    assert said("select * from supachat_invite(%s, %s)", room, eve.uid) == both | {
        ("eve", "session:invited")
    }
    assert said("select * from supachat_invite(%s, %s)", room, eve.uid) == set()
    assert said("select * from supachat_remove(%s, %s)", room, eve.uid) == both | {
        ("eve", "session:removed")
    }
    assert said("select * from supachat_rename(%s, 'New')", room) == both
    assert said("select * from supachat_rename(%s, 'New')", room) == set()


@pytest.mark.parametrize(
    ("title", "called"), [("", "a room"), ("Release", "Release")], ids=["untitled", "titled"]
)
def test_who_is_put_in_or_out_is_told_by_whom_and_whoever_did_it_is_not(
    world: Rooms, scene: tuple[Account, Account, Account, uuid.UUID], title: str, called: str
) -> None:
    ann, bob, eve, _ = scene
    world.admin.execute("delete from realtime.messages")
    (made,) = world.ask(ann, "select * from supachat_create_thread(%s)", title)
    room = made["session_id"]
    world.ask(ann, "select * from supachat_invite(%s, %s)", room, eve.uid)
    world.ask(ann, "select * from supachat_invite(%s, %s)", room, bob.uid)
    world.ask(ann, "select * from supachat_remove(%s, %s)", room, eve.uid)
    world.backend("delete from members where session_id = %s and user_id = %s", room, bob.uid)
    world.ask(ann, "select supachat_leave(%s)", room)
    heard = world.told()
    assert {(told["topic"], told["payload"]["title"]) for told in heard if "title" in told["payload"]} == {
        (f"user:{eve.uid}", f"Ann invited you to {called}"),
        (f"user:{bob.uid}", f"Ann invited you to {called}"),
        (f"user:{eve.uid}", f"Ann removed you from {called}"),
        (f"user:{bob.uid}", f"You are no longer in {called}"),
    }
    mine = {told["event"] for told in heard if told["topic"] == f"user:{ann.uid}"}
    assert mine == {"session:changed"}


def test_a_message_that_cannot_be_told_is_kept(
    world: Rooms, scene: tuple[Account, Account, Account, uuid.UUID], request: pytest.FixtureRequest
) -> None:
    ann, bob, _, room = scene
    shut = "alter table realtime.messages add constraint shut check (private is null) not valid"
    world.admin.execute(shut)
    request.addfinalizer(lambda: world.admin.execute("alter table realtime.messages drop constraint shut"))
    world.ask(ann, "select * from supachat_send(%s, 'hello')", room)
    assert world.ask(bob, "select body from chat_messages") == [{"body": "hello"}]
