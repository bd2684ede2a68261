"""What was told while nobody listened is asked for again: since when, once each, where it is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.remote import phoenix as px
from tests.remote.ears import Heard, Make
from tests.remote.phoenix import Frame, Join, Phoenix, until

from supachat.dialects import catalog
from supachat.dialects.calls import Topic
from supachat.domain.events import FeedHeard, MessageArrived
from supachat.domain.model import ThreadKey
from supachat.remote.frames import Broadcast
from supachat.remote.hearing import Hearing, Known
from supachat.remote.registry import Registry
from supachat.remote.replays import OVERLAP, REMEMBERED, Replays

MINE = Topic("user:1", sealed=True, replays=True)
RECORDED = "24-replay"
NOON = "2026-01-01T12:00:00+00:00"
IDS = ("1ab7872f-d674-460d-9fd3-3a840f0de9f6", "1a1a71ad-930c-4817-aa2c-c7cb8869390e")


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def said(id_: str, *, replayed: bool = False, topic: str = MINE.name) -> Broadcast:
    return Broadcast(topic, "ev", {}, id_, replayed)


# ---------------------------------------------------------------- the rule


def test_a_first_join_asks_for_nothing_and_the_next_since_then() -> None:
    clock = Clock()
    replays = Replays(clock)
    assert replays.since(MINE) is None
    replays.joined(MINE)
    clock.now += 500
    replays.joined(MINE)
    assert replays.since(MINE) == round((1_000_000 - OVERLAP) * 1000), "the second join may have lost some"


def test_what_was_heard_last_is_where_it_goes_on() -> None:
    clock = Clock()
    replays = Replays(clock)
    replays.joined(MINE)
    clock.now += 100
    assert replays.is_news(said("a"))
    clock.now += 100
    assert replays.is_news(said("b", replayed=True)), "more of the same may still be to come"
    assert replays.since(MINE) == round((1_000_100 - OVERLAP) * 1000)


def test_nothing_is_news_twice() -> None:
    replays = Replays(Clock())
    replays.joined(MINE)
    assert [replays.is_news(said("a", replayed=again)) for again in (False, True, True)] == [
        True, False, False,
    ]  # fmt: skip
    assert all(replays.is_news(said("")) for _ in range(2)), "what a client said has no name"
    assert all(replays.is_news(said("a", topic="chat:1")) for _ in range(2))


def test_only_the_last_are_remembered() -> None:
    replays = Replays(Clock())
    replays.joined(MINE)
    for n in range(REMEMBERED + 1):
        replays.is_news(said(str(n)))
    assert [replays.is_news(said(id_, replayed=True)) for id_ in ("1", str(REMEMBERED))] == [False, False]
    assert replays.is_news(said("0", replayed=True))


def test_who_is_refused_asks_no_more_until_it_is_joined() -> None:
    replays = Replays(Clock())
    replays.joined(MINE)
    replays.refused(MINE.name)
    assert replays.since(MINE) is None
    replays.joined(MINE)
    assert replays.since(MINE) is not None


@pytest.mark.parametrize(
    ("dialect", "thread", "user"),
    [("rooms", ["session:7"], ["user:7"]), ("direct", [], []), ("sessions", [], []), ("portal", [], [])],
)
def test_a_map_asks_where_its_notices_are_told(dialect: str, thread: list[str], user: list[str]) -> None:
    map_ = catalog.load(dialect)
    assert [t.name for t in map_.thread_topics("7", "me") if t.replays] == thread
    assert [t.name for t in map_.user_topics("7", "me") if t.replays] == user


def test_of_what_is_repeated_only_notices_are_told() -> None:
    """A row may have been edited since, and has a table to be read from."""
    rooms, key = catalog.load("rooms"), ThreadKey("rooms", "7")
    known = Known({"rooms": rooms})
    known.me["rooms"] = "me"
    registry = Registry(60, lambda thread: rooms.thread_topics(thread.id, "me"))
    registry.watch([key])
    hearing = Hearing(known, registry)
    record = {"id": "m1", "session_id": "7", "sender_id": "ben", "body": "b"}
    row = {"table": "chat_messages", "schema": "rooms", "record": {**record, "created_at": NOON}}

    def brings(event: str, payload: dict[str, Any], *, replayed: bool) -> list[type]:
        hearing.broadcast(Broadcast("session:7", event, payload, "n1", replayed))
        return [type(hearing.queue.get_nowait()) for _ in range(hearing.queue.qsize())]

    assert brings("INSERT", row, replayed=False) == [MessageArrived]
    assert brings("INSERT", row, replayed=True) == []
    assert brings("deploy", {"title": "Deployed"}, replayed=True) == [FeedHeard, MessageArrived]


# ---------------------------------------------------------------- on the wire


def asked(join: Join) -> Any:
    return join.payload["config"]["broadcast"].get("replay")


def live(id_: str) -> Frame:
    return px.recorded(RECORDED, "broadcast", with_=id_, topic=MINE.name, ref=None)


def replayed(id_: str) -> Frame:
    frame = live(id_)
    meta = {**frame["payload"]["meta"], "replayed": True}
    return {**frame, "payload": {**frame["payload"], "meta": meta}}


def refused(join: Join) -> Frame:
    return px.recorded(RECORDED, "phx_reply", with_="not valid", topic=join.topic, ref=join.ref)


async def test_a_rejoin_asks_and_hears_each_once(server: Phoenix, ears: Heard, make: Make) -> None:
    def joins(join: Join) -> list[Frame]:
        again = [replayed(id_) for id_ in IDS] if asked(join) else []
        return [px.joined(join.topic, join.ref), *again]

    server.on_join = joins
    make(MINE)
    await until(lambda: ears.ready, "joined")
    await server.say(live(IDS[0]))
    await until(lambda: ears.broadcasts, "the first")
    server.cut()
    await until(lambda: len(ears.broadcasts) == 2, "the second")
    await server.say(
        live(IDS[1]), px.recorded(RECORDED, "broadcast", with_='"i": 3', topic="user:1", ref=None)
    )
    await until(lambda: len(ears.broadcasts) == 3, "the third")
    assert [heard.payload["i"] for heard in ears.broadcasts] == [1, 2, 3]
    first, second = (asked(join) for join in server.joins)
    assert first is None
    assert second["limit"] == 25
    assert isinstance(second["since"], int), json.dumps(second)


async def test_a_server_that_cannot_is_joined_without(server: Phoenix, ears: Heard, make: Make) -> None:
    server.on_join = lambda join: [refused(join)] if asked(join) else px.accept(join)
    supervisor = make(MINE)
    await until(lambda: ears.ready, "joined")
    server.cut()
    await until(lambda: len(ears.ready) == 2, "joined again")
    assert [asked(join) is not None for join in server.joins] == [False, True, False]
    assert supervisor.topics.fate(MINE.name).reason == "the server cannot repeat what was missed"
