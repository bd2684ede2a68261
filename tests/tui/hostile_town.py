"""A town whose every string was chosen by a stranger, and a walk past every place that shows one.

Run as a program it walks on the real driver, for a test that reads the terminal's bytes.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from tests.tui.harness import chat, make_app, settled
from tests.tui.scripted_setup import URL, ScriptedSetUp
from tests.tui.street import ACCOUNT, EVERYTHING, NOW, PEOPLE, message, micros, street, thread
from tests.tui.town import Town
from textual.pilot import Pilot

from supachat.domain import events as ev
from supachat.domain.errors import NotAllowed, Unreachable
from supachat.domain.feeds import Canned, FeedInfo, FeedRow, Severity, Tick
from supachat.domain.health import Link, LinkState
from supachat.domain.model import Account, Feature, Person, PersonKey, SourceInfo, Thread, ThreadKey
from supachat.domain.text import safe, safe_line
from supachat.tui.setup_protocol import ProbeAnswer, ProjectGuess, WorkspaceCard
from supachat.tui.widgets.form import FormField

ABLE = EVERYTHING | {Feature.STATUS, Feature.ASSIGN, Feature.CANNED, Feature.SEARCH, Feature.PRICES}
DATA = Path(__file__).parents[1] / "vectors/data/text/payloads.json"
PAYLOADS: dict[str, str] = {each["name"]: each["text"] for each in json.loads(DATA.read_text())}


class HostileTown(Town):
    """Names, titles, handles, previews, bodies, ids, labels, reasons: `texts`, in turn."""

    def __init__(self, texts: Sequence[str], *, signed_in: bool = True) -> None:
        super().__init__(street()[:1], signed_in=signed_in)
        first = texts[0]
        strangers = [self._stranger(f"evil{n}", text) for n, text in enumerate(texts)]
        self.people = [replace(PEOPLE[1], name=safe_line(first)), *strangers]
        titled = [self._thread(n, text) for n, text in enumerate(texts)]
        self.threads = [replace(self.threads[0], title=safe_line(first)), *titled]
        self.table[self.threads[0].key] = [
            replace(message("mira", "mira", text, NOW, n), id=f"{n}{text}") for n, text in enumerate(texts)
        ]
        self.refused = NotAllowed(first, cure=first)
        self.find_refused = Unreachable(first, cure=first)
        self.sign_in_refused = Unreachable(first, cure=first)
        self.label = safe_line(first)
        self.feeds = (FeedInfo("direct", "alerts", safe_line(first), takes=True, urgent=True),)
        self.feed_rows = [self._row(n, text) for n, text in enumerate(texts)]
        self.ticks = [
            Tick("direct", safe_line(text), Decimal(n), Decimal(-n), micros(NOW))
            for n, text in enumerate(texts)
        ]
        self.replies = [Canned(safe_line(text), text) for text in texts]

    @staticmethod
    def _row(number: int, text: str) -> FeedRow:
        said = safe_line(text)
        return FeedRow(
            "direct", "alerts", f"{number}{text}", micros(NOW), said, said, said, Severity.CRITICAL
        )

    def _stranger(self, handle: str, text: str) -> Person:
        return Person(PersonKey("direct", handle), safe_line(text), safe_line(text))

    def _thread(self, number: int, text: str) -> Thread:
        other, said = f"evil{number}", safe_line(text)
        key = ThreadKey("direct", f"{number}{text}")
        return thread(other, key=key, title=said, preview=said, preview_author=other, unread=1)

    async def start(self) -> None:
        if self.signed_in:
            self.call_everything(self.label)
        else:
            self.say(ev.SessionLost(self.label))

    def call_everything(self, text: str) -> None:
        """The account, the source, and why the link is down."""
        label = safe_line(text)
        self.say(
            ev.SignedIn(
                Account(ACCOUNT.user_id, label, label),
                (SourceInfo("direct", label, ABLE, "ana", statuses=(text,)),),
            )
        )
        self.say(ev.FeedsKnown("direct", self.feeds))
        self.say(ev.LinkMoved(Link(LinkState.RECONNECTING, attempt=1, reason=label)))


class HostileSetUp(ScriptedSetUp):
    """Every answer is the same hostile text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def read_project(self, text: str) -> ProjectGuess:
        return ProjectGuess(URL, "", "x", safe_line(self._text))

    async def probe(self, url: str, key: str) -> ProbeAnswer:
        return ProbeAnswer(False, words=safe_line(self._text), field="key" if key else "url")


CARDS = tuple(
    WorkspaceCard(safe_line(text, limit=60), safe_line(text, limit=60)) for text in PAYLOADS.values()
)


Look = Callable[[], None]


async def walk(
    pilot: Pilot[int], town: HostileTown, texts: Sequence[str], look: Look = lambda: None
) -> None:
    """Past every place of the chat that shows somebody's text; `look` after every step."""
    await settled(pilot)
    screen = chat(pilot.app)
    for keys in (
        ["tab", "j", "j", "escape"],
        ["f8"],
        ["escape", "f6", "k", "k", "i", "escape"],
        ["ctrl+k"],
        ["escape", "ctrl+n", *"evil"],
        ["escape", "ctrl+p", *"work"],
        ["escape", "f1"],
        ["escape", *"refused", "enter"],
        ["f6", "alt+home"],
        ["escape", "f9"],
        ["escape", "shift+tab", "shift+tab", "s"],
        ["escape", "a"],
        ["escape", "slash", "e"],
        ["escape", "escape", *"/", "tab"],
        ["escape", "ctrl+u", "alt+s", *"ev"],
    ):
        await pilot.press(*keys)
        await settled(pilot)
        look()
    for text in texts:
        town.call_everything(text)
        await pilot.pause(0.02)
        look()
    await pilot.press("escape")
    for text in texts:
        screen.notices.tell(ev.Notice(safe_line(text), safe(text), "error"))
        screen.take([ev.Alerted(safe_line(text), safe(text), urgent=True)])
        screen.composer.write(text)
        await pilot.pause(0.02)
        look()
        screen.composer.clear()
    screen.parts.going.feed("direct", "alerts")
    await settled(pilot)
    look()
    await pilot.press("escape", "escape", *["alt+down"] * 5)
    await settled(pilot)
    look()


async def walk_in(pilot: Pilot[int]) -> None:
    """Past the sign-in page."""
    await settled(pilot)
    for name in ("email", "password"):
        pilot.app.screen.query_one(f"#{name}", FormField).line.type_in("x")
    await pilot.press("enter")
    await settled(pilot)


async def walk_first(pilot: Pilot[int]) -> None:
    """Past the first run."""
    await settled(pilot)
    await pilot.press("down", "enter")
    await settled(pilot)
    for name in ("url", "key"):
        pilot.app.screen.query_one(f"#{name}", FormField).line.type_in("x")
    await pilot.press("enter")
    await settled(pilot)


def main() -> None:
    """Walk on the real driver; `plain` as an argument walks past harmless text instead."""
    texts = ["plain text"] * len(PAYLOADS) if "plain" in sys.argv else list(PAYLOADS.values())
    town = HostileTown(texts)
    make_app(town, cards=CARDS).run(auto_pilot=then_leave(lambda pilot: walk(pilot, town, texts)))
    make_app(HostileTown(texts, signed_in=False)).run(auto_pilot=then_leave(walk_in))
    make_app(None, set_up=HostileSetUp(texts[0])).run(auto_pilot=then_leave(walk_first))


def then_leave(
    story: Callable[[Pilot[int]], Awaitable[None]],
) -> Callable[[Pilot[object]], Coroutine[Any, Any, None]]:
    """The story, and then out."""

    async def told(pilot: Pilot[object]) -> None:
        await story(cast(Pilot[int], pilot))
        pilot.app.exit(0)

    return told


if __name__ == "__main__":
    main()
