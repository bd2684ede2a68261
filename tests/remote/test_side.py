"""What stands beside messages, through the project's own face: altered, read, told, written down."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from tests.remote.ears import FAST

from supachat.dialects import catalog
from supachat.dialects.calls import Call, Count, Row, Rpc, Select, Topic
from supachat.domain import events as ev
from supachat.domain.errors import DialectError, Refused
from supachat.domain.model import Alteration, Cursor, Micros, Presence, Sighting, ThreadKey
from supachat.remote.attendance import Attendance
from supachat.remote.frames import Broadcast
from supachat.remote.hearing import Hearing, Known
from supachat.remote.performing import Performer
from supachat.remote.registry import Registry
from supachat.remote.siding import Side

ME = "98106604-dcb7-46e5-bb67-db3cab3e12c5"
SESSION = ThreadKey("sessions", "s1")


class Tables:
    """Remembers what was asked; `answers` by function or table."""

    def __init__(self) -> None:
        self.asked: list[Call] = []
        self.answers: dict[str, list[Row]] = {}

    async def carry_out(self, call: Call) -> list[Row]:
        self.asked.append(call)
        name = call.function if isinstance(call, Rpc) else call.table
        return self.answers.get(name, [])


def known() -> Known:
    made = Known({name: catalog.load(name) for name in catalog.names()})
    made.me.update(dict.fromkeys(catalog.names(), ME))
    return made


@pytest.fixture
def tables() -> Tables:
    return Tables()


@pytest.fixture
def side(tables: Tables) -> Side:
    return Side(Performer(known(), tables), tables)  # type: ignore[arg-type]  # it asks for carry_out only


GAP = ev.CountGap(
    ThreadKey("inbox", "c1"), after=Cursor(Micros(1_000_000), "a"), before=Cursor(Micros(9_000_000), "b")
)


@pytest.mark.parametrize(
    ("answer", "about"), [([{"count": 340}], 340), ([{"count": None}], None), ([], None)]
)
async def test_a_gap_is_counted_by_a_call_that_brings_no_rows(
    side: Side, tables: Tables, answer: list[Row], about: int | None
) -> None:
    tables.answers["messages"] = answer
    assert await side.perform(GAP) == [ev.GapCounted(GAP, about)]
    (call,) = tables.asked
    assert isinstance(call, Count)


T1, T9 = "1970-01-01T00:00:01.000000Z", "1970-01-01T00:00:09.000000Z"
AFTER = f'created_at.gt."{T1}",and(created_at.eq."{T1}",id.gt."a")'
BEFORE = f'created_at.lt."{T9}",and(created_at.eq."{T9}",id.lt."b")'


@pytest.mark.parametrize(
    ("after", "before", "times", "any_of"),
    [
        ("a", "b", (("gte", T1), ("lte", T9)), f"and(or({AFTER}),or({BEFORE}))"),
        ("a", "", (("gte", T1), ("lt", T9)), AFTER),
        ("", "b", (("gte", T1), ("lte", T9)), BEFORE),
        ("", "", (("gte", T1), ("lt", T9)), ""),
    ],
)
def test_neither_end_of_a_gap_is_counted(
    after: str, before: str, times: tuple[tuple[str, str], ...], any_of: str
) -> None:
    request = replace(GAP, after=GAP.after._replace(id=after), before=GAP.before._replace(id=before))
    call = catalog.load("inbox").beside.count_call(request)
    assert isinstance(call, Count)
    assert [one[1:] for one in call.filters[1:]] == list(times)
    assert call.any_of == any_of


async def test_an_alteration_is_a_call_and_the_list_tells_of_it(side: Side, tables: Tables) -> None:
    request = ev.Alter(ThreadKey("inbox", "c1"), Alteration.ASSIGN, "")
    assert await side.perform(request) == [ev.ListStale("inbox")]
    wanted = {"_conversation_id": "c1", "_agent_id": None}
    assert tables.asked == [Rpc("supachat_assign", wanted, "inbox")]


async def test_a_switch_is_the_maps_own_word(side: Side, tables: Tables) -> None:
    await side.perform(ev.Alter(ThreadKey("inbox", "c1"), Alteration.BOT, "off"))
    assert tables.asked == [Rpc("supachat_set_chatbot", {"_conversation_id": "c1", "_on": False}, "inbox")]


async def test_what_a_map_has_no_way_for_is_refused_without_asking(side: Side, tables: Tables) -> None:
    with pytest.raises(Refused, match="no way to do that"):
        await side.perform(ev.Alter(ThreadKey("direct", "a__b"), Alteration.RENAME, "x"))
    with pytest.raises(Refused):
        await side.perform(ev.TakeFeedRow("portal", "log", "1"))
    assert tables.asked == []


async def test_a_feed_that_is_only_told_is_not_read(side: Side, tables: Tables) -> None:
    assert await side.perform(ev.FetchFeed("rooms", "events")) == ()
    assert tables.asked == []


async def test_a_feed_is_read(side: Side, tables: Tables) -> None:
    (event,) = await side.perform(ev.FetchFeed("portal", "audit"))
    assert event == ev.FeedRead("portal", "audit", ())
    (asked,) = tables.asked
    assert isinstance(asked, Select)
    assert (asked.table, asked.limit) == ("audit_logs", 50)


async def test_a_row_that_does_not_fit_is_told_with_a_cure(side: Side, tables: Tables) -> None:
    tables.answers["audit_logs"] = [{"id": "1"}]
    with pytest.raises(DialectError, match="the tables of portal do not fit its map"):
        await side.perform(ev.FetchFeed("portal", "audit"))


async def test_replies_and_prices(side: Side, tables: Tables) -> None:
    tables.answers["canned_replies"] = [{"shortcut": "hi", "body": "Hello {customer}"}]
    (reply,) = await side.canned("inbox")
    assert (reply.name, reply.text) == ("hi", "Hello {customer}")
    assert await side.canned("direct") == ()
    assert await side.perform(ev.FetchPrices("sessions")) == [ev.PricesRead("sessions", ())]
    assert await side.perform(ev.FetchPrices("direct")) == ()
    assert await side.search("inbox", "   ") == ()


# ---------------------------------------------------------------- attendance


class Desk:
    """Attendance with what it needs, and the tasks that it spawned."""

    def __init__(self, tables: Tables) -> None:
        self.known, self.tasks = known(), set[asyncio.Task[None]]()
        self.registry = Registry(60, lambda key: [Topic(f"t:{key.id}")])
        self.hearing = Hearing(self.known, self.registry)
        self.attendance = Attendance(
            self.known, self.hearing, self.registry, FAST, tables.carry_out, self._spawn
        )

    def _spawn(self, work: Any) -> None:
        self.tasks.add(asyncio.get_running_loop().create_task(work))

    async def settled(self) -> None:
        await asyncio.gather(*self.tasks)
        self.tasks.clear()


def said(tables: Tables) -> list[Mapping[str, Any]]:
    return [call.params for call in tables.asked if isinstance(call, Rpc)]


async def test_what_the_reader_is_is_written_on_change(tables: Tables) -> None:
    desk = Desk(tables)
    desk.registry.watch([SESSION, ThreadKey("direct", "a__b")])
    desk.attendance.moved()
    await desk.settled()
    desk.attendance.moved()
    await desk.settled()
    assert said(tables) == [{"_session_id": "s1", "_status": "online"}], "the same is written once"
    desk.attendance.presence = Presence.AWAY
    desk.attendance.moved()
    desk.attendance.presence = Presence.OFFLINE
    desk.attendance.moved()
    await desk.settled()
    assert said(tables)[1:] == [{"_session_id": "s1", "_status": "offline"}], "the last of a burst"


async def test_what_changes_while_it_is_being_written_is_written_next() -> None:
    tables, begun, go = Tables(), asyncio.Event(), asyncio.Event()
    desk = Desk(tables)

    async def carry_out(call: Call) -> list[Row]:
        begun.set()
        await go.wait()
        return await tables.carry_out(call)

    desk.attendance._carry_out = carry_out
    desk.registry.watch([SESSION])
    desk.attendance.moved()
    await asyncio.wait_for(begun.wait(), 30)
    desk.attendance.presence = Presence.AWAY
    desk.attendance.moved()
    go.set()
    await desk.settled()
    assert [params["_status"] for params in said(tables)] == ["online", "away"]


async def test_whoever_comes_in_after_somebody_left_is_written_too(tables: Tables) -> None:
    desk = Desk(tables)
    desk.registry.watch([SESSION])
    for who in (ME, "ben"):
        desk.known.me = {"sessions": who}
        desk.attendance.moved()
        await desk.settled()
        desk.attendance.forget()
    assert [params["_status"] for params in said(tables)] == ["online", "online"]


async def test_whoever_leaves_says_so_at_once_and_once(tables: Tables) -> None:
    desk = Desk(tables)
    desk.registry.watch([SESSION])
    desk.attendance.moved()
    await desk.settled()
    desk.attendance.presence = Presence.OFFLINE
    desk.attendance.moved()
    await desk.attendance.leave()
    assert [params["_status"] for params in said(tables)] == ["online", "offline"]
    await desk.settled()
    assert len(said(tables)) == 2


def test_who_was_there_before_the_rows_flowed_is_read_with_the_age_of_the_row() -> None:
    row = {"session_id": "s1", "status": "online", "last_seen": "2026-11-20T09:00:00+00:00"}
    answer: list[Row] = [{**row, "user_id": "ben"}, {**row, "user_id": ME}, {"user_id": "no"}]
    beside = catalog.load("sessions").beside
    assert beside.present_call("sessions-typing:s1") is None
    assert beside.present_call("sessions:s1") == Select(
        "user_presence",
        "user_id,session_id,status,last_seen",
        (("session_id", "eq", "s1"),),
        order=(("last_seen", True),),
        limit=100,
        schema="sessions",
    )
    moment = Micros(1_795_165_200_000_000)
    (seen,) = beside.present(answer, ME, Micros(moment + 4_500_000))
    assert seen == ev.PersonSeen(SESSION, "ben", Sighting(Presence.ONLINE, at=moment), 4.5)


async def test_who_listens_is_noted_table_by_table(tables: Tables) -> None:
    desk = Desk(tables)
    dialect = desk.known.dialects["portal"]
    desk.registry.user_topics("portal", dialect.user_topics(ME, ME))
    desk.attendance.began(f"portal-user:{ME}")
    await desk.settled()
    assert [params["_resource"] for params in said(tables)][:2] == [
        "client_portal_messages", "portal_notifications",
    ]  # fmt: skip


# ---------------------------------------------------------------- one topic, two sources


def hearing() -> Hearing:
    everybody = known()
    registry = Registry(60, lambda key: ())
    for source in ("direct", "rooms"):
        registry.user_topics(source, everybody.dialects[source].user_topics(ME, ME))
    return Hearing(everybody, registry)


def events(made: Hearing) -> list[ev.Event | None]:
    return [made.queue.get_nowait() for _ in range(made.queue.qsize())]


def test_what_one_source_understands_is_no_notice_of_the_other() -> None:
    made = hearing()
    made.broadcast(Broadcast(f"user:{ME}", "message", {"thread_id": "a__b"}))
    assert events(made) == [ev.MessageHinted(ThreadKey("direct", "a__b"))]


def test_a_notice_has_the_time_at_which_it_was_heard() -> None:
    made = hearing()
    made.broadcast(Broadcast(f"user:{ME}", "deploy", {"title": "Done"}))
    (told,) = events(made)
    assert isinstance(told, ev.FeedHeard)
    assert told.row.at > Micros(1_700_000_000_000_000)
    assert told.row.id.startswith("deploy@"), "two of a name are two"
