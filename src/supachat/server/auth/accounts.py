"""The rows of auth.users and auth.identities.

Each function works on a connection inside `as_gotrue`, so that a project's triggers on auth.users run
with the rights they have on a hosted project. Must never decide who may ask.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

from psycopg import AsyncConnection
from psycopg.rows import TupleRow, class_row
from psycopg.types.json import Jsonb

from supachat.server.auth.rules import Identity, User
from supachat.server.context import Context

Connection = AsyncConnection[TupleRow]

_USER = """
select id, email, coalesce(encrypted_password, '') as encrypted_password, email_confirmed_at,
  confirmation_sent_at, last_sign_in_at, banned_until, created_at, updated_at,
  coalesce(raw_app_meta_data, '{}') as raw_app_meta_data,
  coalesce(raw_user_meta_data, '{}') as raw_user_meta_data
from auth.users where deleted_at is null and """


@asynccontextmanager
async def as_gotrue(context: Context) -> AsyncIterator[Connection]:
    """One transaction with GoTrue's role and search path; rolled back when the body raises."""
    async with context.admin.connection() as connection:
        await connection.execute(
            "select set_config('role', 'supabase_auth_admin', true),"
            " set_config('search_path', 'auth', true)"
        )
        yield connection


async def by_id(connection: Connection, user_id: UUID) -> User | None:
    """The user with this id."""
    return await _one(connection, "id = %s", user_id)


async def by_email(connection: Connection, email: str) -> User | None:
    """The user with this address, given in the form in which it is stored."""
    return await _one(connection, "email = %s and is_sso_user = false", email)


async def by_link(connection: Connection, stored: str) -> User | None:
    """The user who waits for this confirmation link, not older than a day."""
    return await _one(
        connection,
        "confirmation_token = %s and confirmation_sent_at > now() - interval '1 day' for update",
        stored,
    )


async def identities(connection: Connection, user_id: UUID) -> tuple[Identity, ...]:
    """The identities of a user, oldest first."""
    async with connection.cursor(row_factory=class_row(Identity)) as cursor:
        await cursor.execute(
            "select id, provider_id, provider, identity_data, last_sign_in_at, created_at, updated_at"
            " from auth.identities where user_id = %s order by created_at, id",
            (user_id,),
        )
        return tuple(await cursor.fetchall())


async def create(
    connection: Connection, email: str, password_hash: str, data: Mapping[str, Any], *, confirmed: bool
) -> User:
    """A new user with its identity. `data` is what the person says about itself."""
    user_id = uuid4()
    known = {"sub": str(user_id), "email": email, "email_verified": confirmed, "phone_verified": False}
    facts = Jsonb({**data, **known})
    await connection.execute(
        "insert into auth.users (instance_id, id, aud, role, email, encrypted_password, email_confirmed_at,"
        " raw_app_meta_data, raw_user_meta_data, created_at, updated_at) values"
        " (%s, %s, 'authenticated', 'authenticated', %s, %s, case when %s then now() end, %s, %s,"
        " now(), now())",
        (UUID(int=0), user_id, email, password_hash, confirmed,
         Jsonb({"provider": "email", "providers": ["email"]}), facts),
    )  # fmt: skip
    await connection.execute(
        "insert into auth.identities (provider_id, user_id, identity_data, provider, last_sign_in_at)"
        " values (%s, %s, %s, 'email', now())",
        (str(user_id), user_id, facts),
    )
    return await _sure(connection, user_id)


async def signed_in(connection: Connection, user: User) -> User:
    """Notes that `user` signed in just now."""
    await connection.execute(
        "update auth.users set last_sign_in_at = now(), updated_at = now() where id = %s", (user.id,)
    )
    return await _sure(connection, user.id)


async def change(
    connection: Connection, user: User, *, data: Mapping[str, Any] | None, password_hash: str, email: str
) -> User:
    """Sets what is given; None and empty strings leave a column as it is."""
    await connection.execute(
        "update auth.users set raw_user_meta_data = coalesce(%s, raw_user_meta_data),"
        " encrypted_password = coalesce(nullif(%s, ''), encrypted_password),"
        " email = coalesce(nullif(%s, ''), email), updated_at = now() where id = %s",
        (None if data is None else Jsonb(dict(data)), password_hash, email, user.id),
    )
    if email:
        await connection.execute(
            "update auth.identities set identity_data = identity_data || %s, updated_at = now()"
            " where user_id = %s and provider = 'email'",
            (Jsonb({"email": email}), user.id),
        )
    return await _sure(connection, user.id)


async def ask_confirmation(connection: Connection, user: User, stored: str) -> User:
    """Keeps the confirmation link's token for `user`."""
    await connection.execute(
        "update auth.users set confirmation_token = %s, confirmation_sent_at = now() where id = %s",
        (stored, user.id),
    )
    return await _sure(connection, user.id)


async def confirm(connection: Connection, user: User) -> User:
    """The address of `user` is theirs."""
    verified = Jsonb({"email_verified": True})
    await connection.execute(
        "update auth.users set email_confirmed_at = now(), confirmation_token = '', updated_at = now(),"
        " raw_user_meta_data = coalesce(raw_user_meta_data, '{}') || %s where id = %s",
        (verified, user.id),
    )
    await connection.execute(
        "update auth.identities set identity_data = identity_data || %s, updated_at = now()"
        " where user_id = %s and provider = 'email'",
        (verified, user.id),
    )
    return await _sure(connection, user.id)


async def _one(connection: Connection, where: str, value: object) -> User | None:
    async with connection.cursor(row_factory=class_row(User)) as cursor:
        await cursor.execute((_USER + where).encode(), (value,))
        return await cursor.fetchone()


async def _sure(connection: Connection, user_id: UUID) -> User:
    found = await by_id(connection, user_id)
    if found is None:
        raise LookupError(f"a user vanished inside its own transaction: {user_id}")
    return found
