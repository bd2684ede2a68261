"""The way out of this computer: what the machine says of two ends, and what follows from it."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Iterator

import pytest

from supachat.remote import wayout
from supachat.remote.wayout import lost, severed

THERE = ("127.0.0.1", 9)
MOVED, NONE = "this computer has another address now", "this computer has no network"


class Machine:
    """A datagram socket of a computer on which `bind` and `connect` end so; 0 = well."""

    bind_ends, connect_ends = 0, 0

    def __init__(self, family: int, kind: int) -> None:
        assert kind == socket.SOCK_DGRAM

    def __enter__(self) -> Machine:
        return self

    def __exit__(self, *error: object) -> None: ...

    def bind(self, end: object) -> None:
        if self.bind_ends:
            raise OSError(self.bind_ends, "bind")

    def connect(self, end: object) -> None:
        if self.connect_ends:
            raise OSError(self.connect_ends, "connect")


@pytest.mark.parametrize(
    ("bind", "connect", "words"),
    [
        (0, 0, None),
        (errno.EADDRNOTAVAIL, 0, MOVED),
        (errno.EADDRNOTAVAIL, errno.ENETUNREACH, MOVED),
        (0, errno.ENETUNREACH, NONE),
        (0, errno.EHOSTUNREACH, NONE),
        (0, errno.ENETDOWN, NONE),
        (errno.EACCES, 0, None),
        (0, errno.EPERM, None),
        (errno.EMFILE, errno.EMFILE, None),
    ],
)
def test_only_a_way_that_is_gone_is_called_lost(
    monkeypatch: pytest.MonkeyPatch, bind: int, connect: int, words: str | None
) -> None:
    monkeypatch.setattr(Machine, "bind_ends", bind)
    monkeypatch.setattr(Machine, "connect_ends", connect)
    monkeypatch.setattr(socket, "socket", Machine)
    assert severed(("192.0.2.7", 50000), THERE) == words
    assert severed(("2001:db8::7", 50000, 0, 0), ("2001:db8::9", 443, 0, 0)) == words


def test_this_very_machine() -> None:
    assert severed(("127.0.0.1", 50000), THERE) is None
    assert severed(("192.0.2.7", 50000), THERE) == MOVED, "an address for documents is nobody's"


@pytest.mark.parametrize("end", [None, "/tmp/a.socket", "", (), ("no address", 1)])
def test_ends_of_another_kind_say_nothing(end: object) -> None:
    assert severed(end, THERE) is None


async def test_a_network_that_blinks_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: Iterator[str | None] = iter([NONE, None, NONE, MOVED, None, MOVED, MOVED])
    monkeypatch.setattr(wayout, "severed", lambda here, there: next(looks))
    async with asyncio.timeout(30):
        assert await lost(None, None, 0.001) == MOVED
    assert list(looks) == []
