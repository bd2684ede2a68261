"""What the tests of the server share beside the project of `tests/conftest.py`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import httpx
    from psycopg import AsyncConnection

    from supachat.server.context import Context

PASSWORD = "correct-horse-9"
REST = Path(__file__).with_name("rest.sql")


class People:
    """Signs people up and in over HTTP, and asks as one of them."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def sign_up(self, email: str = "ann@example.com", **more: Any) -> httpx.Response:
        body = {"email": email, "password": PASSWORD, **more}
        return await self._client.post("/auth/v1/signup", json=body)

    async def sign_in(self, email: str = "ann@example.com", password: str = PASSWORD) -> httpx.Response:
        body = {"email": email, "password": password}
        return await self._client.post("/auth/v1/token?grant_type=password", json=body)

    async def refresh(self, token: str) -> httpx.Response:
        return await self._client.post(
            "/auth/v1/token?grant_type=refresh_token", json={"refresh_token": token}
        )

    async def ask(self, method: str, path: str, token: str, json: Any = None) -> httpx.Response:
        headers = {"authorization": f"Bearer {token}"}
        return await self._client.request(method, f"/auth/v1{path}", headers=headers, json=json)


@pytest.fixture
def people(client: httpx.AsyncClient) -> People:
    """Sign-up and sign-in against a fresh project."""
    return People(client)


@pytest.fixture
async def tables(migrator: AsyncConnection[Any]) -> None:
    """What `rest.sql` makes, with two people in it and three rooms."""
    from tests.server.rest_people import ANN, BOB

    await migrator.execute(REST.read_bytes())
    await migrator.execute("insert into people values (%s, 'ann', null), (%s, 'bob', %s)", (ANN, BOB, ANN))
    await migrator.execute("insert into rooms (title) values ('one'), ('two'), ('empty')")
    await migrator.execute(
        "insert into members values (1, %(a)s), (1, %(b)s), (2, %(a)s)", {"a": ANN, "b": BOB}
    )


@pytest.fixture
async def ann(client: httpx.AsyncClient, context: Context, tables: None) -> httpx.AsyncClient:
    """HTTP as ann; `tables` are there and hold no note yet."""
    from tests.server.rest_people import ANN, token

    client.headers["authorization"] = f"Bearer {token(context, ANN)}"
    client.base_url = client.base_url.join("/rest/v1/")
    return client
