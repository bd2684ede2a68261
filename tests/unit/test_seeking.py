"""Going to one message: what is kept comes into memory, the rest is read around it, gaps stay facts."""

from __future__ import annotations

from itertools import pairwise

import pytest
from tests.unit.core_screen import CONNECTED, OTHER, SIGNED_IN, THREAD, Screen, listed, said, serve_pages

from supachat.domain import events as ev
from supachat.domain.errors import Unreachable
from supachat.domain.keeping import Span
from supachat.domain.model import Cursor, Gap, Message
from supachat.sync.spans import START

TABLE = [said(1_000_000_000 + n * 20_000_000, f"number {n}") for n in range(400)]


def sought(screen: Screen) -> list[tuple[str, bool, str]]:
    return [(c.message, c.found, c.reason) for c in screen.changes if isinstance(c, ev.Sought)]


def seek(screen: Screen, message: Message) -> None:
    seeker = screen.engine.reader.seeker
    screen.take(screen.engine.act(lambda out: seeker.seek(message.thread, message.cursor, out), 0))


def recall(screen: Screen, kept: list[Message], *spans: Span) -> None:
    """Answer what is asked of a cache that holds `kept`."""
    for request in screen.asked(ev.Recall):
        assert isinstance(request, ev.Recall)
        rows = [m for m in kept if request.before is None or m.cursor < request.before]
        rows = [m for m in rows if request.since is None or m.cursor >= request.since][-request.limit :]
        first = request.before is None
        screen.hear(ev.Recalled(request, tuple(rows), spans if first else ()))


def part(low: int, high: int) -> Span:
    return TABLE[low].cursor, TABLE[high].cursor


def opened(kept: list[Message], *spans: Span) -> Screen:
    """The thread is open, and this computer keeps that much of it."""
    screen = Screen()
    screen.hear(SIGNED_IN, CONNECTED, listed(THREAD, OTHER))
    screen.take(screen.engine.open(THREAD, 0))
    recall(screen, kept, *spans)
    serve_pages(screen, TABLE)
    return screen


def begun() -> Screen:
    """Live, and nothing known but the newest page."""
    screen = opened([])
    screen.hear(ev.ThreadReady(THREAD))
    serve_pages(screen, TABLE)
    return screen


def numbers(screen: Screen) -> list[int]:
    """The messages that stand there, -1 for a gap."""
    return [-1 if isinstance(i, Gap) else int(i.body.removeprefix("number ")) for i in screen.items]


def holds_together(screen: Screen) -> bool:
    """Whether neighbours are neighbours in the table, too."""
    seen = numbers(screen)
    return all(b == a + 1 for a, b in pairwise(seen) if -1 not in (a, b))


def test_a_message_far_back_comes_with_the_pages_around_it_and_what_lies_between_is_a_gap() -> None:
    screen = begun()
    seek(screen, TABLE[100])
    serve_pages(screen, TABLE)
    assert sought(screen) == [(TABLE[100].id, True, "")]
    assert numbers(screen) == [*range(51, 151), -1, *range(350, 400)]
    assert screen.engine.reader.catcher.missed(1000) == 0, "what is read aside was not missed"
    (gap,) = [item for item in screen.items if isinstance(item, Gap)]
    screen.take(screen.engine.fill_gap(gap, 0))
    serve_pages(screen, TABLE)
    assert numbers(screen) == [*range(51, 151), -1, *range(300, 400)]


def test_a_message_that_is_in_memory_asks_nobody() -> None:
    screen = begun()
    seek(screen, TABLE[360])
    assert sought(screen) == [(TABLE[360].id, True, "")]
    assert not screen.asked(ev.FetchPage)


@pytest.mark.parametrize(
    ("spans", "goal"),
    [
        ([part(0, 399)], 10),
        ([(START, TABLE[399].cursor)], 10),
        ([part(200, 399)], 10),
        ([part(0, 120), part(200, 399)], 10),
        ([part(0, 120), part(200, 399)], 150),
        ([part(20, 60), part(100, 120), part(300, 399)], 40),
        ([part(20, 60), part(100, 120), part(300, 399)], 80),
        ([part(20, 60), part(100, 120), part(300, 399)], 5),
        ([part(0, 5), part(300, 399)], 200),
    ],
)
def test_what_is_kept_in_stretches_is_never_glued(spans: list[Span], goal: int) -> None:
    kept = [m for m in TABLE if any(low <= m.cursor <= high for low, high in spans)]
    screen = opened(kept, *spans)
    seek(screen, TABLE[goal])
    recall(screen, kept, *spans)
    serve_pages(screen, TABLE)
    assert sought(screen) == [(TABLE[goal].id, True, "")]
    assert goal in numbers(screen)
    assert holds_together(screen)
    assert -1 not in numbers(screen)[:1] + numbers(screen)[-1:]
    for _ in range(20):  # and everything can still be read back to the start
        screen.take(screen.engine.load_older(0))
        recall(screen, kept)
        serve_pages(screen, TABLE)
        assert holds_together(screen)
    assert numbers(screen)[0] == 0
    assert screen.edge is ev.Edge.START


def test_it_waits_for_the_cache_of_a_thread_that_was_just_opened() -> None:
    screen = Screen()
    screen.hear(SIGNED_IN, CONNECTED, listed(THREAD, OTHER))
    screen.take(screen.engine.open(THREAD, 0))
    seek(screen, TABLE[100])
    assert not screen.asked(ev.FetchPage)
    recall(screen, [])
    serve_pages(screen, TABLE)
    assert sought(screen) == [(TABLE[100].id, True, "")]


def test_a_message_that_is_gone_and_one_that_cannot_be_read_are_told_apart() -> None:
    screen = begun()
    seek(screen, TABLE[100])
    serve_pages(screen, [m for m in TABLE if m is not TABLE[100]])
    assert sought(screen)[-1] == (TABLE[100].id, False, "that message is not there any more")
    seek(screen, TABLE[10])
    for request in screen.asked(ev.FetchPage):
        screen.take(screen.engine.failed(request, Unreachable("no answer", arrived=False), 0))
    assert sought(screen)[-1] == (TABLE[10].id, False, "no answer")


def test_a_message_whose_own_page_failed_is_not_passed_over_by_the_page_after_it() -> None:
    """That page's stretch began with the message itself, which nobody had: it was never asked for again."""
    screen = begun()
    seek(screen, TABLE[20])
    serve_pages(screen, TABLE)
    seek(screen, TABLE[100])
    before, after = screen.asked(ev.FetchPage)
    assert isinstance(after, ev.FetchPage)
    screen.take(screen.engine.failed(before, Unreachable("cut"), 0))
    rows = [m for m in TABLE if after.after is not None and m.cursor > after.after]
    screen.hear(ev.PageFetched(after, tuple(rows[:50])))
    assert 101 in numbers(screen)
    assert 100 not in numbers(screen)
    for second in range(20):
        screen.take(screen.engine.load_older(second))
        recall(screen, [])
        for gap in [item for item in screen.items if isinstance(item, Gap)]:
            screen.take(screen.engine.fill_gap(gap, second))
        serve_pages(screen, TABLE)
    assert numbers(screen) == [*range(400)]


def test_whoever_stops_or_seeks_another_is_told_of_that_one_only() -> None:
    screen = begun()
    seek(screen, TABLE[100])
    screen.engine.reader.seeker.stop()
    serve_pages(screen, TABLE)
    assert sought(screen) == []
    seek(screen, TABLE[200])
    seek(screen, TABLE[20])
    serve_pages(screen, TABLE)
    assert sought(screen) == [(TABLE[20].id, True, "")]
    assert holds_together(screen)


def test_a_catch_up_goes_on_beside_it() -> None:
    screen = begun()
    screen.hear(ev.ThreadDeaf(THREAD), ev.ThreadReady(THREAD))
    seek(screen, TABLE[100])
    serve_pages(screen, TABLE)
    assert numbers(screen)[-1] == 399
    assert holds_together(screen)
    page_after = Cursor(TABLE[399].at, TABLE[399].id)
    assert screen.engine.standing(THREAD).complete_to == page_after.at


def test_what_this_computer_has_lost_meanwhile_is_a_gap_and_read_from_the_server() -> None:
    """The file was damaged or deleted, or cannot be read: what was kept is no more, and nobody waits."""
    screen = opened(TABLE[350:], part(0, 399))
    seek(screen, TABLE[100])
    for request in screen.asked(ev.Recall):
        assert isinstance(request, ev.Recall)
        screen.hear(ev.Recalled(request, (), lost=True))
    serve_pages(screen, TABLE)
    assert sought(screen) == [(TABLE[100].id, True, "")]
    assert holds_together(screen)


def test_that_nothing_older_can_be_read_here_is_no_beginning() -> None:
    screen = opened(TABLE[350:], (START, TABLE[399].cursor))
    screen.take(screen.engine.load_older(0))
    (request,) = screen.asked(ev.Recall)
    assert isinstance(request, ev.Recall)
    screen.hear(ev.Recalled(request, (), lost=True))
    serve_pages(screen, TABLE)
    assert numbers(screen)[0] == 300
    assert screen.engine.reader.shelf.reading(TABLE[0].thread).edge is ev.Edge.MORE
