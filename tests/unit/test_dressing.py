"""What a confirmed message looks like while a change of ours, a reader or an unfinished answer is known."""

from __future__ import annotations

from supachat.domain.model import Act, Cursor, Delivery, Draft, Extra, Message, Micros, ThreadKey
from supachat.domain.text import safe
from supachat.sync.dressing import Dressing
from supachat.sync.looks import UNFINISHED

THREAD = ThreadKey("direct", "a__b")
OWN = Message(THREAD, "m", "me", Micros(5), "old", safe("old"), own=True, delivery=Delivery.SENT)
CHANGE = Draft("d", THREAD, "new", Micros(9), act=Act.EDIT, target="m")


def test_a_change_hides_the_servers_version_and_gives_it_back() -> None:
    dressing = Dressing()
    assert dressing.dressed(OWN) is OWN
    assert dressing.base("m") is None
    dressing.put_change(CHANGE)
    assert (dressing.dressed(OWN).raw, dressing.base("m")) == ("new", OWN)
    assert dressing.drop_change("m") is OWN
    assert dressing.dressed(OWN) is OWN
    assert dressing.drop_change("m") is None


def test_an_answer_that_stopped_says_so_until_it_grows_again() -> None:
    growing = Message(
        THREAD, "m", "bot", Micros(5), "so", safe("so"), own=False, delivery=Delivery.RECEIVED,
        extra=Extra(growing=True),
    )  # fmt: skip
    dressing = Dressing()
    dressing.put_unfinished("m")
    shown = dressing.dressed(growing).extra
    assert shown is not None
    assert (shown.growing, shown.trouble) == (False, UNFINISHED)
    dressing.renewed("m")
    assert dressing.base("m") is None
    assert dressing.dressed(growing) is growing


def test_who_has_read_as_far_is_counted() -> None:
    dressing = Dressing()
    dressing.put_read("you", Cursor(Micros(5), "m"))
    dressing.put_read("they", Cursor(Micros(4), "l"))
    assert dressing.read_to("you") == Cursor(Micros(5), "m")
    assert dressing.read_to("nobody") is None
    assert dressing.dressed(OWN).seen_by == dressing.seen(OWN).seen_by == 1
