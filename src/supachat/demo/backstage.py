"""Everybody who has no client of their own: customers, the assistant, the clinic's clients, the market.

They act through the backend. Whoever is written to answers; what nobody asked for comes in turns and
shares one calm. Must never speak to nobody: it all ends with the last screen.
"""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections.abc import Coroutine, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from supachat.demo.backend import Backend, Gone
from supachat.demo.calm import Calm, Turns, pieces, quote
from supachat.demo.cast import MIRA, PRESENT, SEATS, Character
from supachat.demo.house import House
from supachat.demo.manners import Pace
from supachat.demo.story import key, story

OVERLAP = timedelta(seconds=5)
"""What was committed late is found again."""
_SEATED = [one.user_id for one in SEATS]


class Backstage:
    """Lives as long as the people's process."""

    def __init__(self, backend: Backend, house: House, pace: Pace, calm: Calm, luck: random.Random) -> None:
        self._backend, self._house, self._pace, self._calm, self._luck = backend, house, pace, calm, luck
        self._answers: dict[tuple[str, str], Turns[str]] = {}
        self._speaking: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._heard: set[str] = set()
        self._seats: frozenset[str] = frozenset()
        self._script = _script(backend, luck)
        self._going_on: list[tuple[str, str, str]] = []

    async def run(self) -> None:
        """Until it is cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._listen())
                group.create_task(self._surprise())
                group.create_task(self._trade())
        finally:
            for task in self._speaking.values():
                task.cancel()
            await self._backend.close()

    # ------------------------------------------------------------ who wrote

    async def _listen(self) -> None:
        """Look once a second who came and who wrote; answer."""
        since = dict.fromkeys(self._backend.sources, datetime.now(UTC))
        while True:
            self._look_who_came()
            for source in since:
                try:
                    since[source] = await self._hear(source, since[source])
                except Gone:
                    break
            await asyncio.sleep(self._pace.look)

    def _look_who_came(self) -> None:
        seats = frozenset(self._house.seated())
        if seats - self._seats:
            self._calm.sign(time.monotonic())
        self._seats = seats

    async def _hear(self, source: str, since: datetime) -> datetime:
        """Answer what was written after `since`; until when all is heard."""
        rows = await self._backend.act(source, "heard", since=(since - OVERLAP).isoformat(), people=_SEATED)
        for id_, thread, _, text, at, members in rows:
            since = max(since, datetime.fromisoformat(at))
            if id_ in self._heard:
                continue
            self._heard.add(id_)
            self._calm.sign(time.monotonic())
            if (source, thread) not in self._speaking and (
                answer := self._answer(source, thread, text, members)
            ):
                self._speak((source, thread), answer)
        return since

    def _speak(self, where: tuple[str, str], answer: Coroutine[Any, Any, None]) -> None:
        async def speak() -> None:
            try:
                await answer
            except Gone:
                return  # the answer is lost, as it would be if a person's train went into a tunnel
            finally:
                del self._speaking[where]

        self._speaking[where] = asyncio.create_task(speak())

    def _answer(
        self, source: str, thread: str, text: str, members: Sequence[str]
    ) -> Coroutine[Any, Any, None] | None:
        """What somebody does about a message of a reader's; None where nobody is there for it."""
        match source:
            case "rooms":
                there = [one for one in PRESENT if one.user_id in members]
                return self._in_room(thread, text, self._luck.choice(there)) if there else None
            case "inbox":
                return self._writes(source, thread, text, "customer")
            case "sessions":
                return self._streams(thread, text)
            case "portal":
                return self._writes(source, thread, text, "client")
        return None

    def _words(self, source: str, who: str) -> str:
        said = story(source)["answers"][who]
        return self._answers.setdefault((source, who), Turns(said, self._luck)).next()

    async def _in_room(self, thread: str, text: str, who: Character) -> None:
        said = self._words("rooms", who.handle)
        await asyncio.sleep(self._pace.reading(text))
        await self._types_and_says(thread, who, said)

    async def _types_and_says(self, thread: str, who: Character, said: str) -> None:
        end = time.monotonic() + self._pace.typing(said)
        while (left := end - time.monotonic()) > 0:
            await self._backend.act("rooms", "types", thread=thread, author=who.user_id)
            await asyncio.sleep(min(left, self._pace.stroke * 2))
        await self._backend.act("rooms", "says", thread=thread, author=who.user_id, text=said)

    async def _writes(self, source: str, thread: str, text: str, who: str) -> None:
        said = self._words(source, who)
        await asyncio.sleep(self._pace.reading(text) + self._pace.typing(said))
        await self._backend.act(source, "says", thread=thread, text=said)

    async def _streams(self, thread: str, text: str) -> None:
        """The assistant's answer: one row, which grows."""
        said = fitting(text) or self._words("sessions", "assistant")
        await asyncio.sleep(self._pace.reading(text))
        ((id_,),) = await self._backend.act("sessions", "begins", thread=thread)
        for part in pieces(said, self._luck):
            await self._backend.act("sessions", "grows", id=id_, text=part, done=part == said)
            await asyncio.sleep(self._pace.word)

    # ------------------------------------------------------------ what nobody asked for

    async def _surprise(self) -> None:
        """One thing at a time, as calm allows: the alert first, then in turns."""
        await asyncio.sleep(self._pace.before_alert)
        alert = story("portal").get("alert") if self._backend.can("portal", "alerts") else None
        while True:
            if self._calm.may(time.monotonic()):
                try:
                    await (self._alert(alert) if alert else self._one_thing())
                    alert = None
                except Gone:
                    pass  # the next turn finds the server again
            await asyncio.sleep(self._pace.look)

    async def _alert(self, alert: Mapping[str, str]) -> None:
        thread = key("portal", alert["thread"])
        await self._backend.act("portal", "alerts", thread=thread, title=alert["title"], text=alert["body"])

    async def _one_thing(self) -> None:
        if self._going_on:
            thread, who, said = self._going_on.pop(0)
            await self._types_and_says(thread, _called(who), said)
        elif self._script:
            source, thing = next(self._script)
            await self._thing(source, thing)

    async def _thing(self, source: str, thing: Mapping[str, Any]) -> None:
        act = self._backend.act
        match source, thing:
            case "rooms", {"thread": name, "said": lines}:
                self._going_on = [(key("rooms", name), who, said) for who, said in lines]
                await self._one_thing()
            case "rooms", {"event": (name, title, text)}:
                for to in self._to():
                    await act("rooms", "happens", thread=key("rooms", name), to=to, title=title, text=text)
            case "inbox", {"takes": who}:
                await act("inbox", "takes", author=_called(who).user_id)
            case "inbox", {"new": name}:
                thread = key("inbox", name)
                said = {word: thing[word] for word in ("channel", "contact", "subject")}
                await act("inbox", "begins", thread=thread, name=name, **said)
                await act("inbox", "says", thread=thread, text=thing["said"][0])
            case "inbox", {"thread": name}:
                await act("inbox", "says", thread=key("inbox", name), text=thing["said"][0])
            case "portal", {"title": title, "body": text}:
                for to in self._to():
                    await act("portal", "notifies", to=to, title=title, text=text)

    def _to(self) -> list[str]:
        """The accounts of those who sit at a screen."""
        return [one.user_id for one in SEATS if one.handle in self._seats]

    # ------------------------------------------------------------ the market

    async def _trade(self) -> None:
        """A price every second to three, now and then a jump; none while nobody looks."""
        quotes = [
            quote(p["symbol"], p["price"], p["change"], p.get("above"))
            for p in story("sessions").get("prices", ())
            if self._backend.can("sessions", "trades")
        ]
        trades = 0
        while quotes:
            await asyncio.sleep(self._luck.uniform(1.0, 3.0))
            if not self._calm.attended(time.monotonic()):
                continue
            trades += 1
            moving = quotes[0] if trades % 45 == 0 else self._luck.choice(quotes)
            moving.moved(self._luck, jump=trades % 45 == 0)
            try:
                await self._backend.act(
                    "sessions", "trades", symbol=moving.symbol, price=moving.price, change=moving.day
                )
            except Gone:
                continue


def fitting(text: str) -> str:
    """The assistant's answer to such a question; empty where none is better than another."""
    tale = story("sessions")
    for one in tale["fitting"]:
        if re.search(one["words"], text, re.IGNORECASE):
            return str(tale["answers"]["assistant"][one["nth"]])
    return ""


class _Script:
    """What can happen unasked: first a system, then one thing of it, each in turns."""

    def __init__(self, things: Mapping[str, Sequence[Mapping[str, Any]]], luck: random.Random) -> None:
        self._kinds = Turns(list(things), luck)
        self._things = {kind: Turns(some, luck) for kind, some in things.items()}

    def __next__(self) -> tuple[str, Mapping[str, Any]]:
        kind = self._kinds.next()
        return kind.partition(" ")[0], self._things[kind].next()


def _script(backend: Backend, luck: random.Random) -> _Script | None:
    """Of the systems that are there. None where nothing can happen."""
    things: dict[str, Sequence[Mapping[str, Any]]] = {}
    if backend.can("rooms", "says"):
        things["rooms talk"] = story("rooms")["chatter"]
        things["rooms event"] = [{"event": tuple(said)} for said in story("rooms")["events"]["said"]]
    if backend.can("inbox", "says"):
        things["inbox customer"] = story("inbox")["arrivals"]
        things["inbox colleague"] = [{"takes": MIRA.handle}]
    if backend.can("portal", "notifies"):
        things["portal notice"] = story("portal")["notices"]
    return _Script(things, luck) if things else None


def _called(handle: str) -> Character:
    return next(one for one in PRESENT if one.handle == handle)
