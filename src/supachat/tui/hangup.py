"""A terminal that goes away takes the program with it, in peace: what was typed is kept first.

Textual reads the end of a lost terminal for ever and waits for ever to write to it, so a thread of its
own watches. Must never end a program whose terminal is still there.
"""

from __future__ import annotations

import asyncio
import os
import select
import signal
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.app import App

STDIN = 0
PATIENCE = 3.0
"""Seconds that the program has to end by itself once its terminal is gone; closing takes two at most."""


def watch(app: App[int]) -> None:
    """End `app` when its terminal hangs up, or when it is asked to by SIGHUP or SIGTERM."""
    if app.is_headless or os.name != "posix":
        return
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGHUP, signal.SIGTERM):
        loop.add_signal_handler(sign, app.exit)
    threading.Thread(target=_end_with, args=(app, loop), name="supachat-hangup", daemon=True).start()


def _end_with(app: App[int], loop: asyncio.AbstractEventLoop) -> None:
    if hung_up(STDIN):
        loop.call_soon_threadsafe(app.exit)
        time.sleep(PATIENCE)
        os._exit(0)  # the last frame would wait for ever for somebody to take it


def hung_up(terminal: int) -> bool:
    """Waits until nobody holds the other end of this file any more. False at once where that cannot be
    told, as of a terminal on some systems."""
    looked = select.poll()
    looked.register(terminal, 0)
    while True:
        found = looked.poll()[0][1]
        if found & select.POLLNVAL:
            return False
        if found & (select.POLLHUP | select.POLLERR):
            return True
