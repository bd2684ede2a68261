"""The log: our own loggers in full, everybody else's by name and level alone.

httpx logs addresses with the key in them, realtime whole frames with tokens and chat text. So of a
foreign record nothing is kept but who spoke and how loud; its text never reaches the file, and no
record at all reaches stderr, where the screen is. It is begun before the first frame, so what writing
needs is imported with the first record.
"""

from __future__ import annotations

import logging
import os
import re
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from supachat.journal.pages import Pages

NAME = "supachat.log"
OURS = "supachat"


class Journal(logging.Handler):
    """Writes records to a file. Silent where the disk says no: there is nobody to tell."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._pages: Pages | None = None

    def emit(self, record: logging.LogRecord) -> None:
        from supachat.journal.pages import Pages

        try:
            self._pages = self._pages or Pages(self._path)
            self._pages.write("".join(f"{one}\n" for one in lines(record)))
        except Exception:  # noqa: BLE001 - the log must not break what it tells of
            return

    def close(self) -> None:
        if self._pages is not None:
            self._pages.close()
        super().close()


def lines(record: logging.LogRecord) -> list[str]:
    """A record as it stands in the file: time in UTC, level, process, who, what; then the trace."""
    from supachat.journal.scrub import line, trace

    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
    head = f"{stamp}.{int(record.msecs):03d}Z {record.levelname:<8} {os.getpid()} {line(record.name)}"
    error = record.exc_info[1] if record.exc_info else None
    found = [f"{head} {line(_words(record))}"]
    return found + [f"    {one}" for one in trace(error)] if error is not None else found


def _words(record: logging.LogRecord) -> str:
    if _is_ours(record.name):
        return record.getMessage()
    if record.name == "asyncio":
        # what follows are the reprs of tasks and arguments, and those quote messages
        return re.split(r"[\n(<]", record.getMessage(), maxsplit=1)[0]
    return "said something that is not kept here"


def _is_ours(name: str) -> bool:
    return name == OURS or name.startswith(f"{OURS}.")


def begin(folder: Path, *, debug: bool = False) -> None:
    """Write the log into `folder` from now on. Info and above of ours, with `debug` frames and requests
    too; warnings and above of everybody else. Called twice, the second call counts."""
    end()
    logging.getLogger().addHandler(Journal(folder / NAME))
    logging.getLogger(OURS).setLevel(logging.DEBUG if debug else logging.INFO)
    logging.captureWarnings(True)


def end() -> None:
    """Stop writing."""
    root = logging.getLogger()
    for handler in [one for one in root.handlers if isinstance(one, Journal)]:
        root.removeHandler(handler)
        handler.close()
    logging.getLogger(OURS).setLevel(logging.NOTSET)
    logging.captureWarnings(False)
