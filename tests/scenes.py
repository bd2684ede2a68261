"""What the pictures show: scenes of the real demo, each played with keys and looked for on the screen."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from textual.pilot import Pilot

from supachat.client import Client
from supachat.demo.keeper import Keeper
from supachat.demo.story import key
from supachat.domain.health import LinkState
from supachat.domain.model import Delivery, Message, ThreadKey
from supachat.tui.app import SupachatApp
from supachat.tui.screens.chat import ChatScreen
from supachat.tui.widgets.message_list import MessageList

MIRA = ThreadKey("direct", "ana__mira")
BEN = ThreadKey("direct", "ana__ben")

QUESTIONS = itertools.cycle(
    (
        "hello",
        "what are the keys",
        "and is it fast",
        "I like the theme",
        "show me a boat",
        "what else is there",
    )
)
"""What Ana asks, so that no two pictures hold the same talk."""

REQUESTS = itertools.cycle(
    (
        "Where would one more boat a day fit?",
        "Why does the scanner fail?",
        "How can somebody be counted twice?",
        "What do I see when you write?",
    )
)
"""What she asks the assistant."""

OUTAGES = itertools.cycle(("the server is gone and I go on", "gone once more, and I still go on"))
"""What she writes to nobody, so that no picture seems to show a message twice."""


@dataclass(slots=True)
class Stage:
    """What an act has to work with."""

    app: SupachatApp
    pilot: Pilot[int]
    client: Client
    keeper: Keeper

    async def until(self, seen: Callable[[], object], seconds: float = 40.0) -> None:
        end = asyncio.get_running_loop().time() + seconds
        while not seen():
            if asyncio.get_running_loop().time() > end:
                raise TimeoutError("the scene did not come about")
            await self.pilot.pause(0.05)

    async def live(self) -> None:
        await self.until(lambda: self.client.health.link.state is LinkState.CONNECTED)
        await self.until(lambda: self.client.open_thread is not None)
        await self.until(lambda: not self.client.health.catching_up)
        await self.pilot.pause(0.5)

    def chat(self) -> ChatScreen:
        screen = self.app.screen
        assert isinstance(screen, ChatScreen)
        return screen

    def pane_shows(self, delivery: Delivery) -> bool:
        """Whether a message that has come this far is among those that are loaded."""
        pane = self.app.screen.query_one(MessageList)
        return any(isinstance(i, Message) and i.delivery is delivery for i in pane.newest(5))

    async def write(self, text: str) -> None:
        await self.pilot.press(*("space" if char == " " else char for char in text))


Act = Callable[[Stage], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Scene:
    name: str
    theme: str
    columns: int
    lines: int
    act: Act


async def talk(stage: Stage) -> None:
    """Mira is typing an answer."""
    await stage.live()
    await go_to(stage, MIRA)
    await stage.write(next(QUESTIONS))
    await stage.pilot.press("enter")
    await stage.until(lambda: stage.client.typing(MIRA))
    await stage.pilot.pause(0.3)


async def code(stage: Stage) -> None:
    """The thread with the code in it, scrolled to some."""
    await stage.live()
    await go_to(stage, BEN)
    await stage.pilot.press("pageup", "pageup")
    await stage.pilot.pause(0.3)


async def scripts(stage: Stage) -> None:
    await stage.live()
    await go_to(stage, ThreadKey("direct", "aiko__ana"))


async def right_to_left(stage: Stage) -> None:
    await stage.live()
    await go_to(stage, ThreadKey("direct", "ana__noa"))


async def switcher(stage: Stage) -> None:
    await stage.live()
    await stage.pilot.press("ctrl+k")
    await stage.write("id")
    await stage.pilot.pause(0.5)


async def keys(stage: Stage) -> None:
    await stage.live()
    await stage.pilot.press("f1")
    await stage.pilot.pause(0.3)


async def health(stage: Stage) -> None:
    await stage.live()
    await stage.pilot.press("f9")
    await stage.pilot.pause(0.3)


async def choosing(stage: Stage) -> None:
    await stage.live()
    await go_to(stage, BEN)
    await stage.pilot.press("f6", "up")
    await stage.pilot.pause(0.3)


async def outage(stage: Stage) -> None:
    """The server was killed, and what somebody wrote meanwhile waits: the outage, not what follows it."""
    await stage.live()
    await go_to(stage, MIRA)
    await stage.write(next(OUTAGES))
    os.kill(int(stage.keeper.house.kill_command().split()[-1]), signal.SIGKILL)
    await stage.until(lambda: stage.client.health.link.state is not LinkState.CONNECTED)
    await stage.pilot.press("enter")
    await stage.until(lambda: stage.client.health.queued and stage.pane_shows(Delivery.QUEUED))
    if stage.client.health.link.state is LinkState.CONNECTED:
        raise TimeoutError("the server was back before the picture was taken")


async def go_to(stage: Stage, thread: ThreadKey) -> None:
    await stage.until(lambda: stage.client.thread(thread))
    stage.chat().go(thread)
    await stage.until(lambda: stage.client.open_thread == thread)
    await stage.until(lambda: not stage.client.health.catching_up)
    await stage.pilot.pause(0.5)


async def rooms(stage: Stage) -> None:
    """A room; somebody in it types an answer."""
    await stage.live()
    thread = ThreadKey("rooms", key("rooms", "night-boat"))
    await go_to(stage, thread)
    await stage.write(next(QUESTIONS))
    await stage.pilot.press("enter")
    await stage.until(lambda: stage.client.typing(thread))
    await stage.pilot.pause(0.3)


async def inbox(stage: Stage) -> None:
    """A conversation with a customer."""
    await stage.live()
    await go_to(stage, ThreadKey("inbox", key("inbox", "hannah")))


async def sessions(stage: Stage) -> None:
    """The assistant in the middle of an answer."""
    await stage.live()
    thread = ThreadKey("sessions", key("sessions", "timetable"))
    await go_to(stage, thread)
    pane = stage.app.screen.query_one(MessageList)
    await stage.write(next(REQUESTS))
    await stage.pilot.press("enter")

    def grown() -> bool:
        newest = [one for one in pane.newest(1) if isinstance(one, Message)]
        return any(one.extra and one.extra.growing and len(one.raw) > 120 for one in newest)

    await stage.until(grown)
    stage.chat().notices.dismiss()  # the alert of the clinic has a picture of its own
    await stage.pilot.pause(0.05)


async def portal(stage: Stage) -> None:
    """Letters with a subject."""
    await stage.live()
    await go_to(stage, ThreadKey("portal", key("portal", "elin")))


async def alerts(stage: Stage) -> None:
    """The clinic's feeds, the critical alert of today above them."""
    await stage.live()
    feeds = stage.client.feeds
    await stage.until(lambda: any(row.waits for row in feeds.rows("portal", "alerts")), 180.0)
    stage.chat().parts.going.feed("portal", "alerts")
    await stage.pilot.pause(0.8)
    stage.chat().notices.dismiss()
    await stage.pilot.pause(0.05)


SCENES = (
    *(
        Scene("chat", theme, columns, lines, talk)
        for theme in ("ink", "paper")
        for columns, lines in ((80, 24), (120, 36), (200, 50))
    ),
    *(
        Scene(name, theme, columns, lines, act)
        for name, act in (
            ("rooms", rooms),
            ("inbox", inbox),
            ("sessions", sessions),
            ("portal", portal),
            ("alerts", alerts),
        )
        for theme in ("ink", "paper")
        for columns, lines in ((80, 24), (120, 36))
    ),
    *(
        Scene(name, theme, columns, lines, act)
        for name, act in (
            ("code", code),
            ("japanese", scripts),
            ("hebrew", right_to_left),
            ("switcher", switcher),
            ("keys", keys),
            ("health", health),
            ("choosing", choosing),
            ("outage", outage),
        )
        for theme, columns, lines in (("ink", 120, 36), ("paper", 80, 24))
    ),
)
