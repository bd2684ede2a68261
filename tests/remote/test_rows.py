"""PostgREST calls on the wire, and its refusals as our errors. Bodies are the recorded ones."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.remote.answers import Answer, Scripted, client_of

from supachat.dialects.calls import Call, Insert, Rpc, Select, Update
from supachat.domain.errors import (
    DialectError,
    KeyRefused,
    NotAllowed,
    NotFound,
    RateLimited,
    Refused,
    Retryable,
    ServerTrouble,
    SupachatError,
    Unreachable,
)
from supachat.remote.http import OfflineByHand, retry_after
from supachat.remote.rows import Rows, as_rows

HTTP = Path(__file__).parents[1] / "vectors" / "data" / "http"


class Tokens:
    """Gives tokens out, and counts."""

    def __init__(self) -> None:
        self.renewed: list[str] = []

    async def access(self) -> str:
        return "one"

    async def renew(self, refused: str) -> str:
        self.renewed.append(refused)
        return "two"


def rows_over(answer: Answer) -> tuple[Rows, Scripted, Tokens]:
    script, tokens = Scripted(answer), Tokens()
    return Rows(client_of(script), tokens), script, tokens


def answering(status: int, body: Any = None, **headers: str) -> Answer:
    content = b"" if body is None else json.dumps(body).encode()
    return lambda request: httpx.Response(
        status, content=content, headers={"content-type": "application/json", **headers}
    )


def raising(error: Exception) -> Answer:
    def answer(request: httpx.Request) -> httpx.Response:
        raise error

    return answer


CALL = Rpc("anything", {})


# ---------------------------------------------------------------- what goes out


async def ask(call: Call, answer: Any) -> tuple[list[Any], httpx.Request]:
    rows, script, _ = rows_over(answering(200, answer))
    return await rows.carry_out(call), script.asked[0]


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


# ---------------------------------------------------------------- what comes back


def recorded(label: str, file: str = "rest_errors.jsonl") -> tuple[int, Any]:
    for line in (HTTP / file).read_text("utf-8").splitlines():
        entry = json.loads(line)
        if entry["label"].startswith(label):
            return entry["response"]["status"], entry["response"]["body"]
    raise LookupError(label)


@pytest.mark.parametrize(
    ("status", "body", "kind", "words"),
    [
        (*recorded("unique violation (pk insert)"), Refused, "has this already"),
        (*recorded("non-member inserts", "rest_rls.jsonl"), NotAllowed, "may not"),
        (404, {"code": "PGRST202", "message": "Could not find the function"}, DialectError, "not there"),
        (404, {"code": "PGRST205", "message": "Could not find the table"}, DialectError, "not there"),
        (406, {"code": "PGRST106", "message": "The schema must be one of"}, DialectError, "not there"),
        (409, {"code": "23503", "message": "fk"}, NotFound, "not there any more"),
        (400, {"code": "23514", "message": "check"}, Refused, "rules do not allow"),
        (400, {"code": "22023", "message": "the message is empty"}, Refused, "the message is empty"),
        (400, {"code": "P0001", "message": "too \x1b[31mred\u202e"}, Refused, "too"),
        (403, {"message": "no"}, NotAllowed, "may not"),
        (500, {"code": "XX000", "message": "internal"}, ServerTrouble, "trouble"),
        (503, {"code": "PGRST001", "message": "no connection"}, ServerTrouble, "trouble"),
        (500, {"code": "57014", "message": "canceling statement"}, ServerTrouble, "trouble"),
        (302, {"message": "over there"}, ServerTrouble, "elsewhere"),
        (418, {}, Refused, "refused"),
        (401, {"message": "Invalid API key"}, KeyRefused, "knows another"),
    ],
)
async def test_refusals(status: int, body: Any, kind: type[SupachatError], words: str) -> None:
    rows, _, _ = rows_over(answering(status, body))
    with pytest.raises(kind) as caught:
        await rows.carry_out(CALL)
    assert words in str(caught.value)
    assert "\x1b" not in str(caught.value)
    assert "\u202e" not in str(caught.value)
    answered = kind not in (ServerTrouble, KeyRefused)
    assert rows.reached_since(0.0) is answered
    assert (rows.silent_since is None) is answered


# What goes wrong with a plain insert, in the order in which one would look for it.
@pytest.mark.parametrize(
    ("status", "body", "kind", "words", "cure"),
    [
        (*recorded("non-member inserts", "rest_rls.jsonl"), NotAllowed, "row level security", "[send] rpc"),
        (
            403, {"code": "42501", "message": "permission denied for table chat_messages"},
            NotAllowed, "no right to insert", "Grant insert",
        ),
        (
            409, {"code": "23503", "message": 'violates foreign key "chat_messages_thread_id_fkey"'},
            NotFound, "thread is not there yet", "ctrl+n",
        ),
        (
            400, {"code": "23502", "message": 'null value in column "recipient_mongo_id"'},
            Refused, "a column that the map does not fill", "[send.params]",
        ),
        (400, {"code": "23514", "message": "check"}, Refused, "rules do not allow", ""),
    ],
)  # fmt: skip
async def test_why_a_plain_insert_was_refused(
    status: int, body: Any, kind: type[SupachatError], words: str, cure: str
) -> None:
    rows, _, _ = rows_over(answering(status, body))
    with pytest.raises(kind) as caught:
        await rows.carry_out(Insert("chat_messages", {"id": "1"}))
    assert words in caught.value.message
    assert cure in caught.value.cure
    with pytest.raises(kind) as called:
        await rows.carry_out(CALL)
    assert cure == "" or cure not in called.value.cure, "a function has its own reasons"


@pytest.mark.parametrize("words", ["No API key found in request", "Invalid API key"])
async def test_a_key_that_does_not_arrive_is_said(words: str) -> None:
    rows, script, tokens = rows_over(answering(401, {"message": words}))
    with pytest.raises(KeyRefused, match="leave the header apikey alone"):
        await rows.carry_out(CALL)
    assert (len(script.asked), tokens.renewed) == (1, [])


async def test_a_token_that_does_not_arrive_is_said() -> None:
    """PostgREST answers 401 to whoever may not and has no token."""
    rows, _, tokens = rows_over(answering(401, {"code": "42501", "message": "permission denied for table"}))
    with pytest.raises(ServerTrouble, match="take the Authorization header away"):
        await rows.carry_out(Insert("chat_messages", {"id": "1"}))
    assert tokens.renewed == ["one"]


async def test_key_and_token_go_along_with_every_request() -> None:
    for call in (CALL, Select("m"), Insert("m", {"id": "1"}), Update("m", {}, ())):
        _, request = await ask(call, [])
        assert request.headers["apikey"]
        assert request.headers["authorization"].startswith("Bearer ")


async def test_how_long_the_tables_are_silent_counts_from_the_first_failure_to_the_next_answer() -> None:
    answers: list[httpx.Response] = []
    now = iter(range(1, 9))
    script = Scripted(lambda request: answers.pop(0))
    rows = Rows(client_of(script), Tokens(), clock=lambda: float(next(now)))
    said: list[tuple[bool, float | None]] = []
    for status in (200, 503, 502, 403, 503, 200):
        answers.append(httpx.Response(status, json=[]))
        with contextlib.suppress(SupachatError):
            await rows.carry_out(Select("m"))
        said.append((rows.reached_since(1.0), rows.silent_since))
    assert said == [(True, None), (False, 2.0), (False, 2.0), (True, None), (False, 4.0), (True, None)]


async def test_who_went_offline_by_hand_did_not_find_the_tables_silent() -> None:
    rows, _, _ = rows_over(raising(OfflineByHand("offline by hand")))
    with pytest.raises(Unreachable):
        await rows.carry_out(Select("m"))
    assert rows.silent_since is None


async def test_missing_tables_say_what_to_do() -> None:
    rows, _, _ = rows_over(answering(404, {"code": "PGRST202"}))
    with pytest.raises(DialectError) as caught:
        await rows.carry_out(CALL)
    assert "dialect sql" in caught.value.cure


@pytest.mark.parametrize("body", [b"<html>Bad gateway</html>", b"", b"[1]", b"\xff\xfe"])
async def test_a_proxys_page_is_trouble(body: bytes) -> None:
    rows, _, _ = rows_over(lambda request: httpx.Response(502, content=body))
    with pytest.raises(ServerTrouble):
        await rows.carry_out(CALL)


@pytest.mark.parametrize("call", [Select("m"), CALL])
async def test_a_hotels_sign_in_page_is_not_an_empty_list(call: Call) -> None:
    """Taken for no rows, it would empty the thread list."""
    page = httpx.Response(200, content=b"<html>", headers={"content-type": "text/html"})
    rows, _, _ = rows_over(lambda request: page)
    with pytest.raises(ServerTrouble):
        await rows.carry_out(call)


async def test_patience_is_asked_for_by_name() -> None:
    rows, _, _ = rows_over(answering(429, {"message": "slow down"}, **{"retry-after": "17"}))
    with pytest.raises(RateLimited) as caught:
        await rows.carry_out(CALL)
    assert caught.value.after == 17.0


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("17", 17.0),
        ("-3", 0.0),
        ("99999999", 3600.0),
        ("Fri, 20 Nov 2026 12:00:30 GMT", 30.0),
        ("Fri, 20 Nov 2026 11:00:30 GMT", 0.0),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after(text: str, seconds: float | None) -> None:
    assert retry_after(text, datetime(2026, 11, 20, 12, tzinfo=UTC)) == seconds


@pytest.mark.parametrize(
    "error",
    [
        httpx.ConnectError("refused"),
        httpx.ConnectTimeout("slow"),
        httpx.ReadTimeout("slow"),
        httpx.ReadError("reset"),
        httpx.RemoteProtocolError("disconnected"),
        httpx.PoolTimeout("busy"),
    ],
)
async def test_no_answer_is_unreachable_at_once(error: Exception) -> None:
    """postgrest would try a read four times, seven seconds in all: the outbox and the engine try."""
    rows, script, _ = rows_over(raising(error))
    with pytest.raises(Unreachable):
        await rows.carry_out(Select("m"))
    assert len(script.asked) == 1
    assert not rows.reached_since(0.0)


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
