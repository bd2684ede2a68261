"""What a request will do and what it is answered: values, and the part that SQL itself may decide. Pure.

A function may set `response.status` and `response.headers`. Must never let it break the answer's frame: no
line end in a header, no header that says how long the body is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from supachat.server.rest import errors
from supachat.server.rest.sql import Statement

_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_VALUE = re.compile(r"[\t\x20-\x7e\xa0-\xff]*")
_STATUSES: Final = range(200, 600)


@dataclass(frozen=True, slots=True)
class Result:
    """The one row that every statement answers; `headers` and `status` are what SQL set, as text."""

    body: str | None
    page: int
    total: int | None
    headers: str | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers and body; `body` None is an answer without one. `set_by_sql` may repeat a name."""

    status: int
    headers: dict[str, str]
    body: str | None = None
    set_by_sql: tuple[tuple[str, str], ...] = ()


def _anything(_result: Result) -> None:
    """No check."""


@dataclass(frozen=True, slots=True)
class Plan:
    """`check` runs inside the transaction and may undo it; `answer` after its end.

    Without a `statement` there is nothing to ask the database.
    """

    statement: Statement | None
    read_only: bool
    answer: Callable[[Result], Answer]
    check: Callable[[Result], None] = _anything

    def checked(self, result: Result) -> None:
        """`check`, and whether what SQL set can be sent. Raises RestError."""
        self.check(result)
        _status(result)
        _headers(result)

    def answered(self, result: Result) -> Answer:
        """The answer, with what SQL set in it."""
        found = self.answer(result)
        return replace(found, status=_status(result) or found.status, set_by_sql=_headers(result))


def _status(result: Result) -> int | None:
    if result.status is None:
        return None
    if not (result.status.isascii() and result.status.isdigit() and int(result.status[:4]) in _STATUSES):
        raise errors.bad_status()
    return int(result.status)


def _headers(result: Result) -> tuple[tuple[str, str], ...]:
    """The pairs of a JSON array of objects with one key each."""
    if result.headers is None:
        return ()
    try:
        pairs = [pair for part in json.loads(result.headers) for (pair,) in [part.items()]]
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise errors.bad_headers() from error
    for name, value in pairs:
        if not (isinstance(value, str) and _NAME.fullmatch(name) and _VALUE.fullmatch(value)):
            raise errors.bad_headers()
    return tuple((name.lower(), value) for name, value in pairs if name.lower() not in errors.FRAME)
