"""What more than one dialect has in the matrix: its people, tables and functions that are for nobody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tests.server.matrix.table import (
    ABSENT,
    DENIED,
    DONE,
    FALSE,
    NOBODY,
    TRUE,
    Act,
    Persona,
    Watched,
    Who,
    same,
    verdicts,
)

if TYPE_CHECKING:
    from tests.server.matrix.stage import Stage

OWNER_DOES = verdicts(DENIED, DENIED, DENIED, DENIED, DONE)
MEMBER_DOES = verdicts(DENIED, DENIED, DENIED, DONE, DENIED)
MEMBERS_ARE = verdicts(DENIED, FALSE, FALSE, TRUE, TRUE)
NOBODY_IS = verdicts(DENIED, FALSE, FALSE, FALSE, FALSE)

Words = Mapping[str, Any]

NAMES = {Who.STRANGER: "eve", Who.FORMER: "fay", Who.MEMBER: "bob", Who.OWNER: "ann"}
CURSORS = "supachat_read_cursors"
ROW = "'11111111-1111-4111-8111-111111111111'"
TAKEN = "409 23505"
ZERO = "00000000-0000-4000-8000-000000000000"


def signed_up(stage: Stage, **data: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The four and Zoe, who is there to be acted upon: their ids and their tokens, each by name."""
    ids: dict[str, str] = {}
    tokens: dict[str, str] = {}
    for name in (*NAMES.values(), "zoe"):
        ids[name], tokens[name] = stage.sign_up(name, **data.get(name, {}))
    return ids, tokens


def personas(ids: Mapping[str, str], tokens: Mapping[str, str], **scene: str) -> dict[Who, Persona]:
    """The five, each with the words of the scene, their own id and that of the other."""
    words = {**ids, **scene, "user": ids["ann"], "stranger": ids["eve"]}
    made = {Who.ANON: Persona(None, {**words, "uid": ZERO, "other": ids["bob"]})}
    for who, name in NAMES.items():
        other = ids["ann"] if name != "ann" else ids["bob"]
        made[who] = Persona(tokens[name], {**words, "uid": ids[name], "other": other})
    return made


def unwritable(
    table: str, row: Mapping[str, Any], change: Mapping[str, Any], **query: str
) -> tuple[Act, ...]:
    """No client writes, updates or deletes here."""
    return (
        Act(table, "write", NOBODY, row),
        Act(table, "update", NOBODY, change, query),
        Act(table, "delete", NOBODY, query=query),
    )


def shut(table: str, row: Words, change: Words, **query: str) -> tuple[Act, ...]:
    """Reached through functions only."""
    return (Act(table, "read", NOBODY, query=query), *unwritable(table, row, change, **query))


def inner(function: str, **params: Any) -> Act:
    """A function that others call, and no client."""
    return Act(function, "call", NOBODY, params)


def absent(*functions: str) -> tuple[Act, ...]:
    """Functions of triggers, which cannot be called."""
    return tuple(Act(function, "call", same(ABSENT)) for function in functions)


def provoked(table: str, insert: str, change: str, where: str) -> tuple[str, str, str]:
    """One row of a table with its schema is inserted, updated and deleted."""
    return (
        f"insert into {table} {insert}",
        f"update {table} set {change} where {where}",
        f"delete from {table} where {where}",
    )


def cursors_watched(schema: str, thread: str, who: str = "{zoe}") -> Watched:
    """The read cursors, whose changes nobody is told. `thread` is their column for it."""
    provoke = provoked(
        f"{schema}.{CURSORS}",
        f"values ('{who}', '{{thread}}', '{{first}}', now())",
        "read_at = now()",
        f"user_id = '{who}'",
    )
    return Watched(CURSORS, provoke, NOBODY, frozenset({"user_id", thread}))


def first_row(answer: Any) -> Any:
    """The row of an answer that is one or holds one."""
    return answer[0] if isinstance(answer, list) else answer
