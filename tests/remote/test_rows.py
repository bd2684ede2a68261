"""PostgREST calls on the wire, and how a refused token is renewed."""

from __future__ import annotations

import json

import httpx
import pytest
from tests.remote.rows_over import CALL, answering, ask, rows_over

from supachat.dialects.calls import Insert, Rpc, Select, Update
from supachat.domain.errors import (
    Retryable,
)
from supachat.remote.rows import as_rows

# ---------------------------------------------------------------- what goes out


async def test_an_rpc() -> None:
    answer, request = await ask(Rpc("f", {"_a": "x", "_n": None}, "rooms"), {"id": 1})
    assert answer == [{"id": 1}]
    assert (request.method, request.url.path) == ("POST", "/rest/v1/rpc/f")
    assert json.loads(request.content) == {"_a": "x", "_n": None}
    assert request.headers["content-profile"] == "rooms"


async def test_a_page() -> None:
    call = Select(
        "m",
        "id,at",
        filters=(("thread", "eq", "a,b"), ("at", "lte", "2026-01-01T00:00:00.000001+00:00")),
        any_of='at.lt."2026",and(at.eq."2026",id.lt."x")',
        order=(("at", True), ("id", True)),
        limit=50,
    )
    answer, request = await ask(call, [{"id": 1}, {"id": 2}])
    assert [row["id"] for row in answer] == [1, 2]
    params = dict(request.url.params.multi_items())
    assert params["thread"] == "eq.a,b"
    assert params["at"] == "lte.2026-01-01T00:00:00.000001+00:00"
    assert params["or"] == '(at.lt."2026",and(at.eq."2026",id.lt."x"))'
    assert params["order"] == "at.desc,id.desc"
    assert params["limit"] == "50"


async def test_a_column_that_is_called_like_a_parameter_is_a_column() -> None:
    filters = (("order", "lte", "2026"), ("limit", "eq", "a,b"), ("select", "ilike", "*x*"))
    _, request = await ask(Select("m", "order,limit", filters, order=(("order", True),), limit=50), [])
    params = request.url.params
    assert params.get_list("or") == ['("order".lte."2026")', '("limit".eq."a,b")', '("select".ilike."*x*")']
    assert (params["order"], params["limit"], params["select"]) == ("order.desc", "50", "order,limit")


async def test_an_insert_changes_nothing_the_second_time() -> None:
    answer, request = await ask(Insert("m", {"id": "u", "body": "b"}), [])
    assert answer == []
    assert request.method == "POST"
    assert request.url.params["on_conflict"] == "id"
    assert "resolution=ignore-duplicates" in request.headers["prefer"]


async def test_an_update() -> None:
    _, request = await ask(Update("m", {"read": True}, (("id", "eq", "5"),)), [])
    assert (request.method, request.url.params["id"]) == ("PATCH", "eq.5")


@pytest.mark.parametrize(
    ("answer", "rows"),
    [
        (None, []),
        ("", []),
        ([], []),
        ({"a": 1}, [{"a": 1}]),
        ([{"a": 1}, {"a": 2}], [{"a": 1}, {"a": 2}]),
        ("thread-1", [{"value": "thread-1"}]),
        (5, [{"value": 5}]),
        ([1, 2], [{"value": 1}, {"value": 2}]),
    ],
)
def test_whatever_is_answered_is_rows(answer: object, rows: list[object]) -> None:
    assert as_rows(answer) == rows


async def test_a_function_that_returns_nothing() -> None:
    rows, _, _ = rows_over(answering(204))
    assert await rows.carry_out(CALL) == []


# ---------------------------------------------------------------- tokens


@pytest.mark.parametrize("body", [{"code": "PGRST303", "message": "JWT expired"}, {"code": "PGRST301"}, {}])
async def test_a_refused_token_is_renewed_once(body: dict[str, str]) -> None:
    answers = [httpx.Response(401, json=body), httpx.Response(200, json=[{"id": 1}])]
    rows, script, tokens = rows_over(lambda request: answers.pop(0))
    assert await rows.carry_out(Select("m")) == [{"id": 1}]
    assert tokens.renewed == ["one"]
    assert len(script.asked) == 2


async def test_a_token_refused_twice_is_trouble_that_may_pass() -> None:
    """A clock that is wrong must not cost anybody the session."""
    rows, script, tokens = rows_over(answering(401, {"code": "PGRST303"}))
    with pytest.raises(Retryable) as caught:
        await rows.carry_out(CALL)
    assert "clock" in str(caught.value)
    assert len(script.asked) == 2
    assert tokens.renewed == ["one"]
