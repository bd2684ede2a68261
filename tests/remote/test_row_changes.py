"""Changes of tables on the wire: bindings in the join, the server's word, rows, and when they stop."""

from __future__ import annotations

from tests.remote import phoenix as px
from tests.remote.ears import Heard, Make
from tests.remote.inbox import heard, hears
from tests.remote.phoenix import Frame, Join, Phoenix, until

from supachat.dialects.calls import Binding, Topic
from supachat.domain.health import LinkState
from supachat.remote.connection import Connection
from supachat.remote.frames import Replicated, RowChanged
from supachat.remote.registry import Registry

SCENARIO = "20-postgres-changes"
TABLE = Topic(
    "pg1",
    private=False,
    bindings=(
        Binding("*", "open_t"),
        Binding("INSERT", "open_t", filter="tag=eq.red"),
        Binding("DELETE", "full_t"),
    ),
)


def accepted(join: Join) -> list[Frame]:
    """The recorded reply, with the ids of the bindings that were asked for."""
    reply = px.recorded(SCENARIO, "phx_reply", topic=join.topic, ref=join.ref)
    given = reply["payload"]["response"]["postgres_changes"]
    asked = join.payload["config"]["postgres_changes"]
    reply["payload"]["response"]["postgres_changes"] = [
        {"id": given[n]["id"], **one} for n, one in enumerate(asked)
    ]
    return [reply]


def subscribed(topic: str = "pg1") -> Frame:
    return px.recorded(SCENARIO, "system", topic=topic, ref=None)


def refused(topic: str = "pg1") -> Frame:
    frame = subscribed(topic)
    words = "Unable to subscribe to changes with given parameters. Please check Realtime is enabled"
    frame["payload"].update(status="error", message=words)
    return frame


def row(kind: str, with_: str = "") -> Frame:
    return px.recorded(SCENARIO, "postgres_changes", with_=with_ or f'"{kind}"', topic="pg1", ref=None)


async def test_the_join_names_its_bindings(server: Phoenix, link: Connection) -> None:
    server.on_join = accepted
    assert await link.join(TABLE) is None
    assert server.joins[0].payload["config"]["postgres_changes"] == [
        {"event": "*", "schema": "public", "table": "open_t"},
        {"event": "INSERT", "schema": "public", "table": "open_t", "filter": "tag=eq.red"},
        {"event": "DELETE", "schema": "public", "table": "full_t"},
    ]
    await server.say(subscribed())
    assert await hears(link, Replicated) == Replicated("pg1", changes=True)


async def test_a_row_that_two_bindings_bring_is_heard_once(server: Phoenix, link: Connection) -> None:
    server.on_join = accepted
    await link.join(TABLE)
    inserted = row("INSERT", '"first"')
    assert len(inserted["payload"]["ids"]) == 2, "it met two bindings"
    await server.say(inserted, row("DELETE"))
    first = await hears(link, RowChanged)
    assert isinstance(first, RowChanged)
    assert (first.topic, first.data["type"], first.data["record"]["details"]) == ("pg1", "INSERT", "first")
    second = await hears(link, RowChanged)
    assert isinstance(second, RowChanged)
    assert (second.data["type"], second.data["old_record"]) == ("DELETE", {"id": 1})
    assert heard(link) == []


async def test_ready_is_the_servers_word_and_no_time(server: Phoenix, ears: Heard, make: Make) -> None:
    server.on_join = accepted
    supervisor = make(TABLE, Topic("typing:1"))
    await until(lambda: supervisor.link.joined == 2 and ears.ready == ["typing:1"], "joined")
    await server.say(row("INSERT"))
    await until(lambda: ears.rows, "a row that came early")
    assert ears.ready == ["typing:1"], "the excuse for broadcasts is none for tables"
    await server.say(subscribed())
    await until(lambda: ears.ready == ["typing:1", "pg1"], "ready")


async def test_subscribed_anew_is_ready_anew(server: Phoenix, ears: Heard, make: Make) -> None:
    """After a new token the server subscribes again; what happened in between was not told."""
    server.on_join = lambda join: [*accepted(join), subscribed(join.topic)]
    make(TABLE)
    await until(lambda: ears.ready == ["pg1"], "ready")
    await server.say(subscribed())
    await until(lambda: ears.ready == ["pg1", "pg1"], "ready anew")
    assert ears.lost == []


async def test_a_topic_whose_tables_fall_silent_stays_joined(
    server: Phoenix, ears: Heard, make: Make
) -> None:
    server.on_join = lambda join: [*accepted(join), subscribed(join.topic)]
    supervisor = make(TABLE)
    await until(lambda: ears.ready == ["pg1"], "ready")
    await server.say(refused())
    await until(lambda: ears.lost == ["pg1"], "deaf")
    assert (supervisor.link.state, supervisor.link.joined) == (LinkState.CONNECTED, 1)
    assert server.topics() == ["pg1"], "the server tries again by itself"
    await server.say(subscribed())
    await until(lambda: ears.ready == ["pg1", "pg1"], "ready again")


def test_what_several_ask_of_a_topic_is_one_join() -> None:
    registry = Registry(60, lambda key: ())
    registry.user_topics("one", [Topic("user:1", sealed=True, replication_ready=True)])
    registry.user_topics("two", [Topic("user:1", bindings=TABLE.bindings), Topic("two:1")])
    first, second = registry.wanted()
    assert first == Topic("user:1", sealed=True, replication_ready=True, bindings=TABLE.bindings)
    assert second.name == "two:1"
    assert [asker.source for asker in registry.askers("user:1")] == ["one", "two"]


def test_a_source_whose_tables_are_silent_is_named() -> None:
    registry = Registry(60, lambda key: ())
    registry.user_topics("told", [Topic("user:1", sealed=True)])
    registry.user_topics("watched", [Topic("watched:1", bindings=TABLE.bindings)])
    assert registry.deaf_sources() == ("watched",)
    registry.ready("watched:1")
    assert registry.deaf_sources() == ()
    registry.lost("watched:1")
    assert registry.deaf_sources() == ("watched",)
