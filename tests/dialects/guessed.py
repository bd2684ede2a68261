"""A chat of two tables, as an API describes them, for the tests of what is guessed of it."""

from __future__ import annotations

import dataclasses

from supachat.dialects.guess.columns import Choice
from supachat.dialects.guess.proposal import Proposal
from supachat.dialects.guess.seen import Column, Table

UUID, TIME = "uuid", "timestamp with time zone"
ROOMS = Table(
    "rooms",
    (Column("id", UUID, required=True, key=True), Column("name", "text", True)),
    frozenset({"post"}),
)
MESSAGES = Table(
    "messages",
    (
        Column("id", UUID, True, True, key=True),
        Column("room_id", UUID, True, refers=("rooms", "id")),
        Column("user_id", UUID, True),
        Column("content", "text", True),
        Column("created_at", TIME, True, True),
    ),
    frozenset({"post", "patch"}),
)


def with_columns(table: Table, *more: Column, without: str = "") -> Table:
    kept = tuple(column for column in table.columns if column.name != without)
    return dataclasses.replace(table, columns=kept + more)


def unsure(found: Proposal) -> list[Choice]:
    return [one for one in found.choices if one.unsure]
