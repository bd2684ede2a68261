"""What each column of a table of messages, of threads and of people may be. Pure.

Each rule gives every column a fitness from 0 to 1; `Choice` keeps the best and what came after it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from supachat.dialects.guess import words
from supachat.dialects.guess.seen import Column, Table

SURE = 0.7
"""From here on nobody is asked."""
SUREST = 0.98
"""Words alone are never the whole truth."""
NEAR = 0.1
"""Two that lie closer than this are asked about."""
UNNAMED = 0.3
"""The type fits and the name says nothing: a guess where there is none better, and always asked about."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One guess: `role` is the key in the map, dotted. `others` are what else it could be, best first."""

    role: str
    value: str
    confidence: float
    others: tuple[str, ...] = ()
    close: bool = False

    @property
    def unsure(self) -> bool:
        return self.close or self.confidence < SURE


def choose(role: str, fits: Iterable[tuple[str, float]], *, least: float = 0.25) -> Choice | None:
    """The best of names with their fitness; None where none comes near."""
    found = sorted(((fit, name) for name, fit in fits if fit >= least), key=lambda one: (-one[0], one[1]))
    if not found:
        return None
    (best, name), rest = found[0], found[1:]
    close = bool(rest) and best - rest[0][0] < NEAR
    return Choice(role, name, round(min(best, SUREST), 2), tuple(other for _, other in rest[:4]), close)


def best(role: str, table: Table, rule: Callable[[Column], float], least: float = 0.25) -> Choice | None:
    return choose(role, ((column.name, rule(column)) for column in table.columns), least=least)


def body(column: Column) -> float:
    """What was said: a text; a JSON object only where there is nothing better."""
    if column.key or column.refers or column.name.endswith(("_id", "_type", "_name", "_role")):
        return 0.0
    if column.is_json:
        return 0.3 if column.name in ("payload", "content", "message", "body", "data") else 0.0
    return _text(column, words.BODY)


def _text(column: Column, known: Sequence[str]) -> float:
    """How well a text's name is one of those; any that is never null may be it."""
    if not column.is_text:
        return 0.0
    return words.fit(column.name, tuple(known)) or (UNNAMED if column.type and column.required else 0.0)


def order(column: Column) -> float:
    if not column.is_time or set(words.parts(column.name)) & {
        "last",
        "read",
        *words.EDITED,
        *words.DELETED,
    }:
        return 0.0
    fit = words.fit(column.name, words.ORDER) or 0.35
    return fit if column.required else fit * 0.8


def edited(column: Column) -> float:
    return words.fit(column.name, words.EDITED) if column.is_time else 0.0


def deleted(column: Column) -> float:
    fits = column.is_time or column.type == "boolean"
    return words.fit(column.name, words.DELETED) if fits else 0.0


def author(people: Sequence[str], *, keys: bool = False) -> Callable[[Column], float]:
    """Who said it. `people` are the tables that hold persons. With `keys` it may be part of a key, as in a
    table that says who is where."""

    def rule(column: Column) -> float:
        named = words.fit(column.name, words.AUTHOR)
        other = set(words.parts(column.name)) & set(words.OTHER)
        if (column.key and not keys) or column.is_time or column.is_json or other:
            return 0.0
        if column.refers is not None:
            return max(named, 0.8) + 0.1 if column.refers[0] in people else 0.0
        if not named or words.parts(column.name)[-1] in (*words.KIND, "name", "email", "avatar", "url"):
            return 0.0
        return named * (1.0 if column.type in ("uuid", "") else 0.9 if column.required else 0.8)

    return rule


def role(column: Column) -> float:
    """What its author is, as a chat with an assistant has it."""
    said = words.parts(column.name)
    return 0.8 if said[-1] == "role" and (column.is_text or bool(column.words)) else 0.0


def thread(table: Table, tables: Sequence[Table], people: Sequence[str]) -> Callable[[Column], float]:
    """What it belongs to: a reference to another table that is none of people."""
    keys = {one.key.name: one.name for one in tables if one.key and one.name != table.name}

    def rule(column: Column) -> float:
        named = words.fit(column.name, words.THREADS)
        if column.made:
            return 1.0
        # of a key of several columns one may lead to the thread
        apart = column.key and (table.single_key is not None or column.refers is None)
        if apart or column.is_time or column.is_json:
            return 0.0
        if column.refers is not None:
            return max(named, 0.7) + 0.1 if column.refers[0] not in (*people, table.name) else 0.0
        if column.name != "id" and column.name in keys and keys[column.name] not in people:
            return max(named, 0.75)
        return named * 0.9 if column.name.endswith(("_id", "_no", "Id")) and named else 0.0

    return rule


def recipient(column: Column) -> bool:
    """Whether it says to whom a message is."""
    named = set(words.parts(column.name)) & set(words.RECIPIENT)
    return bool(named) and not column.is_time and column.type not in ("boolean", "jsonb", "json")


def pair(table: Table) -> tuple[str, ...]:
    """The two columns of a thread that say between whom it is; none where there are not just two."""
    found = [column.name for column in table.columns if _one_of_two(column)]
    return tuple(found) if len(found) == 2 else ()


def _one_of_two(column: Column) -> bool:
    said = [part.rstrip("0123456789") for part in words.parts(column.name)]
    kind = column.type == "uuid" or column.is_text or column.refers is not None
    # user_id stands beside matched_user_id, but alone it is an owner
    named = all(part in (*words.PAIR, "id", "") for part in said) and said != ["id"]
    plain = column.is_text and not any(letter.isdigit() for letter in column.name)
    return kind and not column.key and named and not plain


def everyone(column: Column) -> float:
    """An array of people's ids."""
    named = [words.singular(part) for part in words.parts(column.name)]
    return 0.8 if column.type in ("uuid[]", "text[]") and set(named) & set(words.MEMBERS) else 0.0


def title(column: Column) -> float:
    if not column.is_text or column.key or column.refers or column.name.endswith(("_id", "_type")):
        return 0.0
    return _text(column, words.TITLE)


def name(column: Column) -> float:
    if not column.is_text or column.key or column.refers:
        return 0.0
    return words.fit(column.name, words.NAME)
