"""The grade, term by term, and the last hour; how late rows come, and rows out of place."""

from __future__ import annotations

from dataclasses import replace

import pytest

from supachat.domain.events import MessageArrived
from supachat.domain.health import Grade, Health, Link, LinkState, TopicHealth, TopicState
from supachat.domain.model import Message, Micros, ThreadKey
from supachat.domain.text import Safe, safe
from supachat.remote.measures import LIVE, Measures
from supachat.remote.skew import Skew
from supachat.sync.health import HOUR, HealthKeeper, grade

GREEN, YELLOW, RED = Grade.GREEN, Grade.YELLOW, Grade.RED
UP = Link(LinkState.CONNECTED, round_trip=0.04, connect_time=0.3, joined=20, wanted=20)
FINE = Health(UP, uptime=1.0, latency=0.1)


def topic(state: TopicState) -> tuple[TopicHealth, ...]:
    return (TopicHealth(Safe("chat:1"), state),)


@pytest.mark.parametrize(
    ("what", "link", "health", "expected"),
    [
        ("all is well", {}, {}, GREEN),
        ("nothing measured yet", {"round_trip": None, "connect_time": None}, {"latency": None}, GREEN),
        # the connection
        ("connecting", {"state": LinkState.CONNECTING}, {}, YELLOW),
        ("reconnecting", {"state": LinkState.RECONNECTING}, {}, YELLOW),
        ("polling", {"state": LinkState.POLLING}, {}, YELLOW),
        # a source that polls as it is meant to: realtime is tried again, and a retry that runs is yellow
        (
            "polling while joins fail",
            {"state": LinkState.POLLING, "joined": 0, "topics": topic(TopicState.RECONNECTING)},
            {},
            YELLOW,
        ),
        (
            "polling since topics were refused",
            {"state": LinkState.POLLING, "joined": 0, "parked": 20},
            {},
            RED,
        ),
        ("polling for 5 % of the hour", {"state": LinkState.POLLING}, {"uptime": 0.95}, YELLOW),
        ("polling for more of the hour", {"state": LinkState.POLLING}, {"uptime": 0.949}, RED),
        ("polling beside joined topics", {"polled": True}, {}, YELLOW),
        ("tables that do not answer", {"silent": True}, {}, RED),
        ("a heartbeat that is overdue", {"mute": True}, {}, RED),
        ("disconnected", {"state": LinkState.DISCONNECTED}, {}, RED),
        ("an error", {"state": LinkState.ERROR}, {}, RED),
        ("signed out", {"state": LinkState.SIGNED_OUT}, {}, RED),
        ("offline by hand", {"state": LinkState.OFFLINE}, {}, RED),
        # seconds to connect
        ("connected in under 2 s", {"connect_time": 1.99}, {}, GREEN),
        ("connected in 2 s", {"connect_time": 2.0}, {}, YELLOW),
        ("connected in 5 s", {"connect_time": 5.0}, {}, YELLOW),
        ("connected in over 5 s", {"connect_time": 5.01}, {}, RED),
        # round trip and latency: the worse one counts
        ("a round trip under 0.5 s", {"round_trip": 0.49}, {}, GREEN),
        ("a round trip of 0.5 s", {"round_trip": 0.5}, {}, YELLOW),
        ("a round trip of 2 s", {"round_trip": 2.0}, {}, YELLOW),
        ("a round trip over 2 s", {"round_trip": 2.01}, {}, RED),
        ("rows late by under 0.5 s", {}, {"latency": 0.49}, GREEN),
        ("rows late by 2 s", {}, {"latency": 2.0}, YELLOW),
        ("rows late by 0.5 s", {}, {"latency": 0.5}, YELLOW),
        ("rows late by over 2 s", {}, {"latency": 2.01}, RED),
        # the last hour
        ("one drop", {}, {"drops": 1}, GREEN),
        ("two drops", {}, {"drops": 2}, YELLOW),
        ("five drops", {}, {"drops": 5}, YELLOW),
        ("six drops", {}, {"drops": 6}, RED),
        ("never connected", {}, {"uptime": None}, GREEN),
        ("over 99 % up", {}, {"uptime": 0.991}, GREEN),
        ("99 % up", {}, {"uptime": 0.99}, YELLOW),
        ("95 % up", {}, {"uptime": 0.95}, YELLOW),
        ("under 95 % up", {}, {"uptime": 0.949}, RED),
        # subscriptions
        ("one of twenty refused", {"parked": 1}, {}, GREEN),
        ("over a twentieth refused", {"wanted": 19, "joined": 18, "parked": 1}, {}, RED),
        ("two of twenty refused", {"parked": 2}, {}, RED),
        ("nothing wanted", {"wanted": 0, "joined": 0}, {}, GREEN),
        ("a topic on its way again", {"topics": topic(TopicState.RECONNECTING)}, {}, YELLOW),
        ("a topic held back", {"topics": topic(TopicState.LIMITED)}, {}, YELLOW),
        ("a topic that fails", {"topics": topic(TopicState.ERROR)}, {}, YELLOW),
        ("a topic joined for the first time", {"topics": topic(TopicState.CONNECTING)}, {}, GREEN),
        ("a topic joined", {"topics": topic(TopicState.CONNECTED)}, {}, GREEN),
        # what is on the screen
        ("a row that realtime missed", {}, {"missed": 1}, YELLOW),
        ("a send that waits", {}, {"queued": 3}, GREEN),
        ("a send that failed", {}, {"failed": 1}, RED),
        ("a row that RLS should have hidden", {"strays": 1}, {}, RED),
        ("red before yellow", {"round_trip": 0.6}, {"failed": 1}, RED),
    ],
)
def test_the_grade(what: str, link: dict[str, object], health: dict[str, object], expected: Grade) -> None:
    graded = replace(FINE, link=replace(UP, **link), **health)  # type: ignore[arg-type]  # a row of the table
    assert grade(graded) is expected, what


# ---------------------------------------------------------------- the last hour


def test_uptime_and_drops_are_of_the_last_hour() -> None:
    keeper = HealthKeeper()
    down = Link(LinkState.RECONNECTING, reason=Safe("the connection was lost"))
    keeper.moved(Link(), 0.0)
    keeper.moved(UP, 100.0)
    assert (keeper.health.uptime, keeper.health.drops) == (1.0, 0), "before it was connected nothing counts"
    assert keeper.health.watched == 0.0
    keeper.moved(down, 1000.0)
    keeper.moved(UP, 1100.0)
    keeper.settle(1900.0)
    assert (keeper.health.uptime, keeper.health.drops) == (round(1700 / 1800, 4), 1)
    assert (keeper.health.last_error, keeper.health.last_error_at) == ("the connection was lost", 1000.0)
    assert keeper.health.watched == 1800.0
    assert keeper.health.grade is RED
    keeper.settle(1100.0 + HOUR + 1)
    assert keeper.health.watched == HOUR
    assert (keeper.health.uptime, keeper.health.drops) == (1.0, 0)
    assert keeper.health.grade is GREEN


def test_what_realtime_missed_is_of_the_last_hour_too() -> None:
    keeper = HealthKeeper()
    keeper.moved(UP, 0.0)
    keeper.missed(2, 100.0)
    keeper.settle(100.0)
    assert (keeper.health.missed, keeper.health.grade) == (2, YELLOW)
    keeper.settle(100.0 + HOUR + 1)
    assert (keeper.health.missed, keeper.health.grade) == (0, GREEN)


def test_before_it_was_connected_there_is_no_uptime() -> None:
    keeper = HealthKeeper()
    for now, state in enumerate((LinkState.CONNECTING, LinkState.RECONNECTING, LinkState.OFFLINE)):
        keeper.moved(Link(state), float(now))
    keeper.settle(50.0)
    assert keeper.health.uptime is None


def test_the_time_that_the_person_chose_to_be_offline_is_not_counted() -> None:
    keeper = HealthKeeper()
    for now, link in ((0.0, UP), (100.0, Link(LinkState.OFFLINE)), (1000.0, Link()), (1010.0, UP)):
        keeper.moved(link, now)
    keeper.settle(1100.0)
    assert keeper.health.uptime == round(190 / 200, 4)
    assert keeper.health.watched == 180.0


def test_what_is_known_while_offline_is_known_up_to_when_something_was_heard() -> None:
    keeper = HealthKeeper()
    keeper.moved(Link(), 0.0)
    never: float | None = keeper.health.heard_to
    assert never is None
    keeper.moved(UP, 10.0)
    keeper.moved(replace(UP, round_trip=0.05), 25.0)
    keeper.noted(30.0)
    keeper.moved(replace(UP, round_trip=None, mute=True), 46.0)
    assert keeper.health.grade is RED
    keeper.moved(Link(LinkState.RECONNECTING), 55.0)
    assert keeper.health.heard_to == 30.0
    keeper.moved(UP, 60.0)
    keeper.counted(catching_up=1, queued=0, failed=0, now=61.0)
    keeper.moved(Link(LinkState.RECONNECTING), 62.0)
    assert keeper.health.heard_to == 30.0, "it had not caught up"


@pytest.mark.parametrize(("polled_for", "expected"), [(170.0, YELLOW), (200.0, RED)])
def test_an_hour_of_which_realtime_was_away_too_long_is_red_though_it_was_polled(
    polled_for: float, expected: Grade
) -> None:
    keeper = HealthKeeper()
    keeper.moved(UP, 0.0)
    keeper.moved(Link(LinkState.POLLING, joined=0, wanted=20), HOUR - polled_for)
    keeper.settle(HOUR)
    assert keeper.health.grade is expected
    assert keeper.health.drops == 1


def test_topics_that_are_slow_to_join_are_no_drop() -> None:
    keeper = HealthKeeper()
    keeper.moved(UP, 0.0)
    keeper.moved(replace(UP, state=LinkState.POLLING, joined=0), 5.0)
    assert keeper.health.drops == 0, "the connection is there"


@pytest.mark.parametrize("state", [LinkState.OFFLINE, LinkState.SIGNED_OUT])
def test_what_the_person_asked_for_is_no_drop(state: LinkState) -> None:
    keeper = HealthKeeper()
    keeper.moved(UP, 0.0)
    keeper.moved(Link(state), 10.0)
    assert keeper.health.drops == 0


@pytest.mark.parametrize(
    ("link", "hint", "counts"),
    [
        (UP, False, True),
        (UP, True, True),
        (replace(UP, polled=True), True, False),
        (replace(UP, polled=True), False, True),
        (Link(LinkState.DISCONNECTED), True, False),
        (Link(LinkState.POLLING), True, False),
    ],
)
def test_what_a_poll_asks_for_is_no_event(link: Link, hint: bool, counts: bool) -> None:
    keeper = HealthKeeper()
    keeper.moved(link, 0.0)
    keeper.noted(5.0, hint=hint)
    assert keeper.health.last_event_at == (5.0 if counts else None)


# ---------------------------------------------------------------- latency and strays

NOW = 1_800_000_000.0


def heard(ago: float, *, changed: bool = False, deleted: bool = False) -> MessageArrived:
    """A row that was written `ago` seconds before it was heard."""
    at = Micros(round((NOW - ago) * 1_000_000))
    row = Message(ThreadKey("direct", "t"), "1", "you", at, "hi", safe("hi"), deleted=deleted)
    return MessageArrived(row, changed=changed)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (heard(0.25), 0.25),
        (heard(LIVE - 1), LIVE - 1),
        (heard(LIVE + 1), None),  # moved, restored or replayed
        (heard(-0.05), None),  # one of the clocks is off: a late row is not measured by it
        (heard(-5.0), None),
        (heard(0.25, changed=True), None),  # an edit has the time of its writing
        (heard(0.25, deleted=True), None),
    ],
)
def test_how_late_a_row_comes(event: MessageArrived, expected: float | None) -> None:
    measures = Measures(Skew(lambda: NOW))
    measures.row(event, stray=False)
    assert measures.on(UP).latency == (pytest.approx(expected) if expected is not None else None)
    measures.on(Link(LinkState.RECONNECTING))
    assert measures.on(UP).latency is None, "that was another connection's"


def test_a_row_out_of_place_is_counted_and_stays_so() -> None:
    measures = Measures(Skew(lambda: NOW))
    for stray in (False, True, False, True):
        measures.row(heard(0.1), stray=stray)
    assert measures.on(Link()).strays == 2
