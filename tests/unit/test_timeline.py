"""One thread's order, as tables and as properties."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from supachat.domain.model import Act, Cursor, Delivery, Draft, Gap, Item, Message, Micros, ThreadKey
from supachat.domain.text import safe
from supachat.sync.order import Splice
from supachat.sync.spans import START, merge_spans
from supachat.sync.timeline import Timeline

THREAD = ThreadKey("direct", "a__b")


def message(at: int, id_: str = "", body: str = "x", edited: int | None = None) -> Message:
    return Message(
        THREAD,
        id_ or f"m{at:04}",
        "a",
        Micros(at),
        body,
        safe(body),
        edited=None if edited is None else Micros(edited),
    )


def cursor(at: int, id_: str = "") -> Cursor:
    return Cursor(Micros(at), id_ or f"m{at:04}")


def replay(mirror: list[Item], splices: Sequence[Splice]) -> None:
    for start, removed, inserted in splices:
        assert 0 <= start <= len(mirror)
        assert start + removed <= len(mirror)
        mirror[start : start + removed] = inserted


def shape(timeline: Timeline) -> list[str]:
    return ["gap" if isinstance(item, Gap) else item.id for item in timeline.items]


def test_a_page_and_what_follows_it_stand_in_order() -> None:
    timeline = Timeline(THREAD)
    timeline.put([message(3), message(1), message(2)], (cursor(1), cursor(3)))
    timeline.put([message(4)], (cursor(3), cursor(4)))
    assert shape(timeline) == ["m0001", "m0002", "m0003", "m0004"]
    assert timeline.spans == [(cursor(1), cursor(4))]


def test_equal_times_are_told_apart_by_their_key() -> None:
    timeline = Timeline(THREAD)
    timeline.put([message(1, "b"), message(1, "a"), message(1, "c")], (cursor(1, "a"), cursor(1, "c")))
    assert shape(timeline) == ["a", "b", "c"]


def test_the_same_message_twice_is_one_and_changes_nothing() -> None:
    timeline = Timeline(THREAD)
    timeline.put([message(1)], (START, cursor(1)))
    assert timeline.put([message(1)], (START, cursor(1))) == []


def test_a_page_that_does_not_touch_what_is_known_leaves_a_gap_until_it_is_filled() -> None:
    timeline = Timeline(THREAD)
    timeline.put([message(1), message(2)], (START, cursor(2)))
    timeline.put([message(8), message(9)], (cursor(8), cursor(9)))
    assert shape(timeline) == ["m0001", "m0002", "gap", "m0008", "m0009"]
    assert timeline.gaps.all() == [Gap(THREAD, cursor(2), cursor(8))]
    timeline.put([message(6), message(7)], (cursor(6), cursor(8)))
    assert shape(timeline) == ["m0001", "m0002", "gap", "m0006", "m0007", "m0008", "m0009"]
    timeline.put([message(3)], (cursor(2), cursor(6)))
    assert shape(timeline)[:5] == ["m0001", "m0002", "m0003", "m0006", "m0007"]
    assert timeline.spans == [(START, cursor(9))]


def test_a_message_that_was_only_heard_says_nothing_about_its_neighbours() -> None:
    timeline = Timeline(THREAD)
    timeline.put([message(1)], (START, cursor(1)))
    timeline.put([message(5)])
    assert shape(timeline) == ["m0001", "gap", "m0005"]
    assert timeline.complete_to == cursor(1)


def test_what_was_only_heard_divides_no_gap_and_is_in_no_window() -> None:
    timeline = Timeline(THREAD)
    mirror: list[Item] = []
    replay(mirror, timeline.put([message(1), message(2)], (START, cursor(2))))
    for at in (5, 7, 9):
        replay(mirror, timeline.put([message(at)]))
    assert mirror == timeline.items
    assert shape(timeline) == ["m0001", "m0002", "gap", "m0005", "m0007", "m0009"]
    assert timeline.gaps.all() == [Gap(THREAD, cursor(2), cursor(9))]
    assert timeline.holes == 0, "it lies after what is complete"
    assert timeline.window(cursor(9), 50) == (cursor(9), [])
    replay(mirror, timeline.put([message(8)], (cursor(6), cursor(9))))
    assert timeline.gaps.all() == [Gap(THREAD, cursor(2), cursor(6))]
    assert shape(timeline) == ["m0001", "m0002", "gap", "m0005", "m0007", "m0008", "m0009"]
    assert timeline.holes == 1


def test_an_older_version_never_replaces_a_newer_one() -> None:
    timeline = Timeline(THREAD)
    timeline.put([message(1, body="new", edited=9)])
    assert timeline.put([message(1, body="old", edited=5)]) == []
    assert timeline.put([message(1, body="newest", edited=12)]) != []


def test_a_deleted_message_leaves_a_tombstone_that_no_late_copy_revives() -> None:
    timeline = Timeline(THREAD)
    timeline.put([message(1, body="secret")])
    assert timeline.forget("unknown") == []
    assert timeline.forget("m0001")
    timeline.put([message(1, body="secret")])
    (item,) = timeline.items
    assert isinstance(item, Message)
    assert item.deleted
    assert item.raw == ""


def test_only_a_read_that_was_asked_for_after_it_lifts_a_tombstone() -> None:
    timeline = Timeline(THREAD)
    timeline.put([message(1, body="back")])
    timeline.forget("m0001", turn=5)
    for as_of in (0, 4, 5):
        assert timeline.put([message(1, body="back")], as_of=as_of) == []
    assert timeline.put([message(1, body="back")], as_of=6)
    assert [item.raw for item in timeline.items if isinstance(item, Message)] == ["back"]


def test_without_an_order_of_edits_a_heard_change_beats_an_older_read_and_a_late_copy() -> None:
    timeline = Timeline(THREAD)
    timeline.put([message(1, body="old")])
    timeline.put([message(1, body="new")], changed=True)
    timeline.note_heard("m0001", 5)
    assert timeline.put([message(1, body="old")]) == []
    assert timeline.put([message(1, body="old")], as_of=5) == []
    assert timeline.put([message(1, body="newest")], as_of=6)


def change(raw: str, act: Act = Act.EDIT) -> Draft:
    return Draft("c", THREAD, raw, Micros(9), act=act, target="m0001")


def test_a_change_is_shown_at_once_and_undone_whatever_came_meanwhile() -> None:
    timeline = Timeline(THREAD)
    mirror: list[Item] = []
    replay(mirror, timeline.put([message(1, body="one")]))
    replay(mirror, timeline.put_change(change("two")))
    assert [(m.raw, m.delivery) for m in mirror if isinstance(m, Message)] == [("two", Delivery.QUEUED)]
    replay(mirror, timeline.put([message(1, body="three", edited=5)]))
    assert [m.raw for m in mirror if isinstance(m, Message)] == ["two"]
    replay(mirror, timeline.put_change(change("", Act.DELETE)))
    assert [m.deleted for m in mirror if isinstance(m, Message)] == [True]
    replay(mirror, timeline.drop_change("m0001"))
    assert [m.raw for m in mirror if isinstance(m, Message)] == ["three"]
    assert mirror == timeline.items


def test_a_change_of_a_message_that_comes_later_is_shown_when_it_comes() -> None:
    timeline = Timeline(THREAD)
    assert timeline.put_change(change("two")) == []
    ((_, _, (item,)),) = timeline.put([message(1, body="one")])
    assert isinstance(item, Message)
    assert item.raw == "two"


def test_who_has_read_is_counted_on_ones_own_messages_in_one_splice() -> None:
    timeline = Timeline(THREAD)
    mirror: list[Item] = []
    own = [replace(message(at), own=at % 2 == 0) for at in range(1, 8)]
    replay(mirror, timeline.put(own, (cursor(1), cursor(7))))
    replay(mirror, timeline.read_by("b", cursor(4)))
    replay(mirror, timeline.read_by("c", cursor(2)))
    assert timeline.read_by("b", cursor(3)) == []
    assert len(timeline.read_by("b", cursor(6))) == 1
    replay(mirror, timeline.put([replace(message(8), own=True)]))
    seen = {item.id: item.seen_by for item in timeline.items if isinstance(item, Message)}
    assert [seen[f"m{at:04}"] for at in range(1, 9)] == [0, 2, 0, 1, 0, 1, 0, 0]


def test_a_window_ends_at_a_gap_and_reaches_to_the_start_where_that_is_known() -> None:
    timeline = Timeline(THREAD)
    timeline.put([message(at) for at in (1, 2, 3)], (START, cursor(3)))
    timeline.put([message(at) for at in (7, 8, 9)], (cursor(7), cursor(9)))
    assert [m.at for m in timeline.window(cursor(3), 50)[1]] == [1, 2, 3]
    assert timeline.window(cursor(3), 50)[0] == START
    after, found = timeline.window(cursor(9), 50)
    assert (after, [m.at for m in found]) == (cursor(7), [8, 9])
    after, found = timeline.window(cursor(3), 2)
    assert (after, [m.at for m in found]) == (cursor(1), [2, 3])


def test_a_draft_stands_last_and_becomes_its_row_in_the_rows_own_place() -> None:
    timeline = Timeline(THREAD)
    timeline.put([message(1)], (START, cursor(1)))
    timeline.put_draft(message(0, "mine"))
    timeline.put([message(3)], (cursor(1), cursor(3)))
    assert shape(timeline) == ["m0001", "m0003", "mine"]
    timeline.put([message(2, "mine")], (cursor(1), cursor(3)))
    assert shape(timeline) == ["m0001", "mine", "m0003"]
    assert timeline.put_draft(message(0, "mine")) == []


def test_a_drafts_new_state_replaces_its_picture() -> None:
    timeline = Timeline(THREAD)
    timeline.put_draft(message(0, "mine"))
    picture = Message(THREAD, "mine", "a", Micros(0), "x", safe("x"), delivery=Delivery.FAILED)
    assert timeline.put_draft(picture) == [Splice(0, 1, (picture,))]


def test_spans_that_touch_become_one() -> None:
    assert merge_spans([(cursor(4), cursor(5)), (cursor(1), cursor(2)), (cursor(2), cursor(3))]) == [
        (cursor(1), cursor(3)),
        (cursor(4), cursor(5)),
    ]


_ats = st.lists(st.integers(1, 30), min_size=1, max_size=6)
_puts = st.lists(st.tuples(_ats, st.booleans(), st.booleans()), max_size=20)


@given(_puts)
def test_the_splices_turn_the_old_list_into_the_new_one(puts: list[tuple[list[int], bool, bool]]) -> None:
    timeline = Timeline(THREAD)
    mirror: list[Item] = []
    for ats, covered, draft in puts:
        messages = [message(at) for at in ats]
        covers = (cursor(min(ats)), cursor(max(ats))) if covered else None
        if covers:
            messages = [message(at) for at in range(min(ats), max(ats) + 1)]
        if draft:
            replay(mirror, timeline.put_draft(message(0, f"m{ats[0]:04}")))
        replay(mirror, timeline.put(messages, covers))
        assert mirror == timeline.items
        confirmed = [item.cursor for item in timeline.items if isinstance(item, Message)]
        assert len({c.id for c in confirmed}) == len(confirmed)
        gaps, spans = timeline.gaps.all(), timeline.spans
        assert all(gap.after < gap.before for gap in gaps)
        for gap in gaps:
            inside = [c for c in confirmed if gap.after < c < gap.before]
            assert all(timeline.span_of(c) == (c, c) for c in inside), "only what was heard lies in a gap"
        for (_, after), (before, _) in pairwise(spans):
            around = [gap for gap in gaps if gap.after <= after and before <= gap.before]
            assert len(around) == 1, "every hole is in one gap"
