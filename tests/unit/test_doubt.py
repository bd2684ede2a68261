"""A source that makes its own keys: what is read before a draft is tried, and what the answer means."""

from __future__ import annotations

from supachat.domain.errors import AlreadyThere, NotAllowed, RateLimited, Unreachable
from supachat.domain.model import Cursor, Delivery, Draft, DraftState, Message, Micros, ThreadKey
from supachat.domain.text import safe
from supachat.sync.doubt import SETTLE, Move, Verdict
from supachat.sync.outbox import Outbox

A = ThreadKey("plain", "a")
NEWEST = Cursor(Micros(100), "row1")


def row(at: int, raw: str = "text", id_: str = "", *, own: bool = True) -> Message:
    delivery = Delivery.SENT if own else Delivery.RECEIVED
    author = "me" if own else "you"
    return Message(A, id_ or f"row{at}", author, Micros(at), raw, safe(raw), own=own, delivery=delivery)


def anchored(box: Outbox, draft_id: str = "1") -> None:
    """Through the look for the anchor and its commit, up to the wire."""
    assert [(d.id, m) for d, m in box.moves(0)] == [(draft_id, Move.SEEK)]
    answer = box.sought(draft_id, [row(100, "other", "row1", own=False)], 0)
    assert answer is not None
    assert (answer[0], answer[1].anchor, answer[1].attempts) == (Verdict.CHANGED, NEWEST, 1)
    assert box.moves(0) == []
    box.keep(draft_id, 1)
    assert [(d.id, m) for d, m in box.moves(0)] == [(draft_id, Move.SEND)]


def plain(*ids: str) -> Outbox:
    box = Outbox(lambda source: False)
    for id_ in ids:
        box.add(Draft(id_, A, "text", Micros(1)), kept=True)
    return box


def test_the_wire_is_touched_only_once_the_anchor_is_on_disk() -> None:
    anchored(plain("1"))


def test_a_commit_of_an_earlier_version_does_not_open_the_wire() -> None:
    box = plain("1")
    box.moves(0)
    box.sought("1", [], 0)
    box.keep("1", 0)
    assert box.moves(0) == []


def test_what_a_look_finds_is_the_draft_and_never_another_text_or_an_older_row() -> None:
    cases = [
        (row(101), Verdict.SETTLED),
        (row(101, " text\n"), Verdict.SETTLED),
        (row(101, "texts"), Verdict.CHANGED),
        (row(100, id_="row0"), Verdict.CHANGED),
        (row(101, own=False), Verdict.CHANGED),
    ]
    for found, verdict in cases:
        box = plain("1")
        anchored(box)
        box.trouble("1", Unreachable("cut"), 0)
        assert [(d.id, m) for d, m in box.moves(1)] == [("1", Move.SEEK)]
        answer = box.sought("1", [found], 1)
        assert answer is not None
        assert answer[0] is verdict, found


def test_absence_is_believed_at_the_second_look_only() -> None:
    box = plain("1")
    anchored(box)
    box.trouble("1", Unreachable("cut"), 0)
    box.moves(1)
    box.sought("1", [], 1)
    assert not box.can_drop("1")
    assert box.moves(SETTLE) == []
    assert [m for _, m in box.moves(1 + SETTLE)] == [Move.SEEK]
    box.sought("1", [], 1 + SETTLE)
    assert box.can_drop("1")
    assert [m for _, m in box.moves(1 + SETTLE)] == [Move.SEND]


def test_a_try_that_never_arrived_leaves_no_doubt() -> None:
    box = plain("1")
    anchored(box)
    box.trouble("1", Unreachable("refused", arrived=False), 0)
    assert [m for _, m in box.moves(9)] == [Move.SEND]
    box.trouble("1", RateLimited("slow down", after=5, arrived=False), 9)
    box.hurry()
    assert box.moves(13) == []
    assert [m for _, m in box.moves(14)] == [Move.SEND]


def test_its_own_broadcast_settles_a_draft_and_the_second_of_two_alike_stays() -> None:
    box = plain("1", "2")
    anchored(box)
    assert box.matches(row(101)) == "1"
    box.drop("1")
    assert box.matches(row(101)) is None
    assert [(d.id, m) for d, m in box.moves(0)] == [("2", Move.SEEK)]


def test_after_a_restart_an_anchored_draft_is_looked_for_and_one_without_starts_anew() -> None:
    box = Outbox(lambda source: False)
    box.restore(
        [
            Draft("1", A, "text", Micros(1), DraftState.SENDING, attempts=1, anchor=NEWEST),
            Draft("2", ThreadKey("plain", "b"), "text", Micros(1)),
        ]
    )
    assert [m for _, m in box.moves(0)] == [Move.SEEK, Move.SEEK]
    assert (box.can_drop("1"), box.can_drop("2")) == (False, False)
    box.trouble("2", Unreachable("cut"), 0)
    assert box.can_drop("2")


def test_with_a_key_of_ours_a_row_that_is_there_already_is_read_and_believed() -> None:
    for found, verdict in (([row(5, id_="1")], Verdict.SETTLED), ([], Verdict.CHANGED)):
        box = Outbox()
        box.add(Draft("1", A, "text", Micros(1)), kept=True)
        assert [m for _, m in box.moves(0)] == [Move.SEND]
        box.trouble("1", AlreadyThere("the server has this already"), 0)
        assert [m for _, m in box.moves(0)] == [Move.SEEK]
        answer = box.sought("1", found, 0)
        assert answer is not None
        assert answer[0] is verdict
        if not found:
            assert answer[1].state is DraftState.FAILED
            assert answer[1].reason == "the server has this already"


def test_a_refused_draft_forgets_its_anchor() -> None:
    box = plain("1")
    anchored(box)
    failed = box.trouble("1", NotAllowed("no"), 0)
    assert failed is not None
    assert (failed.state, failed.anchor) == (DraftState.FAILED, None)
    box.retry("1")
    assert [m for _, m in box.moves(0)] == [Move.SEEK]


def test_a_later_try_that_never_arrived_does_not_end_the_doubt_of_an_earlier_one() -> None:
    box = Outbox()
    box.add(Draft("1", A, "text", Micros(1)), kept=True)
    box.moves(0)
    box.trouble("1", Unreachable("refused", arrived=False), 0)
    assert box.can_drop("1")
    box.moves(1)
    box.trouble("1", Unreachable("cut"), 1)
    box.moves(9)
    box.trouble("1", Unreachable("refused", arrived=False), 9)
    assert not box.can_drop("1")


def test_a_refused_look_leaves_the_try_before_it_in_doubt() -> None:
    box = plain("1")
    anchored(box)
    box.trouble("1", Unreachable("cut"), 1)
    assert [m for _, m in box.moves(60)] == [Move.SEEK]
    held = box.trouble("1", NotAllowed("no"), 60)
    assert held is not None
    assert (held.state, held.anchor) == (DraftState.FAILED, NEWEST)
    assert not box.can_drop("1")
    box.retry("1")
    assert [m for _, m in box.moves(61)] == [Move.SEEK], "it is looked for before it is sent again"
    answer = box.sought("1", [row(101)], 61)
    assert answer is not None
    assert answer[0] is Verdict.SETTLED


def test_when_the_second_look_is_due_its_answer_counts_however_the_clock_rounds() -> None:
    first = 57.94999999999991  # ten more and ten less of this are not the same
    box = plain("1")
    anchored(box)
    box.trouble("1", Unreachable("cut"), first - 1)
    assert [m for _, m in box.moves(first)] == [Move.SEEK]
    box.sought("1", [], first)
    assert [m for _, m in box.moves(first + SETTLE)] == [Move.SEEK]
    box.sought("1", [], first + SETTLE)
    assert [m for _, m in box.moves(first + SETTLE)] == [Move.SEND]
