"""Whether there is a terminal to draw on."""

from __future__ import annotations

import sys

NO_TERMINAL = "supachat: this needs a terminal. From a script use supachat send, tail or threads"


def has_terminal() -> bool:
    """Says so on stderr where there is none."""
    if sys.stdin.isatty() and sys.stdout.isatty():
        return True
    print(NO_TERMINAL, file=sys.stderr)
    return False
