"""A renewal that is under way while whoever waits for it goes away: it ends, or ends with the project."""

from __future__ import annotations

import asyncio

import pytest
from tests.remote.gotrue import GoTrue
from tests.remote.keepers import USER, Kept_, Make, clock, make, server

from supachat.remote.vault import Kept, MemoryVault

__all__ = ["clock", "make", "server"]  # fixtures


class Slow(MemoryVault):
    """Once the server has rotated the session, it answers when `go_on` is set."""

    def __init__(self, server: GoTrue) -> None:
        super().__init__()
        self.server, self.asked, self.go_on = server, asyncio.Event(), asyncio.Event()

    async def load(self) -> Kept | None:
        if self.server.spent:
            self.asked.set()
            await self.go_on.wait()
        return await super().load()


async def renewing(server: GoTrue, make: Make) -> tuple[Kept_, Slow, asyncio.Task[str]]:
    """A keeper, its vault, and somebody who waits for a token that is not stored yet."""
    vault = Slow(server)
    await vault.save(server.session(), USER)
    one: Kept_ = make(vault)
    await one.keeper.restore()
    waits = asyncio.create_task(one.keeper.access())
    await asyncio.wait_for(vault.asked.wait(), 30)
    return one, vault, waits


async def test_a_renewal_that_nobody_waits_for_any_more_is_stored(make: Make, server: GoTrue) -> None:
    """Whoever goes offline by hand, or leaves the thread that asked, cancels what waits for a token."""
    one, vault, waits = await renewing(server, make)
    waits.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waits
    vault.go_on.set()
    assert await asyncio.wait_for(one.keeper.access(), 30) == "access-2"
    assert await one.stored() == "refresh-2"
    assert server.spent == ["refresh-1"]
    assert one.told.tokens == ["access-2"]


async def test_it_ends_with_the_project(make: Make, server: GoTrue) -> None:
    one, _, waits = await renewing(server, make)
    (task,) = one.keeper.stop()
    for each in (task, waits):
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(each, 30)
