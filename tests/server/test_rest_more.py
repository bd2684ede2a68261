"""REST against a real PostgreSQL: what goes beyond tables and filters. As a stranger, to whom all is open.

A select that spreads, orders by an embedded row or asks a function of a row stands in READS.
"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import httpx
import pytest
from psycopg import AsyncConnection

from supachat.server.context import Context

SCHEMA = Path(__file__).with_name("rest_more.sql")


@pytest.fixture
async def rest(client: httpx.AsyncClient, migrator: AsyncConnection[Any]) -> httpx.AsyncClient:
    await migrator.execute(SCHEMA.read_bytes())
    client.base_url = client.base_url.join("/rest/v1/")
    return client


READS: list[tuple[str, Any]] = [
    # a spread of many rows gives arrays
    ("people?select=first,...films!director(titles:title,year)&films.order=year&order=id", [
        {"first": "Ada", "titles": ["One", "Three"], "year": [1930, 1940]},
        {"first": "Bo", "titles": ["Two"], "year": [1980]},
        {"first": "Cy", "titles": [], "year": []},
    ]),
    ("people?select=first,...films!director!inner(title)&films.year=gt.1935&order=id", [
        {"first": "Ada", "title": ["Three"]}, {"first": "Bo", "title": ["Two"]},
    ]),
    ("films?select=title,...roles(part,...people(first))&id=eq.1&roles.order=actor", [
        {"title": "One", "part": ["lead", "voice"], "first": ["Bo", "Cy"]},
    ]),
    ("films?select=title,...people!director(first,born)&id=gte.3&order=id", [
        {"title": "Three", "first": "Ada", "born": "1900-01-01"},
        {"title": "Four", "first": None, "born": None},
    ]),
    ("people?select=id,...roles(*)&id=eq.2", [{"id": 2, "film": [1], "actor": [2], "part": ["lead"]}]),
    ("films?select=id,...people!director(...films!director(title))&id=eq.2", [{"id": 2, "title": ["Two"]}]),
    # order by the row that is embedded
    ("films?select=id,director(last)&order=director(last).desc.nullslast,id", [
        {"id": 1, "director": {"last": "Zed"}}, {"id": 3, "director": {"last": "Zed"}},
        {"id": 2, "director": {"last": "Yak"}}, {"id": 4, "director": None},
    ]),
    ("films?select=id,who:people!director()&order=who(last).nullsfirst,year&limit=3", [
        {"id": 4}, {"id": 2}, {"id": 1},
    ]),
    ("roles?select=part,films(title)&films.year=gt.1970&order=films(title).asc.nullslast,actor", [
        {"part": "lead", "films": {"title": "Two"}}, {"part": "lead", "films": None},
        {"part": "voice", "films": None},
    ]),
    # functions of a row
    ("people?select=full_name&full_name=like.*a*&order=full_name.desc", [
        {"full_name": "Bo Yak"}, {"full_name": "Ada Zed"},
    ]),
    ("people?select=name:full_name,last_film(title),acted_in(title)&acted_in.order=id&order=id", [
        {"name": "Ada Zed", "last_film": {"title": "Three"}, "acted_in": []},
        {"name": "Bo Yak", "last_film": {"title": "Two"}, "acted_in": [{"title": "One"}]},
        {"name": "Cy Xi", "last_film": None, "acted_in": [{"title": "One"}, {"title": "Two"}]},
    ]),
    ("rpc/everybody?select=full_name&full_name=eq.Cy%20Xi&order=full_name", [{"full_name": "Cy Xi"}]),
    ("films?select=director(full_name)&id=eq.1", [{"director": {"full_name": "Ada Zed"}}]),
    # paths, casts, aliases, trees
    ("films?select=s:meta->stars,t:meta->tags->>0&meta->stars=gte.4&order=meta->>stars.desc", [
        {"s": 5, "t": "old"}, {"s": 4, "t": None},
    ]),
    ("films?select=id,m:mood::mood,year::text,s:meta->>stars::int&id=eq.2", [
        {"id": 2, "m": "calm", "year": "1980", "s": 3},
    ]),
    ("films?select=id&or=(meta->by->>name.eq.x,and(year.lt.1935,not.or(id.eq.2,id.eq.3)))&order=id", [
        {"id": 1}, {"id": 4},
    ]),
    ("films?select=title,roles(part,people(first))&or=(roles.not.is.null,id.eq.4)&id=gt.1&order=id", [
        {"title": "Two", "roles": [{"part": "lead", "people": {"first": "Cy"}}]},
        {"title": "Four", "roles": []},
    ]),
    ("films?select=id,roles(part)&roles.or=(part.eq.voice,actor.eq.2)&roles.order=part&id=lte.2&order=id", [
        {"id": 1, "roles": [{"part": "lead"}, {"part": "voice"}]}, {"id": 2, "roles": []},
    ]),
]  # fmt: skip


async def test_reads(rest: httpx.AsyncClient) -> None:
    for path, rows in READS:
        found = await rest.get(path)
        assert (found.status_code, found.json()) == (200, rows), path


REFUSED = [
    ("people?select=id,films!director(title)&order=films(title)", 400, "PGRST118"),
    ("films?order=people(last)", 400, "PGRST108"),
    ("films?select=id,director(last)&order=director(nope)", 400, "42703"),
    ("films?select=id.max()", 400, "PGRST123"),
    ("films?select=id::pg_sleep", 400, "42704"),
    ("people?select=no_name", 400, "42703"),
    ("films?select=people(last)", 300, "PGRST201"),
    # the key's name would not say which way: within one table only a column does
    ("parts?select=parts!parts_whole_fkey(id)", 400, "PGRST200"),
]


async def test_reads_that_are_refused(rest: httpx.AsyncClient) -> None:
    for path, status, code in REFUSED:
        found = await rest.get(path)
        assert (found.status_code, found.json()["code"]) == (status, code), path


WHOLE = {"prefer": "return=representation"}
PUTS: list[tuple[str, Any, dict[str, str], int, Any]] = [
    ("shop=eq.a&item=eq.pen", {"shop": "a", "item": "pen", "n": 3}, {}, 201, None),
    ("shop=eq.a&item=eq.pen", {"shop": "a", "item": "pen", "n": 4}, {}, 204, None),
    ("item=eq.pen&shop=eq.a&select=n", {"shop": "a", "item": "pen", "n": 5}, WHOLE, 200, [{"n": 5}]),
    ("shop=eq.b&item=eq.ink&select=n", [{"shop": "b", "item": "ink"}], WHOLE, 201, [{"n": 1}]),
    ("shop=eq.a&item=eq.ink", {"shop": "a", "item": "pen"}, {}, 400, "PGRST115"),
    ("shop=eq.a", {"shop": "a", "item": "pen"}, {}, 405, "PGRST105"),
    ("shop=eq.a&item=eq.pen&n=eq.5", {"shop": "a", "item": "pen"}, {}, 405, "PGRST105"),
    ("shop=eq.a&item=eq.pen&offset=1", {"shop": "a", "item": "pen"}, {}, 400, "PGRST114"),
]


async def test_put_writes_one_row_by_its_key(rest: httpx.AsyncClient) -> None:
    for query, body, headers, status, expected in PUTS:
        found = await rest.put(f"stock?{query}", json=body, headers=headers)
        assert found.status_code == status, (query, found.text)
        said: Any = found.json() if found.content else None
        assert (said["code"] if found.is_error else said) == expected, query
    left = await rest.get("stock?select=shop,item,n&order=shop")
    assert left.json() == [{"shop": "a", "item": "pen", "n": 5}, {"shop": "b", "item": "ink", "n": 1}]


async def test_a_transaction_that_is_taken_back(rest: httpx.AsyncClient) -> None:
    headers = {"prefer": "tx=rollback, return=representation"}
    made = await rest.post("stock?select=n", json={"shop": "a", "item": "b"}, headers=headers)
    assert (made.status_code, made.json()) == (201, [{"n": 1}])
    assert made.headers["preference-applied"] == "return=representation, tx=rollback"
    gone = await rest.delete("films?id=gt.0", headers={"prefer": "tx=rollback"})
    assert gone.status_code == 204
    assert (await rest.get("stock")).json() == []
    assert len((await rest.get("films")).json()) == 4
    kept = await rest.post("stock", json={"shop": "a", "item": "b"}, headers={"prefer": "tx=commit"})
    assert kept.headers["preference-applied"] == "tx=commit"
    assert len((await rest.get("stock")).json()) == 1


async def test_a_time_zone_of_one_s_own(rest: httpx.AsyncClient) -> None:
    found = await rest.get("films?select=at&id=eq.1", headers={"prefer": "timezone=Asia/Tokyo"})
    assert found.json() == [{"at": "2026-01-01T09:00:00+09:00"}]
    assert found.headers["preference-applied"] == "timezone=Asia/Tokyo"
    other = await rest.get("films?select=at&id=eq.1", headers={"prefer": "timezone=Mars/Base"})
    assert other.json() == [{"at": "2026-01-01T00:00:00+00:00"}]
    assert "preference-applied" not in other.headers
    strict = await rest.get("films", headers={"prefer": "handling=strict, timezone=Mars/Base"})
    assert (strict.status_code, strict.json()["code"]) == (400, "PGRST122")


async def test_functions_of_a_row_in_what_was_written(rest: httpx.AsyncClient) -> None:
    body = {"id": 9, "first": "Di", "last": "Wu"}
    made = await rest.post("people?select=*,full_name", json=body, headers=WHOLE)
    assert made.json() == [{**body, "born": None, "full_name": "Di Wu"}]
    changed = await rest.patch(
        "people?select=full_name&full_name=eq.Di%20Wu", json={"last": "Xu"}, headers=WHOLE
    )
    assert changed.json() == [{"full_name": "Di Xu"}]
    assert (await rest.post("people?select=full_name", json=[], headers=WHOLE)).json() == []


async def test_sql_may_set_status_and_headers(rest: httpx.AsyncClient) -> None:
    headers = (
        '[{"X-Told": "yes"}, {"Set-Cookie": "a=1"}, {"Set-Cookie": "b=2"}, {"Content-Type": "text/x-y"}]'
    )
    found = await rest.post("rpc/told", json={"status": "202", "headers": headers})
    assert (found.status_code, found.text, found.headers["x-told"]) == (202, "1", "yes")
    assert found.headers.get_list("set-cookie") == ["a=1", "b=2"]
    assert found.headers["content-type"] == "text/x-y"
    for status, wrong, code in (("0", "[]", "PGRST112"), ("200", "no", "PGRST111")):
        refused = await rest.post("rpc/told", json={"status": status, "headers": wrong})
        assert (refused.status_code, refused.json()["code"]) == (500, code)


async def test_the_root_describes_what_one_may_touch(rest: httpx.AsyncClient, context: Context) -> None:
    stranger = await rest.get("", headers={"accept": "application/openapi+json"})
    assert stranger.headers["content-type"] == "application/openapi+json; charset=utf-8"
    found = stranger.json()
    assert found["swagger"] == "2.0"
    assert "/films" in found["paths"]
    assert "/diary" not in found["paths"]
    title = found["definitions"]["films"]["properties"]["title"]
    assert title == {"format": "text", "type": "string", "description": "On the poster"}
    assert found["definitions"]["films"]["properties"]["mood"]["enum"] == ["calm", "loud"]
    service = await rest.get("", headers={"authorization": f"Bearer {context.keys.service_role_key}"})
    assert "/diary" in service.json()["paths"]
    assert (await rest.head("")).status_code == 200


async def test_options_and_foreign_pages(rest: httpx.AsyncClient) -> None:
    plain = await rest.options("films")
    assert (plain.status_code, plain.headers["allow"]) == (200, "OPTIONS,GET,HEAD,POST,PUT,PATCH,DELETE")
    origin = {"origin": "http://localhost:3000"}
    asked = {**origin, "access-control-request-method": "PATCH", "access-control-request-headers": "prefer"}
    preflight = await httpx.AsyncClient(transport=rest._transport).options(
        str(rest.base_url.join("films")), headers=asked
    )
    assert preflight.status_code == 200
    assert "PATCH" in preflight.headers["access-control-allow-methods"]
    read = await rest.get("films?limit=1", headers=origin)
    exposed = {name.strip().lower() for name in read.headers["access-control-expose-headers"].split(",")}
    assert {"content-range", "content-location", "content-profile", "location"} <= exposed
    assert read.headers["content-location"] == "/films?limit=1"


SELECTS = [
    *(
        "*",
        "...people!director(*)",
        "...roles(*)",
        "...roles()",
        "roles(...people(*))",
        "director(...films(*))",
    ),
    *("...director(...films(...roles(*)))", "full_name", "last_film(*)", "count", "id::mood", "at::date"),
    *(
        "meta->",
        "...",
        "...nope(*)",
        "x:...roles(part)",
        "roles!inner()",
        'roles("part")',
        "a:a:id",
        "id,id",
    ),
    *("...roles(part),part:title", "...roles(id:part)", "%25(v0)s:id", "roles(count)", "...roles(count)"),
]
ORDERS = [
    "director(last)",
    "roles(part)",
    "director(last",
    "director()",
    "meta->a(b)",
    "id.desc.nulls",
    "a(b(c))",
]
OTHERS = ["films", "people", "roles", "rpc/everybody", "rpc/told?status=1&headers=2"]


async def test_no_select_and_no_order_is_answered_by_500(rest: httpx.AsyncClient) -> None:
    for path, select, order in itertools.product(OTHERS, SELECTS, ["id", *ORDERS]):
        found = await rest.get(path, params={"select": select, "order": order})
        assert found.status_code < 500, (path, select, order, found.text)


async def test_a_missing_identity_takes_its_next_number(rest: httpx.AsyncClient) -> None:
    wanted = {"prefer": "missing=default,return=representation"}
    given = [{"id": 7, "name": "given"}, {"name": "numbered"}]
    made = await rest.post("counted?columns=id,name", json=given, headers=wanted)
    assert made.json() == [
        {"id": 7, "name": "given"},
        {"id": 2, "name": "numbered"},
    ]  # the first drew a number too
    shown = (await rest.get("")).json()["definitions"]["counted"]["properties"]["id"]
    assert "default" not in shown


CALLS: list[tuple[str, Any, int, Any]] = [
    # one unnamed parameter takes the whole body, also where that names an argument with nothing
    ("unsaid", {"": "x"}, 200, '{"":"x"}'),
    ("unsaid", {}, 200, "nothing"),
    ("open_ended", {"": 1}, 200, '{"":1}'),
    ("open_ended", {}, 300, "public.open_ended(), public.open_ended( => text)"),
    ("told_twice", {"b": "1"}, 300, "public.told_twice(b => integer), public.told_twice(b => text)"),
    # what was meant, where something like it is there
    ("unsayd", {}, 404, "Perhaps you meant to call the function public.unsaid"),
    ("add_up", {"number_a": 1}, 404, "Perhaps you meant to call the function public.add_up(number_one)"),
    ("add_up", {"c": 1}, 404, None),
    ("full_name", {"c": 1}, 404, None),
    ("quite_another", {}, 404, None),
]


@pytest.mark.parametrize(("name", "given", "status", "said"), CALLS)
async def test_which_function_is_meant(
    rest: httpx.AsyncClient, name: str, given: Any, status: int, said: Any
) -> None:
    answer = await rest.post(f"rpc/{name}", json=given)
    told = answer.json()
    if status == 300:
        told = told["message"].removeprefix("Could not choose the best candidate function between: ")
    assert (answer.status_code, told["hint"] if status == 404 else told) == (status, said)


async def test_an_argument_without_a_name_is_none_in_an_address(rest: httpx.AsyncClient) -> None:
    assert (await rest.get("rpc/unsaid?=x")).status_code == 404
