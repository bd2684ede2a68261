"""inbox.sql and Realtime: who may join, hear and speak, and who everybody is on a local server."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterator

import pytest
from tests.server.direct.world import ANYBODY, Account
from tests.server.sql_world import Inbox

from supachat.server.postgres import Postgres


@pytest.fixture
def own_world(postgres: Postgres, database: str) -> Iterator[Inbox]:
    made = Inbox(postgres, database)
    made.install()
    yield made
    made.close()


def test_who_may_hear_and_speak(world: Inbox) -> None:
    ann, bob, cat = (
        world.someone(name, inbox_role=role)
        for name, role in (("ann", "admin"), ("bob", "agent"), ("cat", "agent"))
    )
    eve = world.someone("eve")
    (row,) = world.backend("insert into conversations (assigned_to) values (%s) returning id", bob.uid)
    rows, twin = f"inbox:{row['id']}", f"inbox-typing:{row['id']}"
    for who, extension in itertools.product((ann, bob, cat, eve, ANYBODY), ("broadcast", "presence")):
        seen = who in (ann, bob)
        assert world.hears(who, rows, extension) is (seen and extension == "broadcast")
        assert not world.speaks(who, rows, extension)
        assert world.hears(who, twin, extension) is seen
        assert world.speaks(who, twin, extension) is seen
        own = f"inbox-agent:{who.uid}"
        assert world.hears(who, own, extension) is (who in (ann, bob, cat) and extension == "broadcast")
        assert not world.speaks(who, own, extension)
        assert not world.hears(who, f"inbox-agent:{bob.uid}") or who is bob
    for topic in ("inbox:", "inbox:x", f"inbox:{uuid.uuid4()}", "inbox-agent:", "inbox-typing:x"):
        assert not world.hears(ann, topic)
        assert not world.speaks(ann, topic)


def test_policies_that_open_every_topic_open_none_of_ours(own_world: Inbox) -> None:
    own_world.run(
        "create policy hears on realtime.messages for select to public using (true);"
        "create policy speaks on realtime.messages for insert to public with check (true);"
    )
    eve = own_world.someone("eve")
    (row,) = own_world.backend("insert into conversations default values returning id")
    for topic in (f"inbox:{row['id']}", f"inbox-typing:{row['id']}", f"inbox-agent:{eve.uid}"):
        for who in (eve, ANYBODY):
            assert not own_world.hears(who, topic)
            assert not own_world.speaks(who, topic)
    assert own_world.hears(ANYBODY, "inboxes:1")


def test_on_a_local_server_people_say_what_they_are(own_world: Inbox) -> None:
    own_world.believe("supachat.inbox_roles_from_user_metadata")

    def role(app: dict[str, str], said: dict[str, str]) -> str | None:
        uid = own_world.sign_up(app, said)
        rows = own_world.ask(Account(uid, str(uid)), "select role from supachat_whoami()")
        return str(rows[0]["role"]) if rows else None

    assert role({}, {}) == "agent"
    assert role({}, {"inbox_role": "admin"}) == "admin"
    assert role({}, {"inbox_role": "nobody"}) is None
    assert role({"inbox_role": "agent"}, {"inbox_role": "admin"}) == "agent"
