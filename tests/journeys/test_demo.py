"""The demo as a person has it: three processes that come together and go together."""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import signal
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from tests.conftest import wait_until
from tests.terminal import Terminal, is_live

from supachat.client import Client
from supachat.demo.backend import Backend
from supachat.demo.cast import ANA, MIRA, ORDER, PRESENT
from supachat.demo.enter import Door
from supachat.demo.house import ROLES, House
from supachat.demo.keeper import Keeper
from supachat.demo.story import key as story_key
from supachat.domain import events as ev
from supachat.domain.model import Delivery, Item, Message, ThreadKey

START = 60.0
"""Seconds that a first start may take on a machine that does other things too."""
QUESTION = "and what do you think of it"
DEMO = [sys.executable, "-m", "supachat", "demo", "--pace", "0.2"]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def screen(home: Path, *words: str, errors: Path | None = None) -> Terminal:
    led = f" 2>>{shlex.quote(str(errors))}" if errors else ""
    command = ["sh", "-c", f"exec {shlex.join([*DEMO, *words])}{led}"]
    environ = {**os.environ, "SUPACHAT_HOME": str(home)}
    return Terminal(command, columns=100, lines=30, environ=environ)


def house(home: Path) -> House:
    return House(home / "data" / "demo")


def nobody(home: Path) -> bool:
    """Neither server, nor people, nor PostgreSQL."""
    return not any(house(home).lives(role) for role in ROLES) and not list(home.rglob("postmaster.pid"))


def test_people_greet_type_answer_and_survive_a_dead_server(home: Path) -> None:
    with screen(home) as ana:
        ana.shows("Mira is typing", START)
        ana.type("hello\r")
        ana.until(lambda text: re.search(r"Hello there|Hi! Watch|Ahoy\.", text))
        ana.type("how do I kill the server\r")
        text = ana.until(lambda text: re.search(r"kill -9 \d+", text))
        pid = re.search(r"kill -9 (\d+)", text)
        assert pid is not None
        os.kill(int(pid.group(1)), signal.SIGKILL)
        ana.until(lambda text: not is_live(text))
        ana.type("still here, qwertz\r")
        ana.shows("still here, qwertz")
        ana.until(is_live, 30)
        ana.until(lambda text: "queued" not in text and "sending" not in text, 30)
        ana.type("\x11")
        assert ana.wait() == 0
    assert nobody(home)
    assert {path.name for path in home.iterdir()} <= {"data", "log"}, "no setting, no session was written"


def test_all_ends_by_itself_when_the_screen_is_killed(home: Path) -> None:
    with screen(home) as ana:
        ana.until(is_live, START)
        ana.process.kill()
        ana.process.wait()
        wait_until(lambda: nobody(home), limit=START)


def test_a_second_one_joins_as_the_next_person_and_the_last_one_out_stops_the_server(home: Path) -> None:
    """Whoever wants it fresh meanwhile is refused."""
    with screen(home) as ana:
        ana.until(is_live, START)
        ana.shows("Ana Duarte")
        with screen(home, "--fresh") as other:
            other.shows("The demo is running", START)
            assert other.wait(START) == 1
        with screen(home) as noa:
            noa.shows("Noa Levi", START)
            noa.shows("Ana Duarte")
            noa.shows("Message Mira")
            noa.until(is_live, START)
            ana.type("\x11")
            assert ana.wait() == 0
            assert house(home).lives("server")
            noa.type("are you real\r")
            noa.until(
                lambda text: re.search(r"No, not real|table of rules|rule table|no model either", text)
            )
            noa.type("\x11")
            assert noa.wait() == 0
    assert nobody(home)


def test_the_second_time_the_past_is_there_and_fresh_forgets_it(home: Path, tmp_path: Path) -> None:
    """Errors are led to a file: the screen stays in the terminal, and nothing else is said."""
    errors = tmp_path / "errors.txt"
    for words, there in (((), False), ((), True), (("--fresh",), False)):
        with screen(home, *words, errors=errors) as ana:
            ana.shows("Message Mira", START)
            ana.until(is_live, START)
            assert ("remember-me" in ana.text) is there
            if not there:
                ana.type("remember-me\r")
                ana.until(lambda text: re.search(r"✓[^\n]*\n[^\n]*remember-me", text))
            ana.type("\x11")
            assert ana.wait() == 0
    assert errors.read_bytes() == b""
    assert nobody(home)


class Reader:
    """Ana with a client and no screen: what she was told, and what she waits for."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.changes: list[ev.Change] = []

    async def listen(self) -> None:
        async for batch in self.client.changes():
            self.changes += batch

    async def sees(self, what: Callable[[], object], seconds: float = START) -> None:
        async with asyncio.timeout(seconds):
            while not what():
                await asyncio.sleep(0.05)

    def told_of(self, thread: ThreadKey) -> list[Message]:
        """Every state of every message there since the thread was opened, as it was told."""
        items: list[Item] = []
        for one in self.changes:
            match one:
                case ev.TimelineSpliced(key, _, _, some) | ev.TimelineReset(key, some) if key == thread:
                    items += some
                case _:
                    pass
        return [item for item in items if isinstance(item, Message)]

    def answers(self, thread: ThreadKey) -> list[Message]:
        """Every state of what others wrote there after the question, by the server's clock: the past may
        come later than that, and in pieces."""
        told = self.told_of(thread)
        asked = [m.at for m in told if m.own and m.raw == QUESTION and m.delivery is Delivery.SENT]
        return [m for m in told if asked and not m.own and m.at > asked[-1]]

    async def asks(self, source: str, name: str) -> list[Message]:
        """Open a thread of a story, write there, and have what was told once a new answer is whole."""
        thread = ThreadKey(source, story_key(source, name))
        await self.sees(lambda: self.client.thread(thread))
        self.client.open(thread)
        await self.sees(lambda: self.told_of(thread))
        self.client.send(thread, QUESTION)
        await self.sees(
            lambda: any(one.raw and not (one.extra and one.extra.growing) for one in self.answers(thread))
        )
        return self.answers(thread)


async def test_one_thing_of_each_system_is_there_and_answers(tmp_path: Path) -> None:
    place = House(tmp_path / "demo")
    place.make()
    seat = place.seat()
    keeper = Keeper(place, place.port(), 0.1)
    keeper.start()
    door = Door(place, keeper.url, ANA, lambda: keeper.trouble)
    reader = Reader(door.client(kept=False))
    listening = asyncio.create_task(reader.listen())
    try:
        await reader.client.start()
        await door.connect(reader.client)
        await _each_system(reader)
        await _what_nobody_asked_for(reader, Backend(place.keys, ORDER))
    finally:
        await reader.client.close()
        await listening
        seat.leave()
        await asyncio.to_thread(keeper.stop)
    assert not any(place.lives(role) for role in ROLES)


async def _each_system(reader: Reader) -> None:
    client = reader.client
    await reader.sees(lambda: {thread.key.source for thread in client.threads()} == set(ORDER))
    assert len([thread for thread in client.threads() if thread.key.source == "direct"]) == 6

    assert {one.author for one in await reader.asks("rooms", "night-boat")} <= {p.user_id for p in PRESENT}

    assert await reader.asks("inbox", "hannah")
    inbox = [thread for thread in client.threads() if thread.key.source == "inbox"]
    assert {thread.status for thread in inbox} == {"open", "pending", "closed"}
    assert {"", ANA.user_id} <= {thread.assignee for thread in inbox}
    assert "hello" in {reply.name for reply in await client.desk.canned("inbox")}

    told = await reader.asks("sessions", "timetable")
    grown = next(one.id for one in told if one.extra and one.extra.growing)
    streamed = [one.raw for one in told if one.id == grown]
    assert len(streamed) > 5
    assert all(later.startswith(earlier) for earlier, later in pairwise(streamed))
    assert {tick.symbol for tick in client.prices.ticks("sessions")} == {"BTC", "ETH", "SEI"}

    assert await reader.asks("portal", "elin")
    assert {info.name for info in client.feeds.all() if info.source == "portal"} >= {
        "alerts",
        "notifications",
    }
    await reader.sees(lambda: any(row.waits for row in client.feeds.rows("portal", "alerts")))
    # what the client holds is told a moment later
    await reader.sees(lambda: any(isinstance(one, ev.Alerted) and one.urgent for one in reader.changes))


async def _what_nobody_asked_for(reader: Reader, backend: Backend) -> None:
    """What comes in turns while the demo runs, all of it at once."""
    client = reader.client
    new, words = story_key("inbox", "somebody new"), {"title": "Tide turned", "text": "At a quarter past."}
    room = ThreadKey("rooms", story_key("rooms", "night-boat"))
    await backend.act("rooms", "happens", thread=room.id, to=ANA.user_id, **words)
    await backend.act("portal", "notifies", to=ANA.user_id, **words)
    said = {"name": "Oskar", "channel": "web", "contact": "oskar@example.org", "subject": "Tuba"}
    await backend.act("inbox", "begins", thread=new, **said)
    await backend.act("inbox", "says", thread=new, text="May it come along?")
    await backend.act("inbox", "takes", author=MIRA.user_id)
    await backend.close()

    def told(source: str, feed: str) -> bool:
        return any(row.title == words["title"] for row in client.feeds.rows(source, feed))

    await reader.sees(lambda: told("rooms", "events") and told("portal", "notifications"))
    await reader.sees(lambda: (here := client.thread(room)) and here.told == words["title"])
    await reader.sees(lambda: client.thread(ThreadKey("inbox", new)))
    await reader.sees(lambda: [t.assignee for t in client.threads()].count(MIRA.user_id) >= 2)
