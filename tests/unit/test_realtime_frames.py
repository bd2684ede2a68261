"""Frames of both versions: what is read, what is dropped, what leaves."""

from __future__ import annotations

import json
from typing import Any

import pytest

from supachat.server.realtime.frames import Frame, Inbound, ObjectCodec, Shared, UserBroadcast, UserPush
from supachat.server.realtime.frames_v2 import ArrayCodec

V1, V2 = ObjectCodec(), ArrayCodec()
GOOD: dict[str, Any] = {"topic": "t", "event": "e", "payload": {}, "ref": None}


@pytest.mark.parametrize(
    "text",
    [
        "hello",
        "",
        "null",
        "5",
        '["1","1","t","e",{}]',
        '{"topic":"t","event":"e","payload":NaN,"ref":null}',
        '{"topic":"t","event":"e","payload":Infinity,"ref":null}',
        '{"topic":"t","event":"e","payload":"\\ud800","ref":null}',
        pytest.param("[" * 100_000, id="deep"),
        *(json.dumps({key: value for key, value in GOOD.items() if key != missing}) for missing in GOOD),
    ],
)
def test_drops_what_is_no_object_frame(text: str) -> None:
    assert V1.decode(text) is None


def test_a_binary_frame_means_nothing_on_version_1() -> None:
    assert V1.decode(b"\x00\x01\x02") is None


def test_reads_an_object_with_any_ref_and_extra_keys() -> None:
    text = '{"topic":"t","event":"e","payload":[1],"ref":{"a":1},"join_ref":"7","zzz":1}'
    assert V1.decode(text) == Inbound("t", "e", [1], {"a": 1}, "7")


def test_a_pair_of_surrogates_is_a_character() -> None:
    frame = V1.decode('{"topic":"t","event":"e","payload":"\\ud83d\\ude00","ref":"1"}')
    assert frame is not None
    assert frame.payload == "😀"


def test_an_object_frame_has_exactly_four_keys() -> None:
    wire = V1.encode(Frame("t", "e", {"x": "ö"}, join_ref="1"))
    assert wire == '{"ref":null,"event":"e","payload":{"x":"ö"},"topic":"t"}'


@pytest.mark.parametrize("text", ["{}", '["1"]', "[1,2,3,4,5,6]", "nope"])
def test_drops_what_is_no_array_frame(text: str) -> None:
    assert V2.decode(text) is None


def test_an_array_goes_both_ways() -> None:
    assert V2.decode('["1","2","t","e",{}]') == Inbound("t", "e", {}, "2", "1")
    assert V2.encode(Frame("t", "e", {}, "2", "1")) == '["1","2","t","e",{}]'


PUSH = b"\x03\x01\x02\x01\x02\x00\x01" + b"1" + b"22" + b"t" + b"ev" + b'{"n":1}'


def test_reads_a_binary_broadcast() -> None:
    assert V2.decode(PUSH) == Inbound("t", "broadcast", None, "22", "1", UserPush("ev", True, b'{"n":1}'))


@pytest.mark.parametrize(
    "data", [b"", b"\x03", b"\x03\x01", PUSH[:9], b"\x07" + PUSH[1:], b"\x03\x01\x00\x00\x00\x00\x00\xff"]
)
def test_drops_a_binary_frame_that_is_shorter_than_it_says(data: bytes) -> None:
    assert V2.decode(data) is None


def test_a_binary_broadcast_carries_its_meta() -> None:
    wire = V2.encode(UserBroadcast("t", "ev", b"\x00", is_json=False, meta={"id": "x"}))
    assert wire == b"\x04\x01\x02\x0a\x00" + b"tev" + b'{"id":"x"}' + b"\x00"


def test_a_name_longer_than_its_length_byte_is_not_sent() -> None:
    assert V2.encode(UserBroadcast("t" * 256, "ev", b"{}")) is None


@pytest.mark.parametrize(
    ("data", "payload"),
    [
        (b'{"n":1}', {"event": "ev", "payload": {"n": 1}, "type": "broadcast"}),
        (b'{"a":1},"type":"x"},"event":"phx_close","x":{"b":1', None),
        (b"{nope", None),
        (b"\xff", None),
    ],
)
def test_a_body_on_version_1_is_re_encoded_or_not_sent(data: bytes, payload: Any) -> None:
    wire = V1.encode(UserBroadcast("t", "ev", data))
    found = None if wire is None else json.loads(wire)["payload"]
    assert found == payload


def test_a_binary_body_does_not_reach_version_1() -> None:
    assert V1.encode(UserBroadcast("t", "ev", b"{}", is_json=False)) is None


def test_a_shared_frame_is_encoded_once_for_each_version() -> None:
    shared = Shared(UserBroadcast("t", "ev", b"{}"))
    assert shared.wire(V1) is shared.wire(ObjectCodec())
    assert shared.wire(V2) is shared.wire(ArrayCodec())
    assert shared.wire(V1) != shared.wire(V2)
