"""The rest of the program is read once the start is over, and a half of it ends nothing."""

from __future__ import annotations

import subprocess
import sys

import pytest

from supachat.cli import whole

WITHOUT_FILES = """
import asyncio, sys
import supachat.cli.doors, supachat.tui.app
from supachat.cli import whole
whole.AFTER = whole.PAUSE = 0
asyncio.run(whole.read_on())
sys.path.clear()
sys.path_importer_cache.clear()
import supachat
supachat.__path__ = []
import supachat.tui.screens.switcher, supachat.tui.screens.health, supachat.journal.crash
"""


def test_what_is_asked_for_late_is_there_without_the_files() -> None:
    subprocess.run([sys.executable, "-c", WITHOUT_FILES], check=True)


async def test_a_package_that_is_half_replaced_ends_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(whole, "AFTER", 0)
    monkeypatch.setattr(whole, "modules", lambda: ["supachat.tui.nobody_wrote_this"])
    await whole.read_on()
    assert "was not read ahead: ModuleNotFoundError" in caplog.text
