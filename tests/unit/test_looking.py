"""Threads that are only passed: nothing is asked or marked; what was looked at is, also at the end."""

from __future__ import annotations

import pytest
from tests.unit.core_screen import OTHER, THREAD, Screen, listed, live, said
from tests.unit.scripted_client import A, started, until

from supachat.domain import events as ev
from supachat.domain import keeping as kp
from supachat.domain.errors import Refused, SupachatError, Unreachable
from supachat.domain.model import Cursor, ThreadKey
from supachat.domain.requests import MarkRead
from supachat.sync.looking import REST, Looking

NETWORK = (ev.FetchPage, ev.Watch, ev.MarkRead, ev.Reread, ev.FetchEdits)
STREET = [ThreadKey("direct", f"me__{n:03}") for n in range(40)]
ONE = Cursor(said(1).at, said(1).id)
TWO = Cursor(said(2).at, said(2).id)


def asked(screen: Screen) -> list[ev.Request]:
    return [request for kind in NETWORK for request in screen.asked(kind)]


def walked(screen: Screen, every: float) -> float:
    """All of the street one after the other, each with a message in the cache; when the last was opened."""
    now = 100.0
    for now in (100.0 + every * n for n in range(len(STREET))):
        key = STREET[round((now - 100.0) / every)]
        screen.take(screen.engine.open(key, now))
        screen.hear(*(ev.Recalled(r, (said(1, thread=key),)) for r in recalls(screen)), now=now)
        screen.take(screen.engine.load_older(now))
        screen.take(screen.engine.seen(key, now))
    return now


def recalls(screen: Screen) -> list[ev.Recall]:
    return [r for r in screen.asked(ev.Recall) if isinstance(r, ev.Recall)]


def street() -> Screen:
    screen = live(said(1))
    screen.hear(listed(THREAD, OTHER, *STREET), now=50.0)
    screen.take(screen.engine.tick(99.0))
    asked(screen)
    screen.writes.clear()
    return screen


def test_who_walks_past_forty_threads_sees_them_and_asks_about_the_first_and_the_last() -> None:
    screen = street()
    end = walked(screen, 0.03)
    assert screen.bodies() == ["hello"]
    passed = asked(screen)
    assert {r.thread for r in passed if isinstance(r, ev.FetchPage)} == {STREET[0]}
    assert len([r for r in passed if isinstance(r, ev.Watch)]) == 1
    assert not [r for r in passed if isinstance(r, ev.MarkRead)]
    assert not [w for w in screen.writes if isinstance(w, kp.KeepOpen | kp.KeepThreads)]
    assert screen.engine.next_wake() == end + REST
    screen.take(screen.engine.tick(end + REST))
    there = asked(screen)
    assert [r.thread for r in there if isinstance(r, ev.FetchPage)] == [STREET[-1], STREET[-1]]
    assert [r for r in there if isinstance(r, MarkRead)] == [MarkRead(STREET[-1], said(1).cursor)]
    assert [w.thread for w in screen.writes if isinstance(w, kp.KeepOpen)] == [STREET[-1]]
    assert screen.engine.next_wake() is None


def test_who_stops_at_every_one_of_them_reads_every_one() -> None:
    screen = street()
    end = walked(screen, REST * 2)
    screen.take(screen.engine.tick(end + REST))
    requests = asked(screen)
    assert [r.thread for r in requests if isinstance(r, MarkRead)] == STREET
    assert {r.thread for r in requests if isinstance(r, ev.FetchPage)} == {*STREET}


def test_what_comes_into_the_open_thread_is_told_one_place_at_a_time_and_then_the_newest() -> None:
    screen = live(said(1))
    before = len(screen.engine.parts.asking)
    for at in range(2, 50):
        screen.hear(ev.MessageArrived(said(at)), now=10.0)
        screen.take(screen.engine.seen(THREAD, 10.0))
    row = screen.engine.threads.get(THREAD)
    assert row is not None
    assert row.unread == 0, "here it is read at once"
    (first,) = screen.asked(ev.MarkRead)
    assert first == MarkRead(THREAD, said(2).cursor)
    screen.hear(ev.ReadMarked(THREAD, said(2).cursor), now=10.1)
    assert screen.asked(ev.MarkRead) == [MarkRead(THREAD, said(49).cursor)]
    screen.hear(ev.ReadMarked(THREAD, said(49).cursor), now=10.2)
    assert not screen.asked(ev.MarkRead)
    assert len(screen.engine.parts.asking) == before


@pytest.mark.parametrize(
    ("error", "again"), [(Unreachable("no way", arrived=False), True), (Refused("never"), False)]
)
def test_what_did_not_get_through_is_told_with_the_next_look_at_everything(
    error: SupachatError, again: bool
) -> None:
    screen = live(said(1))
    screen.take(screen.engine.seen(THREAD, 10.0))
    (request,) = screen.asked(ev.MarkRead)
    screen.take(screen.engine.failed(request, error, 10.1))
    screen.take(screen.engine.tick(11.0))
    assert not screen.asked(ev.MarkRead), "not at once, which would be for ever"
    screen.take(screen.engine.focused(12.0))
    assert screen.asked(ev.MarkRead) == ([request] if again else [])


def test_what_was_read_offline_is_told_once_there_is_a_way() -> None:
    looking = Looking()
    looking.owe(THREAD, TWO)
    looking.owe(THREAD, ONE)
    assert looking.due() == [MarkRead(THREAD, TWO)]
    looking.owe(OTHER, ONE)
    assert looking.due() == [MarkRead(OTHER, ONE)]


async def test_what_was_read_in_the_last_moment_is_marked_when_the_program_ends() -> None:
    client, remote, viewer = await started()
    remote.say(ev.MessageArrived(said(1, thread=A)))
    await until(lambda: viewer.items)
    client.open(A)
    client.seen(A)
    assert not [r for r in remote.performed if isinstance(r, ev.MarkRead)]
    await client.close()
    await viewer.task
    assert MarkRead(A, said(1).cursor) in remote.performed
