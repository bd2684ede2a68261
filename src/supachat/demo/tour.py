"""Six hints, each when it is of use: after something that the person did. Pure but for `guide`.

The texts and their moments are the demo's; how a hint looks and which key puts it away is the screen's.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from decimal import Decimal

from supachat.client import Client
from supachat.demo.house import House
from supachat.demo.story import story
from supachat.domain.events import Notice
from supachat.domain.feeds import PriceAlert
from supachat.domain.model import Micros, ThreadKey
from supachat.domain.text import Safe

LOOK_EVERY = 0.5
"""Seconds between two looks at what the person did."""
BETWEEN = 6.0
"""Seconds of peace between two hints."""
_WATCHED = "prices watched"

Tell = Callable[[Notice], bool]
"""Shows a hint; False where there is no place for one just now."""


@dataclass(frozen=True, slots=True)
class Hint:
    """`after` is what the person did: came, wrote, or opened a thread of a source (its name)."""

    title: Safe
    words: Safe
    after: str


HINTS = (
    Hint(
        Safe("Five systems, one list"),
        Safe(
            "Each section is a chat of another design. alt+down goes to the next thread, ctrl+k finds any."
        ),
        "came",
    ),
    Hint(
        Safe("That is a row in PostgreSQL now"),
        Safe("The mark beside it says how far it came. Kill the server and write on: nothing is lost."),
        "wrote",
    ),
    Hint(
        Safe("A room has an owner"),
        Safe(
            "f8 shows who is in it. They talk among themselves now and then, and one of them answers you."
        ),
        "rooms",
    ),
    Hint(
        Safe("A conversation with a customer"),
        Safe("tab to the list: s changes its status, a gives it to somebody. / brings written replies."),
        "inbox",
    ),
    Hint(
        Safe("Ask Sol anything"),
        Safe(
            "The answer is one row that grows while you watch. Below the list, prices move by themselves."
        ),
        "sessions",
    ),
    Hint(
        Safe("Letters, and feeds beside them"),
        Safe("Alerts and notifications stand above the letters. After two minutes one will be critical."),
        "portal",
    ),
)


def due(did: Collection[str], shown: Collection[str]) -> Hint | None:
    """The next hint, None for none; `shown` are the moments whose hints have been."""
    return next((hint for hint in HINTS if hint.after in did and hint.after not in shown), None)


def done(client: Client, since: Micros) -> frozenset[str]:
    """What the person did since then, seen from outside."""
    did = {"came"} if client.online else set()
    if any(
        t.last is not None and t.last.at > since and t.preview_author == client.me(t.key.source)
        for t in client.threads()
    ):
        did.add("wrote")
    if (key := client.open_thread) is not None:
        did.add(key.source)
    return frozenset(did)


async def known(client: Client, thread: ThreadKey, seconds: float = 10.0) -> bool:
    """Whether the thread is in the list, once it is; False if it does not come."""
    end = time.monotonic() + seconds
    while client.thread(thread) is None:
        if time.monotonic() > end:
            return False
        await asyncio.sleep(0.02)
    return True


async def guide(client: Client, house: House, handle: str, tell: Tell) -> None:
    """Show each hint once in this demo's life, and watch one price. Returns when all is done."""
    since = Micros(time.time_ns() // 1000)
    past = house.told(handle)
    while {_WATCHED, *(hint.after for hint in HINTS)} - past:
        if _WATCHED not in past and _watch_prices(client):
            past.add(_WATCHED)
            house.tell(handle, past)
        hint = due(done(client, since), past)
        if hint is not None and tell(Notice(hint.title, hint.words, "hint")):
            past.add(hint.after)
            house.tell(handle, past)
            await asyncio.sleep(BETWEEN)
        await asyncio.sleep(LOOK_EVERY)


def _watch_prices(client: Client) -> bool:
    """Have the story's lines watched, so that a jump is told; False while no price has come."""
    if not client.prices.symbols("sessions"):
        return False
    for price in story("sessions")["prices"]:
        if "above" in price:
            line = Decimal(str(price["above"]))
            client.prices.set_alert("sessions", PriceAlert(price["symbol"], above=line))
    return True
