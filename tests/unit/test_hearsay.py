"""A room whose messages nobody stores: what was heard stays in its order, of the rest nothing is said."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.core_screen import CONNECTED, SIGNED_IN, SOURCE, THREAD, Screen, said

from supachat.domain import events as ev
from supachat.domain import keeping as kp
from supachat.domain.errors import Unreachable
from supachat.domain.model import (
    Cursor,
    Delivery,
    Draft,
    Extra,
    Gap,
    Message,
    Micros,
    Standing,
    Thread,
)
from supachat.domain.text import safe_line
from supachat.sync.engine import REREAD
from supachat.sync.hearsay import in_own_order

ROOM = Thread(THREAD, safe_line("Room"), ("me", "you"), hearsay=True)
LISTED = ev.ThreadsListed("direct", (ROOM,), ())
HEARSAY = Extra(hearsay=True)


def heard(at: int, body: str, *, id_: str = "") -> Message:
    return replace(said(at, body, id_=id_ or body), extra=HEARSAY)


def room(*kept: Message) -> Screen:
    """The room is open; the cache had `kept`."""
    screen = Screen()
    screen.hear(SIGNED_IN, CONNECTED, LISTED)
    screen.take(screen.engine.open(THREAD, 0))
    (recall,) = screen.asked(ev.Recall)
    assert isinstance(recall, ev.Recall)
    screen.hear(ev.Recalled(recall, kept))
    return screen


def asked_of_the_server(screen: Screen) -> list[ev.Request]:
    """What would read messages, or mark them as read."""
    kinds = ev.FetchPage | ev.FetchEdits | ev.Reread | ev.MarkRead
    return [request for request in screen.requests if isinstance(request, kinds)]


def test_nothing_is_asked_of_the_server_and_nothing_is_missing() -> None:
    screen = room(heard(1, "one"), heard(2, "two"))
    screen.hear(ev.ThreadReady(THREAD), ev.MessageArrived(heard(9, "three")))
    for now in (1.0, 12.0, REREAD + 12):
        screen.take(screen.engine.tick(now))
    screen.take(screen.engine.focused(100))
    screen.take(screen.engine.load_older(100))
    screen.take(screen.engine.seen(THREAD, 100))
    assert asked_of_the_server(screen) == []
    assert screen.bodies() == ["one", "two", "three"]
    assert screen.engine.standing(THREAD) == Standing()
    assert screen.edges()[-1] == "heard"
    assert screen.engine.health.health.catching_up == 0


def test_what_is_heard_is_kept_and_marked() -> None:
    screen = room()
    screen.hear(ev.MessageArrived(heard(5, "psst")))
    (kept,) = [m for w in screen.writes if isinstance(w, kp.KeepMessages) for m in w.messages]
    assert (kept.raw, kept.extra) == ("psst", HEARSAY)
    assert not [w for w in screen.writes if isinstance(w, kp.KeepSpans)]


def test_the_order_is_that_of_hearing() -> None:
    screen = room()
    for at, body in ((50, "first"), (50, "second"), (20, "the clock was set back")):
        screen.hear(ev.MessageArrived(heard(at, body)))
    assert screen.bodies() == ["first", "second", "the clock was set back"]


@given(st.lists(st.integers(0, 100), max_size=20))
def test_every_message_comes_after_all_that_were_heard_before(clock: list[int]) -> None:
    newest: Cursor | None = None
    for number, at in enumerate(clock):
        message = in_own_order(heard(at, str(number)), newest)
        assert newest is None or message.cursor > newest
        assert message.at >= at
        newest = message.cursor


def test_a_second_hearing_and_a_forged_change_alter_nothing() -> None:
    screen = room()
    screen.hear(ev.MessageArrived(heard(5, "once", id_="m")))
    for changed in (False, True):
        screen.hear(ev.MessageArrived(heard(6, "not this", id_="m"), changed=changed))
    assert screen.bodies() == ["once"]
    held = screen.engine.threads.get(THREAD)
    assert held is not None
    assert held.unread == 1


def test_an_older_page_comes_from_the_cache_and_then_it_is_the_start() -> None:
    screen = room(*(heard(at, f"m{at:03}") for at in range(100, 150)))
    assert screen.edges()[-1] == "more"
    screen.take(screen.engine.load_older(1))
    (recall,) = screen.asked(ev.Recall)
    assert isinstance(recall, ev.Recall)
    screen.hear(ev.Recalled(recall, (heard(7, "the oldest"),)))
    assert screen.edges()[-1] == "heard"
    assert screen.bodies()[0] == "the oldest"
    assert not any(isinstance(item, Gap) for item in screen.items)
    assert asked_of_the_server(screen) == []


def send(screen: Screen) -> Draft:
    screen.take(screen.engine.send("d1", THREAD, "hello", Micros(60), 1))
    screen.hear(ev.DraftKept("d1"))
    (request,) = screen.asked(ev.SendDraft)
    assert isinstance(request, ev.SendDraft)
    return request.draft


def test_what_went_out_is_sent_although_nothing_confirms_it() -> None:
    screen = room(heard(50, "hello?"))
    screen.hear(ev.DraftStored(send(screen)))
    assert screen.bodies() == ["hello?", "hello"]
    assert screen.deliveries()[-1] is Delivery.SENT
    assert screen.engine.outbox.counts() == (0, 0)
    assert asked_of_the_server(screen) == []


def test_what_did_not_go_out_waits() -> None:
    screen = room()
    draft = send(screen)
    screen.take(screen.engine.failed(ev.SendDraft(draft), Unreachable("no answer"), 1))
    assert screen.deliveries() == [Delivery.QUEUED]
    screen.take(screen.engine.tick(3))
    assert len(screen.asked(ev.SendDraft)) == 1


def test_what_is_unread_outlives_the_list_and_a_restart() -> None:
    screen = Screen(kp.Memory(threads=(replace(ROOM, unread=3, last=Cursor(Micros(5), "m")),)))
    screen.hear(SIGNED_IN, CONNECTED, LISTED)
    held = screen.engine.threads.get(THREAD)
    assert held is not None
    assert (held.unread, held.last) == (3, Cursor(Micros(5), "m"))
    assert SOURCE.name == THREAD.source
