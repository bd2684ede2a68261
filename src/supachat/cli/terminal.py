"""The terminal around the screen: whether there is one, and the last word in it."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from supachat.domain.text import safe

if TYPE_CHECKING:
    from supachat.client import Client

NO_TERMINAL = "supachat: this needs a terminal. From a script use supachat send, tail or threads"


def has_terminal() -> bool:
    """Says so on stderr where there is none."""
    if sys.stdin.isatty() and sys.stdout.isatty():
        return True
    print(NO_TERMINAL, file=sys.stderr)
    return False


def say_farewell(clients: Iterable[Client]) -> None:
    """The last place where a person can read what no disk took, as they wrote it."""
    if texts := [text for client in clients for text in client.unkept()]:
        told = "\n\n".join(texts)
        words = f"The disk did not take what you wrote last, so it is not kept. It was:\n\n{told}"
        print(safe(words), file=sys.stderr)
