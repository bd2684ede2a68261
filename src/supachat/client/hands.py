"""What happens to what one account left here when another comes in, or when it signs out.

Must never let what one account wrote go out as another, nor be lost without a word.
"""

from __future__ import annotations

from typing import Protocol

from supachat.client.ledger import Ledger
from supachat.domain.events import Change, Notice, Step
from supachat.domain.keeping import Memory
from supachat.domain.model import Account, ThreadKey
from supachat.domain.text import safe_line
from supachat.sync.engine import Engine


class Pen(Protocol):
    """Who holds texts that are being typed."""

    def leave(self, *, keep: bool) -> None:
        """Their account leaves: put them on disk, or drop them."""
        ...

    def begun(self) -> int:
        """Texts that were begun and neither sent nor emptied."""
        ...


class Run(Protocol):
    """The parts of the runner that this needs."""

    last_open: ThreadKey | None
    pen: Pen | None

    @property
    def engine(self) -> Engine: ...

    @property
    def ledger(self) -> Ledger: ...

    def now(self) -> float: ...

    def apply(self, step: Step) -> None: ...

    def tell(self, change: Change) -> None: ...


async def change_hands(run: Run, account: Account) -> None:
    """To be called before the engine hears that `account` came in: what it left here is there again, and
    what another one left waits in that one's file. One call at a time."""
    if run.ledger.whose == account.user_id:
        return

    def hand_over(memory: Memory) -> None:
        if run.pen is not None:
            run.pen.leave(keep=True)
        _name_what_waits(run)
        run.last_open = memory.last_open
        run.apply(run.engine.hand_over(memory, run.now()))

    await run.ledger.turn_to(account.user_id, hand_over)


def _name_what_waits(run: Run) -> None:
    was, number = run.engine.account, len(run.engine.outbox)
    if was is None or not number:
        return
    waits = "message waits" if number == 1 else "messages wait"
    title = f"{number} unsent {waits} for {was.email or was.name}"
    words = "Nothing is lost: it goes out once that account signs in here again"
    run.tell(Notice(safe_line(title), safe_line(words), "warning"))


async def drop_everything(run: Run) -> None:
    """Nothing of the account is shown, kept, or goes out later."""
    if run.pen is not None:
        run.pen.leave(keep=False)
    left = run.ledger.vacate()
    run.last_open = None
    run.apply(run.engine.hand_over(Memory(), run.now()))
    await run.ledger.forget(left)
