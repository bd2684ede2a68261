"""What is done on the pages before the chat: a field is filled, a way is clicked, words are read."""

from __future__ import annotations

from tests.tui.harness import screen_text, settled, until
from tests.tui.town import Town
from textual.pilot import Pilot

from supachat.domain.entering import Ways
from supachat.tui.widgets.form import FormField

ALL = Ways(anonymous=True, providers=("github", "google"))


async def type_in(pilot: Pilot[int], name: str, text: str) -> None:
    """As a paste into a field."""
    field = pilot.app.screen.query_one(f"#{name}", FormField)
    field.line.focus()
    field.line.type_in(text)
    await settled(pilot)


def said(pilot: Pilot[int]) -> str:
    """The screen's words, wherever they are broken."""
    return " ".join(screen_text(pilot.app).split())


def value(pilot: Pilot[int], name: str) -> str:
    return pilot.app.screen.query_one(f"#{name}", FormField).value


def offering(ways: Ways) -> Town:
    town = Town([], signed_in=False)
    town.offers = ways
    return town


async def go_to(pilot: Pilot[int], words: str) -> None:
    """Click on a way by its words."""
    await until(pilot, lambda: words in screen_text(pilot.app))
    rows = screen_text(pilot.app).splitlines()
    y = next(n for n, row in enumerate(rows) if words in row)
    await pilot.click(offset=(rows[y].index(words), y))
    await settled(pilot)
