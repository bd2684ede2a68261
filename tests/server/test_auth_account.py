"""What a person does with the own account: a new address, another password, signing out, a first one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest
from psycopg import AsyncConnection
from supabase import AsyncClient
from supabase_auth.errors import AuthWeakPasswordError
from tests.server.auth_world import ANN, PAGE, PASSWORD, World, fragment, refused, world

from supachat.server.context import Context, Limits
from supachat.server.tokens import verify

NEW = "ann@elsewhere.example"


@pytest.fixture
def limits() -> Limits:
    """Without a pause between two letters."""
    return Limits(mail_pause=0)


@pytest.fixture
async def open_world(context: Context, tmp_path: Path) -> AsyncIterator[World]:
    """Sign-ups need no letter, nor even an address."""
    async with world(context, tmp_path, anonymous=True) as made:
        yield made


@pytest.fixture
async def careful_world(context: Context, tmp_path: Path) -> AsyncIterator[World]:
    """Addresses are confirmed."""
    async with world(context, tmp_path, anonymous=True, confirm_email=True) as made:
        yield made


async def signed_up(world: World, email: str = ANN) -> AsyncClient:
    client = await world.client()
    await client.auth.sign_up({"email": email, "password": PASSWORD})
    if world.context.confirm_email:
        await client.auth.verify_otp({"email": email, "token": world.letter(email).code, "type": "signup"})
    return client


async def me(client: AsyncClient) -> Any:
    answer = await client.auth.get_user()
    assert answer is not None
    return answer.user


async def test_a_new_address_counts_once_it_has_answered(open_world: World) -> None:
    client = await signed_up(open_world)
    changed = await client.auth.update_user({"email": NEW})
    assert (changed.user.email, changed.user.new_email) == (ANN, NEW)
    assert open_world.letters(ANN) == []
    await client.auth.verify_otp(
        {"email": NEW, "token": open_world.letter(NEW).code, "type": "email_change"}
    )
    user = await me(client)
    assert (user.email, user.new_email) == (NEW, None)
    assert user.identities[0].identity_data["email"] == NEW
    assert user.app_metadata == {"provider": "email", "providers": ["email"]}
    await client.auth.sign_in_with_password({"email": NEW, "password": PASSWORD})
    async with refused(400, "invalid_credentials"):
        await client.auth.sign_in_with_password({"email": ANN, "password": PASSWORD})


@pytest.mark.parametrize("order", [(ANN, NEW), (NEW, ANN)])
async def test_where_addresses_are_confirmed_both_must_agree(
    careful_world: World, order: tuple[str, str]
) -> None:
    client = await signed_up(careful_world)
    await client.auth.update_user({"email": NEW})
    first, second = (careful_world.letter(to) for to in order)
    half = await client.auth.verify_otp({"email": order[0], "token": first.code, "type": "email_change"})
    assert half.session is None
    assert (await me(client)).email == ANN
    async with refused(403, "otp_expired"):
        await client.auth.verify_otp({"email": order[0], "token": first.code, "type": "email_change"})
    await client.auth.verify_otp({"email": order[1], "token": second.code, "type": "email_change"})
    assert (await me(client)).email == NEW


async def test_both_links_of_a_change(careful_world: World) -> None:
    client = await signed_up(careful_world)
    await client.auth.update_user({"email": NEW}, {"email_redirect_to": PAGE})
    half = await careful_world.page(careful_world.letter(ANN).link)
    assert "confirm link sent to the other email" in fragment(half)["message"]
    done = await careful_world.page(careful_world.letter(NEW).link)
    assert fragment(done)["type"] == "email_change"
    assert (await me(client)).email == NEW


async def test_a_letter_about_a_change_again(open_world: World) -> None:
    client = await signed_up(open_world)
    await client.auth.update_user({"email": NEW})
    await client.auth.resend({"type": "email_change", "email": ANN})
    old, new = open_world.letters(NEW)
    async with refused(403, "otp_expired"):
        await client.auth.verify_otp({"token_hash": old.token_hash, "type": "email_change"})
    await client.auth.verify_otp({"token_hash": new.token_hash, "type": "email_change"})
    await client.auth.resend({"type": "email_change", "email": NEW})
    assert len(open_world.letters(NEW)) == 2


async def test_an_address_that_somebody_has_cannot_be_taken(open_world: World) -> None:
    client = await signed_up(open_world)
    await client.auth.update_user({"email": NEW})
    await signed_up(open_world, NEW)
    async with refused(422, "email_exists"):
        await client.auth.update_user({"email": NEW})
    letter = open_world.letter(NEW)
    async with refused(422, "email_exists"):
        await client.auth.verify_otp({"token_hash": letter.token_hash, "type": "email_change"})
    assert (await me(client)).email == ANN


async def test_what_a_person_may_not_change(open_world: World) -> None:
    client = await signed_up(open_world)
    async with refused(422, "same_password"):
        await client.auth.update_user({"password": PASSWORD})
    with pytest.raises(AuthWeakPasswordError) as weak:
        await client.auth.update_user({"password": "short"})
    assert weak.value.reasons == ["length"]
    async with refused(400, "phone_provider_disabled"):
        await client.auth.update_user({"phone": "+15550100"})
    async with refused(400, "validation_failed"):
        await client.auth.update_user({"email": "nobody"})
    async with refused(403, "not_admin"):
        await client.auth.update_user({"app_metadata": {"role": "boss"}})  # type: ignore[typeddict-unknown-key] # a trick
    await client.auth.update_user({"email": ANN, "data": {"name": "Ann", "email_verified": None}})
    user = await me(client)
    assert user.user_metadata["name"] == "Ann"
    assert "email_verified" not in user.user_metadata
    assert open_world.letters() == []


Scope = Literal["local", "others", "global"]


@pytest.mark.parametrize("by_admin", [False, True])
async def test_what_is_said_at_once_of_one_person_is_all_kept(open_world: World, by_admin: bool) -> None:
    client, admin = await signed_up(open_world), await open_world.admin()
    person = (await me(client)).id

    async def say(name: str) -> None:
        if by_admin:
            await admin.update_user_by_id(person, {"user_metadata": {name: True}})
        else:
            await client.auth.update_user({"data": {name: True}})

    names = [f"n{number}" for number in range(8)]
    await asyncio.gather(*map(say, names))
    assert set(names) <= set((await me(client)).user_metadata)


@pytest.mark.parametrize(
    ("scope", "alive"),
    [("local", [False, True, True]), ("others", [True, False, False]), ("global", [False, False, False])],
)
async def test_how_far_a_sign_out_goes(open_world: World, scope: Scope, alive: list[bool]) -> None:
    await signed_up(open_world)
    clients = [await open_world.client() for _ in range(3)]
    tokens = []
    for client in clients:
        signed = await client.auth.sign_in_with_password({"email": ANN, "password": PASSWORD})
        assert signed.session is not None
        tokens.append(signed.session)
    await clients[0].auth.sign_out({"scope": scope})
    http = await open_world.http()
    for session, lives in zip(tokens, alive, strict=True):
        answer = await http.get(
            "/auth/v1/user", headers={"authorization": f"Bearer {session.access_token}"}
        )
        assert answer.status_code == (200 if lives else 403)
        body = {"refresh_token": session.refresh_token}
        spent = await http.post("/auth/v1/token?grant_type=refresh_token", json=body)
        assert spent.status_code == (200 if lives else 400)


async def test_who_is_banned_is_out_at_once(open_world: World, migrator: AsyncConnection[Any]) -> None:
    client = await signed_up(open_world)
    await client.auth.reset_password_for_email(ANN)
    await migrator.execute("update auth.users set banned_until = now() + interval '1 day'")
    async with refused(403, "user_banned"):
        await client.auth.get_user()
    async with refused(403, "user_banned"):
        await client.auth.verify_otp({"email": ANN, "token": open_world.letter().code, "type": "recovery"})


async def test_a_person_without_an_address(open_world: World) -> None:
    client = await open_world.client()
    signed = await client.auth.sign_in_anonymously({"options": {"data": {"name": "Guest"}}})
    assert signed.session is not None
    assert signed.user is not None
    assert (signed.user.is_anonymous, signed.user.email, signed.user.identities) == (True, "", [])
    assert signed.user.app_metadata == {}
    claims = verify(signed.session.access_token, open_world.context.keys)
    assert (claims["is_anonymous"], claims["role"], claims["email"]) == (True, "authenticated", "")
    assert claims["amr"][0]["method"] == "anonymous"
    async with refused(422, "validation_failed"):
        await client.auth.update_user({"password": PASSWORD})


async def test_a_guest_becomes_a_person_by_an_address(open_world: World) -> None:
    client = await open_world.client()
    guest = await client.auth.sign_in_anonymously()
    changed = await client.auth.update_user({"email": ANN, "password": PASSWORD, "data": {"name": "Ann"}})
    assert guest.user is not None
    assert (changed.user.id, changed.user.is_anonymous) == (guest.user.id, False)
    assert changed.user.app_metadata == {"provider": "email", "providers": ["email"]}
    refreshed = await client.auth.refresh_session()
    assert refreshed.session is not None
    assert verify(refreshed.session.access_token, open_world.context.keys)["is_anonymous"] is False
    signed = await client.auth.sign_in_with_password({"email": ANN, "password": PASSWORD})
    assert signed.user is not None
    assert signed.user.id == guest.user.id


async def test_where_addresses_are_confirmed_a_guest_stays_one_until_then(careful_world: World) -> None:
    client = await careful_world.client()
    await client.auth.sign_in_anonymously()
    waiting = await client.auth.update_user({"email": ANN})
    assert (waiting.user.is_anonymous, waiting.user.new_email) == (True, ANN)
    code = careful_world.letter().code
    answer = await client.auth.verify_otp({"email": ANN, "token": code, "type": "email_change"})
    assert answer.user is not None
    assert (answer.user.is_anonymous, answer.user.email) == (False, ANN)
    await client.auth.update_user({"password": PASSWORD})
    await client.auth.sign_in_with_password({"email": ANN, "password": PASSWORD})


async def test_guests_are_let_in_only_where_they_are_wanted(context: Context, tmp_path: Path) -> None:
    few = Limits(anonymous_per_hour=1)
    async with world(replace(context, limits=few), tmp_path, anonymous=True) as made:
        client = await made.client()
        settings = (await (await made.http()).get("/auth/v1/settings")).json()
        assert settings["external"]["anonymous_users"] is True
        await client.auth.sign_in_anonymously()
        async with refused(429, "over_request_rate_limit"):
            await client.auth.sign_in_anonymously()
    async with world(context, tmp_path) as closed:
        client = await closed.client()
        async with refused(422, "anonymous_provider_disabled"):
            await client.auth.sign_in_anonymously()
