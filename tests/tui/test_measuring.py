"""The terminal is asked how wide it draws, in a real one. Nothing waits for an answer."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from rich.cells import cell_len
from tests.terminal import Terminal

from supachat.tui.clusters import KINDS, ROW

RIGHT = [1, *(cell_len(kind.sample) for kind in KINDS)]
HEART = "\u2764\ufe0f"
SETTINGS = f"""
[workspaces."{HEART} acme"]
url = "http://127.0.0.1:1"
key = "sb_publishable_nobody"
"""


class Answering(Terminal):
    """A terminal that says of the samples that they take so many `cells`."""

    def __init__(self, home: Path, cells: Sequence[int]) -> None:
        self._cells = list(cells)
        self._answered = 0
        environ = {**os.environ, "SUPACHAT_HOME": str(home), "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"}
        command = [sys.executable, "-m", "supachat", "--vault", "memory"]
        super().__init__(command, columns=80, lines=24, environ=environ)

    def read(self, seconds: float) -> bool:
        going = super().read(seconds)
        for _ in range(self.raw.count(b"\x1b[6n") - self._answered):
            if self._answered < len(self._cells):
                self.type(f"\x1b[{ROW};{self._cells[self._answered] + 1}R")
            self._answered += 1
        return going


def set_up(home: Path) -> None:
    folder = home / "config"
    folder.mkdir(parents=True)
    (folder / "supachat.toml").write_text(SETTINGS, encoding="utf-8")


@pytest.mark.parametrize("cells", [[], RIGHT[:3], RIGHT], ids=["nothing", "a-part", "all-is-well"])
def test_whatever_is_answered_the_screen_comes(tmp_path: Path, cells: list[int]) -> None:
    with Answering(tmp_path, cells) as terminal:
        terminal.shows("Where are your conversations")
        terminal.until(lambda text: "\u203a" in text)
        terminal.type("\x11")
        assert terminal.wait() == 0


def test_a_terminal_whose_ambiguous_characters_are_wide_gets_ascii(tmp_path: Path) -> None:
    with Answering(tmp_path, [2, *RIGHT[1:]]) as terminal:
        terminal.shows("Where are your conversations")
        text = terminal.until(lambda text: "> Nowhere" in text or "> In a" in text)
        assert "\u203a" not in text


@pytest.mark.parametrize(("cells", "drawn"), [(1, "\u2764  acme"), (2, f"{HEART} acme")])
def test_an_emoji_is_drawn_without_what_the_terminal_does_not_know(
    tmp_path: Path, cells: int, drawn: str
) -> None:
    """Also in a frame that was painted before the answer came."""
    set_up(tmp_path)
    answers = [1, *(cells if kind.sample == HEART else cell_len(kind.sample) for kind in KINDS)]
    with Answering(tmp_path, answers) as terminal:
        terminal.until(lambda _: drawn.encode() in terminal.raw)
        terminal.settles()
        painted = re.sub(
            rb"\x1b\]2;.*?\x07", b"", terminal.raw
        )  # the window's title is the terminal's to draw
        assert painted.rfind(drawn.encode()) == max(
            painted.rfind(f"{start} acme".encode()) for start in (HEART, "\u2764 ")
        )
