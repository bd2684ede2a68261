"""The replication stream's bytes, built here by hand after PostgreSQL's protocol description."""

from __future__ import annotations

import struct
from datetime import UTC, datetime

import pytest

from supachat.server.realtime.pgoutput import (
    EPOCH,
    UNCHANGED,
    Begin,
    Change,
    Data,
    Decoder,
    Keepalive,
    Relation,
    StreamError,
    read_envelope,
    status,
)

AT = datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=UTC)
MICROS = (AT - EPOCH).days * 86_400_000_000 + (AT - EPOCH).seconds * 1_000_000 + (AT - EPOCH).microseconds


def text(value: str) -> bytes:
    return value.encode() + b"\0"


def relation(identity: bytes = b"d") -> bytes:
    columns = [(1, "id", 20, -1), (0, "body", 25, -1), (0, "tag", 1043, 12)]
    body = b"".join(
        bytes([key]) + text(name) + struct.pack(">Ii", oid, mod) for key, name, oid, mod in columns
    )
    return (
        b"R"
        + struct.pack(">I", 7)
        + text("public")
        + text("notes")
        + identity
        + struct.pack(">h", 3)
        + body
    )


def row(*values: str | bytes | None) -> bytes:
    parts = [struct.pack(">h", len(values))]
    for value in values:
        if value is None or isinstance(value, bytes):
            parts.append(value or b"n")
        else:
            parts.append(b"t" + struct.pack(">I", len(value.encode())) + value.encode())
    return b"".join(parts)


def decoder() -> Decoder:
    made = Decoder()
    described = made.decode(relation())
    assert isinstance(described, Relation)
    assert (described.schema, described.name) == ("public", "notes")
    assert [(c.name, c.key) for c in described.columns] == [("id", True), ("body", False), ("tag", False)]
    return made


def change(body: bytes) -> Change:
    found = decoder().decode(body)
    assert isinstance(found, Change)
    return found


def test_begin_carries_the_time_of_its_commit() -> None:
    begin = b"B" + struct.pack(">QqI", 1000, MICROS, 42)
    assert Decoder().decode(begin) == Begin(AT, 42)


def test_insert() -> None:
    found = change(b"I" + struct.pack(">I", 7) + b"N" + row("1", "grüße", None))
    assert (found.kind, found.new, found.old) == ("INSERT", {"id": "1", "body": "grüße", "tag": None}, None)


def test_an_update_without_an_old_row() -> None:
    found = change(b"U" + struct.pack(">I", 7) + b"N" + row("1", b"u", "x"))
    assert (found.kind, found.old) == ("UPDATE", None)
    assert found.new == {"id": "1", "body": UNCHANGED, "tag": "x"}


def test_an_update_of_the_key_tells_the_old_key_only() -> None:
    found = change(b"U" + struct.pack(">I", 7) + b"K" + row("1", None, None) + b"N" + row("2", "b", "x"))
    assert found.old == {"id": "1"}
    assert found.new == {"id": "2", "body": "b", "tag": "x"}


def test_what_an_update_left_alone_is_taken_from_the_full_old_row() -> None:
    found = change(b"U" + struct.pack(">I", 7) + b"O" + row("1", "long", "x") + b"N" + row("1", b"u", "y"))
    assert found.new == {"id": "1", "body": "long", "tag": "y"}


def test_a_delete_with_the_full_row() -> None:
    found = change(b"D" + struct.pack(">I", 7) + b"O" + row("1", "b", None))
    assert (found.kind, found.new, found.old) == ("DELETE", None, {"id": "1", "body": "b", "tag": None})


@pytest.mark.parametrize("kind", [b"C", b"T", b"Y", b"O", b"M"])
def test_other_messages_are_passed_over(kind: bytes) -> None:
    assert Decoder().decode(kind + b"anything") is None


@pytest.mark.parametrize(
    "body",
    [
        b"I" + struct.pack(">I", 8) + b"N" + row("1", "b", None),
        b"I" + struct.pack(">I", 7) + b"N" + row("1", "b"),
        b"I" + struct.pack(">I", 7) + b"N" + row("1", "b", None)[:-3],
        b"I" + struct.pack(">I", 7) + b"N" + row("1", "b", b"x"),
        b"B\0",
        b"R" + struct.pack(">I", 7) + b"no end",
    ],
    ids=[
        "unknown relation",
        "too few columns",
        "cut",
        "unknown kind of value",
        "short begin",
        "endless name",
    ],
)
def test_what_the_protocol_does_not_allow_is_an_error(body: bytes) -> None:
    with pytest.raises(StreamError):
        decoder().decode(body)


def test_the_walsenders_envelopes() -> None:
    assert read_envelope(b"w" + struct.pack(">QQq", 1, 2, MICROS) + b"body") == Data(2, b"body")
    assert read_envelope(b"k" + struct.pack(">QqB", 5, MICROS, 1)) == Keepalive(5)
    assert read_envelope(b"k" + struct.pack(">QqB", 5, MICROS, 0)) == Keepalive(5)
    with pytest.raises(StreamError):
        read_envelope(b"x")


def test_our_status_confirms_one_place_three_times() -> None:
    assert status(77, AT) == b"r" + struct.pack(">QQQqB", 77, 77, 77, MICROS, 0)
