"""What SQL may set of its answer, which methods there are, and the description of the API."""

from __future__ import annotations

import json
from typing import Any

import pytest

from supachat.server.catalog import Catalog, Column, ForeignKey, Function, Parameter, Shape, Table, assemble
from supachat.server.rest.answer import Answer, Plan, Result
from supachat.server.rest.ask import ask
from supachat.server.rest.errors import RestError
from supachat.server.rest.plan import plan

ROOMS = Table("public", "rooms", {"id": Column("id", "integer")}, ("id",), row_type="public.rooms")
NOTES = Table(
    "public",
    "notes",
    {
        "id": Column("id", "bigint", nullable=False),
        "room": Column("room", "integer", comment="where"),
        "body": Column("body", "character varying(9)", "'it''s'::character varying", nullable=False),
        "done": Column("done", "boolean", "false"),
        "at": Column("at", "timestamp with time zone", "now()"),
        "tags": Column("tags", "text[]"),
        "sizes": Column("sizes", "integer[]"),
        "meta": Column("meta", "jsonb"),
        "score": Column("score", "numeric(3,1)", "1.5"),
        "mood": Column("mood", "public.mood", "'calm'::public.mood", enum=("calm", "loud")),
    },
    ("id",),
    comment="What people wrote",
)
COUNTS = Table("public", "counts", {}, is_view=True, verbs=frozenset())
ONCE = Function("public", "once", (Parameter("a", "text"),), Shape.VOID, False, True, NOTES)
EACH = Function("public", "each", (Parameter("n", "integer", False),), Shape.ROW, True, False, NOTES)
KEY = ForeignKey("notes_room_fkey", ("public", "notes"), ("room",), ("public", "rooms"), ("id",))
CATALOG: Catalog = assemble([ROOMS, NOTES, COUNTS], [KEY], [ONCE, EACH])


def planned(method: str, path: str, accept: str | None = None) -> Plan:
    headers = {} if accept is None else {"accept": accept}
    asked = ask(method, path, b"", headers, [], b"", schemas=("public",), depth=10)
    return plan(CATALOG, asked, 1000)


def answered(result: Result) -> Answer:
    found = planned("GET", "notes")
    found.checked(result)
    return found.answered(result)


def test_what_sql_sets_of_the_answer() -> None:
    headers = '[{"X-A": "1"}, {"Set-Cookie": "a"}, {"Set-Cookie": "b"}, {"Content-Length": "9"}]'
    found = answered(Result("[]", 0, None, headers, "203"))
    assert found.status == 203
    assert found.set_by_sql == (("x-a", "1"), ("set-cookie", "a"), ("set-cookie", "b"))


NO_ANSWER: list[tuple[str | None, str | None, str]] = [
    (None, "200 OK", "PGRST112"),
    (None, "9", "PGRST112"),
    (None, "99999", "PGRST112"),
    (None, "-200", "PGRST112"),
    ('{"a": "b"}', None, "PGRST111"),
    ('[{"a": "b", "c": "d"}]', None, "PGRST111"),
    ("[{}]", None, "PGRST111"),
    ("[1]", None, "PGRST111"),
    ("{", None, "PGRST111"),
    ('[{"a": 1}]', None, "PGRST111"),
    ('[{"a": "b\\r\\nc: d"}]', None, "PGRST111"),
    ('[{"a b": "c"}]', None, "PGRST111"),
    ('[{"a": "\u2028"}]', None, "PGRST111"),
]


@pytest.mark.parametrize(("headers", "status", "code"), NO_ANSWER)
def test_what_sql_cannot_set(headers: str | None, status: str | None, code: str) -> None:
    with pytest.raises(RestError) as found:
        answered(Result("[]", 0, None, headers, status))
    assert (found.value.status, found.value.code) == (500, code)


OPTIONS = [
    ("", "OPTIONS,GET,HEAD"),
    ("notes", "OPTIONS,GET,HEAD,POST,PUT,PATCH,DELETE"),
    ("counts", "OPTIONS,GET,HEAD"),
    ("rpc/once", "OPTIONS,POST"),
    ("rpc/each", "OPTIONS,GET,HEAD,POST"),
]


@pytest.mark.parametrize(("path", "methods"), OPTIONS)
def test_which_methods_there_are(path: str, methods: str) -> None:
    found = planned("OPTIONS", path)
    assert found.statement is None
    assert found.answer(Result(None, 0, None)).headers["allow"] == methods


def described(tables: list[str], functions: list[str], comment: str | None = None) -> Any:
    rights = json.dumps({"tables": tables, "functions": functions, "comment": comment})
    body = planned("GET", "").answer(Result(rights, 1, None)).body
    assert body is not None
    return json.loads(body)


def test_the_description_holds_what_the_role_may_touch() -> None:
    found = described(["notes", "counts", "gone"], ["each"], "My API\nfor all")
    assert found["info"] == {"title": "My API", "description": "for all", "version": "13.0.0"}
    assert sorted(found["paths"]) == ["/", "/counts", "/notes", "/rpc/each"]
    assert sorted(found["paths"]["/notes"]) == ["delete", "get", "patch", "post"]
    assert sorted(found["paths"]["/counts"]) == ["get"]
    assert sorted(described([], ["once"])["paths"]["/rpc/once"]) == ["post"]


def test_every_reference_of_the_description_leads_somewhere() -> None:
    found = described(["notes", "rooms", "counts"], ["each", "once"])

    def references(part: Any) -> list[str]:
        if isinstance(part, dict):
            mine = [part["$ref"]] if "$ref" in part else []
            return mine + [one for value in part.values() for one in references(value)]
        return [one for value in part for one in references(value)] if isinstance(part, list) else []

    for reference in references(found):
        _, kind, name = reference.split("/")
        assert name in found[kind], reference


COLUMNS: list[tuple[str, dict[str, Any]]] = [
    ("id", {"format": "bigint", "type": "integer", "description": "Note:\nThis is a Primary Key.<pk/>"}),
    (
        "room",
        {
            "format": "integer",
            "type": "integer",
            "description": "where\n\nNote:\n"
            "This is a Foreign Key to `rooms.id`.<fk table='rooms' column='id'/>",
        },
    ),
    ("body", {"format": "character varying(9)", "type": "string", "maxLength": 9, "default": "it's"}),
    ("done", {"format": "boolean", "type": "boolean", "default": False}),
    ("at", {"format": "timestamp with time zone", "type": "string", "default": "now()"}),
    ("tags", {"format": "text[]", "type": "array", "items": {"type": "string"}}),
    ("sizes", {"format": "integer[]", "type": "array", "items": {"type": "integer"}}),
    ("meta", {"format": "jsonb"}),
    ("score", {"format": "numeric(3,1)", "type": "number", "default": 1.5}),
    ("mood", {"format": "public.mood", "type": "string", "enum": ["calm", "loud"], "default": "calm"}),
]


@pytest.mark.parametrize(("name", "expected"), COLUMNS)
def test_a_column_is_described(name: str, expected: dict[str, Any]) -> None:
    notes = described(["notes"], [])["definitions"]["notes"]
    assert notes["properties"][name] == expected
    assert notes["required"] == ["id", "body"]
    assert notes["description"] == "What people wrote"


def test_the_description_of_a_function_s_arguments() -> None:
    each = described([], ["each"])["paths"]["/rpc/each"]["get"]["parameters"]
    assert each == [{"in": "query", "name": "n", "required": False, "format": "integer", "type": "integer"}]
    (args, _) = described([], ["once"])["paths"]["/rpc/once"]["post"]["parameters"]
    assert args["schema"]["required"] == ["a"]
