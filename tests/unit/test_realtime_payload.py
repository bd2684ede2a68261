"""A changed row as clients get it: values by type, what security leaves out, what is too large."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal

import pytest

from supachat.server.realtime.change_payload import (
    NO_KEY,
    TOO_LARGE,
    UNAUTHORIZED,
    NotSimple,
    Reader,
    Table,
    TableColumn,
    payload,
    simple_json,
)
from supachat.server.realtime.pgoutput import UNCHANGED, Change, Column, Relation, Row

AT = datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=UTC)
RELATION = Relation(7, "public", "notes", (Column("id", True),))
COLUMNS = (
    TableColumn("id", "int8", "bigint", True),
    TableColumn("body", "text", "text", False),
    TableColumn("n", "int4", "integer", False),
)
ALL = Reader(("id", "body", "n"), None)


def made(
    kind: Literal["INSERT", "UPDATE", "DELETE"],
    new: Row | None,
    old: Row | None = None,
    *,
    secured: bool = False,
    reader: Reader = ALL,
    columns: tuple[TableColumn, ...] = COLUMNS,
) -> dict[str, Any]:
    change = Change(RELATION, kind, new, old)
    return payload(change, AT, Table(columns, secured), reader, simple_json, 1000)


@pytest.mark.parametrize(
    ("type_name", "text", "value"),
    [
        ("int8", "5", 5),
        ("numeric", "12.30", 12.3),
        ("numeric", "NaN", "NaN"),
        ("float8", "Infinity", "Infinity"),
        ("bool", "t", True),
        ("bool", "f", False),
        ("jsonb", '{"a": [1, 2]}', {"a": [1, 2]}),
        ("uuid", "x", "x"),
        ("timestamptz", "2026-11-20 11:52:48.414457+00", "2026-11-20T11:52:48.414457+00:00"),
        ("timestamptz", "infinity", "infinity"),
        ("timestamp", "2026-11-20 11:52:48.5", "2026-11-20T11:52:48.5"),
        ("date", "2026-11-20", "2026-11-20"),
    ],
)
def test_values_by_type(type_name: str, text: str, value: Any) -> None:
    assert simple_json(text, TableColumn("c", type_name, type_name, False)) == value


def test_an_enum_is_text_and_an_array_is_for_postgresql() -> None:
    assert simple_json("red", TableColumn("c", "colour", "colour", False, text=True)) == "red"
    with pytest.raises(NotSimple):
        simple_json("{1,2}", TableColumn("c", "_int4", "integer[]", False))


def test_an_insert() -> None:
    assert made("INSERT", {"id": "1", "body": "b", "n": None}) == {
        "schema": "public",
        "table": "notes",
        "type": "INSERT",
        "commit_timestamp": "2026-11-20T12:00:00.123Z",
        "columns": [
            {"name": "id", "type": "int8"},
            {"name": "body", "type": "text"},
            {"name": "n", "type": "int4"},
        ],
        "record": {"id": 1, "body": "b", "n": None},
        "errors": None,
    }


def test_an_update_tells_its_key_as_the_old_row() -> None:
    data = made("UPDATE", {"id": "1", "body": UNCHANGED, "n": "2"})
    assert data["record"] == {"id": 1, "n": 2}
    assert data["old_record"] == {"id": 1}


@pytest.mark.parametrize(
    ("secured", "told"), [(False, {"id": 1, "body": "b", "n": None}), (True, {"id": 1})]
)
def test_a_delete_behind_row_level_security_tells_its_key(secured: bool, told: dict[str, Any]) -> None:
    data = made("DELETE", None, {"id": "1", "body": "b", "n": None}, secured=secured)
    assert data["old_record"] == told
    assert "record" not in data


def test_only_the_columns_that_were_asked_for_and_the_key() -> None:
    data = made("INSERT", {"id": "1", "body": "b", "n": "2"}, reader=Reader(("id", "body", "n"), ("n",)))
    assert data["record"] == {"id": 1, "n": 2}
    assert [column["name"] for column in data["columns"]] == ["id", "n"]


def test_only_the_columns_that_the_role_may_select() -> None:
    data = made("INSERT", {"id": "1", "body": "b", "n": "2"}, reader=Reader(("id", "n"), None))
    assert data["record"] == {"id": 1, "n": 2}


@pytest.mark.parametrize(
    ("reader", "columns", "error"),
    [(Reader(("body",), None), COLUMNS, UNAUTHORIZED), (ALL, COLUMNS[1:], NO_KEY)],
)
def test_a_row_that_cannot_be_shown(reader: Reader, columns: tuple[TableColumn, ...], error: str) -> None:
    data = made("INSERT", {"id": "1", "body": "b", "n": "2"}, reader=reader, columns=columns)
    assert (data["record"], data["columns"], data["commit_timestamp"], data["errors"]) == (
        {},
        [],
        None,
        [error],
    )


def test_a_large_record_loses_its_large_values() -> None:
    data = made("INSERT", {"id": "1", "body": "b" * 1001, "n": None})
    assert (data["record"], data["errors"]) == ({"id": 1}, [TOO_LARGE])
