"""docs/systems.md names files and folders of this repository: each of them is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "systems.md").read_text("utf-8")
SYSTEMS = ("direct", "rooms", "inbox", "sessions", "portal")
NAMED = sorted(
    {word for word in re.findall(r"`([\w./*-]+)`", PAGE) if "/" in word and not word.startswith("/")}
)


@pytest.mark.parametrize("named", NAMED)
def test_what_the_page_names_is_there(named: str) -> None:
    base = ROOT if named.startswith(("src/", "tests/")) else ROOT / "src" / "supachat"
    for system in SYSTEMS:
        assert list(base.glob(named.replace("NAME", system).rstrip("/"))), named


def test_every_system_has_a_chapter_of_its_own() -> None:
    assert [head for head in re.findall(r"^## (\w+): ", PAGE, re.MULTILINE)] == list(SYSTEMS)
    assert len(NAMED) > 30
