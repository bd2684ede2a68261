"""How one of the two keeps up a talk, over a Client like the screen's own.

Reads what came, waits as long as reading takes, is seen typing, answers. Speaks without being asked only
to somebody who has just come; whoever stops writing is left in peace.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator

from supachat.client import Client
from supachat.demo.calm import Calm
from supachat.demo.cast import SEATS
from supachat.demo.manners import Pace
from supachat.demo.replies import Answerer
from supachat.domain import events as ev
from supachat.domain.model import Item, Message, Presence, Thread, ThreadKey


class Talker:
    """`order` is 0 for who greets first. Lives for one stay: from coming in to leaving."""

    def __init__(self, client: Client, answerer: Answerer, pace: Pace, order: int, calm: Calm) -> None:
        self._client, self._answerer, self._pace, self._order = client, answerer, pace, order
        self._calm = calm
        self._items: list[Item] = []
        self._news = asyncio.Event()
        self._answered: set[str] = set()
        self._came: dict[ThreadKey, float] = {}
        self._greeted: set[ThreadKey] = set()
        self.last_word = time.monotonic()
        """When anything was last said in one of our threads."""

    async def listen(self) -> None:
        """Apply changes until the client closes."""
        async for batch in self._client.changes():
            for change in batch:
                match change:
                    case ev.TimelineReset(_, items):
                        self._items = list(items)
                    case ev.TimelineSpliced(_, start, removed, inserted):
                        self._items[start : start + removed] = inserted
                    case _:
                        pass
            self._news.set()

    async def attend(self) -> None:
        """Greet and answer, for ever. Cancel it to leave."""
        while True:
            await self._next_news()
            self._notice_who_came()
            for thread in self._waiting():
                await self._answer(thread)
            for key in self._to_greet():
                await self._greet(key)

    async def say_goodbye(self) -> None:
        """To whoever is here and has talked with us, before a pause."""
        for key in [key for key in self._greeted if self._is_here(key)]:
            if self._calm.may(time.monotonic()):
                await self._say(key, self._answerer.leaving())

    # ------------------------------------------------------------ parts

    async def _next_news(self) -> None:
        """The next change, or a moment later: greetings come with time alone."""
        self._news.clear()
        try:
            async with asyncio.timeout(self._pace.stroke):
                await self._news.wait()
        except TimeoutError:
            return

    def _threads(self) -> Iterator[tuple[Thread, str]]:
        """Our threads with the people of the five seats, and who that is."""
        handles = {one.handle for one in SEATS}
        for thread in self._client.threads():
            if thread.key.source == "direct" and thread.other in handles:
                yield thread, thread.other

    def _is_here(self, key: ThreadKey) -> bool:
        thread = self._client.thread(key)
        if thread is None or thread.other is None:
            return False
        return self._client.presence(key.source, thread.other) is Presence.ONLINE

    def _notice_who_came(self) -> None:
        for thread, _ in self._threads():
            if self._is_here(thread.key):
                self._came.setdefault(thread.key, time.monotonic())
            else:
                self._came.pop(thread.key, None)

    def _waiting(self) -> list[ThreadKey]:
        """Threads in which somebody wrote to us since we last looked."""
        return [thread.key for thread, _ in self._threads() if thread.unread]

    def _to_greet(self) -> list[ThreadKey]:
        """Who has been here for a while and was not spoken to; the second of us leaves a talker alone."""
        now = time.monotonic()
        wait = self._pace.before_greeting(self._order)
        long = [key for key, came in self._came.items() if key not in self._greeted and now - came >= wait]
        return [key for key in long if self._calm.may(now)]

    async def _answer(self, key: ThreadKey) -> None:
        self._client.open(key)
        message = await self._newest(key)
        self._greeted.add(key)
        self.last_word = time.monotonic()
        if message is not None:
            await asyncio.sleep(self._pace.reading(message.raw))
        self._client.seen(key)
        if message is not None and message.id not in self._answered:
            self._answered.add(message.id)
            await self._say(key, self._answerer.answer(message.raw))

    async def _newest(self, key: ThreadKey) -> Message | None:
        """The other's last message in the open thread, once it has come; None if it does not."""
        for _ in range(20):
            theirs = [one for one in self._items if isinstance(one, Message) and not one.own]
            if theirs and theirs[-1].thread == key and theirs[-1].id not in self._answered:
                return theirs[-1]
            await self._next_news()
        return None

    async def _greet(self, key: ThreadKey) -> None:
        """Not to somebody who is already talking."""
        self._greeted.add(key)
        text = self._answerer.greeting()
        if await self._types(key, text, lambda: key in self._waiting()):
            self._send(key, text)

    async def _say(self, key: ThreadKey, text: str) -> None:
        await self._types(key, text, lambda: False)
        self._send(key, text)

    async def _types(self, key: ThreadKey, text: str, interrupted: Callable[[], bool]) -> bool:
        """Be seen typing for as long as that takes; False if something came in between."""
        end = time.monotonic() + self._pace.typing(text)
        while (left := end - time.monotonic()) > 0:
            if interrupted():
                return False
            self._client.keystroke(key)
            await asyncio.sleep(min(left, self._pace.stroke))
        return True

    def _send(self, key: ThreadKey, text: str) -> None:
        self._client.send(key, text)
        self.last_word = time.monotonic()
