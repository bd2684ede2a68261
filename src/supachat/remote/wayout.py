"""Whether this computer still has the way by which a connection was made. Sends nothing.

A cable that is pulled and a network that is changed leave an old socket without a sign: it would be
called live for as long as silence may last. Must never call a way lost that it cannot judge.
"""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Callable
from typing import Any

from supachat.domain.text import Safe
from supachat.remote.rules import to_tick

_NO_WAY = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL})


async def lost(here: Any, there: Any, every: float) -> Safe:
    """Wait until the way is lost; why it is. Looks twice: a network that only blinks costs nothing."""
    before = None
    while True:
        await asyncio.sleep(to_tick(every, asyncio.get_running_loop().time()))
        words = severed(here, there)
        if words is not None and words == before:
            return words
        before = words


def severed(here: Any, there: Any) -> Safe | None:
    """Why nothing can come from `there` to `here` any more, the two ends as the socket names them; None
    where it can, or where that cannot be told. A datagram socket is bound and connected, nothing sent."""
    family = socket.AF_INET6 if isinstance(here, tuple) and len(here) == 4 else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            if _fails(lambda: probe.bind((here[0], 0, *here[2:]))):
                return Safe("this computer has another address now")
            if _fails(lambda: probe.connect(there)):
                return Safe("this computer has no network")
    except (OSError, TypeError, LookupError):  # no socket to be had, or ends of another kind
        return None
    return None


def _fails(step: Callable[[], object]) -> bool:
    """Whether the step fails for want of a way. Other errors are raised."""
    try:
        step()
    except OSError as error:
        if error.errno in _NO_WAY:
            return True
        raise
    return False
