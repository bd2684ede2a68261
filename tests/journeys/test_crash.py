"""The app breaks on a real terminal: one sentence, the terminal as it was, and nothing lost."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest
from tests.terminal import Terminal

PROJECT = {
    "SUPACHAT_URL": "http://127.0.0.1:9",
    "SUPACHAT_KEY": "sb_publishable_x",
    "SUPACHAT_VAULT": "memory",
}
START = "from supachat.cli.main import main\nmain([])"
HANDLER = """
from supachat.tui.app import SupachatApp
def broken(self):
    locals_of_mine = "the harbour at midnight"
    raise ValueError(locals_of_mine)
SupachatApp.key_f12 = broken
"""
TASK = """
from supachat.client.runner import Runner
async def broken(self):
    raise ValueError("the harbour at mid" "night")  # Python 3.13 knows the lines of such a program, too
Runner._tick = broken
"""
IMPORT = """
import sys
sys.modules["supachat.tui.app"] = None
"""


def app(home: Path, mistake: str) -> Terminal:
    """The app with a mistake in it, which the test brings along."""
    environ = {**os.environ, **PROJECT, "SUPACHAT_HOME": str(home)}
    return Terminal([sys.executable, "-c", mistake + START], environ=environ)


@pytest.mark.parametrize(
    ("mistake", "key"), [(HANDLER, "\x1b[24~"), (TASK, ""), (IMPORT, "")], ids=["handler", "task", "import"]
)
def test_a_mistake_is_one_sentence_and_a_report(tmp_path: Path, mistake: str, key: str) -> None:
    with app(tmp_path, mistake) as terminal:
        if key:
            terminal.until(lambda text: "ctrl+q" in text)
            terminal.type(key)
        assert terminal.wait(20) == 1
        text, raw = " ".join(terminal.text.split()), bytes(terminal.raw)
    (report,) = (tmp_path / "log").glob("crash-*.txt")
    assert "supachat broke. Nothing that you wrote is lost." in text
    assert report.name in re.sub(r"\s", "", text)
    assert "Traceback" not in text
    assert "midnight" not in raw.decode("utf-8", "replace") + report.read_text("utf-8")
    if b"\x1b[?1049h" in raw:
        assert raw.rindex(b"\x1b[?1049l") > raw.rindex(b"\x1b[?1049h")
        assert b"\x1b[?25h" in raw[raw.rindex(b"\x1b[?1049h") :]
    if mistake is not IMPORT:
        assert "broken" in report.read_text("utf-8")


def test_a_thread_that_breaks_is_reported_and_the_app_lives_on(tmp_path: Path) -> None:
    mistake = "import threading\nthreading.Timer(1.5, lambda: 1 / 0).start()\n"
    with app(tmp_path, mistake) as terminal:
        terminal.until(lambda text: any((tmp_path / "log").glob("crash-*.txt")))
        assert terminal.process.poll() is None
        terminal.settles()
        assert "ZeroDivision" not in terminal.text
        assert b"Traceback" not in terminal.raw
        terminal.type("\x11")
        assert terminal.wait(20) == 0
    assert "ZeroDivisionError" in (tmp_path / "log" / "supachat.log").read_text("utf-8")
