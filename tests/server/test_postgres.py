"""PostgreSQL is made, found again, ends with whoever started it, and is never started over."""

from __future__ import annotations

import httpx

from supachat.server.context import Context


async def test_a_request_role_has_no_rights_of_its_own(context: Context) -> None:
    async with context.requests.connection() as connection:
        row = await (
            await connection.execute(
                "select current_user, rolsuper from pg_roles where rolname = current_user"
            )
        ).fetchone()
    assert row == ("authenticator", False)


async def test_health(client: httpx.AsyncClient) -> None:
    assert (await client.get("/health")).status_code == 200
