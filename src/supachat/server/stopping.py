"""How a running server is told to stop: by a signal, or by the end of the process that started it."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def stopped_by_signals(stop: asyncio.Event) -> Iterator[None]:
    """Inside, ctrl+c, a polite kill and the terminal's end set `stop`. Nothing outside the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    for sign in _SIGNALS:
        loop.add_signal_handler(sign, stop.set)
    try:
        yield
    finally:
        for sign in _SIGNALS:
            loop.remove_signal_handler(sign)


@contextmanager
def stopped_by_pipe(stop: asyncio.Event, fd: int | None) -> Iterator[None]:
    """Inside, the end of whoever holds the other end of the pipe `fd` sets `stop`. None: nobody does."""
    if fd is None:
        yield
        return
    loop = asyncio.get_running_loop()

    def heard() -> None:
        if not os.read(fd, 4096):
            loop.remove_reader(fd)
            stop.set()

    loop.add_reader(fd, heard)
    try:
        yield
    finally:
        loop.remove_reader(fd)
