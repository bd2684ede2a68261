"""In and out of a workspace's account.

For workers: every method waits for the server. Must never keep a password or a code, and must never let
what one account wrote go out as another.
"""

from __future__ import annotations

from supachat.client.hands import Hands
from supachat.client.remote import Visit
from supachat.client.runner import Runner
from supachat.domain import events as ev
from supachat.domain.entering import Proof, Ways
from supachat.domain.errors import SupachatError
from supachat.domain.model import NOTHING, Account
from supachat.domain.text import Safe, safe_line


class Entry:
    """Raises `SupachatError`s, `Unreachable` where the way to the server is not built yet."""

    def __init__(self, run: Runner, hands: Hands) -> None:
        self._run, self._hands = run, hands

    async def ways(self) -> Ways:
        """What the project offers."""
        return await self._run.need_remote().ways()

    async def enter(self, proof: Proof) -> Account | None:
        """None where a mail has to be confirmed first."""
        account = await self._run.need_remote().enter(proof)
        if account is not None:
            await self._hands.take_in(account)
        return account

    async def send_code(self, email: str, *, create: bool) -> None:
        """Have a code and a link mailed. `create`: also to an address that has no account yet."""
        await self._run.need_remote().send_code(email, create=create)

    async def forgot(self, email: str) -> None:
        """Have a code and a link mailed to who has forgotten the password; `enter` takes either, and then
        a new password can be set."""
        await self._run.need_remote().forgot(email)

    async def set_password(self, password: str) -> None:
        """Give the account that is signed in another password."""
        await self._run.need_remote().set_password(password)

    @property
    def kept_in(self) -> Safe:
        """Where the session is kept, in a sentence; empty where that is not known yet."""
        remote = self._run.remote
        return remote.kept_in if remote is not None else NOTHING

    @property
    def offer(self) -> Safe:
        """Where it could be kept beyond this run, in a sentence, where nobody was asked yet; else empty."""
        remote = self._run.remote
        return remote.offer if remote is not None else NOTHING

    async def keep_session(self, *, in_file: bool) -> None:
        """The answer to that offer, which is remembered. Trouble is told: one is in all the same."""
        try:
            await self._run.need_remote().keep_session(in_file=in_file)
        except SupachatError as error:
            title = Safe("Where the sign-in is kept is not settled")
            self._run.tell(ev.Notice(title, safe_line(str(error), limit=400), "warning"))

    async def browse(self, provider: str) -> Visit:
        """Begin to sign in with somebody else's account, in a browser; `came_back` waits for the end."""
        return await self._run.need_remote().browse(provider)

    async def came_back(self, visit: Visit) -> Account:
        """The account, once the browser has come back."""
        account = await visit.done()
        await self._hands.take_in(account)
        return account

    def would_drop(self) -> Safe:
        """What signing out takes away that no server has, in words; empty where there is nothing."""
        drafts, texts = sum(self._run.engine.outbox.counts()), self._hands.pen.begun()
        counted = ((drafts, "unsent message"), (texts, "unfinished text"))
        return Safe(" and ".join(f"{n} {what}{'' if n == 1 else 's'}" for n, what in counted if n))

    async def sign_out(self, *, everywhere: bool = False) -> None:
        """End the session here and drop what this account kept on this computer. The screen is cleared at
        once; with `everywhere` only when the server has agreed, since it may not be reached."""
        remote = self._run.need_remote()
        if everywhere:
            await remote.sign_out(everywhere=True)
        await self._hands.let_out()
        if not everywhere:
            await remote.sign_out()
        self._run.tell(ev.AccountChanged(None))
