"""Function calls: which overload is meant, how it is called, what form its answer has."""

from __future__ import annotations

import pytest
from tests.unit.rest_text import told

from supachat.server.catalog import Catalog, Column, Function, Parameter, Shape, Table, assemble
from supachat.server.rest import call
from supachat.server.rest.errors import RestError
from supachat.server.rest.parse import parse
from supachat.server.rest.sql import Form

NOTES = Table("public", "notes", {"id": Column("id", "bigint"), "body": Column("body", "text")})
CATALOG: Catalog = assemble([NOTES])


def function(
    *parameters: Parameter, shape: Shape = Shape.SCALAR, many: bool = False, name: str = "f"
) -> Function:
    return Function("public", name, parameters, shape, many, True, NOTES)


A, B = Parameter("a", "bigint"), Parameter("b", "text", required=False)


def test_a_call_with_named_arguments() -> None:
    wanted = call.Call(function(A, B), '{"a":1}', frozenset({"a"}))
    text, values = told(call.statement(CATALOG, wanted, parse([]), Form.VALUE, count=False, cap=10))
    assert text.startswith(
        'WITH called AS (SELECT "t0".v FROM json_to_record(%s::json) AS _a("a" bigint), LATERAL'
        ' "public"."f"("a" => _a."a") AS "t0"(v)), source AS (SELECT v FROM called LIMIT %s)'
    )
    assert values == ['{"a":1}', 10]


def test_a_call_without_arguments_whose_rows_are_shaped() -> None:
    wanted = call.Call(function(shape=Shape.ROW, many=True), "{}", frozenset())
    query = parse([("select", "body"), ("id", "eq.1")])
    text, _ = told(call.statement(CATALOG, wanted, query, Form.ROWS, count=False, cap=10))
    assert text.startswith(
        'WITH called AS (SELECT "t0".* FROM "public"."f"() AS "t0"),'
        ' source AS (SELECT "t1"."body" AS "body" FROM "called" AS "t1" WHERE "t1"."id" = %s LIMIT %s)'
    )


def catalog_of(*functions: Function) -> Catalog:
    return assemble([], [], functions)


ONE, TWO = function(A), function(A, B)
BODY = function(Parameter("", "jsonb"))
VARIADIC = function(Parameter("v", "text[]", variadic=True))
CHOICES: list[tuple[tuple[Function, ...], set[str], bool, Function, bool]] = [
    ((TWO,), {"a"}, True, TWO, False),
    ((TWO,), {"a", "b"}, True, TWO, False),
    ((ONE, TWO), {"a", "b"}, True, TWO, False),
    ((BODY,), {"x", "y"}, True, BODY, True),
    ((BODY, ONE), {"a"}, True, ONE, False),
]


@pytest.mark.parametrize(("overloads", "names", "posted", "chosen", "lone"), CHOICES)
def test_the_overload_that_is_meant(
    overloads: tuple[Function, ...], names: set[str], posted: bool, chosen: Function, lone: bool
) -> None:
    found = call.choose(catalog_of(*overloads), ("public", "f"), names, posted=posted)
    assert found == (chosen, lone)


NOT_FOUND = [
    (
        set[str](),
        True,
        "without parameters or with a single unnamed json/jsonb parameter",
        "f without parameters",
    ),
    ({"x"}, True, "with parameter x or with a single unnamed json/jsonb parameter", "f(x)"),
    ({"y", "x"}, False, "with parameters x, y", "f(x, y)"),
]


@pytest.mark.parametrize(("names", "posted", "searched", "called"), NOT_FOUND)
def test_no_overload(names: set[str], posted: bool, searched: str, called: str) -> None:
    with pytest.raises(RestError) as found:
        call.choose(catalog_of(ONE), ("public", "f"), names, posted=posted)
    assert found.value.message == f"Could not find the function public.{called} in the schema cache"
    assert found.value.details == (
        f"Searched for the function public.f {searched}, but no matches were found in the schema cache."
    )


def test_two_overloads() -> None:
    with pytest.raises(RestError) as found:
        call.choose(catalog_of(ONE, TWO), ("public", "f"), {"a"}, posted=True)
    assert (found.value.status, found.value.code) == (300, "PGRST203")
    assert found.value.message == (
        "Could not choose the best candidate function between: "
        "public.f(a => bigint), public.f(a => bigint, b => text)"
    )


def test_arguments_of_a_query_string() -> None:
    assert call.arguments(TWO, [("a", "1"), ("b", "x")]) == '{"a": "1", "b": "x"}'
    assert call.arguments(VARIADIC, [("v", "1"), ("v", "2")]) == '{"v": ["1", "2"]}'


FORMS = [
    (function(), Form.ROWS, Form.VALUE),
    (function(many=True), Form.ROWS, Form.VALUES),
    (function(many=True), Form.OBJECT, Form.VALUE),
    (function(shape=Shape.VOID), Form.ROWS, Form.NOTHING),
    (function(shape=Shape.ROW), Form.ROWS, Form.OBJECT),
    (function(shape=Shape.ROW, many=True), Form.ROWS, Form.ROWS),
    (function(shape=Shape.ROW, many=True), Form.OBJECT, Form.OBJECT),
    (function(shape=Shape.ROW), Form.CSV, Form.CSV),
]


@pytest.mark.parametrize(("of", "wanted", "form"), FORMS)
def test_the_form_of_a_function_s_answer(of: Function, wanted: Form, form: Form) -> None:
    assert call.form_of(of, wanted) is form
