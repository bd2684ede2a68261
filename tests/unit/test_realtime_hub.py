"""Topics and members, the stall rule, and what a stored message becomes: no socket, no database."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from supachat.server.context import RealtimeLimits
from supachat.server.realtime.delivery import broadcast_of, is_message
from supachat.server.realtime.frames import Frame, Shared, UserBroadcast
from supachat.server.realtime.http_messages import Invalid, Message, read_messages
from supachat.server.realtime.hub import TOO_MANY_MESSAGES, Hub, Topic
from supachat.server.realtime.pgoutput import Relation, Row
from supachat.server.realtime.stream import Stall


@dataclass(eq=False)
class Listener:
    hears_broadcast: bool = True
    hears_presence: bool = True
    heard: list[Shared] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)

    def hear(self, shared: Shared) -> None:
        self.heard.append(shared)

    def end(self, message: str) -> None:
        self.ended.append(message)


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


PRIVATE, PUBLIC = Topic("room", True), Topic("room", False)
NEWS = Frame("realtime:room", "broadcast", {})


def hub(clock: Clock | None = None, **limits: float) -> Hub:
    return Hub(RealtimeLimits(**limits), clock or Clock())  # type: ignore[arg-type]  # counts are floats here


def test_a_broadcast_reaches_the_others_with_one_frame() -> None:
    center, one, two, sender = hub(), Listener(), Listener(), Listener()
    for member in (one, two, sender):
        center.join(PUBLIC, member)
    center.broadcast(PUBLIC, NEWS, sender=sender)
    assert one.heard == two.heard
    assert one.heard[0].frame == NEWS
    assert sender.heard == []


def test_own_broadcasts_come_back_only_when_asked_for() -> None:
    center, sender = hub(), Listener()
    center.join(PUBLIC, sender)
    center.broadcast(PUBLIC, NEWS, sender=sender, own=True)
    assert len(sender.heard) == 1


def test_nothing_crosses_between_private_and_public() -> None:
    center, private, public = hub(), Listener(), Listener()
    center.join(PRIVATE, private)
    center.join(PUBLIC, public)
    center.broadcast(PRIVATE, NEWS)
    center.track(PUBLIC, public, "key", {})
    assert len(private.heard) == 1
    assert [shared.frame.event for shared in public.heard] == ["presence_diff"]
    assert center.presence_state(PRIVATE) == {}


def test_who_may_not_hear_does_not() -> None:
    center, deaf, listener = hub(), Listener(hears_broadcast=False, hears_presence=False), Listener()
    center.join(PRIVATE, deaf)
    center.join(PRIVATE, listener)
    center.broadcast(PRIVATE, NEWS)
    center.track(PRIVATE, listener, "key", {})
    assert deaf.heard == []
    assert len(listener.heard) == 2


def test_leaving_is_seen_by_the_others_and_not_by_oneself() -> None:
    center, one, two = hub(), Listener(), Listener()
    center.join(PUBLIC, one)
    center.join(PUBLIC, two)
    center.track(PUBLIC, one, "key", {"n": 1})
    one.heard.clear()
    two.heard.clear()
    center.leave(PUBLIC, one)
    assert one.heard == []
    frame = two.heard[0].frame
    assert isinstance(frame, Frame)
    assert list(frame.payload["leaves"]) == ["key"]
    assert center.presence_state(PUBLIC) == {}


def test_who_has_left_is_not_present() -> None:
    """A right may be looked up while its client goes: what it asked for comes too late then."""
    center, gone, other = hub(), Listener(), Listener()
    center.join(PUBLIC, gone)
    center.join(PUBLIC, other)
    center.leave(PUBLIC, gone)
    center.track(PUBLIC, gone, "key", {})
    assert (center.presence_state(PUBLIC), other.heard) == ({}, [])


def test_over_the_message_rate_receivers_hear_and_are_ended() -> None:
    clock = Clock()
    center, member = hub(clock, events_per_second=1), Listener()
    center.join(PUBLIC, member)
    for _ in range(10):
        center.broadcast(PUBLIC, NEWS)
    assert member.ended == []
    clock.now = 5.0
    center.broadcast(PUBLIC, NEWS)
    assert (len(member.heard), member.ended) == (11, [TOO_MANY_MESSAGES])


def test_a_walsender_that_stands_still_although_there_is_more_sleeps() -> None:
    stall = Stall(patience=1.0)
    assert not stall.judge(sent=10, current=10, now=0.0)
    assert not stall.judge(sent=10, current=20, now=5.0)
    assert not stall.judge(sent=10, current=30, now=5.9)
    assert stall.judge(sent=10, current=30, now=6.0)


def test_a_walsender_that_moves_or_has_nothing_to_do_does_not_sleep() -> None:
    stall = Stall(patience=1.0)
    for second in range(10):
        assert not stall.judge(sent=second, current=100, now=float(second))
    for second in range(10, 20):
        assert not stall.judge(sent=100, current=100, now=float(second))


ROW = {
    "id": "u",
    "topic": "room",
    "event": "ev",
    "private": "t",
    "payload": '{"a": 1}',
    "binary_payload": None,
}


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({}, (PRIVATE, UserBroadcast("realtime:room", "ev", b'{"a": 1}', True, {"id": "u"}))),
        ({"private": "f"}, (PUBLIC, UserBroadcast("realtime:room", "ev", b'{"a": 1}', True, {"id": "u"}))),
        (
            {"payload": None, "binary_payload": "\\x00ff"},
            (PRIVATE, UserBroadcast("realtime:room", "ev", b"\x00\xff", False, {"id": "u"})),
        ),
        ({"event": None}, None),
        ({"private": None}, None),
        ({"payload": None}, None),
    ],
)
def test_what_a_stored_message_becomes(changed: Row, found: tuple[Topic, UserBroadcast] | None) -> None:
    assert broadcast_of({**ROW, **changed}) == found


@pytest.mark.parametrize(
    ("schema", "name", "yes"),
    [
        ("realtime", "messages", True),
        ("realtime", "messages_2026_11_20", True),
        ("public", "messages", False),
        ("realtime", "subscription", False),
    ],
)
def test_which_tables_hold_messages(schema: str, name: str, yes: bool) -> None:
    assert is_message(Relation(1, schema, name, ())) is yes


BLANK, INVALID = "can't be blank", "is invalid"
GOOD = {"topic": "t", "event": "e", "payload": {}}


def test_reads_a_batch() -> None:
    assert read_messages({"messages": [GOOD, {**GOOD, "private": True, "id": "x"}]}, 1000) == [
        Message("t", "e", {}),
        Message("t", "e", {}, private=True, message_id="x"),
    ]


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ([], [BLANK]),
        ({}, [BLANK]),
        ({"messages": []}, [BLANK]),
        ({"messages": "x"}, [INVALID]),
        ({"messages": [5]}, [INVALID]),
        ({"messages": [{}]}, [{"topic": [BLANK], "event": [BLANK], "payload": [BLANK]}]),
        ({"messages": [GOOD, {**GOOD, "payload": "s"}]}, [{}, {"payload": [INVALID]}]),
        (
            {"messages": [{**GOOD, "private": "perhaps", "id": 5}]},
            [{"private": [INVALID], "id": [INVALID]}],
        ),
        (
            {"messages": [{**GOOD, "payload": {"s": "x" * 1000}}]},
            [{"payload": ["Payload size exceeds tenant limit"]}],
        ),
    ],
)
def test_says_what_is_wrong_with_a_batch(body: object, errors: list[object]) -> None:
    with pytest.raises(Invalid) as invalid:
        read_messages(body, 1000)
    assert invalid.value.errors == errors
