"""Names of hosts looked up in threads that nobody has to wait for.

A name server that does not answer holds its thread for half a minute, and asyncio would wait for it when
the program ends: on a train, leaving the app took that long.
"""

from __future__ import annotations

import asyncio
import socket
from typing import Any

from supachat.remote.lane import in_daemon


def look_up_aside() -> None:
    """From now on the running loop, and so whatever library connects on it, looks names up like that."""
    asyncio.get_running_loop().getaddrinfo = _look_up  # type: ignore[method-assign]


async def _look_up(host: Any, port: Any, **asked: int) -> Any:
    """As `loop.getaddrinfo`."""
    return await asyncio.wrap_future(in_daemon(lambda: socket.getaddrinfo(host, port, **asked)))
