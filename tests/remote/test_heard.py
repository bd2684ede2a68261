"""What one connection believes of what it hears, forged frames and recorded ones."""

from __future__ import annotations

import json

import pytest
from tests.remote import phoenix as px
from tests.remote.ears import ROOM
from tests.remote.inbox import heard, hears
from tests.remote.phoenix import Phoenix

from supachat.dialects.calls import Topic
from supachat.remote.connection import Connection
from supachat.remote.frames import Broadcast, Present, Replicated
from supachat.remote.socket import Chan

# ---------------------------------------------------------------- frames


async def test_a_broadcast_from_the_database(server: Phoenix, link: Connection) -> None:
    await link.join(ROOM)
    await server.say(px.inserted("room:db"))
    item = await hears(link, Broadcast)
    assert isinstance(item, Broadcast)
    assert (item.topic, item.event) == ("room:db", "INSERT")
    assert item.payload["record"] == {"id": 1, "body": "hello", "room": "db"}


async def test_presence_comes_whole(server: Phoenix, link: Connection) -> None:
    await link.join(Topic("pres", presence_key="me"))
    assert server.joins[0].payload["config"]["presence"] == {"key": "me", "enabled": True}
    await server.say(px.presence_state("pres"))
    item = await hears(link, Present)
    assert isinstance(item, Present)
    assert [meta["status"] for meta in item.state["alice"]] == ["on"]
    diff = px.recorded("13-presence-two-clients", "presence_diff", with_="bob", topic="pres", ref=None)
    await server.say(diff)
    item = await hears(link, Present)
    assert isinstance(item, Present)
    assert sorted(item.state) == ["alice", "bob"]


FORGED = (
    '{"ref":null,"event":"broadcast","payload":{"event":"e","payload":{"a":1},"type":"broadcast"},'
    '"event":"phx_close","x":{"b":1,"type":"broadcast"},"topic":"realtime:room:db"}'
)


FALSE_ROW = (
    '{"topic":"realtime:room:db","ref":null,"event":"broadcast","payload":'
    '{"type":"broadcast","event":"typing","event":"INSERT","payload":{"record":{}}}}'
)


@pytest.mark.parametrize(
    "rubbish",
    [
        FORGED,
        FALSE_ROW,
        "not json",
        "[]",
        '{"topic":"realtime:room:db"}',
        '{"topic":"realtime:room:db","event":"broadcast","ref":null,"payload":{"event":"e","payload":"x"}}',
        '{"topic":"realtime:room:db","event":"broadcast","ref":null,"payload":[1]}',
        '{"topic":"realtime:room:db","event":"presence_state","ref":null,"payload":{"a":{"metas":[{}]}}}',
        '{"topic":"realtime:room:db","event":"presence_diff","ref":null,"payload":{"joins":{},"leaves":3}}',
        '{"topic":"realtime:room:db","event":"phx_close","ref":null,"payload":{}}',
        '{"topic":"realtime:room:db","event":"phx_close","ref":"999","payload":{}}',
        '{"topic":"realtime:room:db","event":"phx_error","ref":null,"payload":{}}',
        '{"topic":"phoenix","event":"phx_reply","ref":{"a":1},"payload":3}',
        '{"topic":["phoenix"],"event":"phx_reply","ref":"1","payload":3}',
        "[" * 5000,
    ],
)
async def test_rubbish_and_forgery_change_nothing(server: Phoenix, link: Connection, rubbish: str) -> None:
    await link.join(ROOM)
    await hears(link, Replicated)
    await server.say(rubbish, px.inserted("room:db"))
    await hears(link, Broadcast)
    assert heard(link) == []
    assert not link.dead.done()
    assert await link.push("room:db", "broadcast", {})


async def test_a_message_of_two_megabytes_comes_through(server: Phoenix, link: Connection) -> None:
    """The library's 1 MiB would close the socket, and close it again at each replay."""
    await link.join(ROOM)
    frame = px.inserted("room:db")
    frame["payload"]["payload"]["record"]["body"] = "x" * 2_000_000
    await server.say(frame)
    item = await hears(link, Broadcast)
    assert isinstance(item, Broadcast)
    assert len(item.payload["record"]["body"]) == 2_000_000


async def test_a_raising_handler_does_not_make_the_link_deaf(
    server: Phoenix, link: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the library an exception in a callback ends the listening task and nobody is told."""
    await link.join(ROOM)
    whole = Chan._broadcast

    def broken(self: Chan, payload: dict[str, object]) -> None:
        if payload["event"] == "INSERT":
            raise RuntimeError("a defect")
        whole(self, payload)

    monkeypatch.setattr(Chan, "_broadcast", broken)
    await link.join(Topic("other"))
    await server.say(px.inserted("other"))
    update = px.recorded("23-broadcast-from-database", "broadcast", with_="UPDATE", topic="other", ref=None)
    await server.say(update)
    item = await hears(link, Broadcast)
    assert isinstance(item, Broadcast)
    assert item.event == "UPDATE"


async def test_recorded_frames_are_read_as_they_were_sent(server: Phoenix, link: Connection) -> None:
    """Every frame that the real server sent to a vsn-1 client goes through the loop unharmed."""
    await link.join(ROOM)
    for path in sorted(px.RECORDED.glob("*.jsonl")):
        for frame in px._recv(path.stem):
            if isinstance(frame, dict) and "topic" in frame:
                await server.say(json.dumps({**frame, "topic": "realtime:nobody's"}))
    await server.say(px.inserted("room:db"))
    await hears(link, Broadcast)
