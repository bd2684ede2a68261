"""Letters as files, how often they are written, and how often a code may be guessed."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from psycopg import AsyncConnection
from tests.server.auth_world import ANN, PASSWORD, refused, world

from supachat.server.auth.codes import Kind
from supachat.server.auth.errors import AuthError
from supachat.server.auth.letters import Letter
from supachat.server.auth.post import Post
from supachat.server.auth.service import service_of
from supachat.server.context import Context, Limits


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error_code"]


async def test_a_letter_is_its_owners_file_and_one_line(context: Context, tmp_path: Path) -> None:
    async with world(context, tmp_path) as made:
        client = await made.client()
        await client.auth.sign_in_with_otp({"email": ANN})
        letter = made.letter()
        assert letter.path.name.endswith(f"-{ANN}.txt")
        assert letter.path.stat().st_mode & 0o077 == 0
        assert letter.path.parent.stat().st_mode & 0o077 == 0
        assert "good for 60 minutes" in letter.path.read_text()
        assert made.lines == [f"mail to {ANN}: Sign in: code {letter.code} or {letter.link}"]


async def test_a_code_stands_in_its_letter_and_nowhere_else(
    context: Context, tmp_path: Path, migrator: AsyncConnection[Any], caplog: pytest.LogCaptureFixture
) -> None:
    async with world(context, tmp_path) as made:
        client = await made.client()
        await client.auth.sign_in_with_otp({"email": ANN})
        letter = made.letter()
        rows = await (await migrator.execute("select to_jsonb(users)::text from auth.users")).fetchall()
        assert f'"{letter.code}"' not in str(rows)
        ours = [record.getMessage() for record in caplog.records if not record.name.startswith("http")]
        assert not [line for line in ours if letter.code in line or letter.token_hash in line]
        assert letter.code not in repr(Letter(ANN, Kind.SIGNUP, letter.code, letter.link))


@pytest.mark.parametrize("spoilt", [True, False])
async def test_a_letter_that_cannot_be_written_leaves_nothing_behind(
    context: Context, tmp_path: Path, spoilt: bool, migrator: AsyncConnection[Any]
) -> None:
    (tmp_path / "outbox").write_text("not a folder")
    async with world(context, tmp_path, confirm_email=True) as made:
        lost = replace(made.context, outbox=made.context.outbox if spoilt else None)
    async with world(lost, tmp_path) as made:
        http = await made.http()
        body = {"email": ANN, "password": PASSWORD}
        for _ in range(2):  # the turn was given back: no pause stands in the way of another try
            answer = await http.post("/auth/v1/signup", json=body)
            assert code(answer) == (500, "unexpected_failure")
            assert "outbox" in answer.json()["msg"]
    row = await (await migrator.execute("select count(*) from auth.users")).fetchone()
    assert row == (0,)


async def test_one_address_is_not_written_to_twice_in_a_minute(context: Context, tmp_path: Path) -> None:
    async with world(context, tmp_path) as made:
        client, http = await made.client(), await made.http()
        await client.auth.sign_in_with_otp({"email": ANN})
        answer = await http.post("/auth/v1/otp", json={"email": ANN})
        assert answer.json() == {
            "code": 429,
            "error_code": "over_email_send_rate_limit",
            "msg": "For security purposes, you can only request this after 60 seconds.",
        }
        assert answer.headers["x-sb-error-code"] == "over_email_send_rate_limit"
        async with refused(429, "over_email_send_rate_limit"):
            await client.auth.reset_password_for_email(ANN)
        await client.auth.sign_in_with_otp({"email": "bob@example.com"})
        assert len(made.letters()) == 1


def test_a_pause_ends_and_hours_are_counted(context: Context) -> None:
    now = 0.0
    post = Post(replace(context, limits=Limits(mail_pause=60, mails_per_hour=2)), lambda: now)
    for moment, words in (
        (0, ""),
        (30, "after 30 seconds"),
        (60, ""),
        (120, "rate limit exceeded"),
        (1920, ""),
    ):
        now = float(moment)
        if words:
            with pytest.raises(AuthError, match=words), post.turn("recovery", ANN):
                pass
        else:
            with post.turn("recovery", ANN):
                pass


async def test_who_shows_a_code_many_times_at_once_is_let_in_once(context: Context, tmp_path: Path) -> None:
    async with world(context, tmp_path) as made:
        http, client = await made.http(), await made.client()
        await client.auth.sign_in_with_otp({"email": ANN})
        letter = made.letter()
        assert (await http.head(letter.link)).status_code == 405
        shown = {"email": ANN, "token": letter.code, "type": "email"}
        answers = await asyncio.gather(*(http.post("/auth/v1/verify", json=shown) for _ in range(5)))
        assert sorted(answer.status_code for answer in answers) == [200, 403, 403, 403, 403]


async def test_codes_cannot_be_tried_out(context: Context, tmp_path: Path) -> None:
    limits = Limits(codes_per_five_minutes=3)
    async with world(replace(context, limits=limits), tmp_path) as made:
        http = await made.http()
        guess = {"email": ANN, "token": "000000", "type": "email"}
        answers = [await http.post("/auth/v1/verify", json=guess) for _ in range(4)]
        assert [code(answer)[1] for answer in answers] == ["otp_expired"] * 3 + ["over_request_rate_limit"]
        link = await http.get("/auth/v1/verify?type=magiclink&token=x")
        assert code(link) == (429, "over_request_rate_limit")


async def test_one_account_cannot_be_tried_out_from_many_places(context: Context, tmp_path: Path) -> None:
    limits = Limits(sign_ins_per_account=2, mail_pause=0)
    async with world(replace(context, limits=limits), tmp_path) as made:
        http, body = await made.http(), {"email": ANN, "password": PASSWORD}
        await http.post("/auth/v1/signup", json=body)
        for _ in range(5):  # the right one is never counted
            assert (await http.post("/auth/v1/token?grant_type=password", json=body)).status_code == 200
        wrong = {**body, "password": "wrong-horse-9"}
        entry = "/auth/v1/token?grant_type=password"
        answers = [await http.post(entry, json=wrong) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [400, 400, 429]
        guess = {"email": ANN, "token": "000000", "type": "email"}
        assert code(await http.post("/auth/v1/verify", json=guess)) == (429, "over_request_rate_limit")
        other = {**wrong, "email": "bob@example.com"}
        assert (await http.post(entry, json=other)).status_code == 400


async def test_who_knows_an_address_cannot_make_its_link(context: Context, tmp_path: Path) -> None:
    """Six digits are a million links: each would be tried by its hash, which no account's count sees."""
    async with world(context, tmp_path) as made:
        await (await made.client()).auth.sign_in_with_otp({"email": ANN})
        letter = made.letter()
        known = f"{ANN}{letter.code}".encode()
        guessed = {hashlib.sha224(known).hexdigest(), hmac.new(b"", known, "sha224").hexdigest()}
        assert letter.token_hash not in guessed
        shown = [{"token_hash": one, "type": "magiclink"} for one in guessed]
        http = await made.http()
        answers = [await http.post("/auth/v1/verify", json=one) for one in shown]
        assert [answer.status_code for answer in answers] == [403, 403]


async def test_a_codes_tries_do_not_come_back_while_it_lives(context: Context, tmp_path: Path) -> None:
    limits = Limits(sign_ins_per_account=2)
    service = service_of(replace(context, limits=limits, outbox=tmp_path))
    assert [service.guesses.admits(ANN, float(now)) for now in (0, 0, 600, 1700)] == [
        True,
        True,
        False,
        False,
    ]
    assert service.guesses.admits(ANN, 1801.0)


BODIES = [
    ("otp", {}, 400),
    ("otp", {"email": ANN, "channel": "sms"}, 400),
    ("otp", {"email": ANN, "phone": "+15550100"}, 400),
    ("otp", {"email": ANN, "create_user": "yes"}, 400),
    ("otp", {"email": "nobody"}, 400),
    ("magiclink", {}, 422),
    ("recover", {}, 400),
    ("recover", {"email": ["a"]}, 400),
    ("resend", {"email": ANN}, 400),
    ("resend", {"type": "magiclink", "email": ANN}, 400),
    ("resend", {"type": "signup"}, 400),
    ("resend", {"type": "sms", "phone": "+15550100"}, 400),
    ("verify", {}, 400),
    ("verify", {"type": "nonsense", "email": ANN, "token": "123456"}, 400),
    ("verify", {"type": "email"}, 400),
    ("verify", {"type": "email", "token": "123456"}, 400),
    ("verify", {"type": "email", "token": "123456", "token_hash": "x", "email": ANN}, 400),
    ("verify", {"type": "email", "token_hash": "x", "email": ANN}, 400),
    # nobody was sent a code by phone, so none is right: the answer says no more than that
    ("verify", {"type": "sms", "phone": "+15550100", "token": "123456"}, 403),
    ("verify", {"type": "sms", "phone": "15550100-x", "token": "123456"}, 400),
    ("verify", {"type": "sms", "email": ANN, "token": "123456"}, 400),
    ("verify", {"type": "email", "token_hash": ""}, 400),
    ("verify", {"type": "magiclink", "token_hash": "' or true --"}, 403),
]


async def test_what_makes_no_sense_is_refused_in_words(context: Context, tmp_path: Path) -> None:
    async with world(context, tmp_path) as made:
        http = await made.http()
        for path, body, status in BODIES:
            answer = await http.post(f"/auth/v1/{path}", json=body)
            assert answer.status_code == status, (path, body, answer.text)
            assert set(answer.json()) == {"code", "error_code", "msg"}
        for query in ("", "?type=signup", "?token=x", "?type=sms&token=x"):
            assert (await http.get(f"/auth/v1/verify{query}")).status_code == 400
        assert made.letters() == []
