"""Where a run's log and reports go. Looks for the folder only when there is something to write."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from supachat.cli.commands import COMMANDS

if TYPE_CHECKING:
    from pathlib import Path

    from supachat.domain.text import Safe


def folder() -> Path:
    """Where the log and the reports lie."""
    from supachat.settings.places import places

    return places(os.environ).log


def watch() -> None:
    """From here on no error prints a traceback."""
    from supachat.journal import hooks

    hooks.watch(crashed, _outlived)


def keep_log(*, debug: bool) -> None:
    """Write the log. `logging` comes with asyncio and Textual anyway; a command without both pays 10 ms."""
    from supachat.journal import log

    log.begin(folder(), debug=debug)


def crashed(error: BaseException) -> Safe:
    """Report what ends the program; the sentence to say. There is none once the terminal went away."""
    from supachat.domain.text import Safe
    from supachat.journal import crash

    if _with_terminal(error):
        return Safe("")
    first = next((word for word in sys.argv[1:] if not word.startswith("-")), "")
    _log(error, "the program broke")
    doing = first if first in COMMANDS else ""  # any other word may be what somebody wrote
    return crash.report(error, folder(), doing)


def _outlived(error: BaseException, where: str) -> None:
    """Report what a thread or a destructor broke on: the program goes on, and so does the screen."""
    from supachat.journal import crash

    if _with_terminal(error):
        return
    _log(error, f"an error {where}")
    crash.report(error, folder())


def _with_terminal(error: BaseException) -> bool:
    from supachat.tui.hangup import broke_with_it

    return broke_with_it(error)


def _log(error: BaseException, words: str) -> None:
    import logging

    if logging.getLogger().handlers:  # else Python would print it
        logging.getLogger("supachat").error(words, exc_info=error)
