"""What the tables answer: refusals, strangers' pages and no answer at all, in words of ours."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.remote.answers import Scripted, client_of
from tests.remote.rows_over import CALL, Tokens, answering, ask, raising, rows_over

from supachat.dialects.calls import Call, Insert, Select, Update
from supachat.domain.errors import (
    DialectError,
    KeyRefused,
    NotAllowed,
    NotFound,
    RateLimited,
    Refused,
    ServerTrouble,
    SupachatError,
    Unreachable,
)
from supachat.remote.http import OfflineByHand, retry_after
from supachat.remote.rows import Rows

HTTP = Path(__file__).parents[1] / "vectors" / "data" / "http"


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
        (
            *recorded("non-member inserts", "rest_rls.jsonl"),
            NotAllowed,
            "may not do that here. Ask whoever",
        ),
        (
            403,
            {"code": "42501", "message": "permission denied for table t"},
            NotAllowed,
            "here. Ask whoever",
        ),
        (
            403,
            {"code": "42501", "message": "only the owner of this room may do that"},
            NotAllowed,
            "the owner",
        ),
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
        (401, {"message": "Invalid API key"}, KeyRefused, "does not take the key"),
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


async def test_a_date_until_which_to_be_patient_is_one_of_the_servers_clock() -> None:
    """By ours, which may be hours wrong, it were long over or an hour away."""
    said = {"retry-after": "Sat, 01 Jan 2000 00:00:30 GMT", "date": "Sat, 01 Jan 2000 00:00:13 GMT"}
    rows, _, _ = rows_over(answering(429, {"message": "slow down"}, **said))
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
        ("Fri, 20 Nov 2026 12:00:30 -0000", 30.0),
        ("Fri, 20 Nov 99999999999 12:00:30 GMT", None),
        ("9" * 400, 3600.0),
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
