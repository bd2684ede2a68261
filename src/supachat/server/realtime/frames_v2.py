"""The array form of vsn 2 and its binary kinds.

Text frames are `[join_ref, ref, topic, event, payload]`. Binary frames are a kind byte, one length byte
for each name, the names, then the body; names have at most 255 bytes. Must never trust a length: a
frame shorter than it claims is dropped like any other malformed one.
"""

from __future__ import annotations

from supachat.server.realtime.frames import (
    Frame,
    Inbound,
    Outbound,
    UserBroadcast,
    UserPush,
    Wire,
    dump_json,
    parse_json,
)

KIND_USER_PUSH = 3
KIND_USER_BROADCAST = 4
MAX_NAME = 255


class ArrayCodec:
    """vsn 2: text arrays, and bytes for user broadcasts."""

    version = 2

    def decode(self, data: Wire) -> Inbound | None:
        """An array of five, or a binary broadcast; anything else is dropped."""
        return decode_binary(data) if isinstance(data, bytes) else _decode_array(data)

    def encode(self, frame: Outbound) -> Wire | None:
        """An array, or a kind 4 frame; None if a name is too long for its length byte."""
        if isinstance(frame, Frame):
            return dump_json([frame.join_ref, frame.ref, frame.topic, frame.event, frame.payload])
        return encode_user_broadcast(frame)


def _decode_array(text: str) -> Inbound | None:
    try:
        value = parse_json(text)
    except ValueError:
        return None
    if not isinstance(value, list) or len(value) != 5:
        return None
    join_ref, ref, topic, event, payload = value
    return Inbound(topic, event, payload, ref, join_ref)


def _names(data: bytes, lengths: bytes, start: int) -> tuple[list[str], int]:
    """The names of those lengths from `start` on, and where they end. Raises ValueError."""
    names: list[str] = []
    at = start
    for length in lengths:
        if at + length > len(data):
            raise ValueError("the frame is shorter than it says")
        names.append(data[at : at + length].decode())
        at += length
    return names, at


def decode_binary(data: bytes) -> Inbound | None:
    """A client's binary broadcast (kind 3); its metadata is dropped. No other kind means anything here."""
    try:
        if data[0] == KIND_USER_PUSH:
            (join_ref, ref, topic, event, _metadata), at = _names(data, data[1:6], 7)
            return Inbound(
                topic, "broadcast", None, ref, join_ref, UserPush(event, data[6] == 1, data[at:])
            )
    except (ValueError, IndexError):
        return None
    return None


def encode_user_broadcast(frame: UserBroadcast) -> bytes | None:
    """Kind 4: lengths of topic, event and metadata, the encoding, the names, the body."""
    names = [
        frame.topic.encode(),
        frame.event.encode(),
        dump_json(frame.meta).encode() if frame.meta else b"",
    ]
    if any(len(name) > MAX_NAME for name in names):
        return None
    head = bytes([KIND_USER_BROADCAST, *(len(name) for name in names), int(frame.is_json)])
    return head + b"".join(names) + frame.data
