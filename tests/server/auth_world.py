"""A project whose letters can be read, and real clients of it, in process."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import httpx
import pytest
from starlette.applications import Starlette
from supabase import AsyncClient, AsyncClientOptions, acreate_client
from supabase_auth.errors import AuthApiError

from supachat.server.context import Context
from supachat.server.gateway import build

ANN = "ann@example.com"
PASSWORD = "correct-horse-9"
PAGE = "http://127.0.0.1:8000/back"


@dataclass(frozen=True)
class Letter:
    """One file of the outbox."""

    path: Path
    to: str
    subject: str
    code: str
    link: str

    @property
    def token_hash(self) -> str:
        return httpx.URL(self.link).params["token"]


def read(path: Path) -> Letter:
    """The letter in `path`."""
    text = path.read_text("utf-8")

    def found(pattern: str) -> str:
        match = re.search(pattern, text, re.MULTILINE)
        assert match is not None, text
        return match.group(1)

    to, subject = found(r"^To: (.+)$"), found(r"^Subject: (.+)$")
    return Letter(path, to, subject, found(r"code is (\d{6})\."), found(r"^(http.+)$"))


@dataclass
class World:
    """One project: its gateway in process, and its outbox."""

    context: Context
    app: Starlette
    lines: list[str]
    _stack: AsyncExitStack = field(repr=False)

    def letters(self, to: str = ANN) -> list[Letter]:
        """What was written to `to`, oldest first."""
        assert self.context.outbox is not None
        files = sorted(self.context.outbox.iterdir()) if self.context.outbox.exists() else []
        return [letter for letter in map(read, files) if letter.to == to]

    def letter(self, to: str = ANN) -> Letter:
        """The last letter to `to`."""
        return self.letters(to)[-1]

    async def http(self, key: str | None = None) -> httpx.AsyncClient:
        """Requests with `key`, the publishable one by default, empty for none; follows no redirects."""
        headers = {"apikey": self.context.keys.publishable_key if key is None else key}
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.app),
            base_url=self.context.url,
            headers={name: value for name, value in headers.items() if value},
        )
        return await self._stack.enter_async_context(client)

    async def client(
        self, flow: Literal["pkce", "implicit"] = "implicit", key: str | None = None
    ) -> AsyncClient:
        """A real supabase-py client that nobody is signed in to."""
        options = AsyncClientOptions(
            httpx_client=await self.http(""), flow_type=flow, auto_refresh_token=False
        )
        return await acreate_client(self.context.url, key or self.context.keys.publishable_key, options)

    async def admin(self) -> Any:
        """The admin part of a client that has the service key."""
        return (await self.client(key=self.context.keys.service_role_key)).auth.admin

    async def page(self, link: str) -> httpx.URL:
        """Where a browser that opens `link` is sent."""
        browser = await self.http("")
        answer = await browser.get(link)
        assert answer.status_code == 303, answer.text
        return httpx.URL(answer.headers["location"])


@asynccontextmanager
async def world(context: Context, folder: Path, **changes: Any) -> AsyncIterator[World]:
    """A project with an outbox in `folder`; `changes` are fields of its context."""
    lines: list[str] = []
    context = replace(context, outbox=folder / "outbox", mailed=lines.append, **changes)
    async with AsyncExitStack() as stack:
        yield World(context, build(context), lines, stack)


@asynccontextmanager
async def refused(status: int, code: str) -> AsyncIterator[None]:
    """The body is refused by GoTrue with this status and code."""
    with pytest.raises(AuthApiError) as caught:
        yield
    assert (caught.value.status, caught.value.code) == (status, code), caught.value.message


def fragment(url: httpx.URL) -> dict[str, str]:
    """What `url` carries behind its #."""
    return dict(httpx.QueryParams(url.fragment))
