"""Items stand in order of their keys, and the splices are exactly what was done to the list."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from supachat.domain.model import Cursor, Delivery, Gap, Item, Message, Micros, ThreadKey
from supachat.domain.text import safe
from supachat.sync.order import Key, Order, Splice, draft_key, gap_key, message_key

THREAD = ThreadKey("direct", "a__b")
PLACES = st.lists(st.tuples(st.integers(0, 9), st.sampled_from("abc")), unique=True, max_size=12)


def message(at: int, id_: str) -> Message:
    return Message(THREAD, id_, "a", Micros(at), "x", safe("x"), own=False, delivery=Delivery.RECEIVED)


def applied(items: list[Item], splices: list[Splice]) -> list[Item]:
    """A list to which the splices were done one after the other."""
    copy = list(items)
    for start, removed, inserted in splices:
        copy[start : start + removed] = inserted
    return copy


def keyed(places: list[tuple[int, str]]) -> list[tuple[Key, Item]]:
    made = [message(at, f"{id_}{at}") for at, id_ in sorted(places)]
    return [(message_key(one), one) for one in made]


@given(PLACES, PLACES, st.data())
def test_what_is_put_in_and_taken_out_is_told_as_it_was_done(
    first: list[tuple[int, str]], second: list[tuple[int, str]], data: st.DataObject
) -> None:
    order = Order()
    shown = applied([], order.insert(keyed(first)))
    later = [one for one in second if one not in first]
    shown = applied(shown, order.insert(keyed(later)))
    assert shown == order.items == [item for _, item in keyed(first + later)]
    for key, _ in data.draw(st.permutations(keyed(first))):
        shown = applied(shown, [order.remove(key)])
    assert shown == order.items == [item for _, item in keyed(later)]


def test_one_run_between_two_neighbours_is_one_splice() -> None:
    order = Order()
    order.insert(keyed([(1, "a"), (5, "a")]))
    assert [(s.start, len(s.inserted)) for s in order.insert(keyed([(2, "a"), (3, "a"), (7, "a")]))] == [
        (1, 2),
        (4, 1),
    ]


def test_a_gap_stands_where_it_begins_and_drafts_after_everything() -> None:
    order = Order()
    end = message(5, "m")
    gap = Gap(THREAD, Cursor(Micros(1), "a"), end.cursor)
    drafts = [message(0, "first"), message(0, "second")]
    order.insert([(draft_key(number), one) for number, one in enumerate(drafts, 9)])
    order.insert([(message_key(end), end)])
    order.insert([(gap_key(gap), gap)])
    assert order.items == [gap, end, *drafts]
    assert (order.index(end.cursor), order.end(end.cursor), order.end(None)) == (1, 2, 0)


def test_what_is_replaced_keeps_its_place() -> None:
    order = Order()
    order.insert(keyed([(1, "a"), (2, "a"), (3, "a")]))
    others = (message(2, "other"), message(3, "another"))
    assert order.replace(1, *others) == Splice(1, 2, others)
    assert order.items[1:] == list(others)
