"""What happens to what one account left here when another comes in, or when it signs out.

Must never let what one account wrote go out as another, nor be lost without a word.
"""

from __future__ import annotations

import asyncio

from supachat.client.runner import Runner
from supachat.client.writing import Writing
from supachat.domain.events import Notice
from supachat.domain.keeping import Memory
from supachat.domain.model import Account
from supachat.domain.text import safe_line


class Hands:
    """`pen` holds the texts that are being typed. One change of hands at a time."""

    def __init__(self, run: Runner, pen: Writing) -> None:
        self._run, self.pen = run, pen
        self._one = asyncio.Lock()
        run.comes_in = self.take_in

    async def take_in(self, account: Account) -> None:
        """Before the engine hears that `account` came in: what it left here is there again, and what
        another one left waits in its own file."""
        async with self._one:
            if self._run.ledger.whose != account.user_id:
                await self._run.ledger.turn_to(account.user_id, self._hand_over)

    def _hand_over(self, memory: Memory) -> None:
        self.pen.leave(keep=True)
        self._name_what_waits()
        self._vacate(memory)

    def _vacate(self, memory: Memory) -> None:
        self._run.last_open = memory.last_open
        self._run.apply(self._run.engine.hand_over(memory, self._run.now()))

    def _name_what_waits(self) -> None:
        was, number = self._run.engine.account, len(self._run.engine.outbox)
        if was is None or not number:
            return
        waits = "message waits" if number == 1 else "messages wait"
        title = f"{number} unsent {waits} for {was.email or was.name}"
        words = "Nothing is lost: it goes out once that account signs in here again"
        self._run.tell(Notice(safe_line(title), safe_line(words), "warning"))

    async def let_out(self) -> None:
        """The account signs out: nothing of it is shown, kept, or goes out later."""
        async with self._one:
            self.pen.leave(keep=False)
            left = self._run.ledger.vacate()
            self._vacate(Memory())
            await self._run.ledger.forget(left)
