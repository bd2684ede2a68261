"""A project that does not describe itself is looked at by trying names: few rows, every column asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from supachat.dialects.calls import Call, Row, Select
from supachat.dialects.guess.proposal import propose
from supachat.doctor.look import look
from supachat.domain.errors import DialectError, NotAllowed

TIME = "timestamp with time zone"
ID = "00000000-0000-4000-8000-000000000001"
ROW = {"id": ID, "room_id": ID, "user_id": ID, "content": "hi", "created_at": "2026-01-01T00:00:00+00:00"}
KINDS = {"id": "uuid", "room_id": "uuid", "user_id": "uuid", "content": "", "created_at": TIME}


class Closed:
    """Answers as a hosted project does. `tables` are the columns and their types, `rows` what is seen."""

    def __init__(self, tables: Mapping[str, Mapping[str, str]], rows: Mapping[str, Row]) -> None:
        self._tables, self._rows = tables, rows
        self.asked: list[Select] = []

    async def describe(self, schema: str) -> Mapping[str, Any] | None:
        return None

    async def rows(self, call: Call) -> list[Row]:
        assert isinstance(call, Select)
        self.asked.append(call)
        if call.table == "users":
            raise NotAllowed("you may not do that here")
        if call.table not in self._tables:
            raise DialectError("there is no such table")
        return [self._rows[call.table]] if call.table in self._rows else []

    async def kind(self, table: str, column: str, schema: str) -> str | None:
        return self._tables[table].get(column)


async def test_a_row_tells_its_columns_and_what_is_null_is_asked_for() -> None:
    project = Closed({"messages": {**KINDS, "edited_at": TIME}}, {"messages": {**ROW, "edited_at": None}})
    (table,) = await look(project, "public")
    assert {column.name: column.type for column in table.columns} == {
        **KINDS,
        "content": "text",
        "created_at": "timestamp",
        "edited_at": TIME,
    }
    assert {call.limit for call in project.asked} == {1}


async def test_a_table_without_rows_is_found_column_by_column_and_guessed() -> None:
    project = Closed({"messages": KINDS, "rooms": {"id": "uuid", "name": "", "created_at": TIME}}, {})
    found = propose(await look(project, "public"))
    assert found.missing == ()
    assert (found.value("threads.table"), found.value("threads.title")) == ("rooms", "name")


async def test_a_table_of_another_name_is_tried_where_it_is_named() -> None:
    project = Closed({"harbour_talk": KINDS}, {"harbour_talk": ROW})
    assert await look(project, "public") == ()
    (table,) = await look(project, "public", ("harbour_talk",))
    assert table.name == "harbour_talk"
