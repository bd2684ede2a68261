"""Signed in, and kept so: the one place that refreshes tokens.

The library's own refreshing is off: it gives up, and it deletes a session because the network was
down. A session ends here for two reasons only: the person signs out, or the server says that it is
over. One refresh at a time, in this process by a lock and among processes by a lock file.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from random import random
from typing import Any, Protocol

from supabase import AsyncClient
from supabase_auth.errors import AuthError
from supabase_auth.types import AuthResponse, Session

from supachat.domain.errors import Retryable, ServerTrouble, SessionEnded, SupachatError, VaultError
from supachat.domain.model import Account
from supachat.domain.text import Safe, safe_line
from supachat.remote import rules
from supachat.remote.http import noted
from supachat.remote.refusals import auth_error
from supachat.remote.tokens import Tokens, tokens_of
from supachat.remote.vault import Kept, Vault
from supachat.remote.vaultfile import locked
from supachat.remote.waits import Waits

_log = logging.getLogger(__name__)


class Keeps(Protocol):
    """Who is told what becomes of the session. Returns at once."""

    def token_renewed(self, token: str) -> None: ...

    def session_lost(self, reason: Safe) -> None: ...

    def resumed(self) -> None:
        """The machine slept and is awake again."""


class Keeper:
    """The session of one workspace."""

    def __init__(
        self,
        client: AsyncClient,
        vault: Vault,
        keeps: Keeps,
        waits: Waits,
        *,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        luck: Callable[[], float] = random,
    ) -> None:
        self._client, self._vault, self._keeps, self._waits = client, vault, keeps, waits
        self._clock, self._wall, self._luck = clock, wall, luck
        self._kept: Kept | None = None
        self._tokens: Tokens | None = None
        self._one = asyncio.Lock()
        self._hurry = asyncio.Event()
        self.trouble: Safe | None = None
        """Why the session is not kept beyond this run, where that was asked for and failed."""

    # ------------------------------------------------------------ what is known

    @property
    def account(self) -> Account | None:
        return self._tokens.account if self._tokens else None

    @property
    def signed_in(self) -> bool:
        """There is a session, whether or not the server has been reached with it."""
        return self._kept is not None

    async def restore(self) -> bool:
        """Take up the session that is kept, unless the person has signed in meanwhile. No network.
        Raises `VaultError`."""
        kept = await self._vault.load()
        self._kept = self._kept or kept
        return self._kept is not None

    async def access(self) -> str:
        """An access token with time left. Raises `SessionEnded` where there is no session and
        `Retryable` where none can be had now."""
        tokens = self._tokens
        if tokens is not None and tokens.usable(self._clock(), self._wall(), self._waits):
            return tokens.access
        return await self.renew(tokens.access if tokens else "")

    async def renew(self, refused: str) -> str:
        """A newer access token than `refused`. Raises as `access` does."""
        async with self._one:
            if self._tokens is not None and self._tokens.access != refused:
                return self._tokens.access
            if self._tokens is not None and self._is_new(self._tokens):
                return self._tokens.access  # a server that takes no token at all must not be stormed
            try:
                tokens = await self._refresh()
            except SessionEnded as error:
                await self._end(safe_line(str(error)))
                raise
        self._keeps.token_renewed(tokens.access)
        return tokens.access

    # ------------------------------------------------------------ the person's acts

    async def sign_in(self, email: str, password: str) -> Account:
        """Raises `SignInError` and `Retryable`."""
        answer = await self._ask(
            lambda: self._client.auth.sign_in_with_password({"email": email, "password": password})
        )
        account = await self._signed(answer)
        if account is None:
            raise SessionEnded("the server gave no session")
        return account

    async def sign_up(self, email: str, password: str, name: str) -> Account | None:
        """None where a mail has to be confirmed first. Raises `SignUpRefused` and `Retryable`."""
        return await self._signed(
            await self._ask(
                lambda: self._client.auth.sign_up(
                    {"email": email, "password": password, "options": {"data": {"name": name}}}
                )
            )
        )

    async def _signed(self, answer: AuthResponse) -> Account | None:
        if answer.session is None:
            return None
        async with self._one:
            tokens = self._adopt(answer.session)
            async with locked(self._vault.lock_file, self._waits.lock):
                await self._keep(tokens)
        return tokens.account

    async def sign_out(self) -> None:
        """End this session only. It is forgotten here whatever the network does; the server is told."""
        async with self._one:
            self._tokens = self._kept = None
            await self._forget()
            try:
                async with asyncio.timeout(self._waits.http_connect):
                    await self._ask(lambda: self._client.auth.sign_out({"scope": "local"}))
            except (TimeoutError, SupachatError):
                _log.warning("the server could not be told of the sign-out; its session runs out by itself")

    # ------------------------------------------------------------ refreshing

    async def run(self) -> None:
        """Refresh in time, for ever. Cancel it to stop."""
        failures = 0
        while True:
            wait = self._waits.token_tick
            if self._kept is not None:
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
            await self._sleep(min(wait, self._waits.token_tick))

    def _is_new(self, tokens: Tokens) -> bool:
        now, wall = self._clock(), self._wall()
        return tokens.usable(now, wall, self._waits) and now - tokens.got_at < self._waits.poke_gap

    def _due_in(self) -> float:
        if self._tokens is None:
            return 0.0
        return self._tokens.due_in(self._clock(), self._wall(), self._waits)

    async def _refresh_if_due(self) -> None:
        tokens = self._tokens
        if self._due_in() <= 0:
            await self.renew(tokens.access if tokens else "")
        if self.trouble is not None and self._tokens is not None:
            await self._keep(self._tokens)

    async def _sleep(self, seconds: float) -> None:
        """Sleep, and notice when the machine slept with us."""
        now, wall = self._clock(), self._wall()
        self._hurry.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._hurry.wait()
        except TimeoutError:
            pass
        if (self._wall() - wall) - (self._clock() - now) > self._waits.resume_jump:
            self._keeps.resumed()

    def hurry(self) -> None:
        """A sign of life: look at the tokens now."""
        self._hurry.set()

    async def _refresh(self) -> Tokens:
        """One refresh, under both locks. What another process stored meanwhile is used first."""
        async with locked(self._vault.lock_file, self._waits.lock):
            tokens = self._adopt(await self._newest_session())
            await self._keep(tokens)
        return tokens

    async def _newest_session(self) -> Session:
        """Raises `SessionEnded` once every refresh token that we know of was refused."""
        refused: set[str] = set()
        while True:
            known = [kept for kept in (await self._stored(), self._kept) if kept is not None]
            fresh = [kept for kept in known if kept.refresh_token not in refused]
            if not known:
                raise SessionEnded("you are not signed in", cure="Sign in")
            if not fresh:
                raise SessionEnded("the session is over", cure="Sign in again; nothing else is lost")
            try:
                return await self._exchange(fresh[0].refresh_token)
            except SessionEnded:
                refused.add(fresh[0].refresh_token)

    async def _stored(self) -> Kept | None:
        """What the vault says now; None where it does not answer, or speaks of another account."""
        try:
            stored = await self._vault.load()
        except VaultError:
            return None
        return stored if stored and self._kept and stored.user_id == self._kept.user_id else None

    async def _exchange(self, refresh_token: str) -> Session:
        answer: AuthResponse = await self._ask(lambda: self._client.auth.refresh_session(refresh_token))
        if answer.session is None:
            raise SessionEnded("the server gave no session", cure="Sign in again; nothing else is lost")
        return answer.session

    def _adopt(self, session: Session) -> Tokens:
        self._tokens = tokens_of(session, self._clock(), self._wall())
        self._kept = Kept(session.refresh_token, session.user.id)
        return self._tokens

    async def _keep(self, tokens: Tokens) -> None:
        """Write it away. A failure is told, never raised: the session is good, only not kept."""
        try:
            await self._vault.save(tokens.refresh, tokens.account.user_id)
            self.trouble = None
        except VaultError as error:
            self.trouble = safe_line(str(error))

    async def _end(self, reason: Safe) -> None:
        """The server said so. What is kept is of no more use, unless another process replaced it."""
        ended, self._tokens = self._kept, None
        if ended is None:
            return
        if await self._stored() == ended:
            await self._forget()
        self._kept = None
        self._keeps.session_lost(reason)

    async def _forget(self) -> None:
        try:
            await self._vault.clear()
        except VaultError as error:
            self.trouble = safe_line(str(error))

    async def _ask(self, work: Callable[[], Any]) -> Any:
        note = noted()
        try:
            return await work()
        except AuthError as error:
            raise auth_error(error, note) from error
        except ValueError as error:  # pydantic: an answer that is no answer
            raise ServerTrouble("the sign-in server gave an answer that cannot be read") from error
