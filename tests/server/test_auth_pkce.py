"""Links that prove who asked for them: what they bring is of use to one program alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from psycopg import AsyncConnection
from supabase import AsyncClient
from tests.server.auth_world import ANN, PAGE, PASSWORD, World, refused, world

from supachat.server.context import Context, Limits
from supachat.server.tokens import verify


@pytest.fixture
def limits() -> Limits:
    """Without a pause between two letters."""
    return Limits(mail_pause=0)


@pytest.fixture
async def made(context: Context, tmp_path: Path) -> AsyncIterator[World]:
    """A project that needs no letter for a sign-up."""
    async with world(context, tmp_path) as made:
        yield made


async def exchanged(client: AsyncClient, code: str, world: World) -> dict[str, Any]:
    """The claims of the session that `code` gives to `client`."""
    # an empty verifier is the one that the client has kept
    answer = await client.auth.exchange_code_for_session(
        {"auth_code": code, "code_verifier": "", "redirect_to": PAGE}
    )
    assert answer.session is not None
    return verify(answer.session.access_token, world.context.keys)


async def show(client: AsyncClient, code: str) -> None:
    """`client` shows `code` with a verifier that is not the asker's."""
    await client.auth.exchange_code_for_session(
        {"auth_code": code, "code_verifier": "x" * 64, "redirect_to": PAGE}
    )


async def asked(world: World) -> tuple[AsyncClient, str]:
    """A client that asked for a link, and the code that the link brought to its page."""
    client = await world.client("pkce")
    await client.auth.sign_in_with_otp({"email": ANN, "options": {"email_redirect_to": PAGE}})
    assert world.letter().token_hash.startswith("pkce_")
    led = await world.page(world.letter().link)
    assert (led.fragment, list(led.params)) == ("", ["code"])
    return client, led.params["code"]


async def test_a_link_brings_a_code_and_the_asker_a_session(made: World) -> None:
    client, code = await asked(made)
    claims = await exchanged(client, code, made)
    assert (claims["email"], claims["amr"][0]["method"]) == (ANN, "magiclink")
    async with refused(404, "flow_state_not_found"):
        await show(client, code)


async def test_a_code_alone_is_of_no_use_and_is_not_spent_by_trying(made: World) -> None:
    client, code = await asked(made)
    thief = await made.client("pkce")
    async with refused(400, "bad_code_verifier"):
        await show(thief, code)
    http = await made.http()
    for body in ({"auth_code": code}, {"code_verifier": "x" * 64}, {}):
        answer = await http.post("/auth/v1/token?grant_type=pkce", json=body)
        assert (answer.status_code, answer.json()["error_code"]) == (400, "validation_failed")
    assert (await exchanged(client, code, made))["email"] == ANN


async def test_a_code_that_no_link_has_brought_is_unknown(
    made: World, migrator: AsyncConnection[Any]
) -> None:
    client = await made.client("pkce")
    await client.auth.sign_in_with_otp({"email": ANN, "options": {"email_redirect_to": PAGE}})
    row = await (await migrator.execute("select auth_code from auth.flow_state")).fetchone()
    assert row is not None
    async with refused(404, "flow_state_not_found"):
        await exchanged(client, row[0], made)


async def test_a_code_lives_for_minutes(made: World, migrator: AsyncConnection[Any]) -> None:
    client, code = await asked(made)
    await migrator.execute("update auth.flow_state set auth_code_issued_at = now() - interval '6 minutes'")
    async with refused(422, "flow_state_expired"):
        await exchanged(client, code, made)


async def test_typed_codes_work_beside_links(made: World) -> None:
    client = await made.client("pkce")
    await client.auth.sign_in_with_otp({"email": ANN})
    answer = await client.auth.verify_otp({"email": ANN, "token": made.letter().code, "type": "email"})
    assert answer.session is not None


async def test_a_link_that_fails_says_so_to_the_program(made: World) -> None:
    _, _ = await asked(made)
    led = await made.page(made.letter().link)
    assert led.params["error_code"] == "otp_expired"


async def test_a_forgotten_password(made: World) -> None:
    client = await made.client("pkce")
    await client.auth.sign_up({"email": ANN, "password": PASSWORD})
    await client.auth.reset_password_for_email(ANN, {"redirect_to": PAGE})
    heard: list[str] = []
    client.auth.on_auth_state_change(lambda event, _: heard.append(event))
    led = await made.page(made.letter().link)
    assert (await exchanged(client, led.params["code"], made))["amr"][0]["method"] == "recovery"
    assert heard == ["PASSWORD_RECOVERY"]


async def test_a_sign_up_that_is_confirmed_by_link(context: Context, tmp_path: Path) -> None:
    async with world(context, tmp_path, confirm_email=True) as made:
        client = await made.client("pkce")
        await client.auth.sign_up(
            {"email": ANN, "password": PASSWORD, "options": {"email_redirect_to": PAGE}}
        )
        led = await made.page(made.letter().link)
        assert (await exchanged(client, led.params["code"], made))["amr"][0]["method"] == "email/signup"


async def test_a_change_of_address(made: World) -> None:
    client = await made.client("pkce")
    await client.auth.sign_up({"email": ANN, "password": PASSWORD})
    await client.auth.update_user({"email": "ann@new.example"}, {"email_redirect_to": PAGE})
    led = await made.page(made.letter("ann@new.example").link)
    claims = await exchanged(client, led.params["code"], made)
    assert (claims["email"], claims["amr"][0]["method"]) == ("ann@new.example", "email_change")


async def test_half_a_challenge_is_refused(made: World) -> None:
    http = await made.http()
    body = {"email": ANN, "password": PASSWORD, "code_challenge": "a" * 43}
    for path in ("signup", "otp", "magiclink", "recover"):
        answer = await http.post(f"/auth/v1/{path}", json=body)
        assert (answer.status_code, answer.json()["error_code"]) == (400, "validation_failed"), path
    assert made.letters() == []


async def test_signing_in_elsewhere_is_not_set_up(made: World) -> None:
    client, browser = await made.client("pkce"), await made.http("")
    asked = await client.auth.sign_in_with_oauth({"provider": "github", "options": {"redirect_to": PAGE}})
    answer = await browser.get(asked.url)
    assert answer.json() == {
        "code": 400,
        "error_code": "validation_failed",
        "msg": "Unsupported provider: provider is not enabled",
    }
    assert answer.headers["x-sb-error-code"] == "validation_failed"
    for name in ("email", "nobody", ""):
        answer = await browser.get("/auth/v1/authorize", params={"provider": name})
        assert answer.json()["msg"] == f"Unsupported provider: Provider {name} could not be found"
    for query, code in (("", "bad_oauth_callback"), ("?state=x&code=y", "bad_oauth_state")):
        assert (await browser.get(f"/auth/v1/callback{query}")).json()["error_code"] == code
