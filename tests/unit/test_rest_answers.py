"""What goes round the SQL: preferences, forms, ranges, bodies, and the status of a plan."""

from __future__ import annotations

import pytest

from supachat.server.catalog import Catalog, Column, Function, Shape, Table, assemble
from supachat.server.rest import prefer
from supachat.server.rest.answer import Answer, Result
from supachat.server.rest.ask import Ask, ask
from supachat.server.rest.errors import RestError
from supachat.server.rest.payload import arguments, read
from supachat.server.rest.plan import content_range, plan
from supachat.server.rest.sql import Form

PREFERENCES = [
    ((), ""),
    (
        ("return=representation,resolution=merge-duplicates",),
        "resolution=merge-duplicates, return=representation",
    ),
    (("return=minimal", "missing=default, count=exact"), "missing=default, return=minimal, count=exact"),
    (("return=minimal,return=representation",), "return=minimal"),
    (("return=everything,wonders",), ""),
    (("handling=strict,max-affected=3",), "handling=strict, max-affected=3"),
    (("max-affected=" + "9" * 5000,), ""),
    (("tx=rollback, timezone=Asia/Tokyo", "count=exact"), "count=exact, tx=rollback, timezone=Asia/Tokyo"),
]


@pytest.mark.parametrize(("headers", "applied"), PREFERENCES)
def test_preferences_are_repeated_in_postgrest_s_order(headers: tuple[str, ...], applied: str) -> None:
    found = prefer.preferences(headers).applied("resolution", "missing", "return", "count")
    assert found.get("preference-applied", "") == applied


def test_strict_handling_refuses_what_it_does_not_know() -> None:
    with pytest.raises(RestError) as found:
        prefer.preferences(["handling=strict, wonders=yes, count=exact"])
    assert (found.value.code, found.value.details) == ("PGRST122", "Invalid preferences: wonders=yes")


ACCEPT = [
    (None, Form.ROWS),
    ("*/*", Form.ROWS),
    ("image/png, application/json;q=0.5", Form.ROWS),
    ("text/csv;q=0.3, application/vnd.pgrst.object+json", Form.OBJECT),
    ("text/csv", Form.CSV),
    ("application/vnd.pgrst.object+json;nulls=stripped", Form.OBJECT_STRIPPED),
    ("text/csv;q=0, application/json", Form.ROWS),
]


@pytest.mark.parametrize(("accept", "form"), ACCEPT)
def test_the_best_form_that_exists(accept: str | None, form: Form) -> None:
    assert prefer.form(accept)[0] is form


def test_no_form_that_exists() -> None:
    with pytest.raises(RestError, match="None of these media types are available: image/png") as found:
        prefer.form("image/png")
    assert (found.value.status, found.value.code) == (406, "PGRST107")


RANGES = [
    (None, (0, None)),
    ("0-24", (0, 25)),
    ("items=5-5", (5, 1)),
    ("7-", (7, None)),
    ("bytes=x", (0, None)),
]


@pytest.mark.parametrize(("header", "window"), RANGES)
def test_range_headers(header: str | None, window: tuple[int, int | None]) -> None:
    assert prefer.window(header) == window


def test_a_range_that_ends_before_it_begins() -> None:
    with pytest.raises(RestError, match="Requested range not satisfiable"):
        prefer.window("5-3")


@pytest.mark.parametrize(
    ("offset", "rows", "total", "expected"),
    [(0, 3, None, "0-2/*"), (5, 2, 9, "5-6/9"), (9, 0, 9, "*/9"), (0, 0, None, "*/*")],
)
def test_content_range(offset: int, rows: int, total: int | None, expected: str) -> None:
    assert content_range(offset, rows, total) == expected


BODIES: list[tuple[bytes, str, tuple[str, ...], int, str]] = [
    (b'{"a":1,"b":2}', "application/json", ("a", "b"), 1, '[{"a":1,"b":2}]'),
    (b'[{"a":12345678901234567890.10}]', "application/json", ("a",), 1, '[{"a":12345678901234567890.10}]'),
    (b"[]", "application/json", (), 0, "[]"),
    (b"a=1&b=x+y", "application/x-www-form-urlencoded", ("a", "b"), 1, '[{"a": "1", "b": "x y"}]'),
    (b"a,b\n1,NULL\n", "text/csv", ("a", "b"), 1, '[{"a": "1", "b": null}]'),
]


@pytest.mark.parametrize(("body", "kind", "keys", "count", "text"), BODIES)
def test_bodies(body: bytes, kind: str, keys: tuple[str, ...], count: int, text: str) -> None:
    found = read(body, kind, uniform=True)
    assert (found.keys, found.count, found.as_list) == (keys, count, text)


@pytest.mark.parametrize(
    ("body", "kind", "message"),
    [
        (b'{"a":', "application/json", "Empty or invalid json"),
        (b"", "application/json", "Empty or invalid json"),
        (b"7", "application/json", "Empty or invalid json"),
        (b'{"a":NaN}', "application/json", "Empty or invalid json"),
        (b'{"a":"\xff"}', "application/json", "Empty or invalid json"),
        (b"[" * 100_000, "application/json", "Empty or invalid json"),
        (b'[{"a":1},{"b":1}]', "application/json", "All object keys must match"),
        (b"a,b\n1\n", "text/csv", "All lines must have same number of fields"),
        (b"x", "text/weird", "Content-Type not acceptable: text/weird"),
    ],
)
def test_bodies_that_are_none(body: bytes, kind: str, message: str) -> None:
    with pytest.raises(RestError, match=message) as found:
        read(body, kind, uniform=True)
    assert found.value.code == "PGRST102"


def test_arguments_of_a_function() -> None:
    assert arguments(b"", "application/json") == ("{}", frozenset())
    assert arguments(b'{"a":1}', "application/json") == ('{"a":1}', frozenset({"a"}))
    assert arguments(b"[1]", "application/json") == ("[1]", frozenset())
    assert arguments(b"a b", "text/plain") == ("a b", frozenset())


NOTES = Table("public", "notes", {"id": Column("id", "bigint")}, ("id",))
ONCE = Function("public", "once", (), Shape.VOID, False, True, NOTES)
EACH = Function("public", "each", (), Shape.ROW, True, False, NOTES)
CATALOG: Catalog = assemble([NOTES], [], [ONCE, EACH])


def asked(method: str, path: str, query: str = "", body: str = "{}", **headers: str) -> Ask:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    prefers = [named["prefer"]] if "prefer" in named else []
    return ask(
        method, path, query.encode(), named, prefers, body.encode(), schemas=("public", "other"), depth=10
    )


def answered(
    result: Result, method: str, path: str, query: str = "", body: str = "{}", **headers: str
) -> Answer:
    planned = plan(CATALOG, asked(method, path, query, body, **headers), 1000)
    planned.checked(result)
    return planned.answered(result)


STATUSES: list[tuple[Result, tuple[str, ...], dict[str, str], int, str]] = [
    (Result("[]", 2, None), ("GET", "notes"), {}, 200, "0-1/*"),
    (Result("[]", 2, 2), ("GET", "notes"), {"prefer": "count=exact"}, 200, "0-1/2"),
    (Result("[]", 2, 5), ("GET", "notes"), {"prefer": "count=exact", "range": "1-2"}, 206, "1-2/5"),
    (Result(None, 5, 5), ("HEAD", "notes"), {"prefer": "count=planned"}, 200, "0-4/5"),
    (Result(None, 1, None), ("POST", "notes", "", '{"id":1}'), {}, 201, "*/*"),
    (
        Result(None, 1, 1),
        ("POST", "notes", "", '{"id":1}'),
        {"prefer": "resolution=merge-duplicates"},
        200,
        "*/*",
    ),
    (
        Result(None, 2, 1),
        ("POST", "notes", "", '{"id":1}'),
        {"prefer": "resolution=merge-duplicates"},
        201,
        "*/*",
    ),
    (
        Result(None, 2, None),
        ("PATCH", "notes", "id=gt.1", '{"id":1}'),
        {"prefer": "count=exact"},
        204,
        "0-1/2",
    ),
    (
        Result("[]", 0, None),
        ("DELETE", "notes", "id=eq.1"),
        {"prefer": "return=representation"},
        200,
        "*/*",
    ),
    (Result(None, 1, None), ("POST", "rpc/once"), {}, 204, "0-0/*"),
    (Result(None, 1, 0), ("PUT", "notes", "id=eq.1", '{"id":1}'), {}, 201, ""),
    (Result(None, 1, 1), ("PUT", "notes", "id=eq.1", '{"id":1}'), {}, 204, ""),
    (
        Result("[]", 1, 1),
        ("PUT", "notes", "id=eq.1", '{"id":1}'),
        {"prefer": "return=representation"},
        200,
        "",
    ),
    (Result("[]", 3, None), ("GET", "rpc/each", "id=gt.1"), {}, 200, "0-2/*"),
]


@pytest.mark.parametrize(("result", "request_line", "headers", "status", "shown"), STATUSES)
def test_status_and_range(
    result: Result, request_line: tuple[str, ...], headers: dict[str, str], status: int, shown: str
) -> None:
    found = answered(result, *request_line, **headers)
    assert (found.status, found.headers.get("content-range", "")) == (status, shown)


def test_the_place_of_an_inserted_row() -> None:
    found = answered(
        Result('{"id":7}', 1, None), "POST", "notes", body='{"id":7}', prefer="return=headers-only"
    )
    assert (found.status, found.headers["location"], found.body) == (201, "/notes?id=eq.7", None)


UNDONE: list[tuple[Result, tuple[str, ...], dict[str, str], str]] = [
    (Result("[]", 2, None), ("GET", "notes"), {"accept": "application/vnd.pgrst.object+json"}, "PGRST116"),
    (Result("[]", 0, 8), ("GET", "notes", "offset=9"), {"prefer": "count=exact"}, "PGRST103"),
    (Result(None, 0, 0), ("PUT", "notes", "id=eq.1", '{"id":2}'), {}, "PGRST115"),
    (
        Result(None, 4, None),
        ("DELETE", "notes", "id=gt.1"),
        {"prefer": "handling=strict,max-affected=3"},
        "PGRST124",
    ),
]


@pytest.mark.parametrize(("result", "request_line", "headers", "code"), UNDONE)
def test_results_that_undo_the_transaction(
    result: Result, request_line: tuple[str, ...], headers: dict[str, str], code: str
) -> None:
    with pytest.raises(RestError) as found:
        answered(result, *request_line, **headers)
    assert found.value.code == code


def test_an_unknown_time_zone() -> None:
    zones = frozenset({"Asia/Tokyo"})
    lenient = prefer.preferences(["timezone=Mars/Base"])
    assert prefer.in_known_zone(lenient, zones).timezone is None
    assert prefer.in_known_zone(prefer.preferences(["timezone=Asia/Tokyo"]), zones).timezone == "Asia/Tokyo"
    with pytest.raises(RestError) as found:
        prefer.in_known_zone(prefer.preferences(["handling=strict, timezone=Mars/Base"]), zones)
    assert found.value.details == "Invalid preferences: timezone=Mars/Base"


PATHS: list[tuple[tuple[str, ...], dict[str, str], int, str]] = [
    (("GET", ""), {"accept": "text/csv"}, 406, "PGRST107"),
    (("OPTIONS", "nope"), {}, 404, "PGRST205"),
    (("OPTIONS", "rpc/nope"), {}, 404, "PGRST202"),
    (("GET", "notes", "select=id.sum()"), {}, 400, "PGRST123"),
    (("GET", "notes", "select=count()"), {}, 400, "PGRST123"),
    (("POST", "rpc/once"), {"prefer": "handling=strict,max-affected=1"}, 400, "PGRST128"),
    (("PUT", "notes"), {}, 405, "PGRST105"),
    (("PUT", "notes", "id=gt.1"), {}, 405, "PGRST105"),
    (("PUT", "notes", "id=eq.1&id=eq.2"), {}, 405, "PGRST105"),
    (("PUT", "notes", "or=(id.eq.1)"), {}, 405, "PGRST105"),
    (("PUT", "notes", "id=eq.1&limit=1"), {}, 400, "PGRST114"),
    (("PUT", "notes", "id=eq.1", '{"id":1,"body":"x"}'), {}, 400, "PGRST204"),
    (("PUT", "notes", "id=eq.1", "{}"), {}, 400, "PGRST115"),
    (("PUT", ""), {}, 404, "PGRST125"),
    (("GET", "a/b"), {}, 404, "PGRST125"),
    (("POST", "rpc/"), {}, 404, "PGRST125"),
    (("TRACE", "notes"), {}, 405, "PGRST117"),
    (("PATCH", "rpc/once"), {}, 405, "PGRST101"),
    (("GET", "notes"), {"accept-profile": "auth"}, 406, "PGRST106"),
    (("POST", "notes"), {"content-profile": "auth"}, 406, "PGRST106"),
    (("GET", "notes", "profiles.id=eq.1"), {}, 400, "PGRST108"),
    (("GET", "notes", "limit=-1"), {}, 416, "PGRST103"),
    (("GET", "notes", "id=zz.1"), {}, 400, "PGRST100"),
    (("GET", "notes", "id=eq.%00"), {}, 400, "22021"),
    (("GET", "nope"), {}, 404, "PGRST205"),
    (("GET", "notes"), {"accept-profile": "other"}, 404, "PGRST205"),
]


@pytest.mark.parametrize(("request_line", "headers", "status", "code"), PATHS)
def test_requests_that_are_refused(
    request_line: tuple[str, ...], headers: dict[str, str], status: int, code: str
) -> None:
    with pytest.raises(RestError) as found:
        plan(CATALOG, asked(*request_line, **headers), 1000)
    assert (found.value.status, found.value.code) == (status, code)


def test_a_stable_function_cannot_write_even_when_posted() -> None:
    assert plan(CATALOG, asked("POST", "rpc/each"), 1000).read_only
    assert not plan(CATALOG, asked("POST", "rpc/once"), 1000).read_only
    assert plan(CATALOG, asked("GET", "rpc/once"), 1000).read_only
