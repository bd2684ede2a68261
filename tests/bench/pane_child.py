"""The program that `bench_pane` measures: a pane over a field, told what to do over a socket.

    python -m tests.bench.pane_child KIND COUNT FD

KIND is pane, richlog or bare; COUNT messages are loaded before it says `ready`. Each line that comes in on
the socket FD is an order, each line that goes out an answer.
"""

from __future__ import annotations

import asyncio
import gc
import random
import socket
import sys
import time
from datetime import UTC, date
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input, RichLog, Static

from supachat.domain.events import Edge
from supachat.domain.model import Message, Micros, ThreadKey
from supachat.domain.text import safe
from supachat.tui.widgets.message_list import MessageList

FLOOD_HZ = 50
TALK = (
    "the deploy went through and nobody noticed which is how it should be done maybe later today we look "
    "at the numbers again before lunch"
)
WORDS = TALK.split()
SPECIAL = ("**done**", "`select 1`", "https://acme.dev/runbook", "お疲れさまです", "🎉", "- one\n- two")
THREAD = ThreadKey("bench", "t")
AUTHORS = ("ana", "mira", "noa", "sam", "tom")


class Stream:
    """Messages in order, the same in every run: some 84 characters, 38 in 100 with something to mark up
    or wide. Older ones count down."""

    def __init__(self) -> None:
        self.dice = random.Random(7)

    def make(self, number: int, text: str = "") -> Message:
        words = self.dice.choices(WORDS, k=self.dice.choice([4, 10, 20, 30]))
        if self.dice.random() < 0.38:
            words.insert(len(words) // 2, self.dice.choice(SPECIAL))
        text = text or " ".join(words)
        at = Micros(1_700_000_000_000_000 + number * 70_000_000)
        return Message(THREAD, f"n{number}", self.dice.choice(AUTHORS), at, text, safe(text))


class ChildApp(App[None]):
    """One of the three programs."""

    CSS = "#view { height: 1fr; } Input { border: none; height: 1; }"
    AUTO_FOCUS = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("pageup", "page", priority=True)]

    def __init__(self, kind: str, count: int, orders: socket.socket) -> None:
        super().__init__()
        self.kind = kind
        self.count = count
        self.orders = orders
        self.stream = Stream()
        self.low, self.high = 0, count
        self.flood: asyncio.Task[None] | None = None

    def compose(self) -> ComposeResult:
        views: dict[str, Widget] = {
            "pane": MessageList(zone=UTC, today=lambda: date(2026, 11, 20), id="view"),
            "richlog": RichLog(wrap=True, auto_scroll=True, id="view"),
            "bare": Static(id="view"),
        }
        yield views[self.kind]
        field = Input()
        field.cursor_blink = False
        yield field

    def on_mount(self) -> None:
        self.call_after_refresh(self._begin)

    async def _begin(self) -> None:
        messages = [self.stream.make(number) for number in range(self.count)]
        started = time.perf_counter()
        self.add(messages, first=True)
        if self.kind == "pane":
            self.query_one(MessageList).set_edge(Edge.START)
        self.call_after_refresh(self._loaded, started)

    def _loaded(self, started: float) -> None:
        took = time.perf_counter() - started
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 20, 50)
        self.run_worker(self._listen())
        self.say(f"ready {took * 1000:.1f}")

    def add(self, messages: list[Message], *, first: bool = False) -> None:
        if self.kind == "pane":
            pane = self.query_one(MessageList)
            if first:
                pane.reset(messages)
            else:
                pane.splice(self.high - len(messages), 0, messages)
        elif self.kind == "richlog":
            log = self.query_one(RichLog)
            for message in messages:
                log.write(f"{message.author}: {message.body}")

    def action_page(self) -> None:
        if self.kind == "pane":
            self.query_one(MessageList).page(-1)
        elif self.kind == "richlog":
            self.query_one(RichLog).scroll_page_up(animate=False)

    async def _listen(self) -> None:
        self.orders.setblocking(False)
        loop = asyncio.get_running_loop()
        waiting = b""
        while chunk := await loop.sock_recv(self.orders, 4096):
            *lines, waiting = (waiting + chunk).split(b"\n")
            for line in lines:
                order, _, rest = line.decode().partition(" ")
                self.obey(order, rest)
        self.exit()

    def obey(self, order: str, rest: str) -> None:
        if order == "append":
            self.high += 1
            self.add([self.stream.make(self.high, rest)])
        elif order == "prepend":
            self._prepend()
        elif order == "newest" and self.kind == "pane":
            self.query_one(MessageList).scroll_to_newest()
        elif order == "flood":
            self.flood = asyncio.create_task(self._flood())
        elif order == "calm" and self.flood is not None:
            self.flood.cancel()

    def _prepend(self) -> None:
        older = [self.stream.make(number) for number in range(self.low - 50, self.low)]
        self.low -= 50
        pane = self.query_one(MessageList)
        region = pane.region.reset_offset
        before = pane.render_lines(region)
        started = time.perf_counter()
        pane.splice(0, 0, older)
        _ = pane.at_end
        took = time.perf_counter() - started
        self.call_after_refresh(
            lambda: self.say(f"{took * 1000:.3f} {pane.render_lines(region) == before}")
        )

    async def _flood(self) -> None:
        while True:
            self.high += 1
            self.add([self.stream.make(self.high)])
            await asyncio.sleep(1 / FLOOD_HZ)

    def say(self, answer: str) -> None:
        self.orders.send(f"{answer}\n".encode())


def main() -> None:
    kind, count, number = sys.argv[1:4]
    with socket.socket(fileno=int(number)) as orders:
        ChildApp(kind, int(count), orders).run()


if __name__ == "__main__":
    main()
