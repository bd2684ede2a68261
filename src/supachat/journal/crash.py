"""When the program breaks: a report in a file, and one sentence that says where it is.

Python's own traceback would stand in the middle of the screen, and Textual's shows locals, message
bodies among them. Must never raise.
"""

from __future__ import annotations

import os
import platform
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from supachat import __version__
from supachat.domain.text import Safe, safe_line
from supachat.journal.pages import open_private
from supachat.journal.scrub import line, said, trace

LIBRARIES = ("textual", "supabase", "realtime", "postgrest", "httpx", "websockets", "pydantic", "rich")
KEPT = "Nothing that you wrote is lost"


def report(error: BaseException, folder: Path, doing: str = "") -> Safe:
    """Write the report of `error`; the sentence for the person. `doing` is the command's name."""
    return report_lines(trace(error), said(error), folder, doing)


def report_lines(found: Sequence[str], what: str, folder: Path, doing: str = "") -> Safe:
    """As `report`, where the trace is at hand and the error is not."""
    try:
        path = _write(folder, "\n".join([*_head(doing), "", *found, ""]))
    except OSError as trouble:
        return safe_line(
            f"supachat broke ({what}). {KEPT}. No report could be written to {folder}: {trouble.strerror}",
            limit=500,
        )
    return safe_line(f"supachat broke. {KEPT}. What happened is in {path}", limit=500)


def _write(folder: Path, text: str) -> Path:
    """A dated name that no other report has. Raises `OSError`."""
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
    path = folder / f"crash-{stamp}-{os.getpid()}.txt"
    with os.fdopen(open_private(path, os.O_EXCL), "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(text)
    return path


def _head(doing: str) -> list[str]:
    return [
        f"supachat {__version__} broke at {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC",
        "This holds no message, no token and no key; read it before you send it on.",
        "",
        line(f"command: {doing or 'the app'}, thread: {threading.current_thread().name}"),
        line(f"python {platform.python_version()} on {platform.platform()}"),
        line(f"terminal: {os.environ.get('TERM', 'none')} {os.environ.get('TERM_PROGRAM', '')}"),
        *(f"{name} {_version(name)}" for name in LIBRARIES),
    ]


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "is not installed"
