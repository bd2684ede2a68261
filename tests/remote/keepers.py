"""Keepers of a session over a scripted sign-in server, with a clock that the test moves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from tests.remote.answers import Scripted, client_of
from tests.remote.gotrue import Clock, GoTrue
from tests.waits import scaled

from supachat.domain.errors import (
    VaultError,
)
from supachat.domain.text import Safe
from supachat.remote.session import Keeper
from supachat.remote.vault import Kept, MemoryVault, Vault

FAST = scaled(
    0.02, token_left=60.0, token_early=300.0, poke_gap=5.0, limited=30.0, http_connect=1.0, lock=5.0
)
USER = "01a1f8c8-2f5e-709b-8340-b3b82435e7a8"
"""The user of the recorded sign-in."""


class Told:
    """Who the keeper tells."""

    def __init__(self) -> None:
        self.tokens: list[str] = []
        self.lost: list[str] = []
        self.unkept: list[str] = []
        self.resumes = 0

    def token_renewed(self, token: str) -> None:
        self.tokens.append(token)

    def session_lost(self, reason: Safe) -> None:
        self.lost.append(reason)

    def session_unkept(self, reason: Safe) -> None:
        self.unkept.append(reason)

    def resumed(self) -> None:
        self.resumes += 1


class Kept_:
    """A keeper and all that a test looks at. `run` starts its loop; it is stopped at the end."""

    def __init__(self, server: GoTrue, clock: Clock, vault: Vault) -> None:
        self.told, self.vault, self.clock = Told(), vault, clock
        script = Scripted(server)
        self.asked = script.asked
        self.keeper = Keeper(
            client_of(script),
            vault,
            self.told,
            FAST,
            clock=clock.mono,
            wall=clock.wall,
            luck=lambda: 0.5,
        )
        self.task: asyncio.Task[None] | None = None

    def run(self) -> None:
        self.task = asyncio.create_task(self.keeper.run())

    async def stored(self) -> str | None:
        kept = await self.vault.load()
        return kept.refresh_token if kept else None


Make = Callable[..., Kept_]


@pytest.fixture
def server() -> GoTrue:
    return GoTrue()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def make(server: GoTrue, clock: Clock) -> AsyncIterator[Make]:
    made: list[Kept_] = []

    def make(vault: Vault | None = None) -> Kept_:
        made.append(Kept_(server, clock, vault or MemoryVault()))
        return made[-1]

    yield make
    tasks = [one.task for one in made if one.task is not None]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def holding(server: GoTrue) -> MemoryVault:
    """A vault with a good session in it."""
    vault = MemoryVault()
    await vault.save(server.session(), USER)
    return vault


class Broken(MemoryVault):
    broken = True

    async def load(self) -> Kept | None:
        if self.broken:
            raise VaultError("the keyring does not answer")
        return await super().load()

    async def save(self, refresh_token: str, user_id: str) -> None:
        if self.broken:
            raise VaultError("the keyring does not answer")
        await super().save(refresh_token, user_id)
