"""The door: names, keys, lengths, and what a web page may ask."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from supachat.server.context import Context
from supachat.server.gateway import Door, build, host_allowed, needs_key

HOSTS = [
    ("127.0.0.1:54321", True),
    ("localhost:54321", True),
    ("LOCALHOST", True),
    ("localhost.:1", True),
    ("project.localhost:1", True),
    ("[::1]:54321", True),
    ("[::1]", True),
    ("192.168.1.7:54321", True),
    ("box.lan:54321", True),
    ("evil.example", False),
    ("evil.example:54321", False),
    ("127.0.0.1.evil.example", False),
    ("localhost.evil.example:80", False),
    ("", False),
]


@pytest.mark.parametrize(("header", "allowed"), HOSTS)
def test_only_our_own_names_are_answered(header: str, allowed: bool) -> None:
    assert host_allowed(header, {"box.lan"}) is allowed


PATHS = [
    ("/rest/v1", True),
    ("/rest/v1/notes", True),
    ("/auth/v1/user", True),
    ("/auth/v1/verify", False),
    ("/auth/v1/authorize", False),
    ("/auth/v1/admin/users", True),
    ("/auth/v1/.well-known/jwks.json", False),
    ("/realtime/v1/websocket", False),
    ("/health", False),
]


@pytest.mark.parametrize(("path", "needed"), PATHS)
def test_which_paths_need_a_key(path: str, needed: bool) -> None:
    assert needs_key(path) is needed


async def test_a_foreign_host_is_refused(client: httpx.AsyncClient) -> None:
    assert (await client.get("/health")).status_code == 200
    assert (await client.get("/health", headers={"host": "evil.example"})).status_code == 403


NO_KEY = "No API key found in request"


@pytest.mark.parametrize(
    ("headers", "query", "message"),
    [
        ({}, "", NO_KEY),
        ({"apikey": "wrong"}, "", "Invalid API key"),
        ({"apikey": ""}, "?apikey=wrong", "Invalid API key"),
    ],
)
async def test_without_a_key_nothing_is_answered(
    headers: dict[str, str], query: str, message: str, client: httpx.AsyncClient
) -> None:
    del client.headers["apikey"]
    answer = await client.get(f"/auth/v1/settings{query}", headers=headers)
    assert (answer.status_code, answer.json()["message"]) == (401, message)


async def test_a_key_may_stand_in_the_query(client: httpx.AsyncClient, context: Context) -> None:
    del client.headers["apikey"]
    for key in (context.keys.publishable_key, context.keys.service_role_key):
        assert (await client.get("/auth/v1/settings", params={"apikey": key})).status_code == 200
        # REST would take it for a filter that it cannot read
        assert (await client.get("/rest/v1/nowhere", params={"apikey": key})).status_code == 404


async def test_a_large_body_is_refused_before_it_is_read(client: httpx.AsyncClient) -> None:
    answer = await client.post("/auth/v1/signup", content=b"x" * 1_000_001)
    assert answer.status_code == 413


async def test_a_large_body_without_a_length_is_refused_too(client: httpx.AsyncClient) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 100_000

    assert (await client.post("/auth/v1/signup", content=parts())).status_code == 413


BATCH = "/realtime/v1/api/broadcast"


@pytest.mark.parametrize(
    ("path", "size", "status"),
    [(BATCH, 8_000_000, 422), (f"{BATCH}/room/events/x", 8_000_000, 415), (BATCH, 8_000_001, 413)],
)
async def test_a_batch_of_broadcasts_may_be_larger(
    path: str, size: int, status: int, client: httpx.AsyncClient
) -> None:
    body = b'{"messages": [1]}'.ljust(size)  # what it says is refused by the part behind the door
    assert (await client.post(path, content=body)).status_code == status


async def test_a_body_in_parts_arrives_whole(client: httpx.AsyncClient) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for part in (b'{"email": "not an', b' address", "passw', b'ord": "correct-horse"}'):
            yield part

    answer = await client.post("/auth/v1/signup", content=parts())
    assert answer.json()["error_code"] == "validation_failed"


async def test_a_body_whose_sender_went_away_reaches_nobody(context: Context) -> None:
    """Half of a table in CSV is a table too."""
    came: list[Message] = [
        {"type": "http.request", "body": b"id,body\n1,hel", "more_body": True},
        {"type": "http.disconnect"},
    ]
    reached: list[str] = []

    async def behind(scope: Scope, _receive: Receive, _send: Send) -> None:
        reached.append(scope["path"])

    async def receive() -> Message:
        return came.pop(0)

    async def send(message: Message) -> None:
        reached.append(message["type"])

    headers = [(b"host", b"127.0.0.1"), (b"content-length", b"17")]
    scope = {"type": "http", "path": "/rest/v1/notes", "query_string": b"", "headers": headers}
    await Door(behind, context)(scope, receive, send)
    assert reached == []


async def test_a_long_address_is_refused(client: httpx.AsyncClient) -> None:
    assert (await client.get("/rest/v1/notes", params={"select": "a" * 9000})).status_code == 414


async def test_a_web_page_may_ask(client: httpx.AsyncClient) -> None:
    asked = {
        "origin": "http://127.0.0.1:3000",
        "access-control-request-method": "POST",
        "access-control-request-headers": "apikey,content-type",
    }
    del client.headers["apikey"]  # a preflight carries none
    answer = await client.options("/rest/v1/notes", headers=asked)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "apikey" in answer.headers["access-control-allow-headers"].lower()


async def test_a_refusal_at_the_door_can_be_read_by_a_web_page(client: httpx.AsyncClient) -> None:
    del client.headers["apikey"]
    answer = await client.get("/auth/v1/settings", headers={"origin": "http://127.0.0.1:3000"})
    assert answer.status_code == 401
    assert answer.headers["access-control-allow-origin"] == "*"


async def test_a_websocket_from_a_foreign_host_is_closed(context: Context) -> None:
    sent: list[dict[str, object]] = []

    async def send(message: object) -> None:
        assert isinstance(message, dict)
        sent.append(message)

    async def receive() -> dict[str, object]:
        return {"type": "websocket.connect"}

    scope = {
        "type": "websocket",
        "path": "/realtime/v1/websocket",
        "raw_path": b"/realtime/v1/websocket",
        "query_string": b"",
        "headers": [(b"host", b"evil.example")],
        "extensions": {"websocket.http.response": {}},
    }
    await build(context)(scope, receive, send)
    assert sent[0]["type"] == "websocket.http.response.start"
    assert sent[0]["status"] == 403
