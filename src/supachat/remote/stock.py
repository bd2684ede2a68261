"""Where the keeper's tokens come from: a session of the project's own sign-in server, kept in the vault.

Knows rotation: a refresh token is good once, so what another process stored is used before our own, and
nothing is written over a session that is not ours. Never deletes a session because the network was down.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from supabase import AsyncClient
from supabase_auth.types import Session

from supachat.domain.errors import ServerTrouble, SessionEnded, VaultError
from supachat.domain.text import Safe, safe_line
from supachat.remote.asking import ask
from supachat.remote.tokens import Tokens, tokens_of
from supachat.remote.vault import Kept, Vault
from supachat.remote.vaultfile import STAYS, locked
from supachat.remote.waits import Waits

AGAIN = "Sign in again; nothing else is lost"


class Stock(Protocol):
    """Whoever has tokens to give. Called by the keeper alone, one call at a time."""

    trouble: Safe | None
    """Why they will not outlive this run, where they were meant to."""

    @property
    def held(self) -> bool:
        """There is something to get tokens with."""
        ...

    async def restore(self) -> bool:
        """Take up what an earlier run left. No network. Raises `VaultError`."""
        ...

    async def newest(self) -> Tokens:
        """Tokens newer than any before. Raises `SessionEnded` and `Retryable`."""
        ...

    async def save_again(self) -> None:
        """Try once more what was in trouble. Never raises."""
        ...

    async def ended(self) -> None:
        """The server said that it is over. Never raises."""
        ...

    async def drop(self) -> None:
        """The person signs out: forget it. Never raises."""
        ...


class Owned:
    """A session of our own, rotated at each refresh."""

    def __init__(
        self,
        client: AsyncClient,
        vault: Vault,
        waits: Waits,
        clock: Callable[[], float],
        wall: Callable[[], float],
    ) -> None:
        self._client, self._vault, self._waits = client, vault, waits
        self._clock, self._wall = clock, wall
        self._kept: Kept | None = None
        """What is in force."""
        self._seen: set[Kept | None] = set()
        """What the vault held when we last looked, and what we gave it since without a word back: a keyring
        that hangs may do it hours later. Something else there is another process's."""
        self.trouble: Safe | None = None

    @property
    def held(self) -> bool:
        return self._kept is not None

    async def restore(self) -> bool:
        kept = await self._vault.load()
        if self._kept is None:  # the person may have signed in meanwhile
            self._kept, self._seen = kept, {kept}
        return self._kept is not None

    async def take(self, session: Session) -> Tokens:
        """Somebody has just signed in: this is the session now."""
        self._kept = Kept(session.refresh_token, session.user.id)
        async with locked(self._vault.lock_file, self._waits.lock):
            await self._save()
        return tokens_of(session, self._clock(), self._wall())

    async def newest(self) -> Tokens:
        """One refresh, under the lock against other processes. The tokens' life counts from asking: the
        answer may be read an hour later, by a process that was stopped meanwhile."""
        async with locked(self._vault.lock_file, self._waits.lock):
            asked = self._clock(), self._wall()
            session, stored = await self._exchanged()
            self._kept = Kept(session.refresh_token, session.user.id)
            await self._save_over(stored)
        return tokens_of(session, *asked)

    async def _exchanged(self) -> tuple[Session, Kept | None]:
        """A new session, and what the vault held when it was asked for. Raises `SessionEnded` once every
        refresh token that we know of was refused.

        The newer one goes first: an old one that is shown late ends the whole session at the server.
        """
        refused: set[str] = set()
        while True:
            stored = await self._stored()
            known = (self._kept, stored) if stored in self._seen else (stored, self._kept)
            held = [kept for kept in known if kept is not None]
            fresh = [kept for kept in held if kept.refresh_token not in refused]
            if not held:
                raise SessionEnded("you are not signed in", cure="Sign in")
            if not fresh:
                raise SessionEnded("the session is over", cure=AGAIN)
            try:
                return await self._exchange(fresh[0]), stored
            except SessionEnded:
                refused.add(fresh[0].refresh_token)

    async def _exchange(self, kept: Kept) -> Session:
        answer = await ask(lambda: self._client.auth.refresh_session(kept.refresh_token))
        session = answer.session
        if session is None:
            raise SessionEnded("the server gave no session", cure=AGAIN)
        if not (session.access_token and session.refresh_token) or session.user.id != kept.user_id:
            raise ServerTrouble("the sign-in server gave another session than was asked for")
        return session

    # ------------------------------------------------------------ the vault

    async def _look(self) -> Kept | None:
        """What the vault says now; None where it does not answer."""
        try:
            return await self._vault.load()
        except VaultError:
            return None

    async def _stored(self) -> Kept | None:
        """The same, unless it speaks of another account."""
        stored = await self._look()
        return stored if stored and self._kept and stored.user_id == self._kept.user_id else None

    async def _save(self) -> None:
        """Write it away. A failure is told, never raised: the session is good, only not kept."""
        if self._kept is None:
            return
        try:
            await self._vault.save(*self._kept)
        except VaultError as error:
            self._seen.add(self._kept)
            self.trouble = safe_line(str(error), limit=400)
        else:
            self._seen = {self._kept}
            self.trouble = None

    async def _save_over(self, stored: Kept | None) -> None:
        """The same, but only over `stored` or what we left there. Whoever signed in as somebody else
        meanwhile keeps that; and what another process stored while we waited for the server, having
        waited for the lock in vain, is newer than ours, so that we go on with it."""
        there = await self._look()
        if there in (None, stored) or there in self._seen:
            await self._save()
        elif self._kept is not None and there.user_id != self._kept.user_id:
            self.trouble = Safe(f"Another account was signed in to this workspace since. {STAYS}")
        else:
            self._kept, self._seen, self.trouble = there, {there}, None

    async def save_again(self) -> None:
        if self.trouble is not None:
            async with locked(self._vault.lock_file, self._waits.lock):
                await self._save_over(None)

    async def ended(self) -> None:
        """What is kept is of no more use, unless another process replaced it."""
        ended, self._kept = self._kept, None
        async with locked(self._vault.lock_file, self._waits.lock):
            if ended is not None and await self._look() == ended:
                await self._clear()

    @property
    def vault(self) -> Vault:
        return self._vault

    async def move(self, vault: Vault) -> None:
        """Keep it there from now on. Raises `VaultError`; then it stays where it was."""
        async with locked(vault.lock_file, self._waits.lock):
            if self._kept is not None:
                await vault.save(*self._kept)
            self._vault, self._seen, self.trouble = vault, {self._kept}, None

    async def drop(self) -> None:
        async with locked(self._vault.lock_file, self._waits.lock):
            there, ours = await self._look(), self._kept
            self._kept = None
            if there is None or ours is None or there.user_id == ours.user_id:
                await self._clear()

    async def _clear(self) -> None:
        try:
            await self._vault.clear()
        except VaultError as error:
            self.trouble = safe_line(str(error), limit=400)
        else:
            self._seen = set()
