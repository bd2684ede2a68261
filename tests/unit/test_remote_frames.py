"""What is believed of a text frame, and where a project may live."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from supachat.domain.errors import BadInput, KeyRefused
from supachat.remote.address import SECRET, address, checked_key, checked_url
from supachat.remote.frames import mended, unpack

RECORDED = Path(__file__).parents[1] / "vectors" / "data" / "realtime"


@pytest.mark.parametrize(
    "text",
    [
        '{"topic":"realtime:a","event":"broadcast","event":"phx_close","payload":{},"ref":null}',
        '{"topic":"t","event":"e","ref":null,"payload":{"event":"INSERT","event":"x"}}',
        '{"a":[{"b":{"c":1,"c":2}}]}',
        "not json",
        "[1, 2]",
        "null",
        "",
        "[" * 100_000,
        '{"a":' * 100_000 + "1" + "}" * 100_000,
    ],
)
def test_what_is_not_believed(text: str) -> None:
    assert unpack(text) is None


def test_binary_frames_are_not_for_us() -> None:
    assert unpack(b'{"topic":"t"}') is None


def test_every_recorded_frame_of_vsn_1_is_believed() -> None:
    """All but the forged ones, whose keys stand twice on the wire, come through."""
    count = 0
    for path in sorted(RECORDED.glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            entry = json.loads(line)
            if entry["dir"] == "recv" and isinstance(entry["frame"], dict) and "topic" in entry["frame"]:
                assert unpack(json.dumps(entry["frame"])) == entry["frame"]
                count += 1
    assert count > 200


def test_a_string_for_a_response_is_put_into_the_shape_that_the_library_reads() -> None:
    entry = next(
        json.loads(line)
        for line in (RECORDED / "31-payload-size.jsonl").read_text("utf-8").splitlines()
        if "payload_size_exceeded" in line and '"recv"' in line
    )
    payload = mended(entry["frame"])["payload"]
    assert payload == {"status": "error", "response": {"reason": "payload_size_exceeded"}}


@pytest.mark.parametrize(
    "frame",
    [
        {"event": "phx_reply", "payload": {"status": "ok", "response": {}}},
        {"event": "phx_reply", "payload": {"status": "error", "response": {"reason": "x"}}},
        {"event": "broadcast", "payload": {"status": "error", "response": "x"}},
        {"event": "phx_reply", "payload": "x"},
    ],
)
def test_other_frames_are_left_as_they_are(frame: dict[str, object]) -> None:
    assert mended(frame) is frame


# ---------------------------------------------------------------- addresses


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("https://abc.supabase.co", "https://abc.supabase.co"),
        ("  https://abc.supabase.co/ ", "https://abc.supabase.co"),
        ("https://example.org/base/", "https://example.org/base"),
        ("http://127.0.0.1:54321", "http://127.0.0.1:54321"),
        ("http://localhost:1", "http://localhost:1"),
        ("http://[::1]:1", "http://[::1]:1"),
        ("https://a_b-c.xn--exmple-cua.org", "https://a_b-c.xn--exmple-cua.org"),
    ],
)
def test_addresses_that_are_taken(typed: str, url: str) -> None:
    assert checked_url(typed) == url


@pytest.mark.parametrize(
    "typed",
    [
        "https://a\n.b",
        "",
        "abc.supabase.co",
        "ftp://abc",
        "https://",
        "http://example.org",
        "http://127.0.0.1.example.org",
        "http://128.0.0.1",
        "https://user:pw@example.org",
        "https://example.org/?a=1",
        "https://[::1",
        "https://example.org:99999",
        "https://exa mple.org",
        "https://ex\u00e4mple.org",
        f"https://{'a' * 64}.org",
        "https://a..b",
    ],
)
def test_addresses_that_are_refused(typed: str) -> None:
    with pytest.raises(BadInput):
        checked_url(typed)


def jwt(claims: object) -> str:
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"eyJhbGciOiJIUzI1NiJ9.{body}.c2ln"


@pytest.mark.parametrize(
    "key", ["sb_publishable_abc", jwt({"role": "anon"}), f" {jwt({'role': 'anon'})}\n"]
)
def test_keys_that_are_taken(key: str) -> None:
    assert address("https://x.supabase.co", key).key == key.strip()


@pytest.mark.parametrize(
    "key", ["sb_secret_abc", jwt({"role": "service_role"}), jwt({"role": "supabase_admin"}), jwt({})]
)
def test_secret_keys_are_refused_with_the_sentence(key: str) -> None:
    with pytest.raises(KeyRefused) as refused:
        checked_key(key)
    assert str(refused.value) == SECRET
    assert key not in str(refused.value)


@pytest.mark.parametrize("key", ["", "abc", "a.b.c", "sb_publishable_a b", jwt([1]), "a.\u00e9.c"])
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(KeyRefused):
        checked_key(key)


def test_the_realtime_address() -> None:
    where = address("http://127.0.0.1:5/x/", "sb_publishable_a")
    assert where.realtime == "http://127.0.0.1:5/x/realtime/v1"
    assert where.loopback
    assert not where.secure
