"""What lies further up, asked for before there is a way to the server, and again once there is one."""

from __future__ import annotations

from tests.unit.core_screen import (
    CONNECTED,
    SIGNED_IN,
    THREAD,
    Screen,
    listed,
    opened,
    page,
    said,
    serve_pages,
)

from supachat.domain import events as ev
from supachat.domain.errors import Unreachable
from supachat.domain.health import Link, LinkState
from supachat.domain.model import Message

DOWN = ev.LinkMoved(Link(LinkState.RECONNECTING))
KEPT = tuple(said(at) for at in range(1, 4))


def started(*kept: Message) -> Screen:
    """The thread of the last run is open on what is kept of it; nobody is signed in yet."""
    screen = Screen()
    screen.hear(listed(THREAD))
    screen.take(screen.engine.open(THREAD, 0))
    (recall,) = screen.asked(ev.Recall)
    assert isinstance(recall, ev.Recall)
    screen.hear(ev.Recalled(recall, kept))
    return screen


def pages_for(screen: Screen, seconds: int) -> list[ev.Request]:
    """What is asked for while time passes and the person pulls at the upper end."""
    for now in range(seconds):
        screen.take(screen.engine.tick(now))
        screen.take(screen.engine.load_older(now))
    return screen.asked(ev.FetchPage)


def test_before_there_is_a_way_nothing_is_asked_and_nothing_has_failed() -> None:
    screen = started(*KEPT)
    assert pages_for(screen, 60) == []
    assert screen.edges() == ["more", "waiting"]
    screen.hear(SIGNED_IN)
    assert screen.edges()[-1] == ev.Edge.MORE, "the pane asks once it is told so"
    screen.asked(ev.FetchPage)
    screen.take(screen.engine.load_older(61))
    assert screen.asked(ev.FetchPage) == [ev.FetchPage(THREAD, before=KEPT[0].cursor, limit=50)]


def test_what_the_cache_does_not_have_waits_too() -> None:
    screen = started(*KEPT)
    spans = ((said(-50).cursor, KEPT[-1].cursor),)
    screen.hear(ev.Recalled(ev.Recall(THREAD), KEPT, spans=spans))
    screen.take(screen.engine.load_older(1))
    (recall,) = screen.asked(ev.Recall)
    assert isinstance(recall, ev.Recall)
    screen.hear(ev.Recalled(recall, ()))
    assert screen.edges()[-1] == ev.Edge.WAITING
    assert screen.asked(ev.FetchPage) == []


def test_of_a_thread_of_which_nothing_is_kept_that_is_said() -> None:
    screen = started()
    assert screen.edges() == ["more", "waiting"]
    screen.hear(SIGNED_IN, CONNECTED)
    page(screen, *KEPT)
    assert screen.edges()[-1] == ev.Edge.START


def test_what_failed_while_the_link_was_down_is_there_to_be_asked_once_it_is_up() -> None:
    screen = opened()
    page(screen, *KEPT, whole=False)
    screen.hear(DOWN)
    screen.take(screen.engine.load_older(1))
    (request,) = screen.asked(ev.FetchPage)
    screen.take(screen.engine.failed(request, Unreachable("no answer"), 2))
    screen.hear(DOWN, now=3)
    assert screen.edges()[-1] == ev.Edge.FAILED
    screen.hear(CONNECTED, now=4)
    assert screen.edges()[-1] == ev.Edge.MORE


def test_where_nothing_could_be_read_enter_asks_for_it_again() -> None:
    screen = opened()
    (request,) = screen.asked(ev.FetchPage)
    screen.take(screen.engine.failed(request, Unreachable("no answer"), 0))
    assert screen.edges()[-1] == ev.Edge.FAILED
    screen.take(screen.engine.load_older(1))
    assert screen.edges()[-1] == ev.Edge.LOADING
    assert screen.asked(ev.FetchPage) == [request]


def test_a_thread_that_was_empty_once_is_led_back_to_its_start_again() -> None:
    """What was heard before a link that failed begins a stretch of which nothing older is kept: that the
    thread once had no message is no reason to ask nobody."""
    table = [said(100_000_000 + 10_000 * n) for n in range(120)]
    screen = opened()
    page(screen)
    screen.hear(ev.MessageArrived(table[0]))
    screen.hear(ev.ThreadReady(THREAD))
    page(screen, *table[-50:], whole=False)
    screen.hear(ev.ThreadDeaf(THREAD), ev.ThreadReady(THREAD))
    for now in range(10):
        serve_pages(screen, table)
        screen.take(screen.engine.load_older(now))
        for request in screen.asked(ev.Recall):
            assert isinstance(request, ev.Recall)
            screen.hear(ev.Recalled(request, ()))
    assert screen.edges()[-1] == ev.Edge.START
    assert screen.bodies() == [m.body for m in table]
