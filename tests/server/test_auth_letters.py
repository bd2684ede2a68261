"""Ways in by letter, asked for and answered by real supabase-py clients."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from psycopg import AsyncConnection
from supabase import AsyncClient
from tests.server.auth_world import ANN, PAGE, PASSWORD, World, fragment, refused, world

from supachat.server.auth import passwords
from supachat.server.context import Context, Limits
from supachat.server.tokens import verify


@pytest.fixture
def limits() -> Limits:
    """Without a pause between two letters; the test that is about it has its own."""
    return Limits(mail_pause=0)


@pytest.fixture
async def open_world(context: Context, tmp_path: Path) -> AsyncIterator[World]:
    """Sign-ups need no letter."""
    async with world(context, tmp_path) as made:
        yield made


@pytest.fixture
async def careful_world(context: Context, tmp_path: Path) -> AsyncIterator[World]:
    """Sign-ups wait for one."""
    async with world(context, tmp_path, confirm_email=True) as made:
        yield made


async def signed_up(world: World, email: str = ANN) -> AsyncClient:
    client = await world.client()
    await client.auth.sign_up({"email": email, "password": PASSWORD})
    return client


async def me(client: AsyncClient) -> Any:
    """The user of the client's session, as the server sees it now."""
    answer = await client.auth.get_user()
    assert answer is not None
    return answer.user


async def test_a_code_signs_in_who_was_never_seen_before(open_world: World) -> None:
    client = await open_world.client()
    await client.auth.sign_in_with_otp({"email": "Ann@Example.com", "options": {"data": {"name": "Ann"}}})
    letter = open_world.letter()
    assert letter.subject == "Sign in"
    answer = await client.auth.verify_otp({"email": ANN, "token": letter.code, "type": "email"})
    assert answer.session is not None
    claims = verify(answer.session.access_token, open_world.context.keys)
    assert claims["amr"][0]["method"] == "otp"
    user = await me(client)
    assert (user.email, user.user_metadata["name"]) == (ANN, "Ann")
    assert (await client.auth.refresh_session()).session is not None


async def test_the_older_name_of_the_same_letter(open_world: World) -> None:
    client, http = await open_world.client(), await open_world.http()
    for _ in range(2):
        answer = await http.post(f"/auth/v1/magiclink?redirect_to={PAGE}", json={"email": ANN})
        assert (answer.status_code, answer.json()) == (200, {})
        led = await open_world.page(open_world.letter().link)
        await client.auth.initialize_from_url(str(led))
        assert (await me(client)).email == ANN


async def test_where_sign_ups_need_a_letter_the_first_code_confirms(careful_world: World) -> None:
    client = await careful_world.client()
    for subject in ("Confirm your address", "Sign in"):
        await client.auth.sign_in_with_otp({"email": ANN})
        letter = careful_world.letter()
        assert letter.subject == subject
        answer = await client.auth.verify_otp({"email": ANN, "token": letter.code, "type": "email"})
        assert answer.user is not None
        assert answer.user.email_confirmed_at is not None
        assert answer.user.user_metadata["email_verified"] is True


async def test_a_password_waits_for_the_code(careful_world: World) -> None:
    client = await careful_world.client()
    signed = await client.auth.sign_up({"email": ANN, "password": PASSWORD})
    assert signed.session is None
    assert signed.user is not None
    assert signed.user.confirmation_sent_at is not None
    async with refused(400, "email_not_confirmed"):
        await client.auth.sign_in_with_password({"email": ANN, "password": PASSWORD})
    await client.auth.verify_otp({"email": ANN, "token": careful_world.letter().code, "type": "signup"})
    await client.auth.sign_in_with_password({"email": ANN, "password": PASSWORD})


@pytest.mark.parametrize("owner", ["by code", "another-horse", PASSWORD])
async def test_who_signed_up_with_anothers_address_does_not_wait_inside(
    context: Context, tmp_path: Path, owner: str
) -> None:
    async with world(context, tmp_path, confirm_email=True, limits=Limits(mail_pause=0)) as made:
        thief, client = await made.client(), await made.client()
        await thief.auth.sign_up({"email": ANN, "password": PASSWORD})
        if owner == "by code":
            await client.auth.sign_in_with_otp({"email": ANN})
        else:
            await client.auth.sign_up({"email": ANN, "password": owner})
        await client.auth.verify_otp({"email": ANN, "token": made.letter().code, "type": "signup"})
        if owner == PASSWORD:  # the same person, who asked twice
            await thief.auth.sign_in_with_password({"email": ANN, "password": PASSWORD})
        else:
            async with refused(400, "invalid_credentials"):
                await thief.auth.sign_in_with_password({"email": ANN, "password": PASSWORD})


async def test_who_asks_twice_holds_no_connection_while_the_password_is_checked(
    context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = passwords.matches

    async def alone(password: str, stored: str | None) -> bool:
        async with AsyncExitStack() as stack:
            for _ in range(context.admin.max_size):
                await stack.enter_async_context(context.admin.connection(timeout=10))
        return await check(password, stored)

    async with world(context, tmp_path, confirm_email=True, limits=Limits(mail_pause=0)) as made:
        client = await made.client()
        await client.auth.sign_up({"email": ANN, "password": PASSWORD})
        monkeypatch.setattr(passwords, "matches", alone)
        await client.auth.sign_up({"email": ANN, "password": PASSWORD})
        assert len(made.letters()) == 2


async def test_a_taken_address_looks_like_a_free_one_and_gets_no_letter(careful_world: World) -> None:
    client = await careful_world.client()
    await client.auth.sign_up({"email": ANN, "password": PASSWORD})
    confirmed = await client.auth.verify_otp(
        {"email": ANN, "token": careful_world.letter().code, "type": "signup"}
    )
    again = await client.auth.sign_up({"email": ANN, "password": "another-horse"})
    assert confirmed.user is not None
    assert again.user is not None
    assert again.session is None
    assert again.user.id != confirmed.user.id
    assert again.user.identities == []
    assert len(careful_world.letters()) == 1


async def test_a_code_is_taken_once_and_only_for_its_address(open_world: World) -> None:
    await signed_up(open_world, "bob@example.com")
    client = await open_world.client()
    await client.auth.sign_in_with_otp({"email": ANN})
    code = open_world.letter().code
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for email, token in (("bob@example.com", code), (ANN, wrong), ("eve@example.com", code)):
        async with refused(403, "otp_expired"):
            await client.auth.verify_otp({"email": email, "token": token, "type": "email"})
    async with refused(403, "otp_expired"):
        await client.auth.verify_otp({"email": ANN, "token": code, "type": "email_change"})
    await client.auth.verify_otp({"email": ANN, "token": code, "type": "magiclink"})
    async with refused(403, "otp_expired"):
        await client.auth.verify_otp({"email": ANN, "token": code, "type": "email"})


async def test_a_code_grows_old_and_a_newer_one_replaces_it(
    open_world: World, migrator: AsyncConnection[Any]
) -> None:
    client = await open_world.client()
    await client.auth.sign_in_with_otp({"email": ANN})
    await migrator.execute("update auth.users set recovery_sent_at = now() - interval '61 minutes'")
    old = open_world.letter()
    async with refused(403, "otp_expired"):
        await client.auth.verify_otp({"email": ANN, "token": old.code, "type": "email"})
    await client.auth.sign_in_with_otp({"email": ANN})
    new = open_world.letter()
    async with refused(403, "otp_expired"):
        await client.auth.verify_otp({"token_hash": old.token_hash, "type": "magiclink"})
    await client.auth.verify_otp({"token_hash": new.token_hash, "type": "email"})


async def test_nobody_is_made_where_that_is_not_wanted(context: Context, tmp_path: Path) -> None:
    async with world(context, tmp_path, signup=False) as closed:
        client = await closed.client()
        async with refused(422, "otp_disabled"):
            await client.auth.sign_in_with_otp({"email": ANN, "options": {"should_create_user": False}})
        async with refused(422, "signup_disabled"):
            await client.auth.sign_in_with_otp({"email": ANN})
        async with refused(400, "phone_provider_disabled"):
            await client.auth.sign_in_with_otp({"phone": "+15550100"})
        assert closed.letters() == []


async def test_a_link_brings_a_session_to_the_page_that_asked(open_world: World) -> None:
    client = await open_world.client()
    await client.auth.sign_in_with_otp({"email": ANN, "options": {"email_redirect_to": PAGE}})
    letter = open_world.letter()
    led = await open_world.page(letter.link)
    assert str(led).startswith(f"{PAGE}#")
    assert fragment(led)["type"] == "magiclink"
    await client.auth.initialize_from_url(str(led))
    assert (await me(client)).email == ANN
    again = await open_world.page(letter.link)
    assert fragment(again)["error_code"] == "otp_expired"
    assert fragment(again)["error"] == "access_denied"


async def test_a_link_to_elsewhere_leads_nowhere_and_keeps_its_code(open_world: World) -> None:
    client, browser = await open_world.client(), await open_world.http("")
    away = {"email_redirect_to": "https://evil.example/"}
    await client.auth.sign_in_with_otp({"email": ANN, "options": away})  # type: ignore[typeddict-item] # a plain dict
    letter = open_world.letter()
    assert "evil" not in letter.path.read_text()
    answer = await browser.get(letter.link + "&redirect_to=https://evil.example/")
    assert (answer.status_code, "Type the code" in answer.text) == (200, True)
    assert "location" not in answer.headers
    await client.auth.verify_otp({"email": ANN, "token": letter.code, "type": "email"})


async def test_a_link_without_a_page_confirms_and_says_so(careful_world: World) -> None:
    client, browser = await careful_world.client(), await careful_world.http("")
    await client.auth.sign_up({"email": ANN, "password": PASSWORD})
    link = careful_world.letter().link
    assert (await browser.get(link.replace("token=", "token=x"))).json()["error_code"] == "otp_expired"
    assert "Your address is confirmed" in (await browser.get(link)).text
    assert (await browser.get(link)).json()["error_code"] == "otp_expired"
    await client.auth.sign_in_with_password({"email": ANN, "password": PASSWORD})


async def test_links_lead_to_the_site_where_there_is_one(context: Context, tmp_path: Path) -> None:
    async with world(context, tmp_path, site_url="https://chat.example.com") as made:
        client = await made.client()
        await client.auth.sign_in_with_otp({"email": ANN})
        led = await made.page(made.letter().link)
        assert led.host == "chat.example.com"
        assert fragment(led)["access_token"]


async def test_who_forgot_the_password_sets_a_new_one(open_world: World) -> None:
    other = await signed_up(open_world)
    client = await open_world.client()
    await client.auth.reset_password_for_email(ANN)
    letter = open_world.letter()
    assert letter.subject == "Set a new password"
    await client.auth.verify_otp({"email": ANN, "token": letter.code, "type": "recovery"})
    await client.auth.update_user({"password": "another-horse-7"})
    await client.auth.sign_in_with_password({"email": ANN, "password": "another-horse-7"})
    async with refused(400, "invalid_credentials"):
        await client.auth.sign_in_with_password({"email": ANN, "password": PASSWORD})
    async with refused(403, "session_not_found"):
        await other.auth.get_user()


async def test_a_new_password_spends_the_codes_that_are_out(open_world: World) -> None:
    client = await signed_up(open_world)
    thief = await open_world.client()
    await thief.auth.sign_in_with_otp({"email": ANN})
    await client.auth.update_user({"password": "another-horse-7"})
    async with refused(403, "otp_expired"):
        await thief.auth.verify_otp({"email": ANN, "token": open_world.letter().code, "type": "email"})


async def test_nobody_learns_who_has_an_account(context: Context, tmp_path: Path) -> None:
    async with world(context, tmp_path, limits=Limits()) as made:
        client = await signed_up(made)
        for email in (ANN, "nobody@example.com"):
            await client.auth.reset_password_for_email(email)
            async with refused(429, "over_email_send_rate_limit"):
                await client.auth.reset_password_for_email(email)
        assert made.letters("nobody@example.com") == []
        assert len(made.letters()) == 1


async def test_a_letter_again(careful_world: World) -> None:
    client = await careful_world.client()
    await client.auth.sign_up({"email": ANN, "password": PASSWORD})
    await client.auth.resend({"type": "signup", "email": ANN})
    first, second = careful_world.letters()
    async with refused(403, "otp_expired"):
        await client.auth.verify_otp({"token_hash": first.token_hash, "type": "signup"})
    await client.auth.verify_otp({"email": ANN, "token": second.code, "type": "signup"})
    await client.auth.resend({"type": "signup", "email": ANN})
    await client.auth.resend({"type": "signup", "email": "nobody@example.com"})
    assert len(careful_world.letters()) == 2
    assert careful_world.letters("nobody@example.com") == []
