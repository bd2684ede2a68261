"""The rows of auth.users and auth.identities.

Each function works on a connection inside `as_gotrue`, so that a project's triggers on auth.users run
with the rights they have on a hosted project. Must never decide who may ask.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from psycopg import AsyncConnection
from psycopg.rows import TupleRow, class_row
from psycopg.sql import SQL, Identifier
from psycopg.types.json import Jsonb

from supachat.server.auth.people import Identity as Known
from supachat.server.auth.people import User
from supachat.server.context import Context

Connection = AsyncConnection[TupleRow]

USER = SQL("""
select id, coalesce(nullif(role, ''), 'authenticated') as role, coalesce(email, '') as email,
  coalesce(encrypted_password, '') as encrypted_password, is_anonymous, invited_at, email_confirmed_at,
  confirmation_sent_at, recovery_sent_at, coalesce(email_change, '') as email_change, email_change_sent_at,
  coalesce(email_change_confirm_status, 0) as email_change_confirm_status,
  last_sign_in_at, banned_until, coalesce(created_at, 'epoch') as created_at,
  coalesce(updated_at, created_at, 'epoch') as updated_at,
  coalesce(raw_app_meta_data, '{}') as raw_app_meta_data,
  coalesce(raw_user_meta_data, '{}') as raw_user_meta_data
from auth.users""")
"""Every column of a User; what follows says which."""

_IDENTITY = (
    "select id, user_id, provider_id, provider, identity_data, last_sign_in_at, created_at, updated_at"
    " from auth.identities"
)


@dataclass(frozen=True)
class NewUser:
    """A user to be made. Without an address it is anonymous, without a hash it has no password.

    `data` is what the person says about itself; `repeated` adds to it what GoTrue itself knows, as a
    sign-up does. `app_data` joins what GoTrue says about the way in.
    """

    email: str = ""
    password_hash: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    confirmed: bool = False
    repeated: bool = True
    id: UUID = field(default_factory=uuid4)
    role: str = "authenticated"
    app_data: Mapping[str, Any] = field(default_factory=dict)
    banned_until: datetime | None = None


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
    return await _one(connection, SQL("where deleted_at is null and id = %s"), user_id)


async def locked(connection: Connection, user_id: UUID) -> User | None:
    """The user with this id, whom nobody else changes until the transaction ends."""
    return await _one(connection, SQL("where deleted_at is null and id = %s for update"), user_id)


async def by_email(connection: Connection, email: str) -> User | None:
    """The user with this address, given in the form in which it is stored."""
    where = SQL("where deleted_at is null and email = %s and is_sso_user = false")
    return await _one(connection, where, email)


async def page(
    connection: Connection, like: str, *, limit: int, offset: int
) -> tuple[tuple[User, ...], int]:
    """Users whose address or full name holds `like`, newest first, and how many there are in all."""
    where = (
        "where (%(like)s = '' or email like %(all)s or raw_user_meta_data ->> 'full_name' ilike %(all)s)"
    )
    given = {"like": like, "all": f"%{like}%", "limit": limit, "offset": offset}
    counted = await connection.execute(f"select count(*) from auth.users {where}".encode(), given)
    total = await counted.fetchone()
    query = SQL("{user} {where} order by created_at desc, id limit %(limit)s offset %(offset)s")
    async with connection.cursor(row_factory=class_row(User)) as cursor:
        await cursor.execute(query.format(user=USER, where=SQL(where)), given)
        return tuple(await cursor.fetchall()), int(total[0]) if total else 0


async def identities(connection: Connection, user_id: UUID) -> tuple[Known, ...]:
    """The identities of a user, oldest first."""
    return (await identities_of(connection, [user_id]))[user_id]


async def identities_of(connection: Connection, users: Sequence[UUID]) -> dict[UUID, tuple[Known, ...]]:
    """The identities of each of `users`, oldest first."""
    async with connection.cursor(row_factory=class_row(Known)) as cursor:
        await cursor.execute(
            f"{_IDENTITY} where user_id = any(%s) order by created_at, id".encode(), (list(users),)
        )
        found = await cursor.fetchall()
    return {user: tuple(one for one in found if one.user_id == user) for user in users}


async def create(connection: Connection, new: NewUser) -> User:
    """A new user, with its identity if it has an address."""
    facts = _facts(new.id, new.email, verified=new.confirmed)
    way_in = {"provider": "email", "providers": ["email"]} if new.email else {}
    confirmed = {"email_verified": True} if new.confirmed else {}
    data = {**new.data, **(facts if new.repeated and new.email else confirmed)}
    await connection.execute(
        "insert into auth.users (instance_id, id, aud, role, email, encrypted_password, email_confirmed_at,"
        " raw_app_meta_data, raw_user_meta_data, is_anonymous, banned_until, created_at,"
        " updated_at) values (%s, %s, 'authenticated', %s, nullif(%s, ''), %s, case when %s then now() end,"
        " %s, %s, %s, %s, now(), now())",
        (UUID(int=0), new.id, new.role, new.email, new.password_hash, new.confirmed,
         Jsonb({**way_in, **new.app_data}), Jsonb(data), not new.email, new.banned_until),
    )  # fmt: skip
    if new.email:
        await _add_identity(connection, new.id, {**(new.data if new.repeated else {}), **facts})
    return await sure(connection, new.id)


async def save(connection: Connection, user_id: UUID, **columns: object) -> User:
    """Sets `columns` of the user's row; mappings are stored as JSON."""
    values = [Jsonb(dict(value)) if isinstance(value, Mapping) else value for value in columns.values()]
    sets = SQL(", ").join(SQL("{} = %s").format(Identifier(name)) for name in columns)
    query = SQL("update auth.users set {sets}, updated_at = now() where id = %s").format(sets=sets)
    await connection.execute(query, (*values, user_id))
    return await sure(connection, user_id)


async def signed_in(connection: Connection, user: User) -> User:
    """Notes that `user` signed in just now."""
    return await save(connection, user.id, last_sign_in_at=datetime.now(UTC))


async def confirm(connection: Connection, user: User) -> User:
    """The address of `user` is theirs; what was sent to prove it is spent."""
    await _mark_identity(connection, user.id, {"email_verified": True})
    return await save(
        connection,
        user.id,
        email_confirmed_at=user.email_confirmed_at or datetime.now(UTC),
        confirmation_token="",
        recovery_token="",
        raw_user_meta_data={**user.raw_user_meta_data, "email_verified": True},
    )


async def set_email(connection: Connection, user: User, email: str, *, verified: bool) -> User:
    """`email` is the user's address from now on; whoever proves one is no longer anonymous."""
    if not await _mark_identity(connection, user.id, {"email": email, "email_verified": verified}):
        await _add_identity(connection, user.id, _facts(user.id, email, verified=verified))
    user = await save(
        connection, user.id, email=email, is_anonymous=user.is_anonymous and not verified,
        email_change="", email_change_token_current="", email_change_token_new="",
        email_change_confirm_status=0,
        raw_app_meta_data={"provider": "email", **user.raw_app_meta_data, "providers": ["email"]},
    )  # fmt: skip
    return await confirm(connection, user) if verified else user


async def forget_codes(connection: Connection, user: User) -> User:
    """Spends every code that is out: whoever changes the password may not trust who asked for them."""
    return await save(
        connection, user.id, confirmation_token="", recovery_token="", email_change_token_current="",
        email_change_token_new="", confirmation_sent_at=None, recovery_sent_at=None,
        email_change_sent_at=None,
    )  # fmt: skip


async def sure(connection: Connection, user_id: UUID) -> User:
    """The row of a user that is known to be there, deleted ones too."""
    found = await _one(connection, SQL("where id = %s"), user_id)
    if found is None:
        raise LookupError(f"a user vanished inside its own transaction: {user_id}")
    return found


def _facts(user_id: UUID, email: str, *, verified: bool) -> dict[str, Any]:
    """What GoTrue itself knows of an identity."""
    return {"sub": str(user_id), "email": email, "email_verified": verified, "phone_verified": False}


async def _add_identity(connection: Connection, user_id: UUID, facts: Mapping[str, Any]) -> None:
    await connection.execute(
        "insert into auth.identities (provider_id, user_id, identity_data, provider, last_sign_in_at)"
        " values (%s, %s, %s, 'email', now())",
        (str(user_id), user_id, Jsonb(dict(facts))),
    )


async def _mark_identity(connection: Connection, user_id: UUID, facts: Mapping[str, Any]) -> bool:
    """Adds `facts` to the user's e-mail identity; whether there is one."""
    done = await connection.execute(
        "update auth.identities set identity_data = identity_data || %s, updated_at = now()"
        " where user_id = %s and provider = 'email'",
        (Jsonb(dict(facts)), user_id),
    )
    return done.rowcount > 0


async def _one(connection: Connection, where: SQL, value: object) -> User | None:
    async with connection.cursor(row_factory=class_row(User)) as cursor:
        await cursor.execute(SQL("{} {}").format(USER, where), (value,))
        return await cursor.fetchone()
