"""Websocket bytes cut into whole frames, which are not looked into. Pure."""

from __future__ import annotations

from collections.abc import Iterator

CONTROL = 0x08
"""Set in the opcode of pings, pongs and closes."""


class Frames:
    """Feed it bytes of one direction; whole frames come out as they stood, mask and all."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        self._bytes += data
        while (length := self._first()) is not None and length <= len(self._bytes):
            frame = bytes(self._bytes[:length])
            del self._bytes[:length]
            yield frame

    def _first(self) -> int | None:
        """The length of the first frame with its head; None while that is not there."""
        have = self._bytes
        if len(have) < 2:
            return None
        length, head = have[1] & 0x7F, 2
        extra = {126: 2, 127: 8}.get(length, 0)
        if len(have) < head + extra:
            return None
        if extra:
            length = int.from_bytes(have[2 : 2 + extra], "big")
        return head + extra + (4 if have[1] & 0x80 else 0) + length


def is_data(frame: bytes) -> bool:
    return not frame[0] & CONTROL


def corrupted(frame: bytes) -> bytes:
    """The same frame with one bit of its middle turned; a frame without a body stays as it is."""
    middle = len(frame) - 1 if len(frame) < 16 else len(frame) // 2 + 4
    if not is_data(frame) or len(frame) <= 6:
        return frame
    return frame[:middle] + bytes([frame[middle] ^ 0x04]) + frame[middle + 1 :]


def said(frame: bytes) -> bytes:
    """What a server's frame carries; those are not masked."""
    head = 2 + {126: 2, 127: 8}.get(frame[1] & 0x7F, 0)
    return frame[head:]


def text_frame(text: str) -> bytes:
    """One of a server's, in a piece."""
    body = text.encode()
    if len(body) < 126:
        return bytes([0x81, len(body)]) + body
    return b"\x81\x7e" + len(body).to_bytes(2, "big") + body
