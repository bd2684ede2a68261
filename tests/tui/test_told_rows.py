"""What a project's backend told in a thread, as the list shows it until somebody writes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.tui.row_text import text
from tests.tui.street import NOW, thread

from supachat.domain.model import Cursor, Micros, Presence, Thread
from supachat.domain.text import safe_line
from supachat.tui.widgets.list_entries import Entry, ThreadView
from supachat.tui.widgets.thread_rows import Look, draw


def told(after: int) -> Thread:
    """Something was told `after` microseconds after the last message."""
    made = replace(thread("tom"), last=Cursor(Micros(1_000), "m"), preview=safe_line("Go ahead"))
    return replace(made, told=safe_line("Deploy 41 is out"), told_at=Micros(1_000 + after))


@pytest.mark.parametrize(
    ("after", "presence", "mark", "preview"),
    [
        (1, None, "∙", "∙ Deploy 41 is out"),
        (1, Presence.ONLINE, "◉", "∙ Deploy 41 is out"),
        (0, None, " ", "Go ahead"),
        (-1, None, " ", "Go ahead"),
    ],
)
def test_it_stands_in_the_row_until_somebody_writes(
    after: int, presence: Presence | None, mark: str, preview: str
) -> None:
    entry = Entry("thread", "x", None, ThreadView(told(after), presence=presence))
    (narrow,) = draw(entry, 24, Look(NOW))
    assert text(narrow) == f"  {mark} Tom Becker          "
    _, below = draw(entry, 40, Look(NOW))
    assert text(below).strip() == preview
