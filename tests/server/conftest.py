"""What the tests of the server share beside the project of `tests/conftest.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import httpx

PASSWORD = "correct-horse-9"


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
