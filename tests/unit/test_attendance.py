"""What the reader is to others, how often that is told, and how many broadcasts go out. Tables."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.core_screen import CONNECTED as LIVE
from tests.unit.core_screen import SIGNED_IN, THREAD, Screen, listed

from supachat.domain import events as ev
from supachat.domain.choices import Quiet
from supachat.domain.health import Link, LinkState
from supachat.domain.model import Micros, Person, PersonKey, PersonKind, Presence, Sighting, ThreadKey
from supachat.domain.text import Safe
from supachat.sync.attendance import TELL_EVERY, Attendance
from supachat.sync.limiter import Limiter
from supachat.sync.people import People

ONLINE, AWAY, OFFLINE = Presence.ONLINE, Presence.AWAY, Presence.OFFLINE
A = ThreadKey("sessions", "a")


@pytest.mark.parametrize(
    ("touched", "now", "expected"),
    [(0, 0, ONLINE), (0, 299, ONLINE), (0, 300, AWAY), (250, 500, ONLINE), (250, 550, AWAY)],
)
def test_five_idle_minutes_make_somebody_away(touched: float, now: float, expected: Presence) -> None:
    attendance = Attendance(300)
    attendance.touched(touched)
    assert attendance.mine(now) is expected


@pytest.mark.parametrize("by_hand", [AWAY, OFFLINE])
def test_what_was_set_by_hand_stays_whatever_the_keys_do(by_hand: Presence) -> None:
    attendance = Attendance(300)
    attendance.set(by_hand, 0)
    assert not attendance.touched(5)
    assert attendance.mine(5) is by_hand
    attendance.set(ONLINE, 10)
    assert attendance.mine(11) is ONLINE
    assert attendance.mine(311) is AWAY
    assert attendance.touched(312)
    assert attendance.mine(312) is ONLINE


def test_only_a_change_is_told() -> None:
    attendance = Attendance(300)
    assert attendance.due(0) is ONLINE
    assert [attendance.due(now) for now in range(1, 300)] == [None] * 299
    assert attendance.due(300) is AWAY
    attendance.touched(301)
    assert attendance.due(301) is None
    assert attendance.due(310) is ONLINE


@given(st.lists(st.tuples(st.floats(0, 20), st.sampled_from([ONLINE, AWAY, OFFLINE])), max_size=40))
def test_it_is_told_at_most_once_in_ten_seconds_and_never_twice_the_same(
    acts: list[tuple[float, Presence]],
) -> None:
    attendance, now = Attendance(300), 0.0
    told: list[tuple[float, Presence]] = []
    for wait, presence in acts:
        now += wait
        attendance.set(presence, now)
        if (said := attendance.due(now)) is not None:
            told.append((now, said))
    for (at, before), (later, after) in pairwise(told):
        assert later - at >= TELL_EVERY
        assert after is not before


@given(st.lists(st.floats(0, 0.5), max_size=80))
def test_no_second_ever_sees_more_than_ten_broadcasts(gaps: list[float]) -> None:
    limiter, now, went = Limiter(), 0.0, []
    for gap in gaps:
        now += gap
        wait = limiter.wait(now)
        assert wait >= 0
        went.append(now + wait)
    assert went == sorted(went)
    for first, eleventh in zip(went, went[10:], strict=False):
        assert eleventh - first >= 1.0 - 1e-9


def test_who_keeps_to_the_limit_never_waits() -> None:
    limiter = Limiter(most=2, per=1.0)
    assert [limiter.wait(now) for now in (0.0, 0.5, 1.0, 1.5, 2.0)] == [0.0] * 5
    assert [round(limiter.wait(2.0), 3) for _ in range(3)] == [0.5, 1.0, 1.5]


# ---------------------------------------------------------------- others


def test_a_row_speaks_only_while_the_topic_says_nothing() -> None:
    people = People(silent=30)
    assert people.seen(A, "sol", Sighting(AWAY), 0)
    assert people.presence("sessions", "sol", [A]) is AWAY
    assert people.present(A, {"sol": ONLINE})
    assert people.presence("sessions", "sol", [A]) is ONLINE
    assert not people.seen(A, "sol", Sighting(OFFLINE), 1)
    assert people.presence("sessions", "sol", [A]) is ONLINE
    people.unheard(A)
    assert people.presence("sessions", "sol", [A]) is OFFLINE
    assert people.deaf(A)
    assert people.presence("sessions", "sol", [A]) is Presence.UNKNOWN, "their silence is ours"
    assert people.expire(500) == frozenset()


LOSSES = {
    "the topic of people": People.unheard,
    "the topic of rows": People.deaf,
}


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
def test_nobody_types_in_a_thread_one_of_whose_topics_is_lost(
    loss: Callable[[People, ThreadKey], bool],
) -> None:
    people, other = People(), ThreadKey("sessions", "b")
    for thread in (A, other):
        people.types(thread, "sol", 0)
    assert loss(people, A)
    assert (people.typing(A), people.typing(other)) == ((), ("sol",))
    assert not loss(people, A), "once is news"


CONNECTED, RECONNECTING = LinkState.CONNECTED, LinkState.RECONNECTING


@pytest.mark.parametrize(
    ("link", "hears"),
    [
        (Link(CONNECTED), True),
        (Link(CONNECTED, silent=True), True),
        (Link(CONNECTED, mute=True), False),
        *((Link(state), False) for state in LinkState if state is not CONNECTED),
    ],
    ids=lambda said: said.state.value + said.mute * ", mute" if isinstance(said, Link) else str(said),
)
def test_without_a_link_that_brings_it_nothing_is_said_of_people(link: Link, hears: bool) -> None:
    screen = Screen()
    screen.hear(SIGNED_IN, LIVE, listed(THREAD))
    screen.hear(ev.TypingHeard(THREAD, "you"), ev.PresenceHeard(THREAD, {"you": ONLINE}))
    screen.changes.clear()
    screen.hear(ev.LinkMoved(link))
    there = screen.engine.presence("direct", "you"), screen.engine.typing(THREAD)
    assert there == ((ONLINE, ("you",)) if hears else (Presence.UNKNOWN, ()))
    assert (ev.PeopleChanged() in screen.changes) is not hears
    screen.hear(LIVE)
    assert screen.engine.presence("direct", "you") is ONLINE, "no topic was lost meanwhile"


@pytest.mark.parametrize(
    ("kind", "absent"),
    [
        (PersonKind.PERSON, OFFLINE),
        (PersonKind.AGENT, OFFLINE),
        (PersonKind.CUSTOMER, Presence.UNKNOWN),
        (PersonKind.ASSISTANT, Presence.UNKNOWN),
        (PersonKind.BOT, Presence.UNKNOWN),
    ],
)
def test_only_of_who_comes_by_such_a_client_absence_is_known(kind: PersonKind, absent: Presence) -> None:
    people = People()
    people.learn([Person(PersonKey("sessions", "sol"), Safe("Sol"), Safe("sol"), kind)])
    people.present(A, {})
    assert people.presence("sessions", "sol", [A]) is absent
    people.present(A, {"sol": AWAY})
    assert people.presence("sessions", "sol", [A]) is AWAY


def test_nobody_is_absent_under_the_id_of_the_thread() -> None:
    """A client who has no clinician yet saw that one as offline."""
    people = People()
    people.present(A, {"sol": ONLINE})
    assert people.presence(A.source, A.id, [A]) is Presence.UNKNOWN


def test_whoever_only_a_row_speaks_of_is_offline_after_half_a_minute_of_silence() -> None:
    people = People(silent=30)
    people.seen(A, "sol", Sighting(ONLINE), 0)
    assert people.expire(29) == frozenset()
    people.types(A, "sol", 20)
    assert people.expire(49) == {A}  # the typing mark is over
    assert people.presence("sessions", "sol", [A]) is ONLINE
    assert people.expire(50) == {A}
    assert people.presence("sessions", "sol", [A]) is OFFLINE
    assert people.expire(500) == frozenset()
    assert people.lives(A, "sol", 600), "a message of theirs, say"
    assert people.presence("sessions", "sol", [A]) is ONLINE
    assert not people.lives(A, "nobody", 600)


def test_a_row_that_was_written_long_ago_says_no_more_than_when() -> None:
    people = People(silent=30)
    old = Sighting(ONLINE, at=Micros(7))
    assert people.seen(A, "sol", old, -40.0)
    assert people.expire(0) == {A}
    assert people.presence("sessions", "sol", [A]) is OFFLINE
    assert people.sighting(A, "sol") == old
    assert people.seen(A, "sol", Sighting(AWAY, at=Micros(9)), 1)
    assert not people.seen(A, "sol", old, 2), "an older row was read while a newer one was told"
    assert people.presence("sessions", "sol", [A]) is AWAY


@pytest.mark.parametrize(
    ("start", "end", "minute", "expected"),
    [
        (22 * 60, 7 * 60, 22 * 60, True),
        (22 * 60, 7 * 60, 0, True),
        (22 * 60, 7 * 60, 7 * 60 - 1, True),
        (22 * 60, 7 * 60, 7 * 60, False),
        (22 * 60, 7 * 60, 12 * 60, False),
        (9 * 60, 17 * 60, 12 * 60, True),
        (9 * 60, 17 * 60, 8 * 60, False),
        (60, 60, 60, False),
    ],
)
def test_quiet_hours(start: int, end: int, minute: int, expected: bool) -> None:
    assert Quiet(start, end).holds(minute) is expected
