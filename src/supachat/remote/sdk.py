"""Supabase's own client, made in one way. Apart from `http`, so that who only asks an address whether it
answers does not load it."""

from __future__ import annotations

import httpx
from supabase import AsyncClient
from supabase.lib.client_options import AsyncClientOptions

from supachat.remote.address import Address


def supabase_client(where: Address, http: httpx.AsyncClient) -> AsyncClient:
    """Supabase's own client over our HTTP, with nothing that it would do by itself."""
    return AsyncClient(
        where.url,
        where.key,
        AsyncClientOptions(
            auto_refresh_token=False,
            persist_session=False,
            postgrest_client_retry=False,
            httpx_client=http,
        ),
    )
