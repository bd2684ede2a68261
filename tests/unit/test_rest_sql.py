"""Trees to SQL, as tables: what is an identifier, what a parameter, and what is refused before any SQL."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.rest_text import told

from supachat.server.catalog import Catalog, Column, ForeignKey, Table, assemble
from supachat.server.rest import sql
from supachat.server.rest.errors import RestError
from supachat.server.rest.parse import parse
from supachat.server.rest.pieces import array_text
from supachat.server.rest.sql import Form, Statement
from supachat.server.rest.tree import BadRange, ParseError, UnknownEmbed


def table(name: str, *columns: Column, key: tuple[str, ...] = ("id",)) -> Table:
    return Table("public", name, {column.name: column for column in columns}, key)


ID = Column("id", "bigint")
PEOPLE = table("people", Column("id", "uuid"), Column("name", "text"))
ROOMS = table("rooms", ID, Column("title", "text", "'new'::text"))
MEMBERS = table("members", Column("room", "bigint"), Column("person", "uuid"), key=("room", "person"))
NOTES = table(
    "notes",
    ID,
    Column("room", "bigint"),
    Column("author", "uuid"),
    Column("editor", "uuid"),
    Column("body", "text"),
    Column("meta", "jsonb", "'{}'::jsonb"),
    Column("found", "tsvector"),
    Column("tags", "text[]"),
    Column("50%", "integer", "N"),
)


def key(name: str, one: str, columns: tuple[str, ...], other: str, *, unique: bool = False) -> ForeignKey:
    return ForeignKey(name, ("public", one), columns, ("public", other), ("id",), unique)


CATALOG: Catalog = assemble(
    [PEOPLE, ROOMS, MEMBERS, NOTES],
    [
        key("members_person_fkey", "members", ("person",), "people"),
        key("members_room_fkey", "members", ("room",), "rooms"),
        key("notes_author_fkey", "notes", ("author",), "people"),
        key("notes_editor_fkey", "notes", ("editor",), "people"),
        key("notes_room_fkey", "notes", ("room",), "rooms"),
    ],
)


def reading(
    *query: tuple[str, str], of: Table = NOTES, count: bool = False, form: Form = Form.ROWS
) -> Statement:
    return sql.read(CATALOG, of, parse(list(query)), form, count=count, cap=1000)


def source(*query: tuple[str, str], of: Table = NOTES) -> tuple[str, list[object]]:
    """Only the SELECT of the rows."""
    text, values = told(reading(*query, of=of))
    return text.removeprefix("WITH source AS (").partition(") SELECT coalesce(json_agg(_rows)")[0], values


def test_a_whole_read() -> None:
    text, values = told(
        reading(
            ("select", "id"),
            ("id", "gt.3"),
            ("order", "id.desc"),
            ("limit", "2"),
            ("offset", "4"),
            count=True,
        )
    )
    assert text == (
        'WITH source AS (SELECT "t1"."id" AS "id" FROM "public"."notes" AS "t1" WHERE "t1"."id" > %s'
        ' ORDER BY "t1"."id" DESC LIMIT %s OFFSET %s)'
        " SELECT coalesce(json_agg(_rows), '[]')::text AS body, count(*) AS page, "
        '(SELECT count(*) FROM (SELECT  FROM "public"."notes" AS "t2" WHERE "t2"."id" > %s) AS _all)'
        " AS total, nullif(current_setting('response.headers', true), '') AS headers,"
        " nullif(current_setting('response.status', true), '') AS status FROM source AS _rows"
    )
    assert values == ["3", 2, 4, "3"]


WHERE: list[tuple[tuple[str, str], str, list[object]]] = [
    (("body", "eq.x"), '"t1"."body" = %s', ["x"]),
    (("body", "not.eq.x"), 'NOT ("t1"."body" = %s)', ["x"]),
    (("body", "like.a*"), '"t1"."body" LIKE %s', ["a%"]),
    (("body", "ilike(any).{a*,b}"), '"t1"."body" ILIKE ANY (%s)', ["{a%,b}"]),
    (("id", "in.(1,2)"), '"t1"."id" = ANY (%s)', ['{"1","2"}']),
    (("id", "is.not_null"), '"t1"."id" IS NOT NULL', []),
    (("tags", "cs.{a}"), '"t1"."tags" @> %s', ["{a}"]),
    (("meta->a->>0", "eq.1"), '(("t1"."meta" -> %s::text) ->> %s::int) = %s', ["a", 0, "1"]),
    (("tags->0", "eq.1"), '(to_jsonb("t1"."tags") -> %s::int) = %s', [0, "1"]),
    (("found", "fts.a"), '"t1"."found" @@ to_tsquery(%s)', ["a"]),
    (
        ("body", "plfts(english).a"),
        'to_tsvector(%s::regconfig, "t1"."body") @@ plainto_tsquery(%s::regconfig, %s)',
        ["english", "a"],
    ),
    (
        ("or", "(id.eq.1,and(id.gt.2,body.is.null))"),
        '("t1"."id" = %s OR ("t1"."id" > %s AND "t1"."body" IS NULL))',
        ["1", "2"],
    ),
    (("not.and", "(id.eq.1)"), 'NOT (("t1"."id" = %s))', ["1"]),
]


@pytest.mark.parametrize(("asked", "where", "values"), WHERE)
def test_conditions(asked: tuple[str, str], where: str, values: list[object]) -> None:
    text, given_values = source(("select", "id"), asked)
    assert text == f'SELECT "t1"."id" AS "id" FROM "public"."notes" AS "t1" WHERE {where} LIMIT %s'
    assert sorted(map(str, given_values)) == sorted(map(str, [*values, 1000]))


def test_a_json_path_is_as_long_as_an_address_has_room_for() -> None:
    text, given_values = source(("select", "deep:meta" + "->a" * 2_000))
    assert (text.count(" -> %s::text)"), len(given_values)) == (2_000, 2_001)


ITEMS = [
    ("*", '"t1".*'),
    ("n:body", '"t1"."body" AS "n"'),
    ("id::text", 'CAST("t1"."id" AS text) AS "id"'),
    ("count", 'count(*) AS "count"'),
    ('"50%"', '"t1"."50%%" AS "50%%"'),
    ('x"":id'.replace('""', ""), '"t1"."id" AS "x"'),
    ('"a\\"b":id', '"t1"."id" AS "a""b"'),
]


@pytest.mark.parametrize(("select", "items"), ITEMS)
def test_items(select: str, items: str) -> None:
    text, _ = source(("select", select))
    assert text == f'SELECT {items} FROM "public"."notes" AS "t1" LIMIT %s'


def test_a_limit_never_passes_the_cap() -> None:
    assert source(("limit", "5000"))[1] == [1000]


def test_to_one_through_the_named_foreign_key() -> None:
    text, _ = source(("select", "id,who:people!notes_author_fkey(name)"))
    assert text == (
        'SELECT "t1"."id" AS "id", "t3".j AS "who" FROM "public"."notes" AS "t1" LEFT JOIN LATERAL ('
        'SELECT row_to_json(_rows) AS j FROM (SELECT "t2"."name" AS "name" FROM "public"."people" AS "t2"'
        ' WHERE "t1"."author" = "t2"."id" LIMIT %s) AS _rows) AS "t3" ON TRUE LIMIT %s'
    )


def test_to_many_that_must_have_a_row() -> None:
    text, _ = source(("select", "id,notes!inner(id)"), ("notes.id", "eq.1"), of=ROOMS)
    assert text == (
        'SELECT "t1"."id" AS "id", "t3".j AS "notes" FROM "public"."rooms" AS "t1" INNER JOIN LATERAL ('
        "SELECT coalesce(json_agg(_rows), '[]') AS j, count(*) AS n FROM ("
        'SELECT "t2"."id" AS "id" FROM "public"."notes" AS "t2" WHERE "t1"."id" = "t2"."room"'
        ' AND "t2"."id" = %s LIMIT %s) AS _rows) AS "t3" ON NOT (coalesce("t3".n, 0) = 0) LIMIT %s'
    )


def test_many_to_many_through_a_junction() -> None:
    text, _ = source(("select", "people(name)"), of=ROOMS)
    assert (
        'WHERE EXISTS (SELECT 1 FROM "public"."members" AS "t2" WHERE "t1"."id" = "t2"."room"'
        ' AND "t2"."person" = "t3"."id")'
    ) in text


def test_rows_without_a_related_row() -> None:
    text, _ = source(("select", "id,notes()"), ("notes", "is.null"), of=ROOMS)
    assert text.startswith('SELECT "t1"."id" AS "id" FROM')
    assert 'WHERE coalesce("t3".n, 0) = 0' in text


def test_a_spread_to_one() -> None:
    text, _ = source(("select", "id,...people!author(name)"))
    assert 'SELECT "t1"."id" AS "id", "t3".* FROM' in text


EMBED_COLUMN = [
    ("author(name)", '"t1"."author" = "t2"."id"'),
    ("editor(name)", '"t1"."editor" = "t2"."id"'),
]


@pytest.mark.parametrize(("select", "joined"), EMBED_COLUMN)
def test_an_embed_may_be_named_by_its_column(select: str, joined: str) -> None:
    assert joined in source(("select", select))[0]


REFUSED: list[tuple[list[tuple[str, str]], str, str]] = [
    ([("select", "nope")], "42703", "column notes.nope does not exist"),
    ([("nope", "eq.1")], "42703", "column notes.nope does not exist"),
    ([("order", "nope")], "42703", "column notes.nope does not exist"),
    ([("id;drop table notes", "eq.1")], "42703", "column notes.id;drop table notes does not exist"),
    ([("select", "id::regclass; drop")], "PGRST100", ""),
    ([("select", "id::pg_sleep")], "42704", 'type "pg_sleep" does not exist'),
    ([("select", "nopes(id)")], "PGRST200", "Could not find a relationship between 'notes' and 'nopes'"),
    (
        [("select", "people(id)")],
        "PGRST201",
        "more than one relationship was found for 'notes' and 'people'",
    ),
    (
        [("select", "people!nope(id)")],
        "PGRST200",
        "Could not find a relationship between 'notes' and 'people'",
    ),
    ([("select", "id,members(room)"), ("order", "members(room)")], "PGRST200", "'notes' and 'members'"),
    ([("select", "id"), ("order", "rooms(title)")], "PGRST108", "'rooms' is not an embedded resource"),
]


@pytest.mark.parametrize(("query", "code", "message"), REFUSED)
def test_refused_before_any_sql(query: list[tuple[str, str]], code: str, message: str) -> None:
    if code == "PGRST100":
        with pytest.raises(ParseError):
            reading(*query)
        return
    with pytest.raises(RestError) as found:
        reading(*query)
    assert found.value.code == code
    assert message in found.value.message


def test_two_relationships_are_told_apart_in_the_refusal() -> None:
    with pytest.raises(RestError) as found:
        reading(("select", "people(id)"))
    assert found.value.status == 300
    assert found.value.hint == (
        "Try changing 'people' to one of the following: 'people!notes_author_fkey',"
        " 'people!notes_editor_fkey'. Find the desired relationship in the 'details' key."
    )
    assert found.value.details[0] == {
        "cardinality": "many-to-one",
        "embedding": "notes with people",
        "relationship": "notes_author_fkey using notes(author) and people(id)",
    }


def test_array_text_keeps_every_element_a_text() -> None:
    assert array_text(("NULL", 'a"b', "c\\d", "e,f", "")) == '{"NULL","a\\"b","c\\\\d","e,f",""}'


EVIL = "'; drop table notes; --"


@given(
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20), st.sampled_from(["", EVIL])
)
def test_no_value_reaches_the_text_of_the_statement(value: str, evil: str) -> None:
    marked = f"Zq7{value}{evil}"
    quoted = '"' + marked.replace("\\", "\\\\").replace('"', '\\"') + '"'
    statement = reading(
        ("body", f"eq.{marked}"),
        ("body", f"in.({quoted})"),
        ("or", f"(body.eq.{quoted})"),
        ("body", f"wfts.{marked}"),
    )
    assert "Zq7" not in statement.text.as_string(None)
    assert list(statement.values.values()).count(marked) == 3


@given(
    st.text(st.characters(codec="utf-8"), max_size=20), st.sampled_from(["select", "order", "columns", "a"])
)
def test_a_stranger_s_name_is_refused_or_an_alias(name: str, place: str) -> None:
    try:
        text = reading((place, name) if place != "a" else (name, "eq.1")).text.as_string(None)
    except (RestError, ParseError, UnknownEmbed, BadRange):
        return
    assert text.count('"') % 2 == 0
    assert "drop" not in text
