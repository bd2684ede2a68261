"""Presence of one topic: each call's difference."""

from __future__ import annotations

import itertools

from supachat.server.realtime.presence import Diff, Roster


def roster() -> Roster:
    refs = itertools.count(1)
    return Roster(lambda: f"ref{next(refs)}")


def test_track_update_and_untrack() -> None:
    people = roster()
    assert people.track("socket", "alice", {"s": "on"}) == Diff(
        {"alice": {"metas": [{"s": "on", "phx_ref": "ref1"}]}}
    )
    assert people.track("socket", "alice", {"s": "away"}) == Diff(
        {"alice": {"metas": [{"s": "away", "phx_ref": "ref2", "phx_ref_prev": "ref1"}]}},
        {"alice": {"metas": [{"s": "on", "phx_ref": "ref1"}]}},
    )
    gone = people.untrack("socket")
    assert gone == Diff(
        {}, {"alice": {"metas": [{"s": "away", "phx_ref": "ref2", "phx_ref_prev": "ref1"}]}}
    )
    assert not people


def test_the_same_payload_again_is_no_difference() -> None:
    people = roster()
    people.track("socket", "alice", {"s": "on"})
    assert people.track("socket", "alice", {"s": "on"}) is None
    people.track("socket", "alice", {"s": "off"})
    assert people.track("socket", "alice", {"s": "off"}) is None


def test_who_was_not_there_cannot_leave() -> None:
    assert roster().untrack("socket") is None


def test_two_sockets_with_one_key_are_two_metas() -> None:
    people = roster()
    people.track("tab 1", "alice", {"n": 1})
    people.track("tab 2", "alice", {"n": 2})
    people.track("other", "bob", {})
    assert people.state() == {
        "alice": {"metas": [{"n": 1, "phx_ref": "ref1"}, {"n": 2, "phx_ref": "ref2"}]},
        "bob": {"metas": [{"phx_ref": "ref3"}]},
    }
    people.untrack("tab 1")
    assert people.state()["alice"] == {"metas": [{"n": 2, "phx_ref": "ref2"}]}


def test_the_payload_of_a_diff() -> None:
    assert Diff(leaves={"a": {"metas": []}}).payload() == {"joins": {}, "leaves": {"a": {"metas": []}}}
