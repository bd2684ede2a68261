"""What stood still for good once: each of these was found by a random history, or by reading for it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.core_screen import (
    CONNECTED,
    OTHER,
    SIGNED_IN,
    SOURCE,
    THREAD,
    Screen,
    listed,
    live,
    opened,
    page,
    said,
    serve_pages,
)

from supachat.domain import events as ev
from supachat.domain.errors import Unreachable
from supachat.domain.health import Link, LinkState
from supachat.domain.model import Gap, Message, Presence
from supachat.domain.text import Safe
from supachat.sync.catching import PAGE
from supachat.sync.shelf import Outcome

BEGIN = 1_000_000_000
FAR = 20_000_000
"""Microseconds: what lies so far apart is not read again by the overlap."""
OFFLINE = ev.LinkMoved(Link(LinkState.OFFLINE))
LOST = ev.SessionLost(Safe("revoked"))


def watched(screen: Screen) -> list[tuple[str, ...]]:
    return [tuple(k.id for k in w.threads) for w in screen.asked(ev.Watch) if isinstance(w, ev.Watch)]


def reread(screen: Screen, table: list[Message]) -> list[ev.Reread]:
    """Answer every window until none is asked."""
    found: list[ev.Reread] = []
    while requests := screen.asked(ev.Reread):
        for request in requests:
            assert isinstance(request, ev.Reread)
            found.append(request)
            rows = tuple(m for m in table if request.after < m.cursor <= request.upto)
            screen.hear(ev.WindowReread(request, rows))
    return found


# ---------------------------------------------------------------- topics that nobody joins


def test_what_is_opened_while_offline_by_hand_is_watched_after_it() -> None:
    screen = live(said(1))
    watched(screen)
    screen.hear(OFFLINE)
    screen.take(screen.engine.open(OTHER, 10))
    assert watched(screen) == [], "it would be refused"
    screen.hear(CONNECTED, now=11)
    assert [names[0] for names in watched(screen)] == [OTHER.id]


def test_a_wish_for_topics_that_was_refused_is_told_again_a_moment_later() -> None:
    screen = opened()
    (watch,) = screen.asked(ev.Watch)[-1:]
    screen.take(screen.engine.failed(watch, Unreachable("you are offline by hand", arrived=False), 0))
    assert watched(screen) == []
    screen.take(screen.engine.tick(2))
    assert len(watched(screen)) == 1


@pytest.mark.parametrize("ended", [(LOST,), ()], ids=["it was lost", "in once more"])
def test_whoever_signs_in_again_hears_nothing_until_the_topics_are_joined_again(
    ended: tuple[ev.Event, ...],
) -> None:
    """The link forgets its topics with the session, and tells nobody of them."""
    screen = live(said(1))
    screen.hear(ev.PresenceHeard(THREAD, {"you": Presence.ONLINE}))
    watched(screen)
    screen.hear(*ended, SIGNED_IN, now=10)
    assert len(watched(screen)) == 1
    assert screen.engine.standing(THREAD).catching_up
    assert screen.engine.presence("direct", "you") is Presence.UNKNOWN
    page(screen, said(1), said(2))
    screen.hear(ev.ThreadReady(THREAD))
    page(screen, said(1), said(2))
    assert not screen.engine.standing(THREAD).catching_up
    assert len(screen.items) == 2


def test_a_thread_that_goes_while_it_is_passed_keeps_no_topic_back() -> None:
    screen = opened()
    screen.take(screen.engine.open(OTHER, 0.1))
    watched(screen)
    screen.hear(listed(THREAD), now=0.2)
    screen.take(screen.engine.tick(2))
    assert watched(screen) == [(THREAD.id,)]


# ---------------------------------------------------------------- what is compared


def test_a_message_that_stands_alone_does_not_hold_up_what_lies_before_it() -> None:
    """After a reconnect all that is in memory is compared once, and not one window for ever."""
    table = [said(BEGIN + n * FAR, f"number {n}") for n in range(200)]
    screen = live(*table[:PAGE])
    reread(screen, table)
    screen.hear(ev.ThreadDeaf(THREAD), ev.MessageArrived(table[100]))
    reading = screen.engine.parts.shelf.reading(THREAD)
    reading.live, reading.sweeping = True, table[100].cursor
    asked: list[ev.Reread] = []
    for second in range(1, 6):
        screen.engine.reader.rereader.sweep(reading, out := Outcome())
        screen.requests += screen.engine.parts.asking.admit(out.requests)
        asked += reread(screen, table)
        assert second <= 2 or reading.sweeping is None
    assert len(asked) == 1


def test_windows_that_nothing_adjoins_do_not_wait_for_ever() -> None:
    screen = live(*[said(BEGIN + n * FAR) for n in range(3)])
    reread(screen, [said(BEGIN + n * FAR) for n in range(3)])
    assert screen.engine.parts.shelf.reading(THREAD).windows == 0


def test_what_was_kept_and_is_gone_is_seen_when_a_page_passes_over_it() -> None:
    """A row that was heard while its thread was not open is kept, and nothing of what is around it. If it
    is gone since, the page that is read there must not glue it in."""
    table = [said(BEGIN + n * FAR, f"number {n}") for n in range(PAGE + 10)]
    screen = Screen()
    screen.hear(SIGNED_IN, CONNECTED, listed(THREAD, OTHER))
    screen.take(screen.engine.open(THREAD, 0))
    screen.hear(ev.ThreadReady(THREAD))
    (recall,) = screen.asked(ev.Recall)
    assert isinstance(recall, ev.Recall)
    screen.hear(ev.Recalled(recall, (table[5],)))
    there = [m for m in table if m is not table[5]]
    for second in range(10):
        serve_pages(screen, there)
        reread(screen, there)
        screen.take(screen.engine.tick(second))
        screen.take(screen.engine.load_older(second))
        for gap in [item for item in screen.items if isinstance(item, Gap)]:
            screen.take(screen.engine.fill_gap(gap, second))
    shown = [m.id for m in screen.items if isinstance(m, Message) and not m.deleted]
    assert shown == [m.id for m in there]
    assert screen.edge is ev.Edge.START


def test_a_doubt_that_could_not_be_looked_at_is_looked_at_with_the_next_catch_up() -> None:
    """Also where windows are not compared, because edits and deletes are followed."""
    table = [said(BEGIN + n * FAR) for n in range(3)]
    screen = live(*table)
    reread(screen, table)
    follows = replace(SOURCE, follows_edits=True, marks_deleted=True)
    screen.hear(ev.SignedIn(SIGNED_IN.account, (follows,)), ev.ThreadReady(THREAD))
    serve_pages(screen, table)
    screen.hear(ev.MessageGone("direct", table[0].id, hint=True))
    (lost,) = screen.asked(ev.Reread)
    screen.take(screen.engine.failed(lost, Unreachable("cut"), 0))
    screen.take(screen.engine.focused(1))
    serve_pages(screen, table)
    reread(screen, table[1:])
    assert [m.deleted for m in screen.items if isinstance(m, Message)] == [True, False, False]


# ---------------------------------------------------------------- hints


def test_what_is_hinted_while_a_page_is_on_its_way_is_read_after_it_and_was_not_missed() -> None:
    screen = live(said(1))
    screen.hear(ev.MessageHinted(THREAD))
    (first,) = screen.asked(ev.FetchPage)
    screen.hear(ev.MessageHinted(THREAD))
    assert isinstance(first, ev.FetchPage)
    screen.hear(ev.PageFetched(first, (said(1), said(2)), whole=True))
    page(screen, said(1), said(2), said(3))
    assert len(screen.items) == 3
    screen.take(screen.engine.tick(9))
    assert screen.engine.health.health.missed == 0, "realtime told of it"
    assert not screen.asked(ev.FetchPage)


# ---------------------------------------------------------------- the edge, and what was left


def test_who_waits_at_the_top_of_nothing_is_told_when_that_fails_whatever_came_meanwhile() -> None:
    screen = opened()
    for last in (False, True):
        (request,) = screen.asked(ev.FetchPage)
        if last:
            screen.hear(ev.MessageArrived(said(1)))
        screen.take(screen.engine.failed(request, Unreachable("cut"), 0))
        assert screen.edge is ev.Edge.FAILED
        screen.take(screen.engine.load_older(0))


def test_that_a_complete_empty_thread_could_not_be_read_again_is_no_failure_of_its_start() -> None:
    screen = live()
    screen.take(screen.engine.focused(1))
    (request,) = screen.asked(ev.FetchPage)
    screen.take(screen.engine.failed(request, Unreachable("cut"), 1))
    assert screen.edge is ev.Edge.START


def test_whoever_is_asked_in_again_reads_anew_what_is_not_kept_any_more() -> None:
    """With the thread its rows went from the disk: stretches that are kept later must not claim them."""
    table = [said(BEGIN + n * FAR) for n in range(3)]
    screen = live(*table)
    screen.hear(listed(OTHER), listed(THREAD, OTHER))
    screen.take(screen.engine.open(THREAD, 5))
    (recall,) = screen.asked(ev.Recall)
    assert isinstance(recall, ev.Recall)
    screen.hear(ev.Recalled(recall, ()))
    serve_pages(screen, table)
    assert len(screen.items) == 3
    assert not screen.engine.standing(THREAD).catching_up
