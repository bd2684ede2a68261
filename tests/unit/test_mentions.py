"""Who is meant: the rule, what is heard and asked, and what the list makes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from tests.unit.core_screen import CONNECTED, OTHER, SIGNED_IN, THREAD, Screen, listed, said

from supachat.domain import events as ev
from supachat.domain.errors import Unreachable
from supachat.domain.mentions import calls, mentions
from supachat.domain.model import Cursor, Message, Micros, Thread
from supachat.domain.text import safe_line
from supachat.tui.screens.navigation import Trail
from supachat.tui.widgets.list_entries import SourceView, ThreadView, arranged, entries, narrowed
from supachat.tui.widgets.thread_rows import Look, draw

LOOK = Look(now=datetime(2026, 11, 20, 9, 31, tzinfo=UTC))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("@ana look", True),
        ("look, @Ana.", True),
        ("(@anaduarte)", True),
        ("@ana7", True),
        ("@ANA!", True),
        ("@anabel", False),
        ("ana", False),
        ("mail@ana", False),
        ("https://x.org/@ana", False),
        ("@@ana", False),
        ("@", False),
        ("", False),
    ],
)
def test_who_is_meant(text: str, meant: bool) -> None:
    assert mentions(text, calls("Ana Duarte", "ana7")) is meant


def test_nobody_is_called_nothing() -> None:
    assert calls("", "") == frozenset()
    assert not mentions("@ @", frozenset())


def unread(last: Message, count: int, read_to: Cursor | None = None) -> ev.ThreadsListed:
    told = listed(THREAD, OTHER)
    first = replace(told.threads[0], last=last.cursor, unread=count, read_to=read_to)
    return replace(told, threads=(first, *told.threads[1:]))


def begun(event: ev.ThreadsListed) -> Screen:
    screen = Screen()
    screen.hear(SIGNED_IN, CONNECTED, event)
    return screen


def meant(screen: Screen) -> int:
    thread = screen.engine.threads.get(THREAD)
    assert thread is not None
    return screen.engine.parts.mentions.count(thread)


def test_what_was_there_before_is_asked_for_once_and_looked_at_again() -> None:
    newest, read_to = said(90, "@me there"), Cursor(Micros(50), "m000050")
    screen = begun(unread(newest, 3, read_to))
    (request,) = screen.asked(ev.FetchMentions)
    assert request == ev.FetchMentions("direct", (THREAD.id,), Micros(50), ("me",))
    found = (newest, said(70, "@meier there"), said(60, "@Me and @you"), said(50, "@me, read"))
    assert isinstance(request, ev.FetchMentions)
    screen.hear(ev.MentionsRead(request, (*found, said(80, "@me", author="me"))))
    assert meant(screen) == 2
    assert ev.ThreadsChanged() in screen.changes
    screen.hear(unread(newest, 3, read_to))
    assert screen.asked(ev.FetchMentions) == [], "nothing has moved"
    screen.hear(ev.ReadMarked(THREAD, Cursor(Micros(60), "m000060")))
    assert meant(screen) == 1
    screen.hear(ev.ReadMarked(THREAD, newest.cursor))
    assert meant(screen) == 0


def test_what_is_heard_counts_at_once_and_goes_with_an_edit_or_a_delete() -> None:
    screen = begun(listed(THREAD, OTHER))
    assert screen.asked(ev.FetchMentions) == []
    hello = said(100, "hello @me")
    screen.hear(ev.MessageArrived(hello), ev.MessageArrived(hello), ev.MessageArrived(said(101, "hi")))
    assert meant(screen) == 1
    screen.hear(ev.MessageArrived(replace(hello, raw="hello", edited=Micros(9)), changed=True))
    assert meant(screen) == 0
    again = said(103, "@me again")
    screen.hear(ev.MessageArrived(again), ev.MessageArrived(replace(again, deleted=True), changed=True))
    assert meant(screen) == 0


def test_what_could_not_be_asked_is_asked_with_the_next_list() -> None:
    newest = said(90, "@me there")
    screen = begun(unread(newest, 1))
    (request,) = screen.asked(ev.FetchMentions)
    screen.take(screen.engine.failed(request, Unreachable("no answer", arrived=False), 0))
    screen.hear(unread(newest, 1))
    assert screen.asked(ev.FetchMentions) == [request]


# ---------------------------------------------------------------- the list


def view(id_: str, *, count: int = 0, **parts: object) -> ThreadView:
    made = Thread(THREAD._replace(id=id_), safe_line(id_), ("me",), **parts)  # type: ignore[arg-type]
    return ThreadView(made, mentions=count, assignee=safe_line("JL"))


def test_a_thread_that_means_the_reader_stands_first_and_says_so_where_the_assignee_was() -> None:
    views = [
        view("plain", unread=3),
        view("meant", unread=12, count=2),
        view("muted", unread=1, muted=True),
    ]
    assert [each.thread.key.id for each in arranged(views, unread_first=False)] == [
        "meant",
        "plain",
        "muted",
    ]
    (section,) = narrowed([SourceView("direct", safe_line("Direct"), tuple(views))], "mentions")
    assert [each.thread.key.id for each in section.threads] == ["meant"]


@pytest.mark.parametrize(
    ("shown", "end"),
    [
        (view("a", unread=12, count=2), " @2  12 "),
        (view("a", unread=3), " JL   3 "),
        (view("a", unread=120, count=11), " @+ 120 "),
        (view("a", unread=1, count=1, muted=True), " @1   1 "),
    ],
)
def test_the_mark_is_a_shape_in_a_column_of_its_own(shown: ThreadView, end: str) -> None:
    source = SourceView("direct", safe_line("Direct"), (shown,))
    row = entries([source], set(), tall=False)[1]
    (drawn,) = draw(row, 32, LOOK)
    assert "".join(span.text for span in drawn.spans).endswith(end)
    assert any(span.look == "bold accent" and "@" in span.text for span in drawn.spans) is (
        shown.mentions > 0
    )


def test_a_folded_section_sums_what_means_the_reader_the_muted_ones_too() -> None:
    views = (view("a", unread=3, count=1), view("b", unread=4, count=2, muted=True))
    (row,) = entries([SourceView("direct", safe_line("Direct"), views)], {"direct"}, tall=False)
    assert "".join(span.text for span in draw(row, 32, LOOK)[0].spans).endswith(" @3   3 ")


def test_the_walk_through_the_unread_goes_to_what_means_the_reader_first() -> None:
    threads = [view(name, unread=count).thread for name, count in (("a", 1), ("b", 0), ("c", 2), ("d", 5))]
    trail, meant = Trail(), {"d": 1}
    trail.went(threads[1].key)
    first = trail.next_unread(threads, lambda thread: meant.get(thread.key.id, 0))
    assert first == threads[3].key
    trail.went(threads[3].key)
    assert trail.next_unread(threads, lambda thread: 0) == threads[0].key
