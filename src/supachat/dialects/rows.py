"""What a server answered, as nouns. A value that does not fit the map is refused, never guessed at.

Names and bodies become `Safe` here and nowhere else; the original of a body is kept beside it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from supachat.dialects import moments
from supachat.dialects.shape import Last, Map, ReadColumns
from supachat.domain.model import (
    NOTHING,
    Cursor,
    Delivery,
    Message,
    Micros,
    Person,
    PersonKey,
    Thread,
    ThreadKey,
)
from supachat.domain.text import safe, safe_line

Row = Mapping[str, Any]

_HALF = re.compile("[\ud800-\udfff]")

LONGEST_ID = 4096
"""Characters of an id; a longer one is no id of ours."""


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
    author, at = key(row, part.author), moment(row, part.order)
    deleted = part.deleted is not None and row.get(part.deleted) not in (None, False)
    raw = "" if deleted else text(row, part.body)
    edited = moment(row, part.edited) if part.edited and row.get(part.edited) is not None else None
    return Message(
        thread=ThreadKey(map_.name, key(row, part.thread)),
        id=key(row, part.key),
        author=author,
        at=at,
        raw=raw,
        body=safe(raw),
        own=author == me,
        delivery=Delivery.SENT if author == me else Delivery.RECEIVED,
        edited=None if edited == at else edited,
        deleted=deleted,
    )


def edit_place(map_: Map, row: Row) -> Cursor | None:
    """Where a row stands in the order of edits. Raises Misfit."""
    column = map_.messages.edited
    return Cursor(moment(row, column), key(row, map_.messages.key)) if column else None


def seen(map_: Map, row: Row) -> tuple[ThreadKey, str, Cursor] | None:
    """Up to where the other one has read, where the list says so. Raises Misfit."""
    part = map_.threads
    if part.seen is None or row.get(part.seen.id) is None:
        return None
    to = Cursor(moment(row, part.seen.at), key(row, part.seen.id))
    return ThreadKey(map_.name, key(row, part.id)), key(row, part.other), to


def person(map_: Map, row: Row, id_column: str, name_column: str) -> Person:
    """Whoever the row names; where the name is empty the handle is shown. Raises Misfit."""
    id_ = key(row, id_column)
    handle = safe_line(id_)
    name = NOTHING if row.get(name_column) is None else safe_line(text(row, name_column))
    return Person(PersonKey(map_.name, id_), name or handle, handle)


def thread(map_: Map, row: Row, me: str) -> tuple[Thread, Person]:
    """A row of the thread list and the other person in it. Raises Misfit."""
    part = map_.threads
    other = person(map_, row, part.other, part.other_name)
    last, preview, author = _last(part.last, row)
    read, unread = _read(part.read, row)
    made = Thread(
        key=ThreadKey(map_.name, key(row, part.id)),
        title=other.name,
        members=(me, other.key.id),
        other=other.key.id,
        created=moment(row, part.created) if part.created else None,
        last=last,
        preview=safe_line(preview),
        preview_author=author,
        unread=unread,
        unread_local=part.read is None,
        read_to=read,
    )
    return made, other


def _last(part: Last | None, row: Row) -> tuple[Cursor | None, str, str | None]:
    if part is None or row.get(part.id) is None:
        return None, "", None
    return Cursor(moment(row, part.at), key(row, part.id)), text(row, part.preview), key(row, part.author)


def _read(part: ReadColumns | None, row: Row) -> tuple[Cursor | None, int]:
    if part is None:
        return None, 0
    unread = count(row, part.unread)
    if row.get(part.id) is None:
        return None, unread
    return Cursor(moment(row, part.at), key(row, part.id)), unread


def _kind(row: Row, column: str) -> str:
    if column not in row:
        return "no such column"
    value = row[column]
    return "nothing" if value is None else type(value).__name__
