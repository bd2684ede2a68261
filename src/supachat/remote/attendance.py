"""What is written down of people's being there, where a source keeps it in tables: what the reader is
(at most once in ten seconds for each source), that they listen, and what the others' rows say.

Nobody waits for it, and nothing is kept for later: a row that could not be written is written with the
next change.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

from supachat.dialects.calls import Call, Row
from supachat.domain.errors import SupachatError
from supachat.domain.model import Presence, ThreadKey
from supachat.remote.hearing import Hearing, Known
from supachat.remote.registry import Registry
from supachat.remote.rules import Throttle
from supachat.remote.waits import Waits


class Attendance:
    def __init__(
        self,
        known: Known,
        hearing: Hearing,
        registry: Registry,
        waits: Waits,
        carry_out: Callable[[Call], Awaitable[Sequence[Row]]],
        spawn: Callable[[Coroutine[Any, Any, None]], object],
    ) -> None:
        self._known, self._hearing, self._registry = known, hearing, registry
        self._carry_out, self._spawn = carry_out, spawn
        self._throttle = Throttle(waits.presence)
        self._written: dict[str, tuple[ThreadKey, Presence]] = {}
        self._waiting: set[str] = set()
        self.presence = Presence.ONLINE

    def moved(self) -> None:
        """The reader is another thing than before, or looks at another thread."""
        for source in self._known.me:
            due = self._due(source)
            if due is not None and source not in self._waiting:
                self._waiting.add(source)
                self._spawn(self._write(source))

    def _due(self, source: str) -> tuple[ThreadKey, Presence] | None:
        """What is not written yet: the thread that is wanted most stands for where the reader is."""
        thread = next((key for key in self._registry.watched if key.source == source), None)
        if thread is None or self._known.dialects[source].map.presence_row is None:
            return None
        wanted = (thread, self.presence)
        return None if self._written.get(source) == wanted else wanted

    async def _write(self, source: str) -> None:
        await asyncio.sleep(self._throttle.wait(source, time.monotonic()))
        self._waiting.discard(source)  # what changes from here on is written next
        await self._put(source)

    async def _put(self, source: str) -> None:
        due, me = self._due(source), self._known.me.get(source)
        if due is None or me is None:
            return
        self._throttle.went(source, time.monotonic())
        call = self._known.dialects[source].beside.presence_call(due[0].id, due[1], me)
        if call is None:
            return
        self._written[source] = due
        try:
            await self._carry_out(call)
        except SupachatError:
            self._written.pop(source, None)
            raise

    async def leave(self) -> None:
        """The last row of all, however soon after the one before: nobody could write it later."""
        await asyncio.gather(*(self._put(source) for source in self._known.me))

    def began(self, topic: str) -> None:
        """A topic's rows flow: noted where a source wants it, and what was written before is read."""
        askers = self._registry.askers(topic)
        for source in dict.fromkeys(asker.source for asker in askers):
            for call in self._known.dialects[source].beside.audit_calls(topic):
                self._spawn(self._note(call))
        for key in dict.fromkeys(asker.thread for asker in askers):
            if key is not None and (rows := self._known.dialects[key.source].beside.present_call(topic)):
                self._spawn(self._read(key.source, rows))

    async def _read(self, source: str, call: Call) -> None:
        """Who is there by their rows. A row tells its own age."""
        me, answer = self._known.me.get(source), await self._carry_out(call)
        if me is not None:
            now = self._hearing.measures.server_time()
            self._hearing.say(*self._known.dialects[source].beside.present(answer, me, now))

    async def _note(self, call: Call) -> None:
        await self._carry_out(call)

    def forget(self) -> None:
        """Whoever comes in next, the same or another, is to be written anew."""
        self._written.clear()
