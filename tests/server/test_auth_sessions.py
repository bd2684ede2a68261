"""Sessions: a refresh token is spent by its use, and a stolen one ends its whole family."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from psycopg import AsyncConnection

from supachat.server.context import Context
from supachat.server.tokens import mint, verify

if TYPE_CHECKING:
    from tests.server.conftest import People


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error_code"]


async def test_a_chain_of_refreshes(people: People, context: Context) -> None:
    first = (await people.sign_up()).json()
    second = (await people.refresh(first["refresh_token"])).json()
    third = (await people.refresh(second["refresh_token"])).json()
    assert len({first["refresh_token"], second["refresh_token"], third["refresh_token"]}) == 3
    sessions = {
        verify(each["access_token"], context.keys.jwt_secret)["session_id"] for each in (first, third)
    }
    assert len(sessions) == 1


async def test_the_parent_of_the_live_token_is_always_forgiven(
    people: People, migrator: AsyncConnection[Any]
) -> None:
    first = (await people.sign_up()).json()["refresh_token"]
    second = (await people.refresh(first)).json()["refresh_token"]
    await migrator.execute("update auth.refresh_tokens set updated_at = now() - interval '1 day'")
    assert (await people.refresh(first)).json()["refresh_token"] == second


async def test_an_older_one_is_forgiven_within_the_interval(people: People) -> None:
    first = (await people.sign_up()).json()["refresh_token"]
    second = (await people.refresh(first)).json()["refresh_token"]
    third = (await people.refresh(second)).json()["refresh_token"]
    assert (await people.refresh(first)).json()["refresh_token"] == third


async def test_an_older_one_after_the_interval_ends_the_family(
    people: People, migrator: AsyncConnection[Any]
) -> None:
    first = (await people.sign_up()).json()["refresh_token"]
    second = (await people.refresh(first)).json()["refresh_token"]
    third = (await people.refresh(second)).json()["refresh_token"]
    await migrator.execute("update auth.refresh_tokens set updated_at = now() - interval '11 seconds'")
    assert code(await people.refresh(first)) == (400, "refresh_token_already_used")
    assert code(await people.refresh(third)) == (400, "refresh_token_already_used")
    assert (await people.sign_in()).status_code == 200


async def test_two_tabs_that_refresh_at_once_get_the_same_token(people: People) -> None:
    first = (await people.sign_up()).json()["refresh_token"]
    answers = await asyncio.gather(*(people.refresh(first) for _ in range(5)))
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1


async def test_sign_out_everywhere_ends_all(people: People) -> None:
    await people.sign_up()
    one, other = [(await people.sign_in()).json() for _ in range(2)]
    assert (await people.ask("POST", "/logout", one["access_token"])).status_code == 204
    for each in (one, other):
        assert code(await people.ask("GET", "/user", each["access_token"])) == (403, "session_not_found")
        assert code(await people.refresh(each["refresh_token"])) == (400, "refresh_token_not_found")


async def test_an_unknown_scope_ends_nothing(people: People) -> None:
    token = (await people.sign_up()).json()["access_token"]
    assert code(await people.ask("POST", "/logout?scope=some", token)) == (400, "validation_failed")
    assert (await people.ask("GET", "/user", token)).status_code == 200


async def test_a_new_password_ends_the_other_sessions(people: People) -> None:
    await people.sign_up()
    one, other = [(await people.sign_in()).json()["access_token"] for _ in range(2)]
    assert (await people.ask("PUT", "/user", one, {"password": "another-horse"})).status_code == 200
    assert (await people.ask("GET", "/user", one)).status_code == 200
    assert code(await people.ask("GET", "/user", other)) == (403, "session_not_found")


async def test_a_deleted_person_is_nobody(people: People, migrator: AsyncConnection[Any]) -> None:
    session = (await people.sign_up()).json()
    await migrator.execute("delete from auth.users")
    assert code(await people.ask("GET", "/user", session["access_token"])) == (403, "user_not_found")
    assert code(await people.refresh(session["refresh_token"])) == (400, "refresh_token_not_found")


BEARERS = [
    ("", (401, "no_authorization")),
    ("Bearer ", (401, "no_authorization")),
    ("Basic eDp5", (401, "no_authorization")),
    ("Bearer garbage", (403, "bad_jwt")),
    ("Bearer {anon}", (403, "bad_jwt")),
    ("Bearer {expired}", (403, "bad_jwt")),
    ("Bearer {odd}", (403, "bad_jwt")),
]


@pytest.mark.parametrize(("header", "expected"), BEARERS)
async def test_a_bearer_that_is_no_person_is_refused(
    header: str, expected: tuple[int, str], client: httpx.AsyncClient, context: Context
) -> None:
    keys = context.keys
    claims = {"role": "authenticated", "sub": "someone"}
    filled = header.format(
        anon=keys.publishable_key,
        expired=mint({**claims, "exp": time.time() - 1}, keys.jwt_secret),
        odd=mint({**claims, "exp": time.time() + 60}, keys.jwt_secret),
    )
    assert code(await client.get("/auth/v1/user", headers={"authorization": filled})) == expected
