"""Catching up over more than a catch-up reads: nothing that was only heard is taken for read."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.core_screen import (
    CONNECTED,
    OTHER,
    SIGNED_IN,
    THREAD,
    Screen,
    live,
    page,
    said,
    serve_pages,
)

from supachat.domain import events as ev
from supachat.domain.model import Gap, Message, Thread
from supachat.domain.text import safe_line
from supachat.sync.catching import MOST_PAGES, PAGE
from supachat.sync.engine import REREAD
from supachat.sync.spans import START

BEGIN = 1_000_000_000
MANY = PAGE * (MOST_PAGES + 10)


def test_a_hole_in_a_long_stretch_that_was_only_heard_is_found() -> None:
    table = [said(BEGIN + n * 20_000_000, f"number {n}") for n in range(MANY)]
    screen = live(table[0])
    for number, message in enumerate(table[1:], 1):
        if number % 300:
            screen.hear(ev.MessageArrived(message))
    screen.take(screen.engine.tick(12))
    screen.take(screen.engine.tick(12 + REREAD))
    serve_pages(screen, table)
    assert screen.bodies() == [m.body for m in table]


def test_what_nobody_heard_and_is_too_much_to_read_stays_a_gap() -> None:
    table = [said(BEGIN + n * 20_000_000, f"number {n}") for n in range(MANY)]
    screen = live(table[0])
    screen.hear(ev.ThreadDeaf(table[0].thread), ev.ThreadReady(table[0].thread))
    serve_pages(screen, table)
    assert screen.bodies().count("-gap-") == 1
    assert screen.bodies()[-1] == table[-1].body


def test_after_a_reconnect_all_that_is_in_memory_is_compared_a_window_a_second() -> None:
    table = [said(BEGIN + n * 20_000_000, f"number {n}") for n in range(PAGE * 12)]
    screen = live(*table)
    screen.hear(ev.ThreadDeaf(table[0].thread), ev.ThreadReady(table[0].thread))
    serve_pages(screen, table)
    there = [message for number, message in enumerate(table) if number != 7]
    counts: list[int] = []
    for second in range(20):
        asked = screen.asked(ev.Reread)
        counts.append(len(asked))
        for request in asked:
            assert isinstance(request, ev.Reread)
            rows = tuple(m for m in there if request.after < m.cursor <= request.upto)
            screen.hear(ev.WindowReread(request, rows))
        screen.take(screen.engine.tick(second))
        serve_pages(screen, there)
    deleted = [n for n, item in enumerate(screen.items) if isinstance(item, Message) and item.deleted]
    assert deleted == [7]
    assert max(counts) == 1
    assert counts[-1] == 0, "once is enough"


def test_a_page_from_the_cache_is_not_compared_back_to_the_start_of_the_thread() -> None:
    """The cache knows the whole thread, memory its newest page: a window of that page that began at the
    start would be all of the thread, read at each start of the program."""
    table = [said(BEGIN + n * 20_000_000, f"number {n}") for n in range(PAGE * 6)]
    screen = Screen()
    screen.hear(SIGNED_IN, CONNECTED)
    screen.take(screen.engine.open(THREAD, 0.0))
    (recall,) = screen.asked(ev.Recall)
    assert isinstance(recall, ev.Recall)
    last = table[-1].cursor
    screen.hear(ev.Recalled(recall, tuple(table[-PAGE:]), ((START, last),), last))
    serve_pages(screen, table)
    screen.hear(ev.ThreadReady(THREAD))
    for second in range(20):
        serve_pages(screen, table)
        for request in screen.asked(ev.Reread):
            assert isinstance(request, ev.Reread)
            rows = [m for m in table if request.after < m.cursor <= request.upto]
            screen.hear(ev.WindowReread(request, tuple(rows)))
        screen.take(screen.engine.tick(second))
    assert screen.bodies() == [m.body for m in table[-PAGE:]]


def test_what_two_threads_lack_is_one_sum_and_unknown_where_one_is_not_counted() -> None:
    rows = [
        Thread(key, safe_line(key.id), ("me", "you"), unread=unread, read_to=said(1).cursor)
        for key, unread in ((THREAD, 7), (OTHER, 5))
    ]
    screen = Screen()
    screen.hear(SIGNED_IN, CONNECTED, ev.ThreadsListed("direct", tuple(rows), ()))
    for second, key in enumerate((THREAD, OTHER)):
        screen.take(screen.engine.open(key, second))
        screen.hear(ev.Recalled(ev.Recall(key, limit=PAGE), (said(1, thread=key),)), now=second)
    health = screen.engine.health.health
    assert (health.backlog, health.catching_up) == (12, 2)
    rows[0] = replace(rows[0], unread_local=True)
    screen.hear(ev.ThreadsListed("direct", tuple(rows), ()))
    assert screen.engine.health.health.backlog is None


# ---------------------------------------------------------------- the outbox is faster than the reading


def test_drafts_that_are_stored_before_catch_up_has_read_make_one_gap_and_the_badge_says_behind() -> None:
    screen = live(said(1), said(2))
    screen.hear(ev.ThreadDeaf(THREAD))
    for at in range(10, 40):
        screen.hear(ev.MessageArrived(said(at, author="me")))
    assert len([item for item in screen.items if isinstance(item, Gap)]) == 1
    standing = screen.engine.standing(THREAD)
    assert (standing.gaps, standing.catching_up, standing.complete_to) == (0, True, 2)
    assert screen.engine.health.health.catching_up == 1
    screen.hear(ev.ThreadReady(THREAD))
    page(screen, *(said(at, author="me") for at in range(10, 40)))
    assert not [item for item in screen.items if isinstance(item, Gap)]
    assert screen.engine.standing(THREAD).complete_to == 39
    assert screen.engine.health.health.catching_up == 0
