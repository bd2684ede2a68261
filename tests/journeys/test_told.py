"""Rooms whose messages nobody stores, between real clients: what is heard, kept and doubted."""

from __future__ import annotations

import asyncio
import json
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import psycopg
import pytest
from tests.journeys.forger import raw
from tests.journeys.guest import LIMIT, Guest, guest
from tests.journeys.local import LocalServer
from tests.journeys.shell import SUPACHAT, Shell

from supachat.dialects import samples
from supachat.domain.events import Edge
from supachat.domain.model import Delivery, Feature, Gap, Message, Standing, ThreadKey

PEOPLE = ("ana", "ben", "mallory", "eve")


class House:
    """A project with the sample's tables, a room of Ana's with Ben and Mallory in it, Eve outside."""

    def __init__(self, server: LocalServer, folder: Path) -> None:
        self.server, self.folder = server, folder
        self.map = folder / "told.toml"
        self.map.write_text(samples.text("told"), "utf-8")
        self.uids = {name: str(server.token(name)["user"]["id"]) for name in PEOPLE}

    def owner(self, statement: str, *values: str) -> str:
        """Run as postgres; the first value of the first row."""
        with psycopg.connect(self.server.database("postgres"), autocommit=True) as connection:
            cursor = connection.execute(statement.encode(), values)
            row = cursor.fetchone() if cursor.description else None
        return str(row[0]) if row else ""

    def room(self) -> ThreadKey:
        new = "insert into public.told_rooms (title, owner_id) values ('Standup', %s) returning id"
        id_ = self.owner(new, self.uids["ana"])
        for name in ("ben", "mallory"):
            self.owner("insert into public.told_collaborators values (%s, %s)", id_, self.uids[name])
        return ThreadKey("told", id_)

    def visit(self, name: str, folder: Path, *, kept: bool = False) -> AbstractAsyncContextManager[Guest]:
        return guest(self.server, name, folder, kept=kept, dialects=(str(self.map),))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("told")
    (folder / "migrations").mkdir()
    (folder / "migrations" / "1_told.sql").write_text(samples.text("told", sql=True), "utf-8")
    with LocalServer(folder / "server", "--migrations", str(folder / "migrations")) as server:
        for name in PEOPLE:
            server.sign_up(name)
        yield House(server, folder)


async def entered(one: Guest, room: ThreadKey) -> None:
    """The room is open, and its topic joined."""
    one.client.focused()
    await one.watch.until(lambda: one.client.thread(room), LIMIT)
    one.client.open(room)
    await one.watch.until(lambda: one.watch.thread == room or None, LIMIT)
    await one.watch.until(lambda: joined(one) or None, LIMIT)


def joined(one: Guest) -> bool:
    """Whether the reader's own topic is joined and the room's."""
    link = one.client.health.link
    return link.wanted >= 2 and link.joined == link.wanted


def heard(one: Guest) -> list[tuple[str, bool, bool]]:
    """Bodies, whether they are one's own, whether they are only heard."""
    return [(m.raw, m.own, m.extra is not None and m.extra.hearsay) for m in one.messages()]


def message(one: Guest, body: str) -> Message | None:
    return next((m for m in one.messages() if m.raw == body), None)


# ---------------------------------------------------------------- talking


async def test_two_hear_each_other_and_claim_no_history(house: House, tmp_path: Path) -> None:
    room = house.room()
    async with house.visit("ana", tmp_path) as ana, house.visit("ben", tmp_path) as ben:
        await entered(ana, room)
        await entered(ben, room)
        ana.client.send(room, "one")
        await ben.sees("one")
        ben.client.send(room, "two")
        await ana.sees("one", "two")
        await ana.all_sent()
        assert heard(ana) == [("one", True, True), ("two", False, True)]
        assert [m.delivery for m in ana.messages()] == [Delivery.SENT, Delivery.RECEIVED]
        thread = ana.client.thread(room)
        assert thread is not None
        assert thread.hearsay
        ana.client.load_older()
        ana.client.focused()
        assert ana.client.standing(room) == Standing(), "neither complete nor with gaps"
        assert ana.watch.edge is Edge.HEARD
        assert not [f for f in (Feature.EDIT, Feature.DELETE, Feature.SEARCH) if ana.client.can("told", f)]


async def test_a_message_elsewhere_is_unread_on_this_device(house: House, tmp_path: Path) -> None:
    here, there = house.room(), house.room()
    async with house.visit("ana", tmp_path) as ana, house.visit("ben", tmp_path) as ben:
        await entered(ana, here)
        await entered(ben, there)
        ben.client.send(there, "over here")
        await ana.watch.until(lambda: unread(ana, there) == 1 or None, LIMIT)
        ana.client.open(there)
        await ana.sees("over here")
        ana.client.seen(there)
        await ana.watch.until(lambda: unread(ana, there) == 0 or None, LIMIT)


def unread(one: Guest, room: ThreadKey) -> int | None:
    thread = one.client.thread(room)
    assert thread is None or thread.unread_local
    return thread.unread if thread is not None else None


# ---------------------------------------------------------------- what is not true


async def test_what_a_member_says_in_anothers_name_is_heard_and_doubted(
    house: House, tmp_path: Path
) -> None:
    room = house.room()
    topic, said = f"session:{room.id}", str(uuid.uuid4())

    def claim(name: str, body: str, id_: str = "") -> dict[str, str]:
        return {"id": id_ or str(uuid.uuid4()), "sender_id": house.uids[name], "body": body, "sent_at": "x"}

    async with house.visit("ana", tmp_path) as ana:
        await entered(ana, room)
        async with raw(house.server, house.server.token("mallory")["access_token"]) as forger:
            assert await forger.join(topic) == "ok"
            await forger.broadcast(topic, "chat:message", claim("eve", "a stranger has no voice"))
            await forger.broadcast(topic, "chat:message", claim("ben", "ben never said so", said))
            await forger.broadcast(topic, "chat:message", claim("ben", "the same id again", said))
            await forger.broadcast(topic, "chat:message", claim("ana", "nor did ana"))
            await forger.broadcast(topic, "chat:message", claim("mallory", "this is true"))
            await ana.sees("this is true")
        assert heard(ana) == [
            ("ben never said so", False, True),
            ("nor did ana", False, True),
            ("this is true", False, True),
        ], "in their names, each marked as only heard, and none as one's own"
        assert [m.author for m in ana.messages()][:2] == [house.uids["ben"], house.uids["ana"]]
        async with raw(house.server, house.server.token("eve")["access_token"]) as stranger:
            assert await stranger.join(topic) == "error"


async def test_a_draft_that_nobody_acknowledges_fails_in_words(house: House, tmp_path: Path) -> None:
    room = house.room()
    rule = "alter policy told_speak on realtime.messages with check ({})"
    async with house.visit("ana", tmp_path) as ana, house.visit("ben", tmp_path) as ben:
        await entered(ben, room)
        house.owner(rule.format("false"))
        await entered(ana, room)
        try:
            draft = ana.client.send(room, "into the void")
            await ana.watch.until(lambda: ana.client.unsent() == (0, 1) or None, LIMIT)
        finally:
            house.owner(rule.format("public.told_is_member(topic)"))
        failed = message(ana, "into the void")
        assert failed is not None
        assert failed.reason is not None
        assert "nobody can say whether it was heard" in failed.reason
        ana.client.reconnect_all()  # a right that was refused is asked for again by a new join
        ana.client.send(room, "again")
        await ben.sees("again")
        ana.client.retry(draft)
        await ben.sees("again", "into the void")
        await ana.all_sent()
        assert ana.bodies() == ["again", "into the void"]


# ---------------------------------------------------------------- what stays


async def test_what_was_heard_is_there_after_a_restart(house: House, tmp_path: Path) -> None:
    room = house.room()
    async with house.visit("ben", tmp_path) as ben:
        async with house.visit("ana", tmp_path, kept=True) as ana:
            await entered(ana, room)
            await entered(ben, room)
            for number in range(60):
                ben.client.send(room, f"heard {number}")
            await ana.sees("heard 59")
            ana.client.send(room, "mine")
            await ben.sees("mine")
            await ana.all_sent()
            before = heard(ana)
        ben.client.send(room, "while she is away")
        await ben.all_sent()
        async with house.visit("ana", tmp_path, kept=True) as ana:
            await entered(ana, room)
            await ana.sees("mine")  # the link may be quicker than the cache
            ana.client.load_older()
            await ana.watch.until(lambda: len(ana.messages()) == 61 or None, LIMIT)
            assert heard(ana) == before, "who was not there did not hear it, and nothing is missing"
            assert not [item for item in ana.watch.items if isinstance(item, Gap)]
            ben.client.send(room, "back again")
            await ana.sees("mine", "back again")


async def test_a_reconnect_makes_no_gap_and_doubles_nothing(house: House, tmp_path: Path) -> None:
    room = house.room()
    async with house.visit("ana", tmp_path) as ana, house.visit("ben", tmp_path) as ben:
        await entered(ana, room)
        await entered(ben, room)
        ben.client.send(room, "before")
        await ana.sees("before")
        for one in (ana, ben):
            one.client.go_offline()
            await one.watch.until(lambda one=one: not joined(one) or None, LIMIT)  # type: ignore[misc]
        ana.client.send(room, "while offline")
        for one in (ben, ana):
            one.client.go_online()
            await one.watch.until(lambda one=one: joined(one) or None, LIMIT)  # type: ignore[misc]
        await ana.all_sent()
        await ana.sees("before", "while offline")
        assert not [item for item in ana.watch.items if isinstance(item, Gap)]
        assert ana.client.standing(room) == Standing()


# ---------------------------------------------------------------- the map


def test_the_sample_is_printed_as_it_is_and_the_shell_tells_and_hears(house: House, tmp_path: Path) -> None:
    room = house.room()
    shell = Shell(tmp_path / "home")
    assert shell.run("dialect", "sample").stdout.split() == list(samples.names())
    copy = tmp_path / "copied.toml"
    copy.write_text(shell.run("dialect", "sample", "told").stdout, "utf-8")
    assert shell.run("dialect", "sample", "told", "--sql").stdout == samples.text("told", sql=True)
    assert shell.login(house.server, "ana", "--dialect", str(copy)).returncode == 0
    assert f"told:{room.id}" in shell.run("threads").stdout
    sent = shell.run("send", room.id, "from a shell")
    assert sent.returncode == 0, sent.stderr
    printed = shell.run("tail", room.id)
    assert printed.stdout == "", "a shell keeps nothing, and nobody else does"
    assert "the server stores nothing of this room: --follow shows" in printed.stderr


async def test_a_shell_that_follows_says_that_nothing_is_stored_and_marks_what_it_hears(
    house: House, tmp_path: Path
) -> None:
    room = house.room()
    shell = Shell(tmp_path / "home")
    assert shell.login(house.server, "ana", "--dialect", str(house.map)).returncode == 0
    tail = await asyncio.create_subprocess_exec(
        *SUPACHAT, "tail", room.id, "--follow", "--json",
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=shell.environ,
    )  # fmt: skip
    assert tail.stdout is not None
    assert tail.stderr is not None
    try:
        warned = await asyncio.wait_for(tail.stderr.readline(), LIMIT)
        async with house.visit("ben", tmp_path) as ben:
            await entered(ben, room)
            line = await said_until_heard(ben, room, tail.stdout)
    finally:
        tail.terminate()
        await tail.communicate()
    assert b"the server stores nothing of this room" in warned
    said = json.loads(line)
    assert (said["author"], said["unverified"]) == (house.uids["ben"], True)


async def said_until_heard(one: Guest, room: ThreadKey, printed: asyncio.StreamReader) -> bytes:
    """The line that somebody prints who is on their way: what was said before they came is lost to them."""
    async with asyncio.timeout(LIMIT):
        while True:
            one.client.send(room, "is anybody there?")
            try:
                return await asyncio.wait_for(printed.readline(), 1)
            except TimeoutError:
                continue


def test_the_checker_says_that_nothing_is_stored(house: House, tmp_path: Path) -> None:
    house.room()
    shell = Shell(tmp_path / "home")
    assert shell.login(house.server, "ana").returncode == 0
    done = shell.run("dialect", "check", str(house.map), "--json")
    found = {line["check"]: line for line in map(json.loads, done.stdout.splitlines())}
    assert done.returncode == 0, done.stdout
    assert "not stored by the server" in found["messages"]["words"]
    assert found["topics"]["state"] == "ok"
    assert "pg_policies" in found["writing"]["cure"]
