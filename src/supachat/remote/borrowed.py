"""Tokens from outside: the other stock of the keeper's. Nothing is kept beyond this run."""

from __future__ import annotations

from collections.abc import Callable

from supabase import AsyncClient

from supachat.domain.errors import ServerTrouble
from supachat.domain.text import Safe
from supachat.remote.outside import Giver
from supachat.remote.tokens import Tokens, tokens_in


class Borrowed:
    """Asks `giver` each time. The library has no session then: the token is put on its tables here."""

    trouble: Safe | None = None

    def __init__(
        self,
        client: AsyncClient,
        giver: Giver,
        clock: Callable[[], float],
        wall: Callable[[], float],
    ) -> None:
        self._client, self._giver = client, giver
        self._clock, self._wall = clock, wall
        self._held = False

    @property
    def held(self) -> bool:
        return self._held

    async def restore(self) -> bool:
        self._held = True
        return True

    async def newest(self) -> Tokens:
        given = await self._giver.give()
        tokens = tokens_in(given.token, given.at, self._clock(), self._wall())
        if tokens.life <= 0:
            raise ServerTrouble(
                f"{self._giver.name} gave a token that is over already", cure="Check this computer's clock"
            )
        self._held = True
        self._client.postgrest.auth(tokens.access)
        return tokens

    async def save_again(self) -> None:
        """There is nothing to save."""

    async def ended(self) -> None:
        await self.drop()

    async def drop(self) -> None:
        self._held = False
        self._client.postgrest.auth(self._client.supabase_key)
