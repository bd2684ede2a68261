"""What the service key may do with everybody's account, and that nobody else may."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import bcrypt
import pytest
from psycopg import AsyncConnection
from tests.server.auth_world import ANN, PAGE, PASSWORD, World, fragment, refused, world

from supachat.server.context import Context, Limits
from supachat.server.tokens import mint


@pytest.fixture
def limits() -> Limits:
    """Without a pause between two letters."""
    return Limits(mail_pause=0)


@pytest.fixture
async def made(context: Context, tmp_path: Path) -> AsyncIterator[World]:
    """A project that confirms addresses."""
    async with world(context, tmp_path, confirm_email=True) as made:
        yield made


async def test_a_user_is_made_shown_changed_and_taken_away(made: World) -> None:
    admin, client = await made.admin(), await made.client()
    data = {"email": ANN, "password": PASSWORD, "email_confirm": True}
    more = {"user_metadata": {"name": "Ann"}, "app_metadata": {"team": 7}}
    user = (await admin.create_user({**data, **more})).user
    assert user.user_metadata == {"name": "Ann", "email_verified": True}
    assert user.app_metadata == {"provider": "email", "providers": ["email"], "team": 7}
    assert user.identities[0].identity_data["email"] == ANN
    await client.auth.sign_in_with_password({"email": ANN, "password": PASSWORD})

    assert (await admin.get_user_by_id(user.id)).user.email == ANN
    changes = {"email": "ann@new.example", "password": "another-horse", "app_metadata": {"team": None}}
    changed = (await admin.update_user_by_id(user.id, {**changes, "email_confirm": True})).user
    assert (changed.email, "team" in changed.app_metadata) == ("ann@new.example", False)
    async with refused(403, "session_not_found"):
        await client.auth.get_user()
    await client.auth.sign_in_with_password({"email": "ann@new.example", "password": "another-horse"})

    await admin.delete_user(user.id)
    async with refused(404, "user_not_found"):
        await admin.get_user_by_id(user.id)
    async with refused(403, "user_not_found"):
        await client.auth.get_user()
    await admin.create_user(data)


async def test_everybody_in_pages(made: World) -> None:
    admin, http = await made.admin(), await made.http(made.context.keys.service_role_key)
    for number in range(5):
        await admin.create_user(
            {"email": f"p{number}@example.com", "user_metadata": {"full_name": f"N{number}"}}
        )
    assert [user.email for user in await admin.list_users()] == [
        f"p{n}@example.com" for n in (4, 3, 2, 1, 0)
    ]
    second = await admin.list_users(page=2, per_page=2)
    assert [user.email for user in second] == ["p2@example.com", "p1@example.com"]
    assert second[0].identities[0].identity_data["email"] == "p2@example.com"
    key = {"authorization": f"Bearer {made.context.keys.service_role_key}"}
    answer = await http.get("/auth/v1/admin/users?page=2&per_page=2", headers=key)
    assert answer.headers["x-total-count"] == "5"
    assert answer.headers["link"] == (
        '</auth/v1/admin/users?page=3&per_page=2>; rel="next", '
        '</auth/v1/admin/users?page=3&per_page=2>; rel="last"'
    )
    for query, found in (("filter=p3@", 1), ("filter=n4", 1), ("filter=nobody", 0), ("page=9", 0)):
        users = (await http.get(f"/auth/v1/admin/users?{query}", headers=key)).json()["users"]
        assert len(users) == found, query
    for query in (
        "filter=a%00b",
        "page=0",
        "page=-1",
        "page=x",
        "per_page=%F0%9D%9F%99",
        "page=99999999999",
    ):
        assert (await http.get(f"/auth/v1/admin/users?{query}", headers=key)).status_code == 400


async def test_nobody_else_may(made: World) -> None:
    keys = made.context.keys
    client = await made.client()
    await client.auth.sign_up({"email": ANN, "password": PASSWORD})
    await client.auth.verify_otp({"email": ANN, "token": made.letter().code, "type": "signup"})
    session = await client.auth.get_session()
    assert session is not None
    http = await made.http()
    forged = mint({"role": "service_role", "exp": 9e9}, "another secret of the length that secrets have")
    bearers = [
        ("", 401, "no_authorization"),
        (keys.publishable_key, 403, "not_admin"),
        (session.access_token, 403, "not_admin"),
        (forged, 403, "bad_jwt"),
    ]
    paths = [
        ("GET", "admin/users"), ("POST", "admin/users"), ("GET", f"admin/users/{uuid4()}"),
        ("PUT", f"admin/users/{uuid4()}"), ("DELETE", f"admin/users/{session.user.id}"),
        ("POST", "admin/generate_link"), ("POST", "invite"),
    ]  # fmt: skip
    body = {"email": "eve@example.com", "type": "magiclink"}
    for bearer, status, code in bearers:
        headers = {"authorization": f"Bearer {bearer}"} if bearer else {}
        for method, path in paths:
            answer = await http.request(method, f"/auth/v1/{path}", headers=headers, json=body)
            assert (answer.status_code, answer.json()["error_code"]) == (status, code), (path, code)
    assert len(await (await made.admin()).list_users()) == 1
    assert made.letters("eve@example.com") == []


async def test_an_admin_who_signed_out_is_none(made: World) -> None:
    admin, client = await made.admin(), await made.client()
    user = (await admin.create_user({"email": ANN, "password": PASSWORD, "email_confirm": True})).user
    await admin.update_user_by_id(user.id, {"role": "service_role"})
    await client.auth.sign_in_with_password({"email": ANN, "password": PASSWORD})
    session = await client.auth.get_session()
    assert session is not None
    http = await made.http()
    headers = {"authorization": f"Bearer {session.access_token}"}
    assert (await http.get("/auth/v1/admin/users", headers=headers)).status_code == 200
    await client.auth.sign_out()
    assert (await http.get("/auth/v1/admin/users", headers=headers)).status_code == 403


async def test_what_cannot_be_made(made: World) -> None:
    admin = await made.admin()
    await admin.create_user({"email": ANN})
    stored = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
    for body, status, code in (
        ({"email": ANN}, 422, "email_exists"),
        ({}, 400, "validation_failed"),
        ({"email": "nobody"}, 400, "validation_failed"),
        ({"phone": "+15550100"}, 400, "phone_provider_disabled"),
        ({"email": "b@x.y", "password": "x" * 73}, 400, "validation_failed"),
        ({"email": "b@x.y", "password": PASSWORD, "password_hash": stored}, 400, "validation_failed"),
        ({"email": "b@x.y", "password_hash": "plain"}, 400, "validation_failed"),
        ({"email": "b@x.y", "id": "one"}, 400, "validation_failed"),
        ({"email": "b@x.y", "id": "00000000-0000-0000-0000-000000000000"}, 400, "validation_failed"),
        ({"email": "b@x.y", "ban_duration": "a day"}, 400, "validation_failed"),
        ({"email": "b@x.y", "email_confirm": "yes"}, 400, "bad_json"),
    ):
        async with refused(status, code):
            await admin.create_user(body)
    assert len(await admin.list_users()) == 1


async def test_a_hash_and_an_id_from_elsewhere(made: World) -> None:
    admin, client, own = await made.admin(), await made.client(), str(uuid4())
    stored = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
    user = await admin.create_user(
        {"email": ANN, "id": own, "password_hash": stored, "email_confirm": True}
    )
    assert user.user.id == own
    await client.auth.sign_in_with_password({"email": ANN, "password": PASSWORD})


async def test_a_ban_and_its_end(made: World) -> None:
    admin, client = await made.admin(), await made.client()
    user = (await admin.create_user({"email": ANN, "password": PASSWORD, "email_confirm": True})).user
    banned = (await admin.update_user_by_id(user.id, {"ban_duration": "24h"})).user
    assert banned.banned_until is not None
    async with refused(400, "user_banned"):
        await client.auth.sign_in_with_password({"email": ANN, "password": PASSWORD})
    freed = (await admin.update_user_by_id(user.id, {"ban_duration": "none"})).user
    assert freed.banned_until is None
    await client.auth.sign_in_with_password({"email": ANN, "password": PASSWORD})


async def test_a_taken_address_cannot_be_given(made: World) -> None:
    admin = await made.admin()
    await admin.create_user({"email": ANN})
    bob = (await admin.create_user({"email": "bob@example.com"})).user
    async with refused(422, "email_exists"):
        await admin.update_user_by_id(bob.id, {"email": ANN})
    http = await made.http()
    key = {"authorization": f"Bearer {made.context.keys.service_role_key}"}
    for user_id, code in (("one", "validation_failed"), (str(uuid4()), "user_not_found")):
        answer = await http.put(f"/auth/v1/admin/users/{user_id}", headers=key, json={"email": ANN})
        assert (answer.status_code, answer.json()["error_code"]) == (404, code)


async def test_who_is_only_forgotten_leaves_the_row(made: World, migrator: AsyncConnection[Any]) -> None:
    admin = await made.admin()
    data = {"email": ANN, "password": PASSWORD, "email_confirm": True, "user_metadata": {"name": "Ann"}}
    user = (await admin.create_user(data)).user
    await admin.delete_user(user.id, should_soft_delete=True)
    query = (
        "select to_jsonb(users)::text || (select string_agg(to_jsonb(i)::text, '') from auth.identities i)"
    )
    rows = await (await migrator.execute(f"{query} from auth.users".encode())).fetchall()
    assert len(rows) == 1
    assert "Ann" not in str(rows)
    assert ANN not in str(rows)
    assert (await admin.create_user(data)).user.id != user.id


async def test_what_a_project_keeps_of_a_user_may_hold_the_user(
    made: World, migrator: AsyncConnection[Any]
) -> None:
    await migrator.execute("create table notes (owner uuid references auth.users (id))")
    admin = await made.admin()
    user = (await admin.create_user({"email": ANN})).user
    await migrator.execute("insert into notes values (%s)", (user.id,))
    async with refused(500, "unexpected_failure"):
        await admin.delete_user(user.id)
    assert (await admin.get_user_by_id(user.id)).user.email == ANN


async def test_an_invitation(made: World) -> None:
    admin, client = await made.admin(), await made.client()
    user = (await admin.invite_user_by_email(ANN, {"data": {"name": "Ann"}, "redirect_to": PAGE})).user
    assert user.invited_at is not None
    letter = made.letter()
    assert letter.subject == "You are invited"
    led = await made.page(letter.link)
    assert fragment(led)["type"] == "invite"
    await client.auth.initialize_from_url(str(led))
    await client.auth.update_user({"password": PASSWORD})
    await client.auth.sign_in_with_password({"email": ANN, "password": PASSWORD})
    async with refused(422, "email_exists"):
        await admin.invite_user_by_email(ANN)


@pytest.mark.parametrize("kind", ["signup", "invite", "magiclink", "recovery"])
async def test_a_link_that_somebody_else_will_send(made: World, kind: str) -> None:
    admin, client = await made.admin(), await made.client()
    if kind == "recovery":
        await admin.create_user({"email": ANN, "email_confirm": True})
    asked = {"type": kind, "email": ANN, "password": PASSWORD, "options": {"redirect_to": PAGE}}
    made_link = await admin.generate_link(asked)
    told = made_link.properties
    assert told.verification_type == ("signup" if kind == "magiclink" else kind)
    assert (told.redirect_to, made_link.user.email) == (PAGE, ANN)
    answer = await client.auth.verify_otp(
        {"email": ANN, "token": told.email_otp, "type": told.verification_type}
    )
    assert answer.session is not None
    again = (await admin.generate_link({"type": "magiclink", "email": ANN})).properties
    assert again.redirect_to == made.context.url
    await client.auth.verify_otp({"token_hash": again.hashed_token, "type": "magiclink"})
    third = (await admin.generate_link({**asked, "type": "recovery"})).properties
    assert fragment(await made.page(third.action_link))["type"] == "recovery"
    assert made.letters() == []


async def test_both_links_of_a_change_that_somebody_else_will_send(made: World) -> None:
    admin, client = await made.admin(), await made.client()
    user = (await admin.create_user({"email": ANN, "email_confirm": True})).user
    asked = {"email": ANN, "new_email": "ann@new.example"}
    kinds = ("email_change_current", "email_change_new")
    links = [(await admin.generate_link({**asked, "type": kind})).properties for kind in kinds]
    assert [link.verification_type for link in links] == list(kinds)
    for link, email in zip(links, (ANN, "ann@new.example"), strict=True):
        await client.auth.verify_otp({"token_hash": link.hashed_token, "type": "email_change"})
        assert (await admin.get_user_by_id(user.id)).user.email == email


async def test_links_that_cannot_be_made(made: World) -> None:
    admin = await made.admin()
    await admin.create_user({"email": ANN, "email_confirm": True})
    for asked, status, code in (
        ({"type": "recovery", "email": "nobody@example.com"}, 404, "user_not_found"),
        ({"type": "email_change_new", "email": "nobody@example.com"}, 404, "user_not_found"),
        ({"type": "email_change_new", "email": ANN, "new_email": ANN}, 422, "email_exists"),
        ({"type": "signup", "email": ANN, "password": PASSWORD}, 422, "email_exists"),
        ({"type": "signup", "email": "b@x.y"}, 400, "validation_failed"),
        ({"type": "invite", "email": ANN}, 422, "email_exists"),
        ({"type": "nonsense", "email": ANN}, 400, "validation_failed"),
        ({"type": "email_change", "email": ANN}, 400, "validation_failed"),
    ):
        async with refused(status, code):
            await admin.generate_link(asked)
    assert len(await admin.list_users()) == 1
