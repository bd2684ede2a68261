"""What the project's backend tells in a thread: it stands among the messages and counts as none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.unit.core_screen import OTHER, THREAD, Screen, live, opened, page, said

from supachat.cache.store import Cache
from supachat.domain import events as ev
from supachat.domain import keeping as kp
from supachat.domain.model import Cursor, Extra, Gap, Message, MessageKind, Micros, ThreadKey


def notice(at: int, body: str, *, id_: str = "", thread: ThreadKey = THREAD) -> Message:
    told = said(at, body, id_=id_ or f"notice:{body}", thread=thread)
    return replace(told, extra=Extra(MessageKind.NOTICE))


def tell(screen: Screen, *notices: Message) -> None:
    screen.hear(*(ev.MessageArrived(one) for one in notices))


def test_it_stands_by_time_and_a_second_hearing_is_the_same() -> None:
    screen = live(said(1, "one"), said(2, "two"))
    tell(screen, notice(5, "deploy"), notice(9, "deploy", id_="notice:deploy"))
    screen.hear(ev.MessageArrived(said(7, "three")))
    assert screen.bodies() == ["one", "two", "deploy", "three"]
    kept = [m.raw for w in screen.writes if isinstance(w, kp.KeepMessages) for m in w.messages]
    assert kept.count("deploy") == 1


def test_a_clock_that_is_behind_puts_it_after_what_was_heard_before_it() -> None:
    screen = live(said(50, "one"))
    tell(screen, notice(20, "zero"), notice(20, "another"))
    assert screen.bodies() == ["one", "zero", "another"]


def test_it_is_not_unread_moves_nothing_and_stands_in_the_list_until_somebody_writes() -> None:
    screen = live(said(1, "one"))
    before = screen.engine.threads.get(THREAD)
    assert before is not None
    tell(screen, notice(5, "deploy"))
    held = screen.engine.threads.get(THREAD)
    assert held is not None
    assert (held.unread, held.last, held.preview) == (before.unread, before.last, before.preview)
    assert held.notice == "deploy"
    screen.hear(ev.ThreadsListed("direct", (before,), ()))
    assert (again := screen.engine.threads.get(THREAD)) is not None
    assert again.notice == "deploy", "a list that was read again does not take it back"
    screen.hear(ev.MessageArrived(said(7, "three")))
    assert (written := screen.engine.threads.get(THREAD)) is not None
    assert written.notice == ""


def test_what_was_read_is_never_marked_up_to_a_notice() -> None:
    screen = live(said(1, "one"))
    tell(screen, notice(5, "deploy"))
    screen.take(screen.engine.seen(THREAD, 1))
    (asked,) = screen.asked(ev.MarkRead)
    assert isinstance(asked, ev.MarkRead)
    assert asked.to == Cursor(Micros(1), "m000001")


def test_a_window_that_is_read_again_is_of_messages_alone() -> None:
    said_by_all = [said(10 * at, f"m{at}") for at in range(1, 6)]
    screen = live(*said_by_all)
    tell(screen, *(notice(at, f"n{at}") for at in (51, 52, 53)))
    screen.hear(ev.MessageArrived(said(60, "m6")))
    timeline = screen.engine.parts.shelf.reading(THREAD).timeline
    newest = timeline.newest
    assert newest == said(60).cursor
    assert newest is not None
    after, known = timeline.window(newest, 3)
    assert [m.body for m in known] == ["m4", "m5", "m6"]
    assert after == said(30).cursor
    assert timeline.last_before(Cursor(Micros(55), "")) == said_by_all[-1]
    assert timeline.foreign_count(None) == 6


def test_it_makes_no_stretch_and_no_gap() -> None:
    screen = live(said(1, "one"))
    screen.hear(ev.ThreadDeaf(THREAD))
    tell(screen, notice(500, "while deaf"))
    assert screen.bodies() == ["one", "while deaf"]
    assert not any(isinstance(item, Gap) for item in screen.items)


def test_of_a_thread_that_is_not_open_it_is_kept_and_of_an_unknown_one_not() -> None:
    screen = live()
    screen.requests.clear()
    tell(
        screen, notice(5, "there", thread=OTHER), notice(5, "nowhere", thread=ThreadKey("direct", "me__x"))
    )
    kept = [m.raw for w in screen.writes if isinstance(w, kp.KeepMessages) for m in w.messages]
    assert kept == ["there"]
    assert not screen.asked(ev.ListThreads)


def test_a_page_of_notices_alone_does_not_stop_the_way_to_the_start() -> None:
    screen = opened()
    page(screen, *(said(at, f"m{at}") for at in range(100, 150)), whole=False)
    screen.take(screen.engine.load_older(1))
    (asked,) = screen.asked(ev.FetchPage)
    assert isinstance(asked, ev.FetchPage)
    assert asked.before == said(100).cursor
    screen.hear(ev.PageFetched(asked, tuple(said(at, f"m{at}") for at in range(50, 100)), whole=False))
    tell(screen, *(notice(at, f"n{at}") for at in range(10, 15)))
    screen.take(screen.engine.load_older(1))
    (further,) = screen.asked(ev.FetchPage)
    assert isinstance(further, ev.FetchPage)
    assert further.before == said(50).cursor, "the server is asked by messages: it knows no notice"


async def test_the_cache_keeps_the_first_one_and_gives_it_back(tmp_path: Path) -> None:
    cache = Cache(lambda: tmp_path / "cache.db")
    first, again = notice(5, "deploy"), replace(notice(9, "deploy"), raw="other")
    await cache.commit([kp.KeepMessages((first,)), kp.KeepMessages((again, said(7, "real")))])
    found = await cache.recall(ev.Recall(THREAD))
    assert [(m.at, m.raw) for m in found.messages] == [(5, "deploy"), (7, "real")]
    assert found.messages[0].extra == Extra(MessageKind.NOTICE)
    await cache.close()
