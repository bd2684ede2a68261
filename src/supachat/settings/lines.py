"""Where a table and its values stand in a TOML text, by line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from typing import Any


def table_span(lines: Sequence[str], where: tuple[str, ...]) -> tuple[int, int] | None:
    """The lines `start:end` below the header of a table, the top of the file for `()`. None if absent."""
    start: int | None = None if where else 0
    for number, line in enumerate(lines):
        if not re.match(r"\s*\[", line):
            continue
        if start is not None:
            return start, number
        if _header(line) == where:
            start = number + 1
    return None if start is None else (start, len(lines))


def _header(line: str) -> tuple[str, ...]:
    """The names in `[a."b"]`; nothing for a line that is no header of a table."""
    try:
        table: Any = tomllib.loads(line)
    except tomllib.TOMLDecodeError:
        return ()
    names: list[str] = []
    while isinstance(table, dict) and table:
        name, table = next(iter(table.items()))
        names.append(name)
    return tuple(names)


def assigns(line: str, name: str) -> bool:
    """True if the line gives `name` a value."""
    return re.match(rf"\s*[\"']?{re.escape(name)}[\"']?\s*=", line) is not None
