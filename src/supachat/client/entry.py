"""In and out of a workspace's account.

For workers: every method waits for the server. Must never keep a password or a code, and must never let
what one account wrote go out as another.
"""

from __future__ import annotations

from supachat.client.remote import Visit
from supachat.client.runner import Runner
from supachat.domain import events as ev
from supachat.domain.entering import Proof, Ways
from supachat.domain.errors import Refused
from supachat.domain.model import Account


class Entry:
    """Raises `SupachatError`s, `Unreachable` where the way to the server is not built yet; `Refused`
    where somebody else's messages still wait here."""

    def __init__(self, run: Runner) -> None:
        self._run = run

    async def sign_in(self, email: str, password: str) -> Account:
        was = self._run.engine.account
        account = await self._run.need_remote().sign_in(email, password)
        await self._change_hands(was, account)
        return account

    async def sign_up(self, email: str, password: str, name: str) -> Account | None:
        """None where a mail has to be confirmed first."""
        was = self._run.engine.account
        account = await self._run.need_remote().sign_up(email, password, name)
        await self._change_hands(was, account)
        return account

    async def ways(self) -> Ways:
        """What the project offers."""
        return await self._run.need_remote().ways()

    async def enter(self, proof: Proof) -> Account | None:
        """None where a mail has to be confirmed first."""
        was = self._run.engine.account
        account = await self._run.need_remote().enter(proof)
        await self._change_hands(was, account)
        return account

    async def send_code(self, email: str, *, create: bool) -> None:
        """Have a code and a link mailed. `create`: also to an address that has no account yet."""
        await self._run.need_remote().send_code(email, create=create)

    async def browse(self, provider: str) -> Visit:
        """Begin to sign in with somebody else's account, in a browser; `came_back` waits for the end."""
        return await self._run.need_remote().browse(provider)

    async def came_back(self, visit: Visit) -> Account:
        """The account, once the browser has come back."""
        was = self._run.engine.account
        account = await visit.done()
        await self._change_hands(was, account)
        return account

    async def sign_out(self, *, everywhere: bool = False) -> None:
        """End the session here and drop what this account kept on this computer."""
        await self._run.need_remote().sign_out(everywhere=everywhere)
        await self._drop_everything()
        self._run.tell(ev.AccountChanged(None))

    async def _change_hands(self, was: Account | None, account: Account | None) -> None:
        """Another account came in than the one whose messages are here. Runs before the engine hears of
        it, so that nothing of theirs goes out under the new name."""
        if was is None or account is None or was.user_id == account.user_id:
            return
        if number := len(self._run.engine.outbox):
            await self._run.need_remote().sign_out()
            whose = was.email or was.name
            raise Refused(
                f"{number} unsent {'message' if number == 1 else 'messages'} of {whose} would be lost",
                cure=f"Sign in as {whose} to send or discard {'it' if number == 1 else 'them'} first",
            )
        await self._drop_everything()

    async def _drop_everything(self) -> None:
        """Nothing of the account is shown, kept, or goes out later."""
        self._run.apply(self._run.engine.forget(self._run.now()))
        await self._run.forget()
