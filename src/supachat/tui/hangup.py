"""A terminal that goes away takes the program with it, in peace: what was typed is kept first.

Textual's driver reads the end of a lost terminal for ever and burns a core over it. Must never end a
program whose terminal is still there.
"""

from __future__ import annotations

import asyncio
import os
import select
import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.app import App

STDIN = 0
LOOK = 1.0
"""Seconds between two looks at the terminal."""
_LOST = select.POLLHUP | select.POLLERR | select.POLLNVAL if hasattr(select, "poll") else 0


def watch(app: App[int]) -> None:
    """End `app` when its terminal hangs up, or when it is asked to by SIGHUP or SIGTERM."""
    if app.is_headless or os.name != "posix":
        return
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGHUP, signal.SIGTERM):
        loop.add_signal_handler(sign, app.exit)
    app.set_interval(LOOK, lambda: app.exit() if is_gone(STDIN) else None)


def is_gone(terminal: int) -> bool:
    """Whether nobody holds the other end of this file any more."""
    looked = select.poll()
    looked.register(terminal, select.POLLIN)
    return any(found & _LOST for _, found in looked.poll(0))
