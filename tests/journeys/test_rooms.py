"""Rooms between real clients: what the project's backend tells in them, and what becomes of who leaves."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import psycopg
import pytest
from tests.faults.plan import Fault, Kind
from tests.faults.proxy import Proxy
from tests.journeys.guest import LIMIT, Guest, guest
from tests.journeys.local import LocalServer
from tests.journeys.storm import rider

from supachat.domain.feeds import FeedRow
from supachat.domain.health import TopicState
from supachat.domain.model import Alteration, Message, MessageKind, ThreadKey

PEOPLE = ("ana", "ben", "cleo")


class House:
    """A server of rooms, its owner's way in beside the clients, and the project's backend."""

    def __init__(self, server: LocalServer) -> None:
        self.server = server
        self.uids = {name: str(server.token(name)["user"]["id"]) for name in PEOPLE}
        keys = json.loads((server.data_dir / "keys.json").read_text("utf-8"))
        self._service = str(keys["service_role_key"])

    def visit(self, name: str, folder: Path, *, kept: bool = False) -> AbstractAsyncContextManager[Guest]:
        return guest(self.server, name, folder, kept=kept, dialects=("rooms",))

    def by_sql(self, topic: str, event: str, payload: dict[str, str]) -> None:
        """As a function of the database does it."""
        with psycopg.connect(self.server.database("postgres"), autocommit=True) as connection:
            connection.execute(
                "select realtime.send(%s::jsonb, %s, %s, true)", (json.dumps(payload), event, topic)
            )

    def removes(self, room: ThreadKey, name: str) -> None:
        """Somebody is taken out of a room; done when this returns."""
        with psycopg.connect(self.server.database("postgres"), autocommit=True) as connection:
            connection.execute(
                "delete from rooms.members where session_id = %s and user_id = %s",
                (room.id, self.uids[name]),
            )

    def by_http(self, topic: str, event: str, payload: dict[str, str]) -> None:
        """As the project's backend does it, with the service key."""
        message = {"topic": topic, "event": event, "payload": payload, "private": True}
        status = self.server.post("/realtime/v1/api/broadcast", {"messages": [message]}, self._service)
        assert status in (200, 202)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with LocalServer(tmp_path_factory.mktemp("rooms") / "server", "--dialect", "rooms") as server:
        for name in PEOPLE:
            server.sign_up(name)
        yield House(server)


async def room(house: House, owner: Guest, *others: str) -> ThreadKey:
    """A room of theirs, open on the owner's screen."""
    key = await owner.client.desk.create_thread("rooms", f"Room {uuid.uuid4().hex[:6]}")
    for name in others:
        owner.client.desk.alter(key, Alteration.INVITE, house.uids[name])
    await owner.watch.until(lambda: len(members(owner, key)) == 1 + len(others) or None, LIMIT)
    owner.client.open(key)
    await owner.watch.until(lambda: owner.watch.thread == key or None, LIMIT)
    return key


def members(one: Guest, key: ThreadKey) -> tuple[str, ...]:
    thread = one.client.thread(key)
    return thread.members if thread is not None else ()


async def enters(one: Guest, key: ThreadKey) -> None:
    await one.watch.until(lambda: one.client.thread(key), LIMIT)
    one.client.open(key)
    await one.watch.until(lambda: one.watch.thread == key or None, LIMIT)
    await one.watch.until(lambda: joined(one, f"session:{key.id}") or None, LIMIT)


def joined(one: Guest, topic: str) -> bool:
    return any(t.name == topic and t.state is TopicState.CONNECTED for t in one.client.health.link.topics)


def held(one: Guest, topics: Sequence[str]) -> list[str]:
    """Those of the topics that the link knows of, joined or not."""
    return [t.name for t in one.client.health.link.topics if t.name in topics]


def notices(one: Guest) -> list[str]:
    return [m.raw for m in one.messages() if is_notice(m)]


def is_notice(message: Message) -> bool:
    return message.extra is not None and message.extra.kind is MessageKind.NOTICE


def told(one: Guest) -> list[FeedRow]:
    return [row for row in one.client.feeds.rows("rooms", "events") if row.kind == "deploy"]


# ---------------------------------------------------------------- what the backend tells


@pytest.mark.parametrize("way", ["by_sql", "by_http"])
async def test_what_the_backend_tells_stands_in_the_room_and_in_the_list(
    house: House, tmp_path: Path, way: str
) -> None:
    tell = getattr(house, way)
    async with house.visit("ana", tmp_path, kept=True) as ana, house.visit("ben", tmp_path) as ben:
        key = await room(house, ana, "ben")
        await enters(ana, key)
        await enters(ben, key)
        ana.client.send(key, "before")
        await ben.sees("before")
        everybody, one = {"id": str(uuid.uuid4()), "title": "Deploy 41 is out"}, str(uuid.uuid4())
        tell(f"session:{key.id}", "deploy", {**everybody, "body": "It took two minutes"})
        for who in (ana, ben):
            await who.sees("before", "Deploy 41 is out\nIt took two minutes")
        tell(f"session:{key.id}", "deploy", everybody)  # told twice, as by a replay
        tell(f"user:{house.uids['ben']}", "deploy", {"id": one, "title": "Yours", "session_id": key.id})
        await ben.sees("before", "Deploy 41 is out\nIt took two minutes", "Yours")
        thread = ben.client.thread(key)
        assert thread is not None
        assert (thread.notice, thread.unread) == ("Yours", 1), "the message alone is counted"
        assert [row.title for row in told(ben)][:2] == ["Yours", "Deploy 41 is out"]
        ana.client.reconnect_all()
        ben.client.send(key, "after")
        await ana.sees("before", "Deploy 41 is out\nIt took two minutes", "after")
        assert notices(ana) == ["Deploy 41 is out\nIt took two minutes"]
        assert ana.client.unsent() == (0, 0)
        await ben.all_sent()
    async with house.visit("ana", tmp_path, kept=True) as ana:
        await enters(ana, key)
        await ana.sees("before", "Deploy 41 is out\nIt took two minutes", "after")
        ana.client.focused()
        await ana.watch.until(lambda: ana.client.health.catching_up == 0 or None, LIMIT)
        assert ana.bodies() == ["before", "Deploy 41 is out\nIt took two minutes", "after"]


async def test_a_notice_while_another_room_is_open_counts_as_no_message(
    house: House, tmp_path: Path
) -> None:
    async with house.visit("ana", tmp_path) as ana:
        here = await room(house, ana)
        there = await room(house, ana)
        await enters(ana, here)
        await ana.watch.until(lambda: joined(ana, f"session:{there.id}") or None, LIMIT)
        house.by_sql(f"session:{there.id}", "deploy", {"title": "Deploy failed", "severity": "critical"})
        await ana.watch.until(lambda: noticed(ana, there) == "Deploy failed" or None, LIMIT)
        thread = ana.client.thread(there)
        assert thread is not None
        assert thread.unread == 0
        ana.client.open(there)
        await ana.sees("Deploy failed")
        (told_,) = ana.messages()
        assert told_.extra is not None
        assert told_.extra.urgent


async def test_what_the_backend_told_while_nobody_could_hear_stands_there_once(
    house: House, tmp_path: Path
) -> None:
    async with (
        Proxy(house.server.url) as proxy,
        rider(proxy.url, house.server.key, "ana", None, dialect="rooms") as ana,
    ):
        key = await room(house, ana)
        await enters(ana, key)
        mine, everybody = f"user:{house.uids['ana']}", f"session:{key.id}"
        house.by_sql(mine, "deploy", {"title": "first", "session_id": key.id})
        await ana.sees("first")
        proxy.swallows = lambda frame: b'"broadcast"' in frame and b'"replayed"' not in frame
        house.by_sql(mine, "deploy", {"title": "second", "session_id": key.id})
        house.by_sql(everybody, "deploy", {"title": "third"})
        await proxy.strike(Fault(Kind.CUT))
        await ana.watch.until(lambda: sorted(notices(ana)) == ["first", "second", "third"] or None, LIMIT)
        proxy.swallows = lambda frame: False
        ana.client.reconnect_all()
        await ana.watch.until(lambda: (joined(ana, everybody) and joined(ana, mine)) or None, LIMIT)
        house.by_sql(mine, "deploy", {"title": "fourth", "session_id": key.id})
        await ana.sees("fourth")
        assert sorted(notices(ana)) == ["first", "fourth", "second", "third"]
        titles = [row.title for row in told(ana) if row.title in notices(ana)]
        assert sorted(titles) == ["first", "fourth", "second", "third"]


def noticed(one: Guest, key: ThreadKey) -> str | None:
    thread = one.client.thread(key)
    return thread.notice if thread is not None else None


# ---------------------------------------------------------------- owner, collaborators, invite, leave


async def test_an_owner_invites_renames_and_removes_and_nobody_else_may(
    house: House, tmp_path: Path
) -> None:
    async with house.visit("ana", tmp_path) as ana, house.visit("ben", tmp_path) as ben:
        key = await room(house, ana, "ben")
        await enters(ben, key)
        ana.client.desk.alter(key, Alteration.RENAME, "Release")
        await ben.watch.until(lambda: titled(ben, key) == "Release" or None, LIMIT)
        for what, value in ((Alteration.RENAME, "Mine"), (Alteration.REMOVE, house.uids["ana"])):
            ben.client.desk.alter(key, what, value)
        await ben.watch.until(lambda: "may not" in ben.client.health.last_error or None, LIMIT)
        await ben.watch.until(lambda: titled(ben, key) == "Release" or None, LIMIT)
        ana.client.desk.alter(key, Alteration.REMOVE, house.uids["ben"])
        await ben.watch.until(lambda: ben.client.thread(key) is None or None, LIMIT)
        await ben.watch.until(lambda: not joined(ben, f"session:{key.id}") or None, LIMIT)
        assert ben.client.open_thread is None
        assert [t.owner for t in ana.client.threads() if t.key == key] == [house.uids["ana"]]


def titled(one: Guest, key: ThreadKey) -> str | None:
    thread = one.client.thread(key)
    return thread.title if thread is not None else None


async def test_whoever_leaves_hears_no_more_and_keeps_what_was_not_sent(
    house: House, tmp_path: Path
) -> None:
    async with house.visit("ana", tmp_path) as ana, house.visit("ben", tmp_path, kept=True) as ben:
        key = await room(house, ana, "ben")
        await enters(ben, key)
        topics = (f"session:{key.id}", f"session-typing:{key.id}")
        ben.client.go_offline()
        await ben.watch.until(lambda: not joined(ben, topics[0]) or None, LIMIT)
        ben.client.send(key, "never said")
        house.removes(key, "ben")
        ben.client.go_online()
        await ben.watch.until(lambda: ben.client.thread(key) is None or None, LIMIT)
        await ben.watch.until(lambda: ben.client.unsent() == (0, 0) or None, LIMIT)
        assert ben.client.text(key) == "never said"
        await ben.watch.until(lambda: not held(ben, topics) or None, LIMIT)
        ana.client.desk.alter(key, Alteration.INVITE, house.uids["ben"])
        await enters(ben, key)
        assert ben.client.text(key) == "never said", "asked in again they find it"
        ben.client.desk.alter(key, Alteration.LEAVE)
        await ana.watch.until(lambda: members(ana, key) == (house.uids["ana"],) or None, LIMIT)
        await ben.watch.until(lambda: not joined(ben, topics[0]) or None, LIMIT)


async def test_an_owner_who_leaves_is_followed_by_who_was_there_longest(
    house: House, tmp_path: Path
) -> None:
    async with house.visit("ana", tmp_path) as ana, house.visit("cleo", tmp_path) as cleo:
        key = await room(house, ana, "cleo")
        await enters(cleo, key)
        ana.client.desk.alter(key, Alteration.LEAVE)
        await ana.watch.until(lambda: ana.client.open_thread is None or None, LIMIT)
        await cleo.watch.until(lambda: owner(cleo, key) == house.uids["cleo"] or None, LIMIT)
        assert members(cleo, key) == (house.uids["cleo"],)


def owner(one: Guest, key: ThreadKey) -> str | None:
    thread = one.client.thread(key)
    return thread.owner if thread is not None else None
