"""A scripted project behind httpx: what it answers is in the test, what it was asked is kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
from supabase import AsyncClient
from supabase.lib.client_options import AsyncClientOptions

from supachat.remote.address import Address
from supachat.remote.http import make_client, tls_context
from supachat.remote.waits import Waits

URL = "http://127.0.0.1:9"
KEY = "sb_publishable_test"
TLS = tls_context()

Answer = Callable[[httpx.Request], httpx.Response]


class Scripted:
    """`answer` is called for each request; what it raises is what the network did."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.asked: list[httpx.Request] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return self.answer(request)

    def bodies(self) -> list[Any]:
        return [json.loads(request.content) if request.content else None for request in self.asked]


def client_of(script: Scripted, waits: Waits | None = None) -> AsyncClient:
    """supabase's client with our httpx client over the script."""
    http = make_client(Address(URL, KEY), waits or Waits(), TLS, httpx.MockTransport(script))
    options = AsyncClientOptions(
        auto_refresh_token=False, persist_session=False, postgrest_client_retry=False, httpx_client=http
    )
    return AsyncClient(URL, KEY, options)
