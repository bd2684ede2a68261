"""The person's own editor on a text: a file that only they can read, their program, what came back.

Must never lose a word: whatever goes wrong, the text that went in is still where it came from, and a
file in which something else was saved is kept and named.
"""

from __future__ import annotations

import asyncio
import os
import shlex
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from supachat.tui.widgets.typed import LARGEST_PASTE


class Edited(NamedTuple):
    """`text` is what came back, None where it cannot be taken; then `trouble` says why, and `kept` is the
    file that holds what was saved, if that is something else than what went in."""

    text: str | None
    trouble: str = ""
    kept: Path | None = None


def editor_command(environ: Mapping[str, str]) -> list[str]:
    """The words of $VISUAL, else of $EDITOR; empty where neither is set or can be read."""
    for name in ("VISUAL", "EDITOR"):
        try:
            words = shlex.split(environ.get(name, ""))
        except ValueError:
            continue
        if words:
            return words
    return []


async def edit(text: str, command: Sequence[str], late: Callable[[], str] = str) -> Edited:
    """Run the editor on `text` and wait for it; the loop goes on meanwhile. `late` is asked in the end why
    what was saved cannot be taken any more; empty if it can."""
    given = text.encode("utf-8", "replace")
    try:
        path = await asyncio.to_thread(_lay_out, given)
    except OSError as error:
        return Edited(None, f"its file cannot be written: {error.strerror}")
    trouble = await _run([*command, str(path)])
    try:
        saved = await asyncio.to_thread(path.read_bytes)
    except OSError as error:
        return Edited(None, trouble or f"its file cannot be read: {error.strerror}")
    return _take(path, saved, given, trouble or late())


def _lay_out(given: bytes) -> Path:
    """A new file with the text, for this person alone."""
    handle, name = tempfile.mkstemp(prefix="supachat-", suffix=".md")
    path = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(given)
    except OSError:
        path.unlink()
        raise
    return path


def _take(path: Path, saved: bytes, given: bytes, trouble: str) -> Edited:
    """What the file holds now; it goes, unless what was saved would go with it."""
    found, why = _text(saved)
    trouble = trouble or why
    if trouble and saved not in (given, given + b"\n"):
        return Edited(None, trouble, path)
    path.unlink(missing_ok=True)
    return Edited(None, trouble) if trouble else Edited(found)


async def _run(command: Sequence[str]) -> str:
    """Why it failed; empty if it did not."""
    try:
        process = await asyncio.create_subprocess_exec(*command)
    except OSError as error:
        return f"{command[0]} cannot be started: {error.strerror}"
    code = await process.wait()
    return f"{command[0]} ended with {code}" if code else ""


def _text(saved: bytes) -> tuple[str, str]:
    """The text of a file without the line feed that editors put at its end; or why it is none."""
    try:
        text = saved.decode("utf-8")
    except UnicodeDecodeError:
        return "", "what was saved is not UTF-8"
    if len(text) > LARGEST_PASTE:
        return "", f"what was saved has {len(text):,} characters, too many for one message"
    return text.removesuffix("\n"), ""
