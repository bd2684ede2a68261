"""What is worth telling, as a table of situations: never what is looked at, muted, read or told before."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.unit.core_screen import CONNECTED, OTHER, SIGNED_IN, THREAD, Screen, live, said

from supachat.domain import events as ev
from supachat.domain import keeping as kp
from supachat.domain.choices import Choices
from supachat.domain.errors import NotAllowed
from supachat.domain.feeds import FeedAct, FeedInfo, FeedRow
from supachat.domain.health import Link, LinkState
from supachat.domain.model import (
    Cursor,
    Extra,
    Message,
    Micros,
    Person,
    PersonKey,
    PersonKind,
    Thread,
    ThreadKey,
)
from supachat.domain.text import safe_line
from supachat.sync.notices import unread_of, who

YOU = Person(PersonKey("direct", "you"), safe_line("You Two"), safe_line("you"))


def alerts(screen: Screen) -> list[str]:
    return [c.title for c in screen.changes if isinstance(c, ev.Alerted)]


def row(key: ThreadKey = OTHER, **parts: Any) -> Thread:
    return replace(Thread(key, safe_line("Third"), ("me", "third")), **parts)


def elsewhere(at: int = 9, **parts: object) -> Message:
    return replace(said(at, "psst", author="you", thread=OTHER), **parts)  # type: ignore[arg-type]  # real fields


@pytest.mark.parametrize(
    ("role", "person", "expected"),
    [
        (PersonKind.CUSTOMER, YOU, "a customer"),
        (PersonKind.ASSISTANT, None, "the assistant"),
        (PersonKind.BOT, None, "the bot"),
        (PersonKind.SYSTEM, None, "the system"),
        (PersonKind.AGENT, YOU, "You Two"),
        (None, YOU, "You Two"),
        (None, replace(YOU, kind=PersonKind.CUSTOMER), "a customer"),
        (None, None, "somebody"),
    ],
)
def test_who_wrote(role: PersonKind | None, person: Person | None, expected: str) -> None:
    assert who(role, person) == expected


def test_a_message_elsewhere_is_told_with_who_wrote_it_and_where() -> None:
    screen = live(said(1))
    screen.hear(ev.MessageArrived(elsewhere(extra=Extra(role=PersonKind.CUSTOMER))))
    (alert,) = [c for c in screen.changes if isinstance(c, ev.Alerted)]
    assert (alert.title, alert.details) == ("New message from a customer", f"{OTHER.id}: psst")
    assert (alert.source, alert.thread, alert.urgent) == ("direct", OTHER, False)


@pytest.mark.parametrize(
    ("message", "thread", "muted", "told"),
    [
        (elsewhere(), row(), frozenset(), True),
        (elsewhere(), row(muted=True), frozenset(), False),
        (elsewhere(), row(archived=True), frozenset(), False),
        (elsewhere(), row(), frozenset({"direct"}), False),
        (elsewhere(), row(), frozenset({"inbox"}), True),
        (elsewhere(own=True), row(), frozenset(), False),
        (elsewhere(deleted=True), row(), frozenset(), False),
        (elsewhere(9), row(read_to=elsewhere(9).cursor), frozenset(), False),
        (elsewhere(9), row(read_to=Cursor(Micros(8), "z")), frozenset(), True),
    ],
    ids=["new", "muted", "archived", "source", "other source", "own", "deleted", "read", "unread"],
)
def test_whether_a_message_is_told(
    message: Message, thread: Thread, muted: frozenset[str], told: bool
) -> None:
    screen = Screen(kp.Memory(threads=(thread,), choices=Choices(muted=muted)))
    screen.hear(ev.MessageArrived(message), ev.MessageArrived(message))
    assert len(alerts(screen)) == int(told)


@pytest.mark.parametrize(("looking", "told"), [(True, 0), (False, 1)])
def test_the_open_thread_is_told_of_only_while_nobody_looks(looking: bool, told: int) -> None:
    screen = live(said(1))
    screen.engine.parts.notifier.looking = looking
    screen.hear(ev.MessageArrived(said(2, "here")))
    assert len(alerts(screen)) == told


def test_an_edit_is_no_news() -> None:
    screen = live(said(1))
    screen.hear(ev.MessageArrived(elsewhere(), changed=True))
    assert alerts(screen) == []


# ---------------------------------------------------------------- by the list alone


def listed(*threads: Thread) -> ev.ThreadsListed:
    return ev.ThreadsListed("direct", threads, (YOU,))


def moved(at: int, unread: int, author: str = "you", **parts: Any) -> Thread:
    last = Cursor(Micros(at), f"m{at}")
    return row(OTHER, last=last, unread=unread, preview=safe_line("psst"), preview_author=author, **parts)


def test_a_thread_that_is_called_like_its_writer_is_not_named_twice() -> None:
    screen = Screen()
    screen.hear(SIGNED_IN, CONNECTED, listed(moved(5, 3, title=YOU.name)))
    screen.hear(listed(moved(6, 4, title=YOU.name)))
    (alert,) = [c for c in screen.changes if isinstance(c, ev.Alerted)]
    assert (alert.title, alert.details) == ("New message from You Two", "psst")


def test_a_first_list_is_no_news_and_what_moves_later_is() -> None:
    screen = Screen()
    screen.hear(SIGNED_IN, CONNECTED, listed(moved(5, 3)))
    assert alerts(screen) == []
    screen.hear(listed(moved(6, 4)), listed(moved(6, 4)))
    assert alerts(screen) == ["New message from You Two"]
    screen.hear(listed(moved(7, 4, author="me")))
    assert len(alerts(screen)) == 1


def test_what_was_heard_is_not_told_again_by_the_list() -> None:
    screen = Screen()
    screen.hear(SIGNED_IN, CONNECTED, listed(moved(5, 0)))
    screen.hear(ev.MessageArrived(elsewhere(6, id="m6")), listed(moved(6, 1)))
    assert len(alerts(screen)) == 1


# ---------------------------------------------------------------- conversations that wait


def waiting(screen: Screen) -> list[ThreadKey]:
    return [c.thread for c in screen.changes if isinstance(c, ev.ThreadWaits)]


def test_the_first_message_of_a_conversation_that_nobody_has_taken_is_said() -> None:
    screen = Screen()
    screen.hear(SIGNED_IN, CONNECTED, listed(row(assignee="")))
    screen.hear(ev.MessageArrived(elsewhere(6)), ev.MessageArrived(elsewhere(7)))
    assert waiting(screen) == [OTHER]


def test_a_new_conversation_in_a_later_list_waits_too() -> None:
    screen = Screen()
    screen.hear(SIGNED_IN, CONNECTED, listed())
    screen.hear(listed(moved(5, 1, assignee="")))
    assert waiting(screen) == [OTHER]


@pytest.mark.parametrize(
    "thread", [row(assignee="tom"), row(assignee=None), row(assignee="", archived=True)]
)
def test_one_that_somebody_has_taken_does_not_wait(thread: Thread) -> None:
    screen = Screen()
    screen.hear(SIGNED_IN, CONNECTED, listed(thread), ev.MessageArrived(elsewhere(6)))
    assert waiting(screen) == []


def test_while_a_thread_is_open_nothing_is_to_be_selected() -> None:
    screen = live(said(1))
    screen.hear(listed(Thread(THREAD, safe_line("Two")), row(assignee="")), ev.MessageArrived(elsewhere(6)))
    assert waiting(screen) == []


# ---------------------------------------------------------------- alerts of feeds

FEED = FeedInfo("portal", "alerts", safe_line("Alerts"), takes=True, urgent=True)


def alert(at: int, *, taken: bool = False, feed: str = "alerts") -> FeedRow:
    return FeedRow("portal", feed, f"a{at}", Micros(at), safe_line(f"Pump {at} is down"), taken=taken)


def portal(**choices: object) -> Screen:
    screen = Screen(kp.Memory(choices=Choices(**choices)))  # type: ignore[arg-type]  # real fields
    log = FeedInfo("portal", "log", safe_line("Log"))
    screen.hear(ev.FeedsKnown("portal", (FEED, log)))
    return screen


def test_feeds_are_read_when_they_are_known_and_their_rows_outlive_the_run() -> None:
    screen = portal()
    assert screen.asked(ev.FetchFeed) == [ev.FetchFeed("portal", "alerts"), ev.FetchFeed("portal", "log")]
    screen.hear(ev.FeedRead("portal", "alerts", (alert(1),)))
    assert kp.KeepFeedRows("portal", "alerts", (alert(1),), whole=True) in screen.writes
    assert ev.FeedChanged() in screen.changes


def test_while_only_polling_works_a_stale_list_has_the_feeds_read_too() -> None:
    screen = portal()
    screen.hear(ev.FeedRead("portal", "alerts", ()), ev.FeedRead("portal", "log", ()))
    screen.asked(ev.FetchFeed)
    screen.hear(CONNECTED, ev.ListStale("portal"))
    assert screen.asked(ev.FetchFeed) == []
    screen.hear(ev.LinkMoved(Link(LinkState.POLLING)), ev.ListStale("direct"))
    assert screen.asked(ev.FetchFeed) == []
    screen.hear(ev.ListStale("portal"))
    assert screen.asked(ev.FetchFeed) == [ev.FetchFeed("portal", "alerts"), ev.FetchFeed("portal", "log")]


def test_a_read_that_says_nothing_new_changes_nothing() -> None:
    screen = portal()
    screen.hear(ev.FeedRead("portal", "alerts", (alert(1),)))
    screen.changes.clear()
    screen.writes.clear()
    screen.hear(ev.FeedRead("portal", "alerts", (alert(1),)))
    assert (screen.changes, screen.writes) == ([], [])


def test_an_alert_is_told_once_and_pierces_quiet_hours() -> None:
    screen = portal()
    screen.hear(ev.FeedHeard(alert(1)), ev.FeedHeard(alert(1)), ev.FeedHeard(alert(2, taken=True)))
    screen.hear(ev.FeedRead("portal", "alerts", (alert(1), alert(2))))
    assert alerts(screen) == ["Pump 1 is down"]
    assert next(c for c in screen.changes if isinstance(c, ev.Alerted)).urgent


def test_many_at_once_are_one_notice() -> None:
    screen = portal()
    screen.hear(ev.FeedRead("portal", "alerts", tuple(alert(at) for at in range(5))))
    assert alerts(screen) == ["5 new in Alerts"]


@pytest.mark.parametrize("feed", ["log", "unknown"])
def test_other_feeds_are_silent(feed: str) -> None:
    screen = portal()
    screen.hear(ev.FeedHeard(alert(1, feed=feed)))
    assert alerts(screen) == []


def test_a_muted_source_is_silent_also_with_alerts() -> None:
    screen = portal(muted=frozenset({"portal"}))
    screen.hear(ev.FeedHeard(alert(1)))
    assert alerts(screen) == []


def test_a_refused_take_is_undone_and_said() -> None:
    screen = portal()
    screen.hear(ev.FeedRead("portal", "alerts", (alert(1),)))
    beside = screen.engine.parts.beside
    screen.take(screen.engine.act(lambda out: beside.take(alert(1), "me", FeedAct.TAKE, out), 0))
    assert beside.feeds.rows("portal", "alerts")[0].taken
    (request,) = screen.asked(ev.TakeFeedRow)
    screen.take(screen.engine.failed(request, NotAllowed("not yours"), 0))
    assert not beside.feeds.rows("portal", "alerts")[0].taken
    said_so = [c.title for c in screen.changes if isinstance(c, ev.Notice)]
    assert said_so == ["it was not taken: not yours"]


# ---------------------------------------------------------------- counts


def test_unread_by_source_without_what_is_muted_or_archived() -> None:
    threads = [
        row(unread=2),
        row(ThreadKey("direct", "x"), unread=3, muted=True),
        row(ThreadKey("inbox", "y"), unread=4),
        row(ThreadKey("inbox", "z"), unread=5, archived=True),
        row(ThreadKey("rooms", "q"), unread=6),
    ]
    assert unread_of(threads, frozenset({"rooms"})) == {"direct": 2, "inbox": 4}
