"""A connection that takes every text.

JSON may bring a lone surrogate (`"\\ud800"`), which is half of a character and has no UTF-8, so SQLite
refuses it. Such a text is kept with U+FFFD in its place: as it would be shown, and what a screen shows must
never end the program because it is also kept. PostgreSQL holds no such text, so nothing real is changed.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from typing import TypeVar

from supachat.domain.text import REPLACED

T = TypeVar("T")
_LONE = "[\ud800-\udfff]"


class Connection(sqlite3.Connection):
    """As its base, for statements that may be carried out twice.

    Only what SQLite refused is looked through, so that a text which is in order costs nothing: the rows
    before the refused one are then written a second time. Parameters are sequences, never iterators.
    """

    def execute(self, sql: str, parameters: Sequence[object] = (), /) -> sqlite3.Cursor:  # type: ignore[override]  # ours has no named parameters
        try:
            return super().execute(sql, tuple(parameters))
        except UnicodeEncodeError:
            return super().execute(sql, tuple(map(whole, parameters)))

    def executemany(self, sql: str, rows: Sequence[Sequence[object]], /) -> sqlite3.Cursor:  # type: ignore[override]  # as above
        try:
            return super().executemany(sql, rows)
        except UnicodeEncodeError:
            return super().executemany(sql, [tuple(map(whole, row)) for row in rows])


def whole(value: T) -> T | str:
    """`value`; a text with U+FFFD for every half of a character."""
    return re.sub(_LONE, REPLACED, value) if isinstance(value, str) else value
