"""stdin, stdout and stderr as a shell may leave them: closed, full, led elsewhere.

Must never let a file of ours be opened under the number of a closed stream: what a library says on stderr
would be written into it.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress


def open_closed() -> None:
    """A stream that the shell closed is empty, or takes everything and keeps nothing."""
    for name, number in (("stdin", 0), ("stdout", 1), ("stderr", 2)):
        if getattr(sys, name) is not None:
            continue
        with suppress(OSError):  # it is closed, as it should be
            os.close(number)
        os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free: this one
        stream = open(number, "r" if number == 0 else "w", encoding="utf-8", closefd=False)  # noqa: SIM115  open to the end
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def drop(number: int) -> None:
    """What still waits for that stream goes nowhere, so that Python does not meet it again at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, number)
    os.close(nowhere)


def draw_on_stdout() -> None:
    """Textual draws on stderr. Where that one is led elsewhere (`2>errors.txt`), the screen stays here."""
    if sys.__stderr__ is not None and not sys.__stderr__.isatty():
        sys.__stderr__ = sys.__stdout__  # type: ignore[misc]  # Python's own name for it, which Textual reads
