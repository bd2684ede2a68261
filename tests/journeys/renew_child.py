"""One of two terminals on one account: renews its session so often, each time for real.

`python -m tests.journeys.renew_child URL KEY SESSION_FILE TIMES`. Says `ready`, waits for a line, and
prints in the end whether the session was lost.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from supabase import AsyncClient
from supabase.lib.client_options import AsyncClientOptions
from tests.waits import scaled

from supachat.domain.text import Safe
from supachat.remote.address import address
from supachat.remote.http import make_client, tls_context
from supachat.remote.session import Keeper
from supachat.remote.vault import FileVault

WAITS = scaled(1.0, poke_gap=0.0)
"""No token is too new to be renewed."""


class Told:
    """What the keeper had to say."""

    def __init__(self) -> None:
        self.lost: list[str] = []

    def token_renewed(self, token: str) -> None:
        return None

    def session_lost(self, reason: Safe) -> None:
        self.lost.append(reason)

    def session_unkept(self, reason: Safe) -> None:
        self.lost.append(reason)

    def resumed(self) -> None:
        return None


async def renew(url: str, key: str, file: Path, times: int) -> None:
    where, told = address(url, key), Told()
    async with make_client(where, WAITS, tls_context()) as http:
        options = AsyncClientOptions(auto_refresh_token=False, persist_session=False, httpx_client=http)
        keeper = Keeper(AsyncClient(where.url, where.key, options), FileVault(file), told, WAITS)
        assert await keeper.restore()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.readline)
        token = ""
        for _ in range(times):
            token = await keeper.renew(token)
    sys.stdout.write(json.dumps({"lost": told.lost}) + "\n")


if __name__ == "__main__":
    _, url, key, file, times = sys.argv
    asyncio.run(renew(url, key, Path(file), int(times)))
