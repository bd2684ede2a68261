"""A terminal that goes away takes the program with it, in peace: what was typed is kept first.

Textual reads the end of a lost terminal for ever, and its writer breaks on the first frame after it, so a
thread of its own watches and has what is still written go nowhere. What breaks nevertheless is no crash.
Must never end a program whose terminal is still there.
"""

from __future__ import annotations

import asyncio
import errno
import os
import select
import signal
import stat
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.app import App

STDIN = 0
OUTPUTS = (1, 2)
PATIENCE = 2.5
"""Seconds that the program has to end by itself once its terminal is gone; closing takes two at most."""
_watched = threading.Event()
"""A terminal was there and is watched."""


def watch(app: App[int]) -> None:
    """End `app` when its terminal hangs up, or when it is asked to by SIGHUP or SIGTERM."""
    if app.is_headless or os.name != "posix":
        return
    _watched.set()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGHUP, signal.SIGTERM):
        loop.add_signal_handler(sign, app.exit)
    threading.Thread(target=_end_with, args=(app, loop), name="supachat-hangup", daemon=True).start()


def is_gone() -> bool:
    """Whether there was a terminal and it went away."""
    return _watched.is_set() and not os.isatty(STDIN)


def broke_with_it(error: BaseException) -> bool:
    """Whether this is what reading from a terminal that went away, or writing to it, ends with."""
    return isinstance(error, OSError) and error.errno in (errno.EIO, errno.ENXIO) and is_gone()


def _end_with(app: App[int], loop: asyncio.AbstractEventLoop) -> None:
    if hung_up(STDIN):
        _write_nowhere()
        loop.call_soon_threadsafe(app.exit)
        time.sleep(PATIENCE)
        os._exit(0)


def _write_nowhere() -> None:
    """A writer that broke would take nothing more, and the program would wait for it for ever."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for output in OUTPUTS:
        if not os.isatty(output) and stat.S_ISCHR(os.fstat(output).st_mode):
            os.dup2(nowhere, output)
    os.close(nowhere)


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
