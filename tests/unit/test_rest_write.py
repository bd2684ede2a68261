"""INSERT, UPDATE and DELETE as SQL: what is written, what is asked back, what is refused."""

from __future__ import annotations

import json

import pytest
from tests.unit.rest_text import told

from supachat.server.catalog import Catalog, Column, ForeignKey, Table, assemble
from supachat.server.rest import write
from supachat.server.rest.errors import RestError
from supachat.server.rest.parse import parse
from supachat.server.rest.payload import read
from supachat.server.rest.sql import SET_BY_SQL, Form
from supachat.server.rest.write import Writing


def table(name: str, *columns: Column) -> Table:
    return Table("public", name, {column.name: column for column in columns}, ("id",))


ID = Column("id", "bigint")
ROOMS = table("rooms", ID, Column("title", "text"))
NOTES = table(
    "notes",
    ID,
    Column("room", "bigint"),
    Column("body", "text"),
    Column("meta", "jsonb", "'{}'::jsonb"),
)
IN_ROOM = ForeignKey("notes_room_fkey", ("public", "notes"), ("room",), ("public", "rooms"), ("id",))
CATALOG: Catalog = assemble([ROOMS, NOTES], [IN_ROOM])


def writing(body: bytes, *query: tuple[str, str], how: Writing | None = None) -> tuple[str, list[object]]:
    payload = read(body, "application/json", uniform=True)
    return told(write.insert(CATALOG, NOTES, parse(list(query)), payload, how or Writing()))


def test_an_insert_asks_for_no_column_back_when_nobody_reads_it() -> None:
    text, values = writing(b'{"id":1,"body":"x"}')
    assert text == (
        'WITH source AS (INSERT INTO "public"."notes" AS "t0"("id", "body") SELECT "id", "body"'
        ' FROM json_to_recordset(%s::json) AS _("id" bigint, "body" text) RETURNING 1)'
        " SELECT null::text AS body, count(*) AS page, null::bigint AS total,"
        f" {SET_BY_SQL} FROM source AS _rows"
    )
    assert values == ['[{"id":1,"body":"x"}]']


def test_an_insert_returns_only_the_columns_that_are_shaped() -> None:
    how = Writing(Form.ROWS, returning=True)
    text, _ = writing(b'{"id":1}', ("select", "body,rooms(title)"), ("order", "id"), how=how)
    assert (
        ' RETURNING "t0"."id", "t0"."body", "t0"."room"), source AS (SELECT "t1"."body" AS "body"' in text
    )


def test_missing_keys_take_the_column_s_default() -> None:
    text, values = writing(b'{"id":1,"meta":{}}', how=Writing(defaults=True))
    assert (
        "jsonb_to_recordset((SELECT jsonb_agg(jsonb_build_object(%s::text, ('{}'::jsonb)) || _one)"
        ' FROM jsonb_array_elements(%s::jsonb) AS _one)) AS _("id" bigint, "meta" jsonb)'
    ) in text
    assert values == ['[{"id":1,"meta":{}}]', "meta"]


CONFLICTS = [
    (
        "merge-duplicates",
        [],
        ' ON CONFLICT("id") DO UPDATE SET "id" = EXCLUDED."id", "body" = EXCLUDED."body" WHERE',
    ),
    ("ignore-duplicates", [], ' ON CONFLICT("id") DO NOTHING RETURNING 1'),
    ("ignore-duplicates", [("on_conflict", "room,body")], ' ON CONFLICT("room", "body") DO NOTHING'),
]


@pytest.mark.parametrize(("resolution", "query", "expected"), CONFLICTS)
def test_upserts(resolution: str, query: list[tuple[str, str]], expected: str) -> None:
    assert expected in writing(b'{"id":1,"body":"x"}', *query, how=Writing(resolution=resolution))[0]


def test_nothing_to_insert_and_defaults_alone() -> None:
    assert writing(b"[]")[0].startswith("WITH source AS (SELECT WHERE false)")
    assert 'INSERT INTO "public"."notes" AS "t0" DEFAULT VALUES RETURNING 1' in writing(b"{}")[0]
    with pytest.raises(RestError, match="Several empty objects"):
        writing(b"[{},{}]")


@pytest.mark.parametrize(("body", "query"), [(b'{"zzz":1}', []), (b'{"id":1}', [("columns", "id,zzz")])])
def test_a_column_to_write_must_exist(body: bytes, query: list[tuple[str, str]]) -> None:
    with pytest.raises(RestError) as found:
        writing(body, *query)
    assert (found.value.status, found.value.code) == (400, "PGRST204")
    assert found.value.message == "Could not find the 'zzz' column of 'notes' in the schema cache"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_table_of_any_machine_is_read(end: str) -> None:
    body = f'id,body{end}1,"a{end}b"{end}'.encode()
    payload = read(body, "text/csv", uniform=True)
    assert json.loads(payload.text) == [{"id": "1", "body": f"a{end}b"}]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"body\n" + b"x" * 200_000, "text/csv"),
        (b"a=1&" * 600, "application/x-www-form-urlencoded"),
    ],
    ids=["a long field", "many fields"],
)
def test_a_body_of_too_much_is_refused(body: bytes, kind: str) -> None:
    with pytest.raises(RestError) as found:
        read(body, kind, uniform=True)
    assert (found.value.status, found.value.code) == (400, "PGRST102")


def test_update_and_delete() -> None:
    query = parse([("id", "eq.1")])
    payload = read(b'{"body":"x"}', "application/json", uniform=False)
    changed, _ = told(write.update(CATALOG, NOTES, query, payload, Writing()))
    assert (
        'UPDATE "public"."notes" AS "t0" SET "body" = _body."body" FROM (SELECT * FROM'
        ' json_to_recordset(%s::json) AS _("body" text) LIMIT 1) AS _body WHERE "t0"."id" = %s RETURNING 1'
    ) in changed
    gone, values = told(write.delete(CATALOG, NOTES, query, Writing()))
    assert 'DELETE FROM "public"."notes" AS "t0" WHERE "t0"."id" = %s RETURNING 1' in gone
    assert values == ["1"]


def test_no_mass_change_without_a_filter() -> None:
    payload = read(b'{"body":"x"}', "application/json", uniform=False)
    with pytest.raises(RestError, match="UPDATE requires a WHERE clause") as found:
        write.update(CATALOG, NOTES, parse([]), payload, Writing())
    assert (found.value.status, found.value.code) == (400, "21000")
    with pytest.raises(RestError, match="DELETE requires a WHERE clause"):
        write.delete(CATALOG, NOTES, parse([]), Writing())
