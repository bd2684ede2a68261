"""Drafts until the server confirms them, as tables of time."""

from __future__ import annotations

import pytest

from supachat.domain.errors import (
    KeyRefused,
    NotAllowed,
    RateLimited,
    ServerTrouble,
    SessionEnded,
    SupachatError,
    Unreachable,
)
from supachat.domain.model import Delivery, Draft, DraftState, Micros, ThreadKey
from supachat.sync.doubt import Move
from supachat.sync.looks import picture
from supachat.sync.outbox import Outbox

A, B = ThreadKey("direct", "a"), ThreadKey("direct", "b")


def outbox(*drafts: tuple[str, ThreadKey]) -> Outbox:
    box = Outbox()
    for id_, thread in drafts:
        box.add(Draft(id_, thread, "text", Micros(1)), kept=True)
    return box


def due(box: Outbox, now: float) -> list[Draft]:
    """What is to be sent now."""
    return [draft for draft, move in box.moves(now) if move is Move.SEND]


def ids(drafts: list[Draft]) -> list[str]:
    return [draft.id for draft in drafts]


def test_a_draft_goes_out_only_once_it_is_on_disk() -> None:
    box = Outbox()
    box.add(Draft("1", A, "text", Micros(1)))
    assert due(box, 0) == []
    box.keep("1")
    assert ids(due(box, 0)) == ["1"]


def test_one_at_a_time_in_a_thread_and_threads_beside_each_other() -> None:
    box = outbox(("1", A), ("2", A), ("3", B))
    assert ids(due(box, 0)) == ["1", "3"]
    assert due(box, 0) == []
    box.drop("1")
    assert ids(due(box, 0)) == ["2"]


def test_what_waiting_may_cure_is_tried_again_later_and_in_order() -> None:
    box = outbox(("1", A), ("2", A))
    due(box, 0)
    box.trouble("1", Unreachable("no answer"), 0)
    assert due(box, 0.4) == []
    assert ids(due(box, 0.5)) == ["1"]
    box.trouble("1", ServerTrouble("500"), 10)
    assert due(box, 10.9) == []
    assert ids(due(box, 11)) == ["1"]


def test_the_wait_has_a_ceiling_and_the_servers_own_time_is_honoured() -> None:
    box = outbox(("1", A))
    now = 0.0
    for _ in range(20):
        (draft,) = due(box, now)
        box.trouble("1", Unreachable("no answer"), now)
        now += 30
    assert draft.attempts == 20
    due(box, now)
    box.trouble("1", RateLimited("slow down", after=90), now)
    assert due(box, now + 89) == []
    assert ids(due(box, now + 90)) == ["1"]


def test_a_server_that_asks_for_no_patience_at_all_is_not_asked_without_a_pause() -> None:
    box = outbox(("1", A))
    due(box, 0)
    box.trouble("1", RateLimited("slow down", after=0.0), 0)
    assert due(box, 0.4) == []
    assert ids(due(box, 0.5)) == ["1"]


def test_a_refusal_stops_the_draft_with_its_reason_and_lets_the_next_one_go() -> None:
    box = outbox(("1", A), ("2", A))
    due(box, 0)
    failed = box.trouble("1", NotAllowed("you are no longer a member\x1b[2J"), 0)
    assert failed is not None
    assert failed.state is DraftState.FAILED
    assert failed.reason == "you are no longer a member␛[2J"
    assert box.counts() == (1, 1)
    assert ids(due(box, 0)) == ["2"]
    box.drop("2")
    box.retry("1")
    assert ids(due(box, 0)) == ["1"]


@pytest.mark.parametrize("error", [SessionEnded("sign in again"), KeyRefused("a gateway came up half")])
def test_what_is_wrong_with_the_way_in_fails_no_draft(error: SupachatError) -> None:
    """Whoever mends it would else find each message failed, to be sent again one by one."""
    box = outbox(("1", A))
    due(box, 0)
    held = box.trouble("1", error, 0)
    assert held is not None
    assert held.state is DraftState.QUEUED
    assert ids(due(box, 60)) == ["1"]


def test_after_a_restart_what_was_under_way_is_tried_again_and_what_failed_is_not() -> None:
    box = Outbox()
    box.restore(
        [
            Draft("1", A, "x", Micros(1), DraftState.SENDING, attempts=3),
            Draft("2", B, "y", Micros(2), DraftState.FAILED),
        ]
    )
    assert ids(due(box, 0)) == ["1"]


def test_a_draft_that_is_not_on_disk_yet_claims_no_state() -> None:
    draft = Draft("1", A, "hi\x07", Micros(1))
    assert picture(draft, "me", kept=False).delivery is Delivery.RECEIVED
    shown = picture(draft, "me", kept=True)
    assert (shown.delivery, shown.own, shown.author, shown.body) == (Delivery.QUEUED, True, "me", "hi␇")


def test_what_stands_behind_another_is_not_due_before_that_has_gone() -> None:
    """Else the alarm of all that is due later were never set."""
    box = outbox(("1", A), ("2", A), ("3", B))
    due(box, 0)
    assert box.next_due() is None
    box.trouble("3", Unreachable("no way"), 0)
    assert box.next_due() == 0.5
