"""A drawn row as its text."""

from __future__ import annotations

from supachat.tui.spans import Row


def text(row: Row) -> str:
    return "".join(span.text for span in row.spans)
