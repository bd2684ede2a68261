"""Signed in, and kept so: the one place that refreshes tokens.

The library's own refreshing is off: it gives up, and it deletes a session because the network was
down. A session ends here for two reasons only: the person signs out, or the server says that it is
over. One refresh at a time, in this process by a lock and among processes by the stock's lock file.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from random import random
from typing import Any, Protocol

from supabase import AsyncClient
from supabase_auth.types import AuthResponse

from supachat.domain.entering import Outside, Proof
from supachat.domain.errors import Retryable, SessionEnded, SignInError, SupachatError
from supachat.domain.model import Account
from supachat.domain.text import Safe, safe_line
from supachat.remote import rules
from supachat.remote.asking import ask
from supachat.remote.background import Background
from supachat.remote.patience import Patience
from supachat.remote.proofs import prove, send_code
from supachat.remote.stock import Owned, Stock
from supachat.remote.tokens import Tokens
from supachat.remote.vault import Vault
from supachat.remote.waits import Waits

_log = logging.getLogger(__name__)


class Keeps(Protocol):
    """Who is told what becomes of the session. Returns at once."""

    def token_renewed(self, token: str) -> None: ...

    def session_lost(self, reason: Safe) -> None: ...

    def session_unkept(self, reason: Safe) -> None:
        """The session will not outlive this run, though it was meant to."""

    def resumed(self) -> None:
        """The machine slept and is awake again."""


class Keeper:
    """The session of one workspace. `stock` is where tokens come from instead of the sign-in server."""

    def __init__(
        self,
        client: AsyncClient,
        vault: Vault,
        keeps: Keeps,
        waits: Waits,
        *,
        stock: Stock | None = None,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        luck: Callable[[], float] = random,
    ) -> None:
        self._client, self._keeps, self._waits = client, keeps, waits
        self._clock, self._wall, self._luck = clock, wall, luck
        self._own = Owned(client, vault, waits, clock, wall)
        self._stock: Stock = stock or self._own
        self._tokens: Tokens | None = None
        self._told: Safe | None = None
        self._patience = Patience(waits)
        self._one, self._hurry = asyncio.Lock(), asyncio.Event()
        self._background = Background()

    # ------------------------------------------------------------ what is known

    @property
    def account(self) -> Account | None:
        return self._tokens.account if self._tokens else None

    @property
    def signed_in(self) -> bool:
        """There is a session, whether or not the server has been reached with it."""
        return self._stock.held

    @property
    def trouble(self) -> Safe | None:
        """Why the session is not kept beyond this run, where that was asked for and failed."""
        return self._stock.trouble

    @property
    def vault(self) -> Vault | None:
        """Where the session is kept; None where none of ours is."""
        return self._own.vault if self._stock is self._own else None

    async def move(self, vault: Vault) -> None:
        """Keep the session there from now on. Raises `VaultError`; then it stays where it was."""
        async with self._one:
            await self._own.move(vault)

    async def restore(self) -> bool:
        """Take up the session that is kept, unless the person has signed in meanwhile. No network.
        Raises `VaultError`."""
        return await self._stock.restore()

    async def access(self) -> str:
        """An access token with time left. Raises `SessionEnded` where there is no session and
        `Retryable` where none can be had now."""
        tokens = self._tokens
        if tokens is not None and tokens.usable(self._clock(), self._wall(), self._waits):
            return tokens.access
        return await self.renew(tokens.access if tokens else "")

    async def renew(self, refused: str) -> str:
        """A newer access token than `refused`. Raises as `access` does. Once begun it ends, whoever is
        cancelled: a session that the server has rotated and nobody has stored is a spent one."""
        return await self._background.through(self._renew(refused))

    async def _renew(self, refused: str) -> str:
        async with self._one:
            if (held := self._tokens) is not None and (held.access != refused or self._is_new(held)):
                return held.access
            early = held is not None and self._due_in() > 0
            self._patience.check(self._clock())
            try:
                tokens = self._tokens = await self._stock.newest()
            except SessionEnded as error:
                await self._end(safe_line(str(error)))
                raise
            except SupachatError as error:
                self._patience.failed(error, self._clock())
                raise
            self._patience.rewarded(early=early)
        self._tell_trouble()
        self._keeps.token_renewed(tokens.access)
        return tokens.access

    # ------------------------------------------------------------ the person's acts

    async def enter(self, proof: Proof) -> Account | None:
        """Be let in for `proof`; None where a mail has to be confirmed first. Raises `SupachatError`."""
        if isinstance(proof, Outside):
            return await self._from_outside()
        return await self._exchange(lambda: prove(self._client, proof))

    async def _exchange(self, work: Callable[[], Awaitable[AuthResponse]]) -> Account | None:
        """Be let in by what `work` brings from the sign-in server. Raises `SupachatError`."""
        if self._stock is not self._own:
            raise SignInError("this workspace's sign-in is handed out elsewhere", cure="See its `auth`")
        answer = await ask(work)
        if answer.session is None:
            return None
        async with self._one:
            tokens = self._tokens = await self._own.take(answer.session)
        self._patience.rewarded()
        self._told = None
        self._tell_trouble()
        return tokens.account

    async def send_code(self, email: str, *, create: bool) -> None:
        """Have a code mailed; `create` makes an account where there is none. Raises as `enter` does."""
        await ask(lambda: send_code(self._client, email, create=create))

    async def forgot(self, email: str) -> None:
        """Have a code mailed that lets its reader in to set a password. Nobody is told whether the address
        has an account. Raises as `enter` does."""
        await ask(lambda: self._client.auth.reset_password_for_email(email))

    async def set_password(self, password: str) -> None:
        """Give the account that is in another password. Raises as `enter` does."""
        await self.access()
        await ask(lambda: self._client.auth.update_user({"password": password}))

    async def came_back(self, code: str, verifier: str) -> Account | None:
        """Be let in by what a browser brought back. Raises as `enter` does."""
        return await self._exchange(
            lambda: self._client.auth.exchange_code_for_session(
                {"auth_code": code, "code_verifier": verifier}
            )
        )

    async def _from_outside(self) -> Account:
        async with self._one:
            await self._stock.restore()
            tokens = self._tokens = await self._stock.newest()
        self._patience.rewarded()
        return tokens.account

    async def revoke_all(self) -> None:
        """End every session of this account, on every computer. This one is kept if the server is not
        reached. Raises `SupachatError`."""
        await self.access()
        await ask(lambda: self._client.auth.sign_out({"scope": "global"}))

    async def sign_out(self) -> None:
        """End this session only. It is forgotten here whatever the network does; the server is told."""
        async with self._one:
            try:
                async with asyncio.timeout(self._waits.http_connect):
                    await self._freshen()
            except (TimeoutError, SupachatError):
                _log.info("the session cannot be renewed any more before it ends")
            self._tokens = None
            await self._stock.drop()
            try:
                async with asyncio.timeout(self._waits.http_connect):
                    await ask(lambda: self._client.auth.sign_out({"scope": "local"}))
            except (TimeoutError, SupachatError):
                _log.warning("the server could not be told of the sign-out; its session runs out by itself")

    async def _freshen(self) -> None:
        """The server ends a session only for a token that is good."""
        tokens = self._tokens
        own = self._stock is self._own and self.signed_in
        if own and not (tokens and tokens.usable(self._clock(), self._wall(), self._waits)):
            await self._stock.newest()

    # ------------------------------------------------------------ refreshing

    async def run(self) -> None:
        """Refresh in time, for ever. Cancel it to stop."""
        failures = 0
        while True:
            wait = self._waits.token_tick
            if self.signed_in:
                try:
                    await self._refresh_if_due()
                    wait = max(self._waits.backoff_first, self._due_in())
                    failures = 0
                except SessionEnded:
                    failures = 0  # `renew` has told of it
                except SupachatError as error:
                    asked = error.after if isinstance(error, Retryable) else None
                    wait = (asked or 0.1) + rules.jittered(failures, self._luck(), self._waits)
                    failures += 1
                except Exception:  # noqa: BLE001  nothing that a library raises may end the renewal for good
                    _log.exception("a renewal failed in a way of its own")
            await self._sleep(min(wait, self._waits.token_tick))

    def _is_new(self, tokens: Tokens) -> bool:
        return self._patience.is_new(tokens.age(self._clock(), self._wall()))

    def _due_in(self) -> float:
        if self._tokens is None:
            return 0.0
        return self._tokens.due_in(self._clock(), self._wall(), self._waits)

    async def _refresh_if_due(self) -> None:
        tokens = self._tokens
        if self._due_in() <= 0:
            await self.renew(tokens.access if tokens else "")
        if self.trouble is not None:
            async with self._one:
                await self._stock.save_again()

    async def _sleep(self, seconds: float) -> None:
        """Sleep until there is a reason to be awake. A steady clock stands still while the machine
        sleeps, so that a long wait would go on after it: it is cut into short ones."""
        self._hurry.clear()
        while seconds > 0:
            nap = min(seconds, rules.to_tick(self._waits.doze, asyncio.get_running_loop().time()))
            if await self._doze(nap):
                return
            seconds -= nap

    async def _doze(self, seconds: float) -> bool:
        """True after a sign of life, and where the machine slept with us, which is told."""
        now, wall = self._clock(), self._wall()
        try:
            async with asyncio.timeout(seconds):
                await self._hurry.wait()
        except TimeoutError:
            pass
        if (self._wall() - wall) - (self._clock() - now) > self._waits.resume_jump:
            self._keeps.resumed()
            return True
        return self._hurry.is_set()

    def stop(self) -> list[asyncio.Task[Any]]:
        """Cancel even a renewal that is under way; it is still to be awaited."""
        return self._background.cancel()

    def hurry(self) -> None:
        """A sign of life: look at the tokens now."""
        self._patience.poked(self._clock())
        self._hurry.set()

    def _tell_trouble(self) -> None:
        """Once for each reason."""
        told, self._told = self._told, self.trouble
        if self._told is not None and self._told != told:
            self._keeps.session_unkept(self._told)

    async def _end(self, reason: Safe) -> None:
        """The server said so."""
        self._tokens = None
        if self.signed_in:
            await self._stock.ended()
            self._keeps.session_lost(reason)
