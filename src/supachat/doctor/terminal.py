"""What the terminal can do: said by the environment, and, where there is one, asked with a deadline.

The last question is one that every terminal answers (DA1): its answer ends the waiting. Nothing is
written where stdin or stdout is not a terminal.
"""

from __future__ import annotations

import asyncio
import os
import re
import select
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass

from supachat.doctor.findings import Note, Trouble

PATIENCE = 0.8
"""Seconds for a terminal's answers; over a slow SSH line that is two round trips."""
WIDE = "\U0001f642"
QUESTIONS = (
    f"\r{WIDE}\x1b[6n\r\x1b[K"  # two columns wide?
    "\re\u0301\x1b[6n\r\x1b[K"  # a mark takes none?
    "\x1b[?u"  # the kitty protocol for keys
    "\x1b]11;?\x1b\\"  # the background's colour: OSC
    "\x1b[?2026$p"  # a frame painted at once
    "\x1b[c"
)


@dataclass(frozen=True, slots=True)
class Answers:
    """None where the terminal did not say."""

    wide: int | None = None
    marked: int | None = None
    """Columns that an emoji, and an e with an accent of its own, took."""
    kitty: bool = False
    osc: bool = False
    at_once: bool = False
    spoke: bool = False


class Terminal:
    """The checks. They share one round of questions."""

    def __init__(self, environ: Mapping[str, str], *, tty: bool) -> None:
        self._environ, self._tty = environ, tty
        self._asked: asyncio.Task[Answers] | None = None

    async def _answers(self) -> Answers:
        if self._asked is None:
            self._asked = asyncio.create_task(asyncio.to_thread(ask) if self._tty else _nothing())
        return await asyncio.shield(self._asked)

    async def colours(self) -> str:
        kind = self._environ.get("TERM", "")
        found = colours(self._environ)
        if kind in ("", "dumb"):
            raise Trouble(
                f"TERM is {kind or 'not set'}: nothing can be drawn", "export TERM=xterm-256color"
            )
        if found == "16":
            raise Note(f"16 colours by TERM={kind}", "If it can do more: export COLORTERM=truecolor")
        return f"{found} (TERM={kind})" + ("; NO_COLOR is heeded" if self._environ.get("NO_COLOR") else "")

    async def width(self) -> str:
        encoding = (sys.stdout.encoding or "").lower().replace("-", "")
        if encoding != "utf8":
            raise Trouble(f"stdout speaks {encoding or 'nothing'}, not UTF-8", "export LC_ALL=C.UTF-8")
        said = await self._answers()
        if said.wide is None:
            return "UTF-8; the width of wide characters was not asked"
        if said.wide != 2 or said.marked != 1:
            raise Note(
                f"an emoji takes {said.wide} columns and an accented letter {said.marked}",
                'Lines may stand askew; glyphs = "ascii" in the settings keeps our own simple',
            )
        return "UTF-8; an emoji takes two columns, an accent none"

    async def keys(self) -> str:
        said = await self._answers()
        if not said.spoke:
            return self._silent()
        return (
            "every key is told apart" if said.kitty else "as of old: ctrl+enter is enter, alt+enter works"
        )

    async def osc(self) -> str:
        said = await self._answers()
        if not said.spoke:
            return self._silent()
        found = "answers" if said.osc else "does not say its background"
        frames = "paints a frame at once" if said.at_once else "may paint a frame in parts"
        return f"{found}; {frames}"

    def _silent(self) -> str:
        if not self._tty:
            return "not asked: this is no terminal"
        raise Note("the terminal did not answer in time", "Over a slow line that is no harm")


async def _nothing() -> Answers:
    return Answers()


def colours(environ: Mapping[str, str]) -> str:
    """How many, in words, as the environment says."""
    if environ.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return "true colour"
    return "256 colours" if re.search(r"256|direct|kitty|ghostty", environ.get("TERM", "")) else "16"


def understood(text: str) -> Answers:
    """What a terminal's answers to `QUESTIONS` mean. Pure."""
    columns = [int(one) - 1 for one in re.findall(r"\x1b\[\d+;(\d+)R", text)]
    return Answers(
        wide=columns[0] if columns else None,
        marked=columns[1] if len(columns) > 1 else None,
        kitty=re.search(r"\x1b\[\?\d+u", text) is not None,
        osc="\x1b]11;" in text,
        at_once=re.search(r"\x1b\[\?2026;[123]\$y", text) is not None,
        spoke=_done(text),
    )


def _done(text: str) -> bool:
    return re.search(r"\x1b\[\?[\d;]*c", text) is not None


def ask(patience: float = PATIENCE) -> Answers:
    """Ask the terminal on stdin and stdout. Leaves it as it was, and nothing of the answers on it."""
    if sys.platform == "win32":
        return Answers()
    import termios
    import tty

    stdin, stdout = sys.stdin.fileno(), sys.stdout.fileno()
    before = termios.tcgetattr(stdin)
    try:
        tty.setcbreak(stdin, termios.TCSAFLUSH)
        os.write(stdout, QUESTIONS.encode())
        return understood(_listen(stdin, time.monotonic() + patience))
    finally:
        termios.tcsetattr(stdin, termios.TCSAFLUSH, before)


def _listen(handle: int, end: float) -> str:
    text = ""
    while not _done(text) and (left := end - time.monotonic()) > 0:
        ready, _, _ = select.select([handle], [], [], left)
        if ready:
            text += os.read(handle, 4096).decode("utf-8", "replace")
    return text
