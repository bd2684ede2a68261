"""REST against a real PostgreSQL: functions and embeds of every shape, and hostile queries and bodies."""

from __future__ import annotations

import itertools
from typing import Any

import httpx
from psycopg import AsyncConnection

CALLS: list[tuple[str, str, Any, Any]] = [
    ("GET", "rpc/joined?words=a&words=b", None, "a-b"),
    ("POST", "rpc/joined", {"words": ["a", "b"]}, "a-b"),
    ("POST", "rpc/kind", [1], "array"),
    ("POST", "rpc/kind", {"any": "thing"}, "object"),
    ("POST", "rpc/pair", {}, {"one": 1, "two": "b"}),
    ("GET", "rpc/pair?select=two", None, {"two": "b"}),
    ("GET", "rpc/nobody", None, {"id": None, "name": None, "boss": None}),
    ("GET", "rpc/twice?n=1", None, [1, 2]),
]


async def test_functions_of_every_shape(ann: httpx.AsyncClient) -> None:
    for method, path, body, expected in CALLS:
        found = await ann.request(method, path, json=body)
        assert (found.status_code, found.json()) == (200, expected), path


EMBEDS: list[tuple[str, Any]] = [
    ("rooms?select=title,people(name)&people.order=name&order=id", [
        {"title": "one", "people": [{"name": "ann"}, {"name": "bob"}]},
        {"title": "two", "people": [{"name": "ann"}]},
        {"title": "empty", "people": []},
    ]),
    ("rooms?select=title,people!inner(name)&people.name=eq.bob", [
        {"title": "one", "people": [{"name": "bob"}]},
    ]),
    ("rooms?select=title,members()&members=is.null", [{"title": "empty"}]),
    ("rooms?select=title,members()&members=not.is.null&order=id", [{"title": "one"}, {"title": "two"}]),
    ("rooms?select=title,members(count)&order=id", [
        {"title": "one", "members": [{"count": 2}]},
        {"title": "two", "members": [{"count": 1}]},
        {"title": "empty", "members": [{"count": 0}]},
    ]),
    ("people?select=name,boss(name)&order=name", [
        {"name": "ann", "boss": None}, {"name": "bob", "boss": {"name": "ann"}},
    ]),
    ("people?select=name,team:people!boss(name)&order=name", [
        {"name": "ann", "team": [{"name": "bob"}]}, {"name": "bob", "team": []},
    ]),
    ("people?select=name,...boss(chief:name)&order=name", [
        {"name": "ann", "chief": None}, {"name": "bob", "chief": "ann"},
    ]),
    ("people?select=name,...boss!inner(chief:name)", [{"name": "bob", "chief": "ann"}]),
    ("members?select=rooms(title,members(people(name)))&room=eq.2", [
        {"rooms": {"title": "two", "members": [{"people": {"name": "ann"}}]}}
    ]),
    ("people?select=name,rooms(title)&rooms.title=eq.two&order=name", [
        {"name": "ann", "rooms": [{"title": "two"}]}, {"name": "bob", "rooms": []},
    ]),
    ("people?select=count", [{"count": 2}]),
]  # fmt: skip


async def test_embeds(ann: httpx.AsyncClient) -> None:
    for path, rows in EMBEDS:
        assert (await ann.get(path)).json() == rows, path


async def test_embeds_of_rows_just_written(ann: httpx.AsyncClient) -> None:
    found = await ann.post(
        "notes?select=body,rooms(title),who:people(name)",
        json=[{"room": 1, "body": "a"}, {"room": 2, "body": "b"}],
        headers={"prefer": "return=representation"},
    )
    assert found.json() == [
        {"body": "a", "rooms": {"title": "one"}, "who": {"name": "ann"}},
        {"body": "b", "rooms": {"title": "two"}, "who": {"name": "ann"}},
    ]


COLUMNS = [
    *("id", "room", "body", "meta", "meta->a", "meta->>a", "tags", "tags->0", "mood", "seen", "found"),
    *('"50%; drop"', "created_at", "nope", "%28v0%29s", 'a"b', "'"),
]
OPERATORS = [
    *("eq", "neq", "gt", "lte", "like", "ilike", "match", "is", "isdistinct", "in", "cs", "cd", "ov", "sl"),
    *("adj", "fts", "wfts(english)", "plfts(nope)", "eq(any)", "like(all)", "not.eq", "zz", ""),
]
VALUES = [
    *("1", "null", "{1}", "(1,2)", '("a","b")', "'; drop table notes; --", '{"a":1}', "[1,2)", "", "%25"),
    *("\\", "%(v0)s", "2026-11-20T11:47:13.5+00:00", "e\u0301🎉", "\t\n", "a&b:*"),
]
PER_PAIR = 4
"""How many of the values each pair of column and operator meets; all of them meet some."""


async def test_no_query_is_answered_by_500(ann: httpx.AsyncClient, migrator: AsyncConnection[Any]) -> None:
    made = await ann.post("notes", json={"room": 1, "body": "here", "seen": "[1,5)", "tags": ["a"]})
    assert made.status_code == 201
    values = itertools.cycle(VALUES)
    for column, operator in itertools.product(COLUMNS, OPERATORS):
        for value in itertools.islice(values, PER_PAIR):
            found = await ann.get("notes", params={column: f"{operator}.{value}", "select": "id"})
            assert found.status_code in (200, 400, 404), (column, operator, value, found.text)
    cursor = await migrator.execute("select count(*) from notes")
    assert await cursor.fetchone() == (1,)


BODIES = [
    *(b"", b"[]", b"{}", b"[{}]", b"null", b"7", b'"x"', b"[1]", b'{"room":1}', b"{" * 900),
    *(b'{"room":"x","body":"y"}', b'{"room":1,"body":"a\\u0000b"}', b'{"room":1,"body":["x"]}'),
    *(b'{"\\ud800":1}', b'{"room":{"a":1},"body":1}', b'{"room":1e400,"body":"x"}'),
    *(b'{"room":1,"body":"x","found":"x"}', b"[" * 500 + b"]" * 500),
]


async def test_no_body_is_answered_by_500(ann: httpx.AsyncClient) -> None:
    places = (("POST", "notes"), ("PATCH", "notes?room=eq.1"), ("POST", "rpc/add"), ("POST", "rpc/kind"))
    prefers = ("return=representation", "resolution=merge-duplicates", "missing=default")
    for body, (method, path), prefer in itertools.product(BODIES, places, prefers):
        headers = {"content-type": "application/json", "prefer": prefer}
        found = await ann.request(method, path, content=body, headers=headers)
        assert found.status_code < 500, (body, method, path, prefer, found.text)
