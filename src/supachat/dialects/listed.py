"""A row of the thread list, as a thread and the people in it. What does not fit the map is refused.

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping

from supachat.dialects import rows
from supachat.dialects.chatshape import Last, Members, ReadColumns, Threads
from supachat.dialects.rows import Misfit, Row, key, moment
from supachat.dialects.shape import Map
from supachat.domain.model import Cursor, Person, PersonKind, Thread, ThreadKey
from supachat.domain.text import Safe, safe_line

MOST_MEMBERS = 1000
MOST_NAMES = 4
"""Names that stand for a title; after them, how many more there are."""


def thread(map_: Map, row: Row, me: str) -> tuple[Thread, tuple[Person, ...]]:
    """A row of the thread list and the other people in it. Raises Misfit."""
    part = map_.threads
    others = tuple(one for one in _people(map_, row) if one.key.id != me)
    last, preview, author = _last(part.last, row)
    read, unread = _read(part.read, row)
    status = _text(row, part.status)
    made = Thread(
        key=ThreadKey(map_.name, key(row, part.id)),
        title=safe_line(_text(row, part.title)) or _untitled(part, row, others),
        members=(me, *(one.key.id for one in others)),
        other=others[0].key.id if part.other is not None and _has(row, part.other) else _only(others, part),
        created=moment(row, part.created) if part.created else None,
        last=last,
        preview=safe_line(preview),
        preview_author=author,
        unread=unread,
        unread_local=part.read is None,
        read_to=read,
        archived=_archived(part, row, status),
        status=status,
        assignee=(_text(row, part.assignee) if part.assignee else None),
        bot=row.get(part.bot) is True if part.bot else None,
        owner=_text(row, part.owner) or None,
        facts=tuple(safe_line(_text(row, name)) for name in part.facts if _text(row, name)),
        hearsay=map_.stored is None,
    )
    return made, others


def _untitled(part: Threads, row: Row, others: tuple[Person, ...]) -> Safe:
    """Where nothing says who is in a thread, nobody can say that the reader is alone in it."""
    told = part.members is not None or part.other is not None
    return titled(others) if told else safe_line(key(row, part.id))


def titled(others: tuple[Person, ...]) -> Safe:
    """What a thread without a title is called."""
    if not others:
        return Safe("Only you")
    names = ", ".join(one.name for one in others[:MOST_NAMES])
    more = len(others) - MOST_NAMES
    return safe_line(f"{names} and {more} more") if more > 0 else safe_line(names)


def seen(map_: Map, row: Row) -> tuple[ThreadKey, str, Cursor] | None:
    """Up to where the other one has read, where the list says so. Raises Misfit."""
    part = map_.threads
    if part.seen is None or part.other is None or row.get(part.seen.id) is None:
        return None
    to = Cursor(moment(row, part.seen.at), key(row, part.seen.id))
    return ThreadKey(map_.name, key(row, part.id)), key(row, part.other), to


def _people(map_: Map, row: Row) -> tuple[Person, ...]:
    """Everybody whom the row names, the one whom the thread is with first, each once."""
    part = map_.threads
    found: dict[str, Person] = {}
    if part.other is not None and part.other_name is not None and _has(row, part.other):
        other = rows.person(map_, row, part.other, part.other_name, part.other_kind)
        found[other.key.id] = other
    for one in _members(map_, part.members, row):
        known = found.get(one.key.id)
        if known is None or known.kind is PersonKind.PERSON:
            found[one.key.id] = one
    return tuple(found.values())


def _members(map_: Map, part: Members | None, row: Row) -> list[Person]:
    if part is None:
        return []
    objects = [one if isinstance(one, Mapping) else {part.id: one} for one in _given(part, row)]
    return [
        rows.person(
            map_, one, part.id, part.name, PersonKind(part.kinds.get(_text(one, part.role), "person"))
        )
        for one in objects[:MOST_MEMBERS]
    ]


def _given(part: Members, row: Row) -> list[object]:
    """The people as the row has them. Whom the reader may not see is nothing in a column of their own."""
    if part.column is None:
        return [row[name] for name in part.columns if row.get(name) is not None]
    given = [] if row.get(part.column) is None else row[part.column]
    if not isinstance(given, list):
        raise Misfit(f"expected an array in {part.column}")
    return [one for one in given if one is not None]


def _has(row: Row, column: str) -> bool:
    return row.get(column) not in (None, "")


def _only(others: tuple[Person, ...], part: Threads) -> str | None:
    """In a thread of two whose map tells members only, the other one. An assistant makes no third."""
    people = [one for one in others if one.kind is not PersonKind.ASSISTANT]
    return people[0].key.id if part.other is None and len(people) == 1 else None


def _text(row: Row, column: str | None) -> str:
    """A text that may be missing: nothing is the empty text."""
    return "" if column is None or row.get(column) is None else rows.text(row, column)


def _archived(part: Threads, row: Row, status: str) -> bool:
    if part.archived is not None:
        return row.get(part.archived) not in (None, False)
    return part.statuses is not None and bool(status) and status == part.statuses.archived


def _last(part: Last | None, row: Row) -> tuple[Cursor | None, str, str | None]:
    if part is not None and part.embed:
        row = _embedded(row, part.alias)
    if part is None or row.get(part.id) is None:
        return None, "", None
    at = Cursor(moment(row, part.at), key(row, part.id))
    author = rows.NOBODY if row.get(part.author) is None else key(row, part.author)
    return at, _text(row, part.preview), author


def _embedded(row: Row, alias: str) -> Row:
    """The first of the rows that are embedded under a name; an empty one where there is none."""
    given = row.get(alias)
    if not isinstance(given, list) or not all(isinstance(one, Mapping) for one in given):
        raise Misfit(f"expected an array of objects in {alias}")
    return given[0] if given else {}


def _read(part: ReadColumns | None, row: Row) -> tuple[Cursor | None, int]:
    if part is None:
        return None, 0
    unread = rows.count(row, part.unread)
    if row.get(part.id) is None:
        return None, unread
    return Cursor(moment(row, part.at), key(row, part.id)), unread
