"""Requests for table changes: how they are read, and what equal texts can decide."""

from __future__ import annotations

from typing import Any, SupportsIndex

import pytest
from psycopg import sql

from supachat.server.realtime.filters import (
    BadRequest,
    Binding,
    Filter,
    decide,
    expression,
    read_binding,
    read_filters,
)
from supachat.server.realtime.pgoutput import UNCHANGED, Row


@pytest.mark.parametrize(
    ("request_", "binding"),
    [
        ({"schema": "public", "table": "t"}, Binding(1, "*", "public", "t")),
        ({"table": "t", "event": "INSERT"}, Binding(1, "INSERT", "public", "t")),
        ({"schema": "s", "event": "dance"}, Binding(1, "*", "s", "*")),
        ({"schema": "*"}, Binding(1, "*", "*", "*")),
        ({"table": "t", "event": "insert"}, Binding(1, "INSERT", "public", "t")),
        ({"table": "t", "select": [1, "b"]}, Binding(1, "*", "public", "t", (), ("b",))),
        ({"schema": "*", "select": []}, Binding(1, "*", "*", "*")),
        (
            {"table": "t", "filter": "a=eq.1", "select": ["b"]},
            Binding(1, "*", "public", "t", (Filter("a", "eq", ("1",)),), ("b",)),
        ),
    ],
)
def test_reads_a_request(request_: dict[str, Any], binding: Binding) -> None:
    assert read_binding(request_, 1) == binding


@pytest.mark.parametrize(
    ("text", "filters"),
    [
        ("a=eq.1", [Filter("a", "eq", ("1",))]),
        ("a=eq.", [Filter("a", "eq", ("",))]),
        ("a=eq.x=y.z", [Filter("a", "eq", ("x=y.z",))]),
        ('a=eq."x,y"', [Filter("a", "eq", ("x,y",))]),
        ('a=eq."x\\"y"', [Filter("a", "eq", ('x"y',))]),
        ("a=in.(x,y)", [Filter("a", "in", ("x", "y"))]),
        ('a=in.("x,1",y)', [Filter("a", "in", ("x,1", "y"))]),
        ("a=not.is.null", [Filter("a", "is", ("null",), negated=True)]),
        ("a=gt.1,b=not.like.%x", [Filter("a", "gt", ("1",)), Filter("b", "like", ("%x",), negated=True)]),
        ('a=in.(x, "y,(1")', [Filter("a", "in", ("x", "y,(1"))]),
        ("a=in.()", [Filter("a", "in", ())]),
        ("a=match.(x,b=eq.1", [Filter("a", "match", ("(x,b=eq.1",))]),
        ('a=like.5",b=eq.1', [Filter("a", "like", ('5"',)), Filter("b", "eq", ("1",))]),
        ("a=is.5", [Filter("a", "is", ("5",))]),
        ("", []),
        ("  ", []),
        (None, []),
    ],
)
def test_reads_filters(text: str | None, filters: list[Filter]) -> None:
    assert list(read_filters(text)) == filters


def test_a_long_filter_full_of_quotes_is_read_once() -> None:
    """A stranger's frame of five megabytes would else stop the whole server for a minute."""
    copied = 0

    class Watched(str):
        __slots__ = ()

        def __getitem__(self, key: SupportsIndex | slice) -> str:
            nonlocal copied
            found = super().__getitem__(key)
            copied += len(found)
            return found

    text = Watched("a=eq." + 'x"' * 1000)
    assert read_filters(text) == (Filter("a", "eq", ('x"' * 1000,)),)
    assert copied < 4 * len(text)


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"schema": 5},
        {"table": "t", "filter": "nonsense"},
        {"table": "t", "filter": "a=eq." + "x" * 8_192},
        {"table": "t", "filter": "a=dance.1"},
        {"table": "t", "filter": "a=in.x"},
        {"table": "t", "filter": "a=eq.1,,b=eq.2"},
        {"table": "t", "filter": 5},
        {"table": "t", "select": "a"},
        {"schema": "public", "select": ["a"]},
        {"schema": "*", "table": "t", "select": ["a"]},
    ],
)
def test_refuses_what_it_cannot_read(request_: dict[str, Any]) -> None:
    with pytest.raises(BadRequest):
        read_binding(request_, 1)


def test_a_binding_is_shown_as_the_real_server_shows_it() -> None:
    assert read_binding({"schema": "public", "table": "t"}, 1).shown() == (
        "[event: *, schema: public, table: t, filters: [], select: nil]"
    )


ROW: Row = {"id": "5", "name": "bob", "gone": None, "price": "1.50", "long": UNCHANGED}


@pytest.mark.parametrize(
    ("item", "type_name", "verdict"),
    [
        (Filter("id", "eq", ("5",)), "int8", True),
        (Filter("id", "eq", ("6",)), "int8", False),
        (Filter("id", "eq", ("6",), negated=True), "int8", True),
        (Filter("id", "neq", ("5",)), "int8", False),
        (Filter("id", "neq", ("5",), negated=True), "int8", True),
        (Filter("name", "in", ("al", "bob")), "text", True),
        (Filter("name", "in", ("al",)), "text", False),
        (Filter("price", "in", ()), "numeric", False),
        (Filter("price", "in", (), negated=True), "numeric", True),
        (Filter("gone", "eq", ("5",)), "int8", False),
        (Filter("gone", "neq", ("5",)), "int8", False),
        (Filter("gone", "is", ("null",)), "int8", True),
        (Filter("name", "is", ("null",), negated=True), "text", True),
        (Filter("absent", "eq", ("5",)), "int8", False),
        (Filter("absent", "is", ("null",)), "int8", False),
        (Filter("absent", "neq", ("5",), negated=True), "int8", False),
        (Filter("long", "neq", ("5",)), "text", False),
        (Filter("price", "eq", ("1.5",)), "numeric", None),
        (Filter("id", "gt", ("10",)), "int8", None),
        (Filter("name", "like", ("b%",)), "text", None),
        (Filter("gone", "isdistinct", ("5",)), "int8", None),
    ],
)
def test_what_texts_can_decide(item: Filter, type_name: str, verdict: bool | None) -> None:
    assert decide(item, ROW, type_name) is verdict


@pytest.mark.parametrize(
    ("item", "type_sql", "text"),
    [
        (Filter("a", "gt", ("10",)), "bigint", "coalesce(('5'::bigint > '10'::bigint), false)"),
        (
            Filter("a", "in", ("1", "2")),
            "numeric",
            "coalesce(('5'::numeric in ('1'::numeric, '2'::numeric)), false)",
        ),
        (Filter("a", "like", ("%'x",)), "uuid", "coalesce(('5'::text like '%''x'::text), false)"),
        (
            Filter("a", "is", ("true",), negated=True),
            "boolean",
            "coalesce(not ('5'::boolean is true), false)",
        ),
        (
            Filter("a", "isdistinct", ("1",)),
            "integer",
            "coalesce(('5'::integer is distinct from '1'::integer), false)",
        ),
    ],
)
def test_what_postgresql_is_asked(item: Filter, type_sql: str, text: str) -> None:
    made: sql.Composable = expression(item, "5", type_sql)
    assert made.as_string(None) == text
