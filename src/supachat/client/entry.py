"""In and out of a workspace's account.

For workers: every method waits for the server. Must never see a password longer than it takes to pass
it on.
"""

from __future__ import annotations

from supachat.client.remote import Visit
from supachat.client.runner import Runner
from supachat.domain.entering import Proof, Ways
from supachat.domain.model import Account


class Entry:
    """Raises `SupachatError`s, `Unreachable` where the way to the server is not built yet."""

    def __init__(self, run: Runner) -> None:
        self._run = run

    async def sign_in(self, email: str, password: str) -> Account:
        return await self._run.need_remote().sign_in(email, password)

    async def sign_up(self, email: str, password: str, name: str) -> Account | None:
        """None where a mail has to be confirmed first."""
        return await self._run.need_remote().sign_up(email, password, name)

    async def ways(self) -> Ways:
        """What the project offers."""
        return await self._run.need_remote().ways()

    async def enter(self, proof: Proof) -> Account | None:
        """None where a mail has to be confirmed first."""
        return await self._run.need_remote().enter(proof)

    async def send_code(self, email: str, *, create: bool) -> None:
        """Have a code and a link mailed. `create`: also to an address that has no account yet."""
        await self._run.need_remote().send_code(email, create=create)

    async def browse(self, provider: str) -> Visit:
        """Begin to sign in with somebody else's account, in a browser."""
        return await self._run.need_remote().browse(provider)

    async def sign_out(self, *, everywhere: bool = False) -> None:
        """End the session here and drop what this account kept on this computer."""
        await self._run.need_remote().sign_out(everywhere=everywhere)
        self._run.apply(self._run.engine.signed_out(self._run.now()))
        await self._run.forget()
