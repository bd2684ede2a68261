"""Frames as values, and the object form of them that vsn 1 speaks.

A frame that cannot be read is `None`: the real server drops it without a word and keeps the socket. A
frame that leaves is always encoded from values; no text that a client or the database wrote is ever
pasted into one, so nobody can add keys to another client's frame. This module must never do I/O.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, TypeAlias

Json: TypeAlias = Any  # what `json.loads` makes; narrowed where it is used

HEARTBEAT_TOPIC: Final = "phoenix"


@dataclass(frozen=True, slots=True)
class UserPush:
    """The body of a vsn 2 binary broadcast as a client sends it: its own event name and raw bytes."""

    event: str
    is_json: bool
    data: bytes


@dataclass(frozen=True, slots=True)
class Inbound:
    """One frame from a client. `topic`, `event`, `ref` are whatever JSON value stood there."""

    topic: Json
    event: Json
    payload: Json
    ref: Json
    join_ref: Json = None
    push: UserPush | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame to one client; `join_ref` reaches vsn 2 only."""

    topic: Json
    event: str
    payload: Json
    ref: Json = None
    join_ref: Json = None


@dataclass(frozen=True, slots=True)
class UserBroadcast:
    """A broadcast whose body stays bytes: kind 4 on vsn 2, a text frame on vsn 1 if the body is JSON."""

    topic: str
    event: str
    data: bytes
    is_json: bool = True
    meta: Mapping[str, Json] = field(default_factory=dict)


Outbound: TypeAlias = Frame | UserBroadcast
Wire: TypeAlias = str | bytes


class Codec(Protocol):
    """One version of the serialisation. `version` names it in caches."""

    @property
    def version(self) -> int: ...

    def decode(self, data: Wire) -> Inbound | None:
        """The frame, or None if it is to be dropped."""
        ...

    def encode(self, frame: Outbound) -> Wire | None:
        """What goes on the wire, or None where this version cannot carry the frame."""
        ...


def _refuse_constant(name: str) -> Json:
    raise ValueError(f"{name} is not JSON")


def parse_json(text: str | bytes) -> Json:
    """Parse strictly: no NaN, no lone surrogate (it could not be sent on). Raises ValueError."""
    source = text if isinstance(text, str) else text.decode()
    try:
        value = json.loads(source, parse_constant=_refuse_constant)
        if "\\ud" in source.lower():
            dump_json(value).encode()  # UnicodeEncodeError is a ValueError
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    return value


def dump_json(value: Json) -> str:
    """Compact JSON text. Raises ValueError for a value that JSON does not have."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def reply(to: Inbound, status: str, response: Json) -> Frame:
    """The answer to one frame, with its ref."""
    return Frame(to.topic, "phx_reply", {"status": status, "response": response}, to.ref, to.join_ref)


class ObjectCodec:
    """vsn 1: text objects both ways, `join_ref` never sent."""

    version = 1

    def decode(self, data: Wire) -> Inbound | None:
        """A text object with topic, event, payload and ref; anything else is dropped."""
        if isinstance(data, bytes):
            return None
        try:
            value = parse_json(data)
        except ValueError:
            return None
        if not isinstance(value, dict) or not {"topic", "event", "payload", "ref"} <= value.keys():
            return None
        return Inbound(
            value["topic"], value["event"], value["payload"], value["ref"], value.get("join_ref")
        )

    def encode(self, frame: Outbound) -> Wire | None:
        """Exactly ref, event, payload, topic."""
        if isinstance(frame, UserBroadcast):
            return self._user_broadcast(frame)
        return dump_json(
            {"ref": frame.ref, "event": frame.event, "payload": frame.payload, "topic": frame.topic}
        )

    def _user_broadcast(self, frame: UserBroadcast) -> Wire | None:
        if not frame.is_json:
            return None
        try:
            body = parse_json(frame.data)
        except ValueError:
            return None  # the real server pastes it and so sends text that is no JSON
        payload = {"event": frame.event, "payload": body, "type": "broadcast"}
        if frame.meta:
            payload["meta"] = dict(frame.meta)
        return self.encode(Frame(frame.topic, "broadcast", payload))


class Shared:
    """One frame for many sockets, encoded at most once for each version."""

    __slots__ = ("_wires", "frame")

    def __init__(self, frame: Outbound) -> None:
        self.frame = frame
        self._wires: dict[int, Wire | None] = {}

    def wire(self, codec: Codec) -> Wire | None:
        """The encoded frame, None where that version cannot carry it."""
        if codec.version not in self._wires:
            self._wires[codec.version] = codec.encode(self.frame)
        return self._wires[codec.version]
