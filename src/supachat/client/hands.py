"""What happens to what one account left here when another comes in.

Must never let what one account wrote go out as another, nor be lost without a word.
"""

from __future__ import annotations

from typing import Protocol

from supachat.client.remote import Remote
from supachat.domain.errors import Refused
from supachat.domain.events import Step
from supachat.domain.model import Account
from supachat.sync.engine import Engine


class Run(Protocol):
    """The parts of the runner that this needs."""

    @property
    def engine(self) -> Engine: ...

    def now(self) -> float: ...

    def apply(self, step: Step) -> None: ...

    def need_remote(self) -> Remote: ...

    async def forget(self) -> None: ...


async def change_hands(run: Run, account: Account) -> None:
    """To be called before the engine hears that `account` came in. Raises `Refused`, signed out again,
    where messages of somebody else still wait."""
    was = run.engine.account
    if was is None or was.user_id == account.user_id:
        return
    if number := len(run.engine.outbox):
        await run.need_remote().sign_out()
        whose = was.email or was.name
        raise Refused(
            f"{number} unsent {'message' if number == 1 else 'messages'} of {whose} would be lost",
            cure=f"Sign in as {whose} to send or discard {'it' if number == 1 else 'them'} first",
        )
    await drop_everything(run)


async def drop_everything(run: Run) -> None:
    """Nothing of the account is shown, kept, or goes out later."""
    run.apply(run.engine.forget(run.now()))
    await run.forget()
