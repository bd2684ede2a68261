"""direct.sql and Realtime: who may hear and speak where, and what the database says by itself."""

from __future__ import annotations

import itertools

import pytest
from tests.server.direct.world import ANYBODY, Account, World, open_every_topic


@pytest.fixture
def trio(world: World) -> tuple[Account, Account, Account]:
    """Two who talk, and one who does not belong."""
    ann, bob, eve = world.person("ann"), world.person("bob"), world.person("eve")
    world.say(ann, bob, "hello")
    return ann, bob, eve


@pytest.mark.parametrize("opened", [False, True])
def test_who_may_hear_and_speak(
    world: World, trio: tuple[Account, Account, Account], opened: bool, request: pytest.FixtureRequest
) -> None:
    """A project's own policies that open every topic open none of ours."""
    if opened:
        open_every_topic(world, request)
    ann, bob, eve = trio
    for member in (ann, bob):
        assert world.hears(member, "chat:ann__bob")
        assert world.hears(member, "typing:ann__bob")
        assert world.hears(member, "typing:ann__bob", "presence")
        assert world.speaks(member, "typing:ann__bob")
        assert world.speaks(member, "typing:ann__bob", "presence")
        assert world.hears(member, f"user:{member.uid}")
    sealed = itertools.product(("chat:ann__bob", f"user:{ann.uid}"), ("broadcast", "presence"))
    for topic, extension in sealed:
        for who in (ann, bob, eve, ANYBODY):
            assert not world.speaks(who, topic, extension), (who, topic)
            assert not world.hears(who, "chat:ann__bob", "presence")
    for stranger in (eve, ANYBODY):
        for topic in ("chat:ann__bob", "typing:ann__bob", f"user:{ann.uid}"):
            assert not world.hears(stranger, topic)
        assert not world.hears(stranger, "typing:ann__bob", "presence")
        assert not world.speaks(stranger, "typing:ann__bob")
        assert not world.speaks(stranger, "typing:ann__bob", "presence")
    assert not world.hears(bob, f"user:{ann.uid}")


@pytest.mark.parametrize(
    "topic", ["chat:", "chat:ann__eve", "typing:x__y", "user:", "user:ann", "CHAT:ann__bob"]
)
def test_topics_of_nothing_are_closed(
    world: World, trio: tuple[Account, Account, Account], topic: str
) -> None:
    for who in (*trio, ANYBODY):
        assert not world.hears(who, topic)
        assert not world.speaks(who, topic)


def test_a_projects_own_topics_stay_as_they_were(
    world: World, trio: tuple[Account, Account, Account], request: pytest.FixtureRequest
) -> None:
    open_every_topic(world, request)
    for who in (*trio, ANYBODY):
        for topic in ("chat:lobby", "room:1", "user:ann", "typing:lobby"):
            assert world.hears(who, topic)
            assert world.speaks(who, topic)


def test_what_the_database_says_of_a_message(world: World) -> None:
    ann, bob = world.person("ann"), world.person("bob")
    row = world.say(ann, bob, "hello")
    told, notice = world.told()
    assert (told["topic"], told["event"], told["private"]) == ("chat:ann__bob", "INSERT", True)
    assert (told["payload"]["table"], told["payload"]["schema"]) == ("chat_messages", "public")
    assert told["payload"]["operation"] == "INSERT"
    assert told["payload"]["old_record"] is None
    assert told["payload"]["record"]["id"] == str(row["id"])
    assert told["payload"]["record"]["body"] == "hello"
    assert (notice["topic"], notice["event"], notice["private"]) == (f"user:{bob.uid}", "message", True)
    assert set(notice["payload"]) == {"thread_id", "message_id", "created_at", "id"}  # id is Realtime's own
    assert (notice["payload"]["thread_id"], notice["payload"]["message_id"]) == ("ann__bob", str(row["id"]))


def test_nobody_reads_the_stored_broadcasts_of_others(
    world: World, trio: tuple[Account, Account, Account]
) -> None:
    _, bob, _ = trio
    topics = {who.id: {row["topic"] for row in world.ask(who, "select topic from realtime.messages")}
              for who in trio}  # fmt: skip
    assert topics == {"ann": {"chat:ann__bob"}, "bob": {"chat:ann__bob", f"user:{bob.uid}"}, "eve": set()}


def test_a_retry_tells_nothing_twice(world: World) -> None:
    ann, bob = world.person("ann"), world.person("bob")
    row = world.say(ann, bob, "hello")
    world.say(ann, bob, "hello", row["id"])
    assert len(world.told()) == 2


def test_a_message_that_cannot_be_told_is_kept(own_world: World) -> None:
    ann, bob = own_world.person("ann"), own_world.person("bob")
    own_world.admin.execute(
        "alter table realtime.messages add constraint shut check (private is null) not valid"
    )
    assert own_world.say(ann, bob, "hello")["body"] == "hello"
    assert own_world.told() == []
    own_world.admin.execute("alter table realtime.messages drop constraint shut")
    own_world.admin.execute(
        "create or replace function realtime.broadcast_changes("
        "topic_name text, event_name text, operation text,"
        " table_name text, table_schema text, new record, old record, level text default 'ROW')"
        " returns void language plpgsql as $$ begin raise exception 'broken'; end $$"
    )
    own_world.say(ann, bob, "still here")
    assert len(own_world.ask(bob, "select id from chat_messages")) == 2
