"""The core as a table of events: what goes in, what the screen, the server and the cache are told."""

from __future__ import annotations

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
)

from supachat.domain import events as ev
from supachat.domain import keeping as kp
from supachat.domain.errors import NotAllowed, TooEarly, Unreachable
from supachat.domain.model import (
    Cursor,
    Gap,
    Message,
    Micros,
    Presence,
    Thread,
)
from supachat.domain.text import safe_line
from supachat.sync.engine import REREAD


def test_opening_asks_the_cache_first_then_the_server_and_shows_both() -> None:
    screen = opened()
    page(screen, said(1, "one"), said(2, "two"))
    assert screen.bodies() == ["one", "two"]
    assert screen.edge is ev.Edge.START


def test_ready_reads_once_more_for_the_truth() -> None:
    screen = opened()
    page(screen, said(1, "one"))
    screen.hear(ev.ThreadReady(THREAD))
    page(screen, said(1, "one"), said(2, "committed between the page and the join"))
    assert screen.bodies() == ["one", "committed between the page and the join"]
    assert screen.engine.reader.catcher.behind() == []


def test_ready_while_a_page_is_under_way_reads_again_after_it() -> None:
    screen = opened()
    screen.hear(ev.ThreadReady(THREAD))
    page(screen, said(1, "one"))
    page(screen, said(1, "one"), said(2, "two"))
    assert screen.bodies() == ["one", "two"]


def test_a_live_arrival_extends_what_is_known_without_a_gap() -> None:
    screen = live(said(1, "one"))
    screen.hear(ev.MessageArrived(said(5, "five")), ev.MessageArrived(said(5, "five")))
    assert screen.bodies() == ["one", "five"]
    assert not screen.asked(ev.FetchPage)


def test_after_a_break_everything_missed_is_fetched_page_by_page() -> None:
    screen = live(said(1_000_000_000, "before"))
    screen.hear(ev.ThreadDeaf(THREAD))
    screen.hear(ev.MessageArrived(said(1_000_000_900, "heard before it was ready")))
    assert screen.bodies() == ["before", "-gap-", "heard before it was ready"]
    screen.hear(ev.ThreadReady(THREAD))
    page(screen, said(1_000_000_000, "before"), said(1_000_000_100, "a"), whole=False)
    page(screen, said(1_000_000_200, "b"), said(1_000_000_900, "heard before it was ready"))
    assert screen.bodies() == ["before", "a", "b", "heard before it was ready"]


def test_catch_up_reads_an_overlap_because_commit_order_is_not_time_order() -> None:
    screen = live(said(1_000_000_000, "before"))
    screen.hear(ev.ThreadDeaf(THREAD), ev.ThreadReady(THREAD))
    (request,) = screen.asked(ev.FetchPage)
    assert isinstance(request, ev.FetchPage)
    assert request.after is not None
    assert request.after.at == 1_000_000_000 - 10_000_000


def test_what_is_new_begins_after_the_last_message_that_was_read() -> None:
    screen = Screen()
    row = Thread(
        THREAD, safe_line("You"), ("me", "you"), unread=2, read_to=said(2).cursor, last=said(4).cursor
    )
    screen.hear(SIGNED_IN, CONNECTED, ev.ThreadsListed("direct", (row,), ()))
    screen.take(screen.engine.open(THREAD, 0))
    screen.hear(ev.Recalled(ev.Recall(THREAD), ()))
    page(screen, said(1), said(2), said(3), said(4))
    resets = [change for change in screen.changes if isinstance(change, ev.TimelineReset)]
    assert resets[-1].new_after == "m000002"
    screen.hear(ev.ThreadReady(THREAD))
    page(screen, said(1), said(2), said(3), said(4))
    screen.hear(ev.MessageArrived(said(5)))
    assert len([c for c in screen.changes if isinstance(c, ev.TimelineReset)]) == len(resets)
    assert len(screen.items) == 5


def test_ones_own_words_are_nothing_new() -> None:
    screen = Screen()
    row = Thread(THREAD, safe_line("You"), ("me", "you"), read_to=said(2).cursor, last=said(3).cursor)
    screen.hear(SIGNED_IN, CONNECTED, ev.ThreadsListed("direct", (row,), ()))
    screen.take(screen.engine.open(THREAD, 0))
    screen.hear(ev.Recalled(ev.Recall(THREAD), ()))
    page(screen, said(1), said(2), said(3, author="me"))
    assert all(c.new_after is None for c in screen.changes if isinstance(c, ev.TimelineReset))


def test_older_pages_come_one_at_a_time_and_end_at_the_start() -> None:
    screen = opened()
    page(screen, *[said(at) for at in range(51, 101)], whole=False)
    assert screen.edges() == ["more"]
    screen.take(screen.engine.load_older(0))
    screen.take(screen.engine.load_older(0))
    page(screen, *[said(at) for at in range(1, 51)], whole=True)
    assert screen.edges() == ["more", "loading", "start"]
    assert [i.at for i in screen.items if isinstance(i, Message)] == list(range(1, 101))


def test_an_older_page_that_fails_says_so_and_can_be_asked_again() -> None:
    screen = opened()
    page(screen, *[said(at) for at in range(51, 101)], whole=False)
    screen.take(screen.engine.load_older(0))
    (request,) = screen.asked(ev.FetchPage)
    screen.take(screen.engine.failed(request, Unreachable("no answer"), 0))
    assert screen.edge is ev.Edge.FAILED
    screen.take(screen.engine.load_older(0))
    assert screen.asked(ev.FetchPage) == [request]


def test_typing_and_presence_are_believed_only_of_members_and_never_of_oneself() -> None:
    screen = live(said(1))
    screen.hear(ev.TypingHeard(THREAD, "stranger"), ev.TypingHeard(THREAD, "me"))
    assert screen.engine.typing(THREAD) == ()
    screen.hear(ev.TypingHeard(THREAD, "you"))
    assert screen.engine.typing(THREAD) == ("you",)
    screen.hear(ev.PresenceHeard(THREAD, {"you": Presence.ONLINE, "stranger": Presence.ONLINE}))
    assert screen.engine.presence("direct", "you") is Presence.ONLINE
    assert screen.engine.presence("direct", "stranger") is Presence.UNKNOWN
    screen.hear(ev.PeopleUnheard(THREAD))
    assert screen.engine.presence("direct", "you") is Presence.UNKNOWN
    assert screen.engine.typing(THREAD) == ()


def test_typing_ends_with_the_message_or_by_itself() -> None:
    screen = live(said(1))
    screen.hear(ev.TypingHeard(THREAD, "you"))
    screen.hear(ev.MessageArrived(said(2)))
    assert screen.engine.typing(THREAD) == ()
    screen.hear(ev.TypingHeard(THREAD, "you"), now=10)
    screen.take(screen.engine.tick(17))
    assert screen.engine.typing(THREAD) == ()


def test_what_realtime_lost_is_found_by_the_re_read_counted_and_said() -> None:
    screen = live(said(1_000_000_000, "one"))
    screen.take(screen.engine.tick(12))
    page(screen, said(1_000_000_000, "one"), now=12)
    screen.take(screen.engine.tick(12 + REREAD))
    page(screen, said(1_000_000_000, "one"), said(1_000_000_500, "lost"), now=12 + REREAD)
    assert screen.bodies() == ["one", "lost"]
    screen.take(screen.engine.tick(20 + REREAD))
    assert screen.engine.health.health.missed == 1


def test_a_row_whose_broadcast_was_only_late_is_not_counted_as_missed() -> None:
    screen = live(said(1_000_000_000, "one"))
    screen.take(screen.engine.tick(12))
    page(screen, said(1_000_000_000, "one"), now=12)
    screen.take(screen.engine.tick(12 + REREAD))
    page(screen, said(1_000_000_000, "one"), said(1_000_000_500, "late"), now=12 + REREAD)
    screen.hear(ev.MessageArrived(said(1_000_000_500, "late")), now=13 + REREAD)
    screen.take(screen.engine.tick(20 + REREAD))
    assert screen.engine.health.health.missed == 0


def test_a_row_that_committed_late_is_found_by_a_second_look() -> None:
    screen = live(said(1_000_000_000, "one"))
    screen.take(screen.engine.tick(5))
    assert not screen.asked(ev.FetchPage)
    screen.take(screen.engine.tick(11))
    page(screen, said(999_999_000, "begun before, committed after"), said(1_000_000_000, "one"), now=11)
    assert screen.bodies() == ["begun before, committed after", "one"]
    screen.take(screen.engine.tick(30))
    assert not screen.asked(ev.FetchPage)


def test_a_catch_up_that_failed_is_tried_again_by_itself() -> None:
    screen = live(said(1_000_000_000, "one"))
    screen.hear(ev.ThreadDeaf(THREAD), ev.ThreadReady(THREAD))
    (request,) = screen.asked(ev.FetchPage)
    screen.take(screen.engine.failed(request, Unreachable("no answer"), 10))
    screen.take(screen.engine.tick(20))
    page(screen, said(1_000_000_000, "one"), said(1_000_000_500, "two"))
    assert screen.bodies() == ["one", "two"]


def test_what_waiting_does_not_cure_is_said_once() -> None:
    screen = opened()
    (request,) = screen.asked(ev.FetchPage)
    for _ in range(3):
        screen.take(screen.engine.failed(request, NotAllowed("the tables are not there"), 0))
    assert [c.title for c in screen.changes if isinstance(c, ev.Notice)] == ["the tables are not there"]


def test_the_open_thread_is_wanted_first() -> None:
    screen = opened()
    watches = [r for r in screen.asked(ev.Watch) if isinstance(r, ev.Watch)]
    assert watches[-1].threads == (THREAD, OTHER)


def test_a_gap_is_filled_from_its_newer_side_and_disappears() -> None:
    memory = kp.Memory(account=SIGNED_IN.account, sources=(SOURCE,), threads=listed(THREAD).threads)
    screen = Screen(memory)
    screen.take(screen.engine.open(THREAD, 0))
    (recall,) = screen.asked(ev.Recall)
    assert isinstance(recall, ev.Recall)
    old, new = said(1, "old"), said(100, "new")
    spans = ((Cursor(Micros(0), ""), old.cursor), (new.cursor, said(101, "newer").cursor))
    screen.hear(ev.Recalled(recall, (old, new, said(101, "newer")), spans))
    assert screen.bodies() == ["old", "-gap-", "new", "newer"]
    gap = screen.items[1]
    assert isinstance(gap, Gap)
    screen.take(screen.engine.fill_gap(gap, 0))
    assert isinstance(filling := screen.items[1], Gap)
    assert filling.filling
    (request,) = screen.asked(ev.FetchPage)
    assert isinstance(request, ev.FetchPage)
    screen.hear(ev.PageFetched(request, (old, said(50, "between")), whole=False))
    assert screen.bodies() == ["old", "between", "new", "newer"]


def test_a_message_that_a_re_read_does_not_find_is_gone_and_a_late_copy_stays_away() -> None:
    screen = live(said(1_000_000_000, "one"), said(1_000_000_100, "two"))
    (request,) = screen.asked(ev.Reread)
    assert isinstance(request, ev.Reread)
    screen.hear(ev.MessageArrived(said(1_000_000_050, "heard while it was read")))
    screen.hear(ev.WindowReread(request, (said(1_000_000_000, "one, corrected"),)))
    assert screen.bodies() == ["one, corrected", "heard while it was read", ""]
    screen.hear(ev.MessageArrived(said(1_000_000_100, "two")))
    assert screen.bodies()[-1] == ""


def test_a_row_that_was_deleted_before_it_was_heard_is_not_shown() -> None:
    screen = live(said(1, "one"))
    screen.hear(ev.MessageGone("direct", "m000005"), ev.MessageArrived(said(5, "too late")))
    assert screen.bodies() == ["one"]


def test_how_complete_the_thread_is_is_told_when_that_changes() -> None:
    screen = live(said(1_000_000_000, "one"))
    told = [c.standing for c in screen.changes if isinstance(c, ev.StandingChanged)]
    assert (told[0].catching_up, told[-1].catching_up) == (True, False)
    before = len(told)
    screen.hear(ev.MessageArrived(said(1_000_000_500, "two")))
    assert len([c for c in screen.changes if isinstance(c, ev.StandingChanged)]) == before
    screen.hear(ev.ThreadDeaf(THREAD))
    assert screen.engine.standing(THREAD).catching_up


def test_what_others_have_read_is_believed_of_members_only() -> None:
    screen = live(said(1, "mine", author="me"))
    screen.hear(
        ev.PersonRead(THREAD, "stranger", said(1).cursor), ev.PersonRead(THREAD, "me", said(1).cursor)
    )
    assert [m.seen_by for m in screen.items if isinstance(m, Message)] == [0]
    screen.hear(ev.PersonRead(THREAD, "you", said(1).cursor))
    assert [m.seen_by for m in screen.items if isinstance(m, Message)] == [1]


def test_messages_that_are_still_missing_are_counted_where_the_list_knows() -> None:
    screen = Screen()
    row = Thread(
        THREAD, safe_line("You"), ("me", "you"), unread=7, read_to=said(2).cursor, last=said(9).cursor
    )
    screen.hear(SIGNED_IN, CONNECTED, ev.ThreadsListed("direct", (row,), ()))
    screen.take(screen.engine.open(THREAD, 0))
    screen.hear(ev.Recalled(ev.Recall(THREAD), (said(1), said(3))))
    assert screen.engine.health.health.backlog == 6


def test_what_was_asked_before_there_was_a_way_is_no_error_of_the_link() -> None:
    screen = opened()
    for error, told in (
        (TooEarly("not connected yet", arrived=False), ""),
        (Unreachable("cut off"), "cut off"),
    ):
        screen.take(screen.engine.failed(ev.ListThreads("direct"), error, 5))
        assert screen.engine.health.health.last_error == told
