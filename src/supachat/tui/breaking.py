"""How the app ends when something in it breaks: one sentence below the restored terminal, exit 1.

Textual 8.2.8 would print a traceback with locals, and those are messages. `_handle_exception` is private;
`tests/unit/test_log.py` asserts that it is still the one door through which all errors come. Must never
print a local variable: messages are among them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from rich.text import Text

from supachat.domain.text import Safe
from supachat.tui import hangup
from supachat.tui.sparing import Sparing

Crashed = Callable[[BaseException], Safe]
"""Reports an error that ends the program; the sentence for the person."""


class InputLost(RuntimeError):
    """The thread that reads the keyboard broke; Textual keeps the error itself to itself."""


class Breaking(Sparing, inherit_bindings=False):
    """An app that never shows a traceback."""

    def __init__(self, crashed: Crashed) -> None:
        super().__init__()
        self._crashed = crashed

    def _handle_exception(self, error: Exception) -> None:
        """The first error is reported, what breaks in its wake is not. Drafts are in the cache already,
        and closing the client finishes what it was writing."""
        self._return_code = 1
        if self._exception is not None:
            return
        self._exception = error  # a pilot raises it in its test
        self._exit_renderables[:] = [Text(self._crashed(error))]
        self._close_messages_no_wait()
        self._exception_event.set()

    def panic(self, *renderables: object) -> None:
        """Textual's driver calls this with a traceback already drawn."""
        if hangup.is_gone():
            self.exit()  # no keyboard broke: the terminal went away
        else:
            self._handle_exception(InputLost())

    def watch_tasks(self) -> None:
        """From now on a task of ours that fails ends the app, since without it the screen would lie.

        A context that names its task was reported on purpose; one that does not is asyncio's finding of a
        future that nobody asked, and goes to the log.
        """
        asyncio.get_running_loop().set_exception_handler(self._task_failed)

    def _task_failed(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if "task" in context and isinstance(error, Exception):
            self._handle_exception(error)
        else:
            loop.default_exception_handler(context)
