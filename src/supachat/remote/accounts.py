"""Into an account, and what belongs to it: the part of a `Project` that somebody needs who wants in.

Must never keep a password, a code or a link.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod

import httpx

from supachat.domain.entering import Proof, Ways
from supachat.domain.model import NOTHING, Account
from supachat.domain.text import Safe
from supachat.remote.address import Address
from supachat.remote.browser import Visit
from supachat.remote.outside import Giver
from supachat.remote.session import Keeper
from supachat.remote.vault import MemoryVault
from supachat.remote.ways import ask_ways


class Accounts(ABC):
    """Raises `SupachatError`s."""

    _keeper: Keeper
    _giver: Giver | None
    _http: httpx.AsyncClient
    _where: Address

    @abstractmethod
    async def _entered(self, account: Account) -> Account:
        """Somebody has just been let in."""

    @property
    def session_trouble(self) -> Safe | None:
        """Why the session will not outlive this run, where it was meant to."""
        return self._keeper.trouble

    @property
    def kept_in(self) -> Safe:
        """Where the session is kept, in a sentence; empty where none of ours is."""
        vault = self._keeper.vault
        return vault.where if vault is not None else NOTHING

    @property
    def offer(self) -> Safe:
        """Where the session could be kept, in a sentence, where nobody was asked yet; else empty."""
        vault = self._keeper.vault
        offer = vault.offer if isinstance(vault, MemoryVault) else None
        return offer.file.would if offer is not None else NOTHING

    async def keep_session(self, *, in_file: bool) -> None:
        """The answer to that offer, which is remembered. Raises `VaultError` and `SettingsError`."""
        vault = self._keeper.vault
        if isinstance(vault, MemoryVault) and vault.offer is not None:
            offer = vault.offer
            if in_file:
                await self._keeper.move(offer.file)
            vault.offer = None
            await asyncio.to_thread(offer.remember, offer.file.kind if in_file else vault.kind)

    async def ways(self) -> Ways:
        """What can be offered to somebody who wants in. Raises `Retryable`."""
        if self._giver is not None:
            return Ways(password=False, sign_up=False, code=False, outside=self._giver.name)
        return await ask_ways(self._http, self._where)

    async def enter(self, proof: Proof) -> Account | None:
        account = await self._keeper.enter(proof)
        return account and await self._entered(account)

    async def send_code(self, email: str, *, create: bool) -> None:
        await self._keeper.send_code(email, create=create)

    async def forgot(self, email: str) -> None:
        await self._keeper.forgot(email)

    async def set_password(self, password: str) -> None:
        await self._keeper.set_password(password)

    async def browse(self, provider: str) -> Visit:
        async def came_back(code: str, verifier: str) -> Account | None:
            account = await self._keeper.came_back(code, verifier)
            return account and await self._entered(account)

        visit = Visit(self._where.url, provider, came_back)
        await visit.open()
        return visit
