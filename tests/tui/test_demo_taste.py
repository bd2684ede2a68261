"""The demo looks and answers to keys as the person's own workspaces do, and leaves the settings alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from supachat.cli.demo import _show, taste
from supachat.client import Client
from supachat.demo.enter import Door
from supachat.demo.house import House
from supachat.settings import Settings
from supachat.tui import app


def test_keys_colours_and_motion_are_the_persons_own_and_what_no_disk_took_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made: list[dict[str, Any]] = []

    class Seen:
        return_code = 0

        def __init__(self, **parts: Any) -> None:
            made.append(parts)

        def run(self) -> None:
            made[0].get("keep_theme", str)("ink")
            made[0]["open_workspace"](None)

    file = tmp_path / "supachat.toml"
    file.write_text('theme = "paper"\nkeys = "vim"\nglyphs = "ascii"\nreduce_motion = true\n')
    before = file.read_bytes()
    monkeypatch.setattr(app, "SupachatApp", Seen)
    monkeypatch.setattr(Client, "unkept", lambda _: ("half a thought",))
    house = House(tmp_path / "demo")
    house.make()
    seat = house.seat()
    try:
        assert _show(Door(house, "http://127.0.0.1:1", seat.character), house, seat, taste(file)) == 0
    finally:
        seat.leave()
    (parts,) = made
    assert [parts[name] for name in ("theme", "keys", "glyphs", "reduce_motion")] == [
        "paper",
        "vim",
        "ascii",
        True,
    ]
    assert file.read_bytes() == before
    assert "half a thought" in capsys.readouterr().err


@pytest.mark.parametrize("text", [None, "keys = 7", "theme = ["])
def test_settings_that_are_not_there_or_wrong_keep_nobody_out(tmp_path: Path, text: str | None) -> None:
    file = tmp_path / "supachat.toml"
    if text is not None:
        file.write_text(text)
    assert taste(file) == Settings()
