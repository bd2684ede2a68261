"""Accounts: who may make one, who gets in, and what a person may change."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import bcrypt
import httpx
import pytest
from psycopg import AsyncConnection

from supachat.server.auth import passwords, rules
from supachat.server.auth.errors import AuthError
from supachat.server.auth.throttle import KEPT, Throttle
from supachat.server.context import Context, Limits
from supachat.server.gateway import build

if TYPE_CHECKING:
    from tests.server.conftest import People


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error_code"]


BAD_BODIES = [
    b"{oops",
    b"[]",
    b'"text"',
    b'{"a": NaN}',
    b'{"a": 1e400}',
    b'{"email": "\\ud800"}',
    b'{"email": "a\\u0000b"}',
    b"\xff\xfe",
    '{"email": "a\\u0000b"}'.encode("utf-16"),
    b"[" * 100_000,
]


@pytest.mark.parametrize("raw", BAD_BODIES, ids=range(len(BAD_BODIES)))
def test_a_body_that_cannot_be_kept_is_refused(raw: bytes) -> None:
    with pytest.raises(AuthError) as caught:
        rules.parse(raw)
    assert (caught.value.status, caught.value.code) == (400, "bad_json")


@pytest.mark.parametrize("value", [1, True, [], {}])
def test_text_of_another_type_is_refused(value: object) -> None:
    with pytest.raises(AuthError, match="cannot unmarshal"):
        rules.text({"email": value}, "email")


ADDRESSES = [
    ("ann@example.com", True),
    (" Ann@Example.COM ", True),
    ("a+b.c-d_e@x.y.z", True),
    ("ann@localhost", True),
    ("ann", False),
    ("ann@", False),
    ("@example.com", False),
    ("ann@exam ple.com", False),
    ("ann@example.com\nBcc: all@example.com", False),
    ("ann@-example.com", False),
    ("ann@" + "x" * 300 + ".com", False),
    ("änn@example.com", False),
]


@pytest.mark.parametrize(("address", "good"), ADDRESSES)
def test_an_address_is_checked_and_put_in_one_form(address: str, good: bool) -> None:
    if good:
        assert rules.email_of({"email": address}) == address.strip().lower()
    else:
        with pytest.raises(AuthError, match="Unable to validate email address"):
            rules.email_of({"email": address})


@pytest.mark.parametrize(
    ("password", "refused"), [("x" * 7, 422), ("x" * 8, 0), ("ä" * 36, 0), ("ä" * 37, 400)]
)
def test_a_password_is_measured(password: str, refused: int) -> None:
    if not refused:
        rules.check_password(password, 8)
        return
    with pytest.raises(AuthError) as caught:
        rules.check_password(password, 8)
    assert caught.value.status == refused


def test_metadata_is_merged_and_null_takes_a_name_away() -> None:
    assert rules.merged({"a": 1, "b": 2}, {"b": None, "c": 3}) == {"a": 1, "c": 3}


async def test_what_a_person_says_of_itself_cannot_forge_the_rest(people: People) -> None:
    data = {"name": "Ann", "sub": "someone-else", "email": "eve@example.com", "email_verified": False}
    user = (await people.sign_up(data=data)).json()["user"]
    metadata = user["user_metadata"]
    assert metadata["name"] == "Ann"
    assert metadata["sub"] == user["id"]
    assert metadata["email"] == "ann@example.com"
    assert metadata["email_verified"] is True
    assert user["app_metadata"] == {"provider": "email", "providers": ["email"]}


async def test_two_at_once_cannot_have_one_address(people: People) -> None:
    answers = await asyncio.gather(*(people.sign_up() for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 422, 422, 422]
    refused = [code(answer) for answer in answers if answer.status_code == 422]
    assert refused == [(422, "user_already_exists")] * 3


async def test_a_projects_trigger_sees_the_new_person_and_may_refuse(
    people: People, migrator: AsyncConnection[Any]
) -> None:
    await migrator.execute("""
        create table profiles (id uuid primary key references auth.users (id), name text not null);
        create function welcome() returns trigger language plpgsql
        security definer set search_path = '' as $$
        begin
          insert into public.profiles values (new.id, new.raw_user_meta_data ->> 'name');
          return new;
        end $$;
        create trigger welcome after insert on auth.users for each row execute function welcome();
    """)
    user = (await people.sign_up(data={"name": "Ann"})).json()["user"]
    row = await (await migrator.execute("select id::text, name from profiles")).fetchone()
    assert row == (user["id"], "Ann")
    refused = await people.sign_up("bob@example.com")
    assert code(refused) == (500, "unexpected_failure")
    assert refused.json()["msg"] == "Database error saving new user"
    assert code(await people.sign_in("bob@example.com")) == (400, "invalid_credentials")


async def test_the_hash_is_one_that_a_hosted_project_takes(
    people: People, migrator: AsyncConnection[Any]
) -> None:
    await people.sign_up()
    row = await (await migrator.execute("select encrypted_password from auth.users")).fetchone()
    assert row is not None
    assert row[0].startswith("$2b$")
    assert len(row[0]) == 60


async def test_a_banned_person_stays_outside(people: People, migrator: AsyncConnection[Any]) -> None:
    await people.sign_up()
    await migrator.execute("update auth.users set banned_until = now() + interval '1 day'")
    assert code(await people.sign_in()) == (400, "user_banned")


async def test_a_row_without_a_usable_hash_lets_nobody_in(
    people: People, migrator: AsyncConnection[Any]
) -> None:
    await people.sign_up()
    for spoilt in ("", "plain", None):
        await migrator.execute("update auth.users set encrypted_password = %s", (spoilt,))
        assert code(await people.sign_in()) == (400, "invalid_credentials")
        assert code(await people.sign_in(password="")) == (400, "invalid_credentials")


async def test_rows_that_a_seed_wrote_are_people(people: People, migrator: AsyncConnection[Any]) -> None:
    await migrator.execute("""
        insert into auth.users (id, email, encrypted_password, email_confirmed_at, confirmation_token,
          recovery_token, email_change, email_change_confirm_status, role, created_at, updated_at)
        values (gen_random_uuid(), 'ann@example.com',
          '$2a$04$abcdefghijklmnopqrstuuQEIyLVYlLvHXGtyTOWhv8AbNrCHI8Sm', now(),
          null, null, null, null, null, null, null)
    """)
    assert code(await people.sign_in(password="another-horse")) == (400, "invalid_credentials")
    hashed = bcrypt.hashpw(b"correct-horse-9", bcrypt.gensalt(4)).decode()
    await migrator.execute("update auth.users set encrypted_password = %s", (hashed,))
    user = (await people.sign_in()).json()["user"]
    assert (user["role"], user["identities"], user["user_metadata"]) == ("authenticated", [], {})


NOT_HERE = [
    ("GET", "/admin/audit", 501),
    ("POST", "/factors", 501),
    ("GET", "/user/identities/authorize?provider=github", 404),
    ("POST", "/sso", 404),
    ("GET", "/nope", 404),
    ("DELETE", "/nope", 404),
]


@pytest.mark.parametrize(("method", "path", "status"), NOT_HERE)
async def test_what_is_not_here_is_said(method: str, path: str, status: int, people: People) -> None:
    assert (await people.ask(method, path, "x")).status_code == status


def caller(context: Context) -> httpx.AsyncClient:
    headers = {"apikey": context.keys.publishable_key}
    transport = httpx.ASGITransport(app=build(context))
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=headers)


BOB = {"email": "bob@example.com", "password": "correct-horse-9"}


async def test_sign_up_can_be_closed(context: Context) -> None:
    async with caller(replace(context, signup=False)) as client:
        assert code(await client.post("/auth/v1/signup", json=BOB)) == (422, "signup_disabled")
        assert (await client.get("/auth/v1/settings")).json()["disable_signup"] is True


async def test_too_many_knocks_are_refused(context: Context) -> None:
    async with caller(replace(context, limits=Limits(sign_ins_per_minute=2))) as client:
        answers = [await client.post("/auth/v1/token?grant_type=x") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [400, 400, 429]
    assert code(answers[2]) == (429, "over_request_rate_limit")


async def test_words_that_no_address_is_as_long_as_are_not_kept_whole(context: Context) -> None:
    """Who counts them would keep a megabyte for each."""
    async with caller(replace(context, limits=Limits(sign_ins_per_account=2))) as client:
        tries = [{"email": "a" * 1000 + str(number), "password": "x"} for number in range(3)]
        answers = [await client.post("/auth/v1/token?grant_type=password", json=one) for one in tries]
    assert [answer.status_code for answer in answers] == [400, 400, 429]


async def test_a_link_with_the_character_nul_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.get("/auth/v1/verify?type=signup&token=a%00b")
    assert code(answer) == (400, "validation_failed")


async def test_a_password_that_is_changed_while_it_is_checked_lets_nobody_in(
    people: People, migrator: AsyncConnection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The change ends all sessions: one that begins a moment later with the old password would live on."""
    await people.sign_up()
    check = passwords.matches

    async def meanwhile(password: str, stored: str | None) -> bool:
        right = await check(password, stored)
        await migrator.execute("update auth.users set encrypted_password = 'another'")
        return right

    monkeypatch.setattr(passwords, "matches", meanwhile)
    assert code(await people.sign_in()) == (400, "invalid_credentials")


async def test_who_is_thrown_out_while_a_new_password_is_made_does_not_set_it(
    people: People, migrator: AsyncConnection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thief's session ends with the owner's new password: what it asked a moment before came after it."""
    token = (await people.sign_up()).json()["access_token"]
    hashed = passwords.hashed

    async def meanwhile(password: str) -> str:
        await migrator.execute("delete from auth.sessions")
        return await hashed(password)

    monkeypatch.setattr(passwords, "hashed", meanwhile)
    answer = await people.ask("PUT", "/user", token, {"password": "of-the-thief-9"})
    assert code(answer) == (403, "session_not_found")
    assert (await people.sign_in()).status_code == 200


async def test_a_database_that_is_gone_is_worth_another_try(context: Context) -> None:
    async with caller(context) as client:
        await context.admin.close()
        answer = await client.post("/auth/v1/token?grant_type=password", json=BOB)
    assert code(answer) == (503, "unexpected_failure")


def test_knocks_come_back_with_time_and_are_forgotten() -> None:
    knocks = Throttle(2)
    assert [knocks.admits("a", 0.0) for _ in range(3)] == [True, True, False]
    assert knocks.admits("b", 0.0)
    assert knocks.admits("a", 30.0)
    assert not knocks.admits("a", 30.0)
    for number in range(3 * KEPT):
        knocks.admits(str(number), 100.0 + number)
    assert len(knocks._left) <= KEPT
