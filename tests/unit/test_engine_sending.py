"""The core as a table of events: a message of ours, from the key to the server and back."""

from __future__ import annotations

from tests.unit.core_screen import (
    CONNECTED,
    SIGNED_IN,
    THREAD,
    Screen,
    listed,
    live,
    said,
)

from supachat.domain import events as ev
from supachat.domain import keeping as kp
from supachat.domain.errors import NotAllowed, Unreachable
from supachat.domain.health import Link, LinkState
from supachat.domain.model import (
    Delivery,
    Message,
    Micros,
)


def test_a_message_is_on_the_screen_at_once_queued_once_kept_then_sending_then_sent() -> None:
    screen = live(said(1))
    screen.take(screen.engine.send("d1", THREAD, "mine", Micros(9), 0))
    assert screen.deliveries()[-1] is Delivery.RECEIVED
    assert not screen.asked(ev.SendDraft)
    screen.hear(ev.DraftKept("d1"))
    assert screen.deliveries()[-1] is Delivery.SENDING
    (request,) = screen.asked(ev.SendDraft)
    assert isinstance(request, ev.SendDraft)
    screen.hear(ev.DraftStored(request.draft, said(5, "mine", author="me", id_="d1")))
    assert screen.deliveries()[-1] is Delivery.SENT
    assert screen.writes.count(kp.DropDraft("d1")) == 1


def test_the_broadcast_may_come_before_the_answer_or_after_it_and_it_is_one_message() -> None:
    row = said(5, "mine", author="me", id_="d1")
    for first, second in (("broadcast", "answer"), ("answer", "broadcast")):
        screen = live(said(1, "one"))
        screen.take(screen.engine.send("d1", THREAD, "mine", Micros(9), 0))
        screen.hear(ev.DraftKept("d1"))
        (request,) = screen.asked(ev.SendDraft)
        assert isinstance(request, ev.SendDraft)
        events: dict[str, ev.Event] = {
            "broadcast": ev.MessageArrived(row),
            "answer": ev.DraftStored(request.draft, row),
        }
        screen.hear(events[first], events[second])
        assert screen.bodies() == ["one", "mine"], (first, second)


def test_a_message_that_was_deleted_before_its_answer_came_is_not_sent_again() -> None:
    """Stored and gone: the key is free, and a second try would bring back what somebody took away."""
    screen = live(said(1, "one"))
    screen.take(screen.engine.send("d1", THREAD, "mine", Micros(9), 0))
    screen.hear(ev.DraftKept("d1"))
    (request,) = screen.asked(ev.SendDraft)
    assert isinstance(request, ev.SendDraft)
    screen.hear(ev.MessageGone("another", "d1"))
    assert screen.bodies() == ["one", "mine"]
    screen.hear(ev.MessageGone("direct", "d1"))
    screen.take(screen.engine.failed(request, Unreachable("the answer was lost"), 1))
    screen.take(screen.engine.tick(60))
    assert screen.bodies() == ["one"]
    assert not screen.asked(ev.SendDraft)
    assert kp.DropDraft("d1") in screen.writes


def test_offline_a_draft_waits_and_goes_out_when_signed_in() -> None:
    screen = Screen()
    screen.take(screen.engine.open(THREAD, 0))
    screen.take(screen.engine.send("d1", THREAD, "mine", Micros(9), 0))
    screen.hear(ev.DraftKept("d1"))
    assert screen.deliveries() == [Delivery.QUEUED]
    assert not screen.asked(ev.SendDraft)
    screen.hear(SIGNED_IN)
    assert len(screen.asked(ev.SendDraft)) == 1


def test_while_offline_by_hand_nothing_is_tried_and_that_is_no_error() -> None:
    screen = live(said(1))
    screen.hear(ev.LinkMoved(Link(LinkState.OFFLINE)))
    screen.take(screen.engine.send("d1", THREAD, "mine", Micros(9), 0))
    screen.hear(ev.DraftKept("d1"))
    screen.take(screen.engine.tick(30))
    assert not screen.asked(ev.SendDraft)
    screen.take(screen.engine.failed(ev.ListThreads("direct"), Unreachable("you are offline by hand"), 31))
    assert screen.engine.health.health.last_error == ""
    screen.hear(CONNECTED)
    (request,) = screen.asked(ev.SendDraft)
    assert isinstance(request, ev.SendDraft)
    assert request.draft.attempts == 1


def test_a_failed_send_waits_and_is_tried_again_and_a_refused_one_stops_with_its_reason() -> None:
    screen = live(said(1))
    screen.take(screen.engine.send("d1", THREAD, "mine", Micros(9), 0))
    screen.hear(ev.DraftKept("d1"))
    (request,) = screen.asked(ev.SendDraft)
    screen.take(screen.engine.failed(request, Unreachable("no answer"), 0))
    assert screen.deliveries()[-1] is Delivery.QUEUED
    screen.take(screen.engine.tick(5))
    (request,) = screen.asked(ev.SendDraft)
    screen.take(screen.engine.failed(request, NotAllowed("you are not in this thread"), 5))
    last = screen.items[-1]
    assert isinstance(last, Message)
    assert (last.delivery, last.reason) == (Delivery.FAILED, "you are not in this thread")
    screen.take(screen.engine.discard("d1", 6))
    assert len(screen.items) == 1


def test_a_draft_under_way_cannot_be_discarded() -> None:
    screen = live(said(1))
    screen.take(screen.engine.send("d1", THREAD, "mine", Micros(9), 0))
    screen.hear(ev.DraftKept("d1"))
    screen.take(screen.engine.discard("d1", 0))
    assert len(screen.items) == 2


def test_the_same_request_is_never_in_flight_twice() -> None:
    screen = Screen()
    screen.hear(SIGNED_IN)
    assert len(screen.asked(ev.ListThreads)) == 1
    screen.hear(ev.ListStale("direct"), ev.ListStale("direct"))
    assert not screen.asked(ev.ListThreads)
    screen.hear(listed(THREAD))
    assert len(screen.asked(ev.ListThreads)) == 1


def test_a_stored_message_whose_row_was_not_shown_is_looked_for_and_never_leaves_the_screen() -> None:
    screen = live(said(1, "one"))
    screen.take(screen.engine.send("d1", THREAD, "mine", Micros(9), 0))
    screen.hear(ev.DraftKept("d1"))
    (request,) = screen.asked(ev.SendDraft)
    assert isinstance(request, ev.SendDraft)
    screen.hear(ev.DraftStored(request.draft))
    assert screen.bodies() == ["one", "mine"]
    (seek,) = screen.asked(ev.SeekDraft)
    assert isinstance(seek, ev.SeekDraft)
    screen.hear(ev.DraftSought(seek.draft, (said(5, "mine", author="me", id_="d1"),)))
    assert screen.deliveries()[-1] is Delivery.SENT
