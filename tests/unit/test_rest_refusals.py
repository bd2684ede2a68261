"""Who may ask at all, and what Postgres' refusals become."""

from __future__ import annotations

import json
from typing import Any

import pytest

from supachat.server.rest import errors
from supachat.server.rest.errors import RestError
from supachat.server.rest.identity import who
from supachat.server.rest.sqlstates import from_postgres
from supachat.server.tokens import Keys, mint

SECRET = "s" * 40
KEYS = Keys(SECRET, mint({"role": "anon"}, SECRET), mint({"role": "service_role"}, SECRET))
NOW = 1_000_000


def bearer(**claims: Any) -> dict[str, str]:
    return {"authorization": f"Bearer {mint(claims, SECRET)}", "apikey": KEYS.publishable_key}


IDENTITIES = [
    ({}, "anon"),
    ({"apikey": KEYS.publishable_key}, "anon"),
    ({"apikey": KEYS.service_role_key}, "service_role"),
    ({"apikey": KEYS.service_role_key, "authorization": "Basic xyz"}, "service_role"),
    (bearer(role="authenticated", sub="x", exp=NOW + 1), "authenticated"),
    (bearer(role="authenticated", exp=NOW - 29), "authenticated"),
    (bearer(sub="x"), "anon"),
]


@pytest.mark.parametrize(("headers", "role"), IDENTITIES)
def test_who_asks(headers: dict[str, str], role: str) -> None:
    found = who(headers, KEYS, now=NOW)
    assert found.role == role
    assert isinstance(json.loads(found.claims), dict)


NOBODY = [
    (bearer(role="authenticated", exp=NOW - 31), 401, "PGRST303", "JWT expired"),
    (bearer(role="authenticated", nbf=NOW + 31), 401, "PGRST303", "JWT not yet valid"),
    (bearer(role="authenticated", exp="soon"), 401, "PGRST303", "Parsing claims failed"),
    ({"authorization": "Bearer nonsense"}, 401, "PGRST301", "Expected 3 parts in JWT; got 1"),
    ({"authorization": "bearer a.b.c"}, 401, "PGRST301", "JWT couldn't be decoded"),
    (
        {"authorization": "Bearer " + mint({"role": "service_role"}, "x" * 40)},
        401,
        "PGRST301",
        "JWT cryptographic operation failed",
    ),
    (bearer(role="postgres"), 403, "42501", 'permission denied to set role "postgres"'),
    (bearer(role=["service_role"]), 403, "42501", "permission denied to set role \"['service_role']\""),
]


@pytest.mark.parametrize(("headers", "status", "code", "message"), NOBODY)
def test_who_may_not_ask(headers: dict[str, str], status: int, code: str, message: str) -> None:
    with pytest.raises(RestError) as found:
        who(headers, KEYS, now=NOW)
    assert (found.value.status, found.value.code, found.value.message) == (status, code, message)
    challenge = found.value.headers.get("www-authenticate")
    assert challenge == (
        f'Bearer error="invalid_token", error_description="{message}"' if status == 401 else None
    )


def test_an_unsigned_token_is_nobody_s() -> None:
    unsigned = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJyb2xlIjoic2VydmljZV9yb2xlIn0."
    with pytest.raises(RestError, match="Wrong or unsupported encoding algorithm"):
        who({"authorization": f"Bearer {unsigned}", "apikey": KEYS.publishable_key}, KEYS)


STATES = [
    ("23505", 409), ("23503", 409), ("23502", 400), ("23514", 400), ("22P02", 400), ("42883", 404),
    ("42P01", 404), ("42501", 403), ("25006", 405), ("57014", 500), ("53300", 503), ("P0001", 400),
    ("P0002", 500), ("40001", 500), ("21000", 500), ("PT418", 418), ("PT999", 400), ("08006", 503),
]  # fmt: skip


@pytest.mark.parametrize(("state", "status"), STATES)
def test_the_status_of_an_sqlstate(state: str, status: int) -> None:
    found = from_postgres(state, "words", "more", "try", anonymous=False)
    assert found.status == status
    assert found.body == {"code": state, "details": "more", "hint": "try", "message": "words"}


def test_a_missing_right_asks_a_stranger_to_sign_in() -> None:
    found = from_postgres("42501", "no", None, None, anonymous=True)
    assert (found.status, found.headers) == (401, {"www-authenticate": "Bearer"})


RAISED = [
    ('{"code":"123","message":"Payment"}', '{"status":402,"headers":{"X-Why":"money"}}', 402, "123"),
    ('{"code":"123","message":"Payment"}', "{}", 500, "PGRST121"),
    ("no json", '{"status":402}', 500, "PGRST121"),
    ('{"code":"123","message":"x"}', '{"status":99}', 500, "PGRST112"),
    ('{"code":"123","message":"x"}', '{"status":Infinity}', 500, "PGRST121"),
    ('{"code":"123","message":"x"}', "[" * 100_000, 500, "PGRST121"),
    ('{"code":"1\\r\\n2","message":"x"}', '{"status":402}', 500, "PGRST111"),
    ('{"code":"1","message":"x"}', '{"status":402,"headers":{"a":"b\\r\\nc: d"}}', 500, "PGRST111"),
]


@pytest.mark.parametrize(("message", "details", "status", "code"), RAISED, ids=range(len(RAISED)))
def test_an_error_that_a_function_wrote_itself(message: str, details: str, status: int, code: str) -> None:
    found = from_postgres("PGRST", message, details, None, anonymous=False)
    assert (found.status, found.code) == (status, code)


def test_an_error_that_a_function_wrote_does_not_say_how_long_it_is() -> None:
    headers = {"Content-Length": "1", "X-Why": "money"}
    details = json.dumps({"status": 402, "headers": headers})
    found = from_postgres("PGRST", '{"code":"1","message":"x"}', details, None, anonymous=False)
    assert found.headers == {"x-why": "money"}


HINTS = [("message", "messages"), ("nopes", "profiles"), ("schema_migrations", None), ("x" * 9000, None)]


@pytest.mark.parametrize(("asked", "near"), HINTS)
def test_a_near_miss_of_a_table(asked: str, near: str | None) -> None:
    found = errors.no_table(("public", asked), ["profiles", "threads", "thread_members", "messages"])
    assert found.hint == (f"Perhaps you meant the table 'public.{near}'" if near else None)
