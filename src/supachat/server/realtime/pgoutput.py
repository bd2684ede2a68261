"""PostgreSQL's logical replication stream: bytes to values and back.

Two layers: the messages of the walsender (data, keepalive, our status), and inside the data the pgoutput
plugin's messages, protocol version 1, text columns. Pure; a message that is shorter than it says raises
`StreamError`. Must never guess: an unchanged TOAST value is UNCHANGED, never None.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Final, Literal, TypeAlias

EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)


class StreamError(Exception):
    """The stream does not say what the protocol allows."""


class Toast(Enum):
    """A large value that an update did not touch, so the stream leaves it out."""

    UNCHANGED = "unchanged"


UNCHANGED: Final = Toast.UNCHANGED
Value: TypeAlias = str | Toast | None
Row: TypeAlias = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a published relation. `key`: part of its replica identity."""

    name: str
    key: bool


@dataclass(frozen=True, slots=True)
class Relation:
    """A published table as the stream described it."""

    oid: int
    schema: str
    name: str
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Begin:
    """A committed transaction starts; `at` is when it was committed."""

    at: datetime
    xid: int


@dataclass(frozen=True, slots=True)
class Change:
    """One row. `new` is None for a DELETE; `old` holds the replica identity (or the whole row), or None."""

    relation: Relation
    kind: Literal["INSERT", "UPDATE", "DELETE"]
    new: Row | None
    old: Row | None


@dataclass(frozen=True, slots=True)
class Data:
    """A piece of the stream; `end` is the server's WAL end when it was sent."""

    end: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Keepalive:
    """A sign of life. Every one is answered at once, whether it asks for that or not."""

    end: int


Message: TypeAlias = Begin | Relation | Change


class _Reader:
    """A cursor over one message."""

    __slots__ = ("_at", "_data")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, size: int) -> bytes:
        end = self._at + size
        if size < 0 or end > len(self._data):
            raise StreamError(f"a message of {len(self._data)} bytes ends before byte {end}")
        piece = self._data[self._at : end]
        self._at = end
        return piece

    def rest(self) -> bytes:
        return self.take(len(self._data) - self._at)

    def byte(self) -> str:
        return chr(self.take(1)[0])

    def int16(self) -> int:
        return int.from_bytes(self.take(2))

    def int32(self) -> int:
        return int.from_bytes(self.take(4))

    def int64(self) -> int:
        return int.from_bytes(self.take(8))

    def text(self) -> str:
        end = self._data.find(b"\0", self._at)
        if end < 0:
            raise StreamError("a name has no end")
        return self.take(end + 1 - self._at)[:-1].decode()

    def time(self) -> datetime:
        return EPOCH + timedelta(microseconds=int.from_bytes(self.take(8), signed=True))


def read_envelope(data: bytes) -> Data | Keepalive:
    """One message of the walsender. Raises StreamError."""
    reader = _Reader(data)
    kind = reader.byte()
    if kind == "w":
        reader.take(8)  # where the piece begins
        end = reader.int64()
        reader.take(8)  # the server's clock
        return Data(end, reader.rest())
    if kind == "k":
        end = reader.int64()
        reader.take(9)  # the server's clock, and whether it waits for an answer
        return Keepalive(end)
    raise StreamError(f"unknown message {kind!r} in the replication stream")


def status(lsn: int, now: datetime) -> bytes:
    """Our standby status: everything up to `lsn` is received, written and applied."""
    micros = (now - EPOCH) // timedelta(microseconds=1)
    return struct.pack(">cQQQqB", b"r", lsn, lsn, lsn, micros, 0)


class Decoder:
    """pgoutput bytes to messages; remembers the relations that the stream has described."""

    def __init__(self) -> None:
        self._relations: dict[int, Relation] = {}

    def decode(self, body: bytes) -> Message | None:
        """One message, None for kinds nobody needs (commit, truncate, type, origin). Raises StreamError."""
        reader = _Reader(body)
        kind = reader.byte()
        if kind == "B":
            reader.take(8)  # where it was committed
            return Begin(reader.time(), reader.int32())
        if kind == "R":
            relation = _relation(reader)
            self._relations[relation.oid] = relation
            return relation
        if kind in "IUD":
            return self._change(kind, reader)
        return None

    def _change(self, kind: str, reader: _Reader) -> Change:
        oid = reader.int32()
        relation = self._relations.get(oid)
        if relation is None:
            raise StreamError(f"a row of relation {oid}, which the stream has not described")
        old: Row | None = None
        part = reader.byte()
        if part in "KO":
            old = _tuple(reader, relation, keys_only=part == "K")
            part = reader.byte() if kind == "U" else ""
        new = _tuple(reader, relation) if part == "N" else None
        if new is not None and old is not None:
            # full identity tells the old row whole: what was left alone stands there, as on the real server
            new = {
                name: old.get(name, value) if value is UNCHANGED else value for name, value in new.items()
            }
        if kind == "I":
            return Change(relation, "INSERT", new, None)
        return Change(relation, "UPDATE" if kind == "U" else "DELETE", new, old)


def _relation(reader: _Reader) -> Relation:
    oid, schema, name = reader.int32(), reader.text(), reader.text()
    reader.byte()  # which replica identity it has
    columns = tuple(_column(reader) for _ in range(reader.int16()))
    return Relation(oid, schema or "pg_catalog", name, columns)


def _column(reader: _Reader) -> Column:
    key = reader.take(1) == b"\x01"
    name = reader.text()
    reader.take(8)  # its type and modifier: the catalog says more
    return Column(name, key)


def _tuple(reader: _Reader, relation: Relation, *, keys_only: bool = False) -> Row:
    count = reader.int16()
    if count != len(relation.columns):
        raise StreamError(f"{count} values for {len(relation.columns)} columns of {relation.name}")
    values = {column.name: _value(reader) for column in relation.columns}
    if not keys_only:
        return values
    return {column.name: values[column.name] for column in relation.columns if column.key}


def _value(reader: _Reader) -> Value:
    kind = reader.byte()
    if kind == "n":
        return None
    if kind == "u":
        return UNCHANGED
    if kind == "t":
        return reader.take(reader.int32()).decode()
    raise StreamError(f"a column of unknown kind {kind!r}")
