"""portal.sql and Realtime: who may join, hear and speak, and who everybody is on a local server."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterator

import pytest
from tests.server.direct.world import ANYBODY, Account
from tests.server.sql_world import Portal

from supachat.server.postgres import Postgres


@pytest.fixture
def own_world(postgres: Postgres, database: str) -> Iterator[Portal]:
    made = Portal(postgres, database)
    made.install()
    yield made
    made.close()


def test_who_may_hear_and_speak(world: Portal) -> None:
    roles = (("cleo", "client"), ("dora", "clinician"), ("dave", "clinician"), ("ada", "admin"))
    cleo, dora, dave, ada = (world.someone(name, portal_role=role) for name, role in roles)
    eve = world.someone("eve")
    client = world.one(cleo, "select client_id from supachat_ensure_thread(%s)", dora.uid)["client_id"]
    rows, twin = f"portal:{client}", f"portal-typing:{client}"
    everybody = (cleo, dora, dave, ada, eve, ANYBODY)
    for who, extension in itertools.product(everybody, ("broadcast", "presence")):
        member = who in (cleo, dora)
        assert world.hears(who, rows, extension) is (member and extension == "broadcast")
        assert not world.speaks(who, rows, extension)
        assert world.hears(who, twin, extension) is member
        assert world.speaks(who, twin, extension) is member
        own = f"portal-user:{who.uid}"
        part = who not in (eve, ANYBODY)
        assert world.hears(who, own, extension) is (part and extension == "broadcast")
        assert not world.speaks(who, own, extension)
        assert not world.hears(who, f"portal-user:{dora.uid}") or who is dora
    for topic in ("portal:", "portal:x", f"portal:{uuid.uuid4()}", "portal-user:", "portal-typing:x"):
        assert not world.hears(cleo, topic)
        assert not world.speaks(cleo, topic)


def test_policies_that_open_every_topic_open_none_of_ours(own_world: Portal) -> None:
    own_world.run(
        "create policy hears on realtime.messages for select to public using (true);"
        "create policy speaks on realtime.messages for insert to public with check (true);"
    )
    cleo, eve = own_world.someone("cleo", portal_role="client"), own_world.someone("eve")
    client = own_world.one(cleo, "select client_id from supachat_threads()")["client_id"]
    for topic in (f"portal:{client}", f"portal-typing:{client}", f"portal-user:{cleo.uid}"):
        for who in (eve, ANYBODY):
            assert not own_world.hears(who, topic)
            assert not own_world.speaks(who, topic)
    assert own_world.hears(ANYBODY, "portals:1")


def test_on_a_local_server_people_say_what_they_are(own_world: Portal) -> None:
    own_world.believe("supachat.portal_roles_from_user_metadata")

    def role(app: dict[str, str], said: dict[str, str]) -> str | None:
        uid = own_world.sign_up(app, said)
        rows = own_world.ask(Account(uid, str(uid)), "select role from supachat_whoami()")
        return str(rows[0]["role"]) if rows else None

    assert role({}, {}) == "client"
    assert role({}, {"portal_role": "clinician"}) == "clinician"
    assert role({}, {"portal_role": "nobody"}) is None
    assert role({"portal_role": "client"}, {"portal_role": "admin"}) == "client"
