"""The three places where Python prints a traceback by itself, taken over. Every start pays for this.

Must never import what a start does not load anyway.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable

from supachat.domain.text import Safe


def watch(crashed: Callable[[BaseException], Safe], noted: Callable[[BaseException, str], None]) -> None:
    """`crashed` reports an error that ends the program and answers the sentence to print; `noted` keeps one
    that the program outlives, with a word on where it was.
    """

    def uncaught(kind: type[BaseException], error: BaseException, trace: object) -> None:
        if not issubclass(kind, KeyboardInterrupt):
            print(crashed(error), file=sys.stderr)  # noqa: T201 - the program ends with this sentence

    def in_thread(what: threading.ExceptHookArgs) -> None:
        if what.exc_value is not None and not issubclass(what.exc_type, SystemExit):
            noted(what.exc_value, f"in the thread {what.thread.name if what.thread else 'gone'}")

    def ignored(what: sys.UnraisableHookArgs) -> None:
        if what.exc_value is not None:
            noted(what.exc_value, "while something was thrown away")

    sys.excepthook = uncaught
    threading.excepthook = in_thread
    sys.unraisablehook = ignored
