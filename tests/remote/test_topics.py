"""Each topic has its own fate: joined, refused, limited, expired, late, left; and presence on it."""

from __future__ import annotations

from dataclasses import replace

from tests.remote import phoenix as px
from tests.remote.ears import FAST, ROOM, Heard, Make
from tests.remote.phoenix import Join, Phoenix, until
from tests.waits import scaled

from supachat.dialects.calls import Topic
from supachat.domain.health import LinkState
from supachat.remote.rules import Standing

# ---------------------------------------------------------------- joining


async def test_joined_ready_and_told(server: Phoenix, ears: Heard, make: Make) -> None:
    supervisor = make(ROOM, Topic("typing:1"))
    await until(lambda: len(ears.ready) == 2, "both ready")
    link = supervisor.link
    assert (link.state, link.joined, link.wanted, link.parked, link.attempt) == (
        LinkState.CONNECTED, 2, 2, 0, 0,
    )  # fmt: skip
    assert link.connect_time is not None
    await until(lambda: supervisor.link.round_trip is not None, "a round trip")
    assert ears.states() == [LinkState.CONNECTING, LinkState.CONNECTED]
    await server.say(px.inserted("room:db"))
    await until(lambda: ears.broadcasts, "the row")


async def test_joined_is_not_ready_until_the_rows_flow(server: Phoenix, ears: Heard, make: Make) -> None:
    server.on_join = lambda join: [px.joined(join.topic, join.ref)]
    supervisor = make(ROOM, waits=scaled(0.03, open=2.0, join=3.0, silence=3.0, replication=30.0))
    await until(lambda: supervisor.link.joined == 1, "joined")
    assert ears.ready == []
    await server.say(px.replicated("room:db"))
    await until(lambda: ears.ready == ["room:db"], "ready")


async def test_the_servers_word_may_overtake_the_joins_answer(
    server: Phoenix, ears: Heard, make: Make
) -> None:
    server.on_join = lambda join: [px.replicated(join.topic), px.joined(join.topic, join.ref)]
    make(ROOM, waits=scaled(0.03, open=2.0, join=3.0, silence=3.0, replication=30.0))
    await until(lambda: ears.ready == ["room:db"], "ready")


async def test_a_server_that_does_not_say_so_is_waited_for_a_little(
    server: Phoenix, ears: Heard, make: Make
) -> None:
    server.on_join = lambda join: [px.joined(join.topic, join.ref)]
    make(ROOM)
    assert await until(lambda: ears.ready == ["room:db"], "ready") >= FAST.replication * 0.5


async def test_ten_joins_in_flight_and_no_more(server: Phoenix, ears: Heard, make: Make) -> None:
    held: list[Join] = []

    def hold(join: Join) -> list[px.Frame]:
        held.append(join)
        return []

    server.on_join = hold
    make(*(Topic(f"t{n}") for n in range(25)))
    await until(lambda: len(held) == 10, "ten joins")
    await server.say(px.joined("t0", held[0].ref))
    await until(lambda: len(held) == 11, "the next one")
    assert server.topics() == [f"t{n}" for n in range(11)]
    server.on_join = px.accept
    for join in held[1:]:
        await server.say(px.joined(join.topic, join.ref))
    await until(lambda: len(ears.ready) == 25, "all")


async def test_sixty_topics_and_no_more(server: Phoenix, ears: Heard, make: Make) -> None:
    supervisor = make(*(Topic(f"t{n}") for n in range(70)))
    await until(lambda: len(ears.ready) == 60, "sixty")
    assert supervisor.link.wanted == 60


async def test_what_is_not_wanted_any_more_is_left_and_can_come_back(
    server: Phoenix, ears: Heard, make: Make
) -> None:
    supervisor = make(ROOM, Topic("other"))
    await until(lambda: len(ears.ready) == 2, "both")
    supervisor.want([Topic("other")])
    await until(lambda: server.events("phx_leave"), "the leave")
    assert ears.lost == ["room:db"]
    supervisor.want([Topic("other"), ROOM])
    await until(lambda: len(ears.ready) == 3, "joined again")
    await server.say(px.closed("room:db", server.joins[0].ref), px.inserted("room:db"))
    await until(lambda: ears.broadcasts, "the row, in spite of the old join's close")
    assert ears.lost == ["room:db"]


# ---------------------------------------------------------------- one topic's fate


async def test_a_parked_topic_stays_parked_through_a_reconnect(
    server: Phoenix, ears: Heard, make: Make
) -> None:
    server.on_join = lambda join: (
        [px.unauthorized(join.topic, join.ref)] if join.topic == "bad" else px.accept(join)
    )
    supervisor = make(ROOM, Topic("bad"))
    await until(lambda: supervisor.link.parked == 1 and supervisor.link.joined == 1, "parked")
    server.cut()
    await until(lambda: len(server.sockets) == 2 and supervisor.link.joined == 1, "back")
    assert server.topics(1) == ["room:db"]
    supervisor.members_changed()
    await until(lambda: server.topics().count("bad") == 2, "the membership changed")


async def test_a_rate_limit_is_waited_out(server: Phoenix, ears: Heard, make: Make) -> None:
    server.on_join = lambda join: [px.rate_limited(join.topic, join.ref)]
    supervisor = make(ROOM)
    await until(lambda: supervisor.topics.fate("room:db").standing is Standing.LIMITED, "limited")
    supervisor.poke()
    server.on_join = px.accept
    assert await until(lambda: ears.ready, "joined") >= FAST.limited * 0.7
    assert len(server.joins) == 2


async def test_a_server_that_closes_a_topic_again_and_again_is_not_stormed(
    server: Phoenix, ears: Heard, make: Make
) -> None:
    server.on_join = lambda join: [*px.accept(join), px.closed(join.topic, join.ref)]
    make(Topic("t"), luck=1.0)
    await until(lambda: len(server.joins) >= 5, "five joins")
    gaps = [b.at - a.at for a, b in zip(server.joins, server.joins[1:], strict=False)]
    assert gaps[3] > gaps[0]
    assert sum(gaps[:4]) >= FAST.backoff_first * (1 + 2 + 4 + 8) * 0.9


async def test_late_join_replies_do_no_harm(server: Phoenix, ears: Heard, make: Make) -> None:
    """Answers that take longer than the limit, for a while, then normal."""
    late: list[Join] = []

    def hold(join: Join) -> list[px.Frame]:
        late.append(join)
        return []

    server.on_join = hold
    topics = [Topic(f"t{n}") for n in range(4)]
    supervisor = make(*topics, waits=scaled(0.03, open=2.0, join=0.3, silence=3.0, heartbeat=0.05))
    await until(lambda: len(late) >= 8, "each was tried twice")
    server.on_join = px.accept
    for join in late:
        await server.say(px.joined(join.topic, join.ref), px.closed(join.topic, join.ref))
    await until(lambda: supervisor.link.joined == 4, "all joined")
    for topic in topics:
        await server.say(px.inserted(topic.name))
    await until(lambda: len(ears.broadcasts) == 4, "all hear")
    assert len(server.opened) == 1, "on the same socket"


async def test_a_join_that_cannot_even_be_written_keeps_no_other_waiting(
    server: Phoenix, ears: Heard, make: Make
) -> None:
    """Each kept one of the ten joins in flight for itself, and called itself connecting for ever."""
    odd = [Topic(f"t\ud800{n}") for n in range(10)]
    supervisor = make(*odd, ROOM)
    await until(lambda: ears.ready, "the other")
    await until(lambda: supervisor.topics.fate(odd[0].name).failures >= 2, "it is tried again")
    assert "stumbled" in supervisor.topics.fate(odd[0].name).reason


async def test_the_word_of_a_join_that_failed_is_not_that_of_the_next(
    server: Phoenix, ears: Heard, make: Make
) -> None:
    refused = [px.replicated("room:db"), px.rate_limited("room:db", "")]
    server.on_join = lambda join: [refused[0], {**refused[1], "ref": join.ref}]
    supervisor = make(ROOM, waits=replace(FAST, replication=600.0))
    await until(lambda: supervisor.topics.fate("room:db").standing is Standing.LIMITED, "limited")
    server.on_join = lambda join: [px.joined(join.topic, join.ref)]
    await until(lambda: supervisor.link.joined, "joined")
    assert ears.ready == []
    await server.say(px.replicated("room:db"))
    await until(lambda: ears.ready, "ready")


# ---------------------------------------------------------------- presence and broadcasts


async def test_presence_is_told_again_after_each_join_and_seldom_otherwise(
    server: Phoenix, ears: Heard, make: Make
) -> None:
    waits = scaled(0.03, open=2.0, join=3.0, silence=3.0, presence=0.4)
    supervisor = make(Topic("typing:1", presence_key="me"), waits=waits)
    supervisor.track("typing:1", {"status": "online"})
    await until(lambda: len(server.events("presence")) == 1, "told")
    for status in ("away", "online", "away"):
        supervisor.track("typing:1", {"status": status})
    assert await until(lambda: len(server.events("presence")) == 2, "the latest") >= 0.2
    sent = [frame["payload"]["payload"] for frame in server.events("presence")]
    assert sent == [{"status": "online"}, {"status": "away"}]
    server.cut()
    await until(lambda: len(server.events("presence")) == 3, "told after the rejoin")
    assert server.events("presence")[-1]["payload"] == {
        "type": "presence", "event": "track", "payload": {"status": "away"},
    }  # fmt: skip


async def test_a_new_join_counts_its_presence_calls_anew(server: Phoenix, ears: Heard, make: Make) -> None:
    waits = scaled(0.03, open=2.0, join=3.0, silence=3.0, presence=60.0)
    supervisor = make(Topic("typing:1", presence_key="me"), waits=waits)
    supervisor.track("typing:1", {"status": "online"})
    await until(lambda: len(server.events("presence")) == 1, "told")
    await server.say(px.closed("typing:1", server.last("typing:1").ref))
    await until(lambda: len(server.events("presence")) == 2, "told again, without waiting a minute")


async def test_a_broadcast_needs_a_joined_topic(server: Phoenix, ears: Heard, make: Make) -> None:
    supervisor = make(Topic("typing:1"))
    assert not await supervisor.push("typing:1", "typing", {"person": "me"})
    await until(lambda: ears.ready, "ready")
    assert await supervisor.push("typing:1", "typing", {"person": "me"})
    assert not await supervisor.push("typing:2", "typing", {"person": "me"})
    await until(lambda: server.events("broadcast"), "out")
    [frame] = server.events("broadcast")
    assert frame["payload"] == {"type": "broadcast", "event": "typing", "payload": {"person": "me"}}
    assert frame["join_ref"] == server.last("typing:1").ref
