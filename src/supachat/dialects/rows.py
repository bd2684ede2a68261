"""What a server answered, as nouns. A value that does not fit the map is refused, never guessed at.

Names and bodies become `Safe` here and in `listed` and `feeds`; the original of a body is kept beside it.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from typing import Any

from supachat.dialects import moments
from supachat.dialects.chatshape import Messages
from supachat.dialects.shape import Map
from supachat.domain.model import (
    NOTHING,
    Cursor,
    Delivery,
    Extra,
    Message,
    MessageKind,
    Micros,
    Person,
    PersonKey,
    PersonKind,
    ThreadKey,
)
from supachat.domain.text import CUT, Safe, safe, safe_line

Row = Mapping[str, Any]

_HALF = re.compile("[\ud800-\udfff]")

MOST_FACTS = 20
"""Facts shown of one row; the rest of a stranger's object is left out."""

LONGEST_ID = 4096
"""Characters of an id; a longer one is no id of ours."""


NOBODY = "unknown"
"""Who wrote a row that names nobody."""


class Misfit(ValueError):
    """A value is not what the map says. Its text names the column and what was expected."""


def text(row: Row, column: str) -> str:
    """Text that can be written as UTF-8: half a character, which only JSON can hold, becomes U+FFFD."""
    value = row.get(column)
    if not isinstance(value, str):
        raise Misfit(f"expected text in {column}, found {_kind(row, column)}")
    if value.isascii() or _HALF.search(value) is None:
        return value
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def key(row: Row, column: str) -> str:
    """An id: text, or a whole number as its digits."""
    value = row.get(column)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if abs(value) < 1 << 63 else ""
    else:
        value = text(row, column)
        if value != row[column]:
            raise Misfit(f"expected an id in {column}, found half a character")
    if not 0 < len(value) <= LONGEST_ID:
        raise Misfit(f"expected an id of 1 to {LONGEST_ID} characters in {column}")
    return value


def moment(row: Row, column: str) -> Micros:
    try:
        return moments.parse(text(row, column))
    except ValueError as error:
        raise Misfit(f"expected a timestamp in {column}") from error


def count(row: Row, column: str) -> int:
    value = row.get(column)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 31:
        raise Misfit(f"expected a whole number in {column}, found {_kind(row, column)}")
    return value


def message(map_: Map, row: Row, me: str) -> Message:
    """A row of the history. Raises Misfit."""
    part = map_.messages
    # one string for all that somebody wrote, and one for a thread's: rows by the thousand stay in memory
    author, thread = sys.intern(_author(part, row)), sys.intern(key(row, part.thread))
    at = moment(row, part.order)
    deleted = part.deleted is not None and row.get(part.deleted) not in (None, False)
    raw = "" if deleted or _is_null(row, part.body) else text(row, part.body)
    edited = moment(row, part.edited) if part.edited and row.get(part.edited) is not None else None
    return Message(
        thread=ThreadKey(map_.name, thread),
        id=key(row, part.key),
        author=author,
        at=at,
        raw=raw,
        body=safe(raw),
        own=author == me,
        delivery=Delivery.SENT if author == me else Delivery.RECEIVED,
        edited=None if edited == at else edited,
        deleted=deleted,
        extra=None if deleted else extra(part, row),
    )


def _author(part: Messages, row: Row) -> str:
    """Whoever wrote it. Nobody stands there where their account is gone, or an assistant has none: then
    what the author is."""
    return (_word(row, part.role) or NOBODY) if _is_null(row, part.author) else key(row, part.author)


def _is_null(row: Row, column: str) -> bool:
    """Whether the server says that there is nothing: a column that it left out may hold anything."""
    return column in row and row[column] is None


def extra(part: Messages, row: Row) -> Extra | None:
    """What the row says beside its text; None where that is nothing. Words that the map does not name
    are no news."""
    word = _word(row, part.status)
    found = Extra(
        kind=MessageKind(part.kinds.get(_word(row, part.kind), MessageKind.TEXT)),
        role=_role(part.roles, _word(row, part.role)),
        growing=word in part.growing,
        trouble=safe_line(f"the server marked it {word}") if word in part.failed else NOTHING,
        subject=safe_line(_word(row, part.subject)),
        facts=facts(row.get(part.facts)) if part.facts else (),
    )
    return None if found == Extra() else found


def facts(given: object) -> tuple[tuple[Safe, Safe], ...]:
    """The names and values of a JSON object, in its order; what is no plain value, as JSON."""
    if not isinstance(given, Mapping):
        return ()
    pairs = list(given.items())[:MOST_FACTS]
    return tuple(
        (safe_line(str(name), limit=60), safe_line(_shown(value), limit=400)) for name, value in pairs
    )


def _shown(value: object) -> str:
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, ensure_ascii=False)[:2000]
    except RecursionError:  # it was just not too deep to be read
        return CUT


def _word(row: Row, column: str | None) -> str:
    """A word of the row; empty where the map or the row has none."""
    value = row.get(column) if column else None
    return value if isinstance(value, str) else ""


def _role(roles: Mapping[str, str], word: str) -> PersonKind | None:
    return PersonKind(roles[word]) if word in roles else None


def author(map_: Map, row: Row) -> Person | None:
    """Whoever wrote the row, where the row names them."""
    part = map_.messages
    name = safe_line(_word(row, part.author_name))
    if not name:
        return None
    id_ = _author(part, row)
    kind = _role(part.roles, _word(row, part.role)) or PersonKind.PERSON
    return Person(PersonKey(map_.name, id_), name, safe_line(id_), kind)


def edit_place(map_: Map, row: Row) -> Cursor | None:
    """Where a row stands in the order of edits. Raises Misfit."""
    column = map_.messages.edited
    return Cursor(moment(row, column), key(row, map_.messages.key)) if column else None


def person(
    map_: Map, row: Row, id_column: str, name_column: str, kind: PersonKind = PersonKind.PERSON
) -> Person:
    """Whoever the row names; where the name is empty the handle is shown. Raises Misfit."""
    id_ = key(row, id_column)
    handle = safe_line(id_)
    name = NOTHING if row.get(name_column) is None else safe_line(text(row, name_column))
    return Person(PersonKey(map_.name, id_), name or handle, handle, kind)


def _kind(row: Row, column: str) -> str:
    if column not in row:
        return "no such column"
    value = row[column]
    return "nothing" if value is None else type(value).__name__
