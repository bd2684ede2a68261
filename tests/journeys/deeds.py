"""What a client that is to be killed does with a text, and what it waits for.

Each deed leads through another branch of ours. Where a machine has to fail for it, the client of the test
makes it fail: in the product there is no hook for that.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tests.journeys.guest import Guest
from tests.journeys.revoking import due
from tests.journeys.sessions_kept import FullDisk, Ring
from tests.journeys.storm import MARK, SETTLE, persist

from supachat.cache.files import last_path
from supachat.domain.entering import Password
from supachat.domain.health import LinkState
from supachat.domain.model import Delivery, Gap, Message, ThreadKey
from supachat.domain.text import Safe
from supachat.remote import wayout
from supachat.remote.project import Project
from supachat.remote.vault import KeyringVault, Vault
from supachat.sync.limiter import Limiter


@dataclass(slots=True)
class Doer:
    me: Guest
    project: Project
    vault: Vault
    proof: Password
    cache: Path
    thread: ThreadKey = field(default_factory=lambda: ThreadKey("", ""))

    def send(self, text: str) -> str:
        return self.me.client.send(self.thread, text)


async def says(doer: Doer, text: str) -> None:
    doer.send(text)


async def chatters(doer: Doer, text: str) -> None:
    """More than may be told at once."""
    doer.me.client._run._limiter = Limiter(most=1, per=5.0)
    doer.send(f"beside {text}")
    doer.send(text)


async def is_refused(doer: Doer, text: str) -> None:
    """Take it back into the composer, and say it once more, as one does who knows better."""
    draft = doer.send(text)
    await doer.me.watch.until(partial(is_as, doer.me, draft, Delivery.FAILED), SETTLE)
    taken = doer.me.client.take_back(draft)
    assert taken is not None
    await types(doer, taken.raw)
    doer.send(taken.raw)


async def rejoins(doer: Doer, text: str) -> None:
    """Every topic is left and joined again, by hand."""
    doer.send(text)
    doer.me.client.reconnect_all()


async def goes_off(doer: Doer, text: str) -> None:
    """Offline by hand; what is said meanwhile waits."""
    doer.me.client.go_offline()
    await linked(doer.me, LinkState.OFFLINE)
    doer.send(text)
    doer.me.client.go_online()


async def changes(doer: Doer, text: str) -> None:
    """Another text for this one, and nothing in place of the one before."""
    doer.send(text)
    message = await doer.me.watch.until(partial(arrived, doer.me, text), SETTLE)
    doer.me.client.edit(message.key, text + MARK)
    mine = [
        m for m in doer.me.messages() if m.raw.startswith("message ") and m.raw != text and not m.deleted
    ]
    for before in mine[-1:]:
        doer.me.client.delete(before.key)


async def loses_its_way(doer: Doer, text: str) -> None:
    """The computer has no network for a moment, and then by another way."""
    severed, wayout.severed = wayout.severed, lambda here, there: Safe("no network here")
    async with asyncio.timeout(SETTLE):
        while doer.me.client.health.link.state is LinkState.CONNECTED:
            await asyncio.sleep(0.01)
    wayout.severed = severed
    doer.send(text)


# ---------------------------------------------------------------- its session


async def renews(doer: Doer, text: str) -> None:
    doer.send(text)
    due(doer.me.client)
    await renewed(doer)


async def has_a_full_disk(doer: Doer, text: str) -> None:
    """The session that was renewed cannot be kept at first."""
    assert isinstance(doer.vault, FullDisk)
    doer.vault.full = True
    await renews(doer, text)


async def waits_for_its_keyring(doer: Doer, text: str) -> None:
    """It answers once nobody waits for that any more, and whoever comes next waits their turn."""
    assert isinstance(doer.vault, KeyringVault)
    assert isinstance(doer.vault.backend, Ring)
    doer.vault.backend.hangs = 2.5 * doer.vault.waits.keyring
    await renews(doer, text)


async def is_let_go(doer: Doer, text: str) -> None:
    """The server has ended the session: it signs in again, and what was said meanwhile goes out."""
    doer.send(text)
    due(doer.me.client)
    await doer.me.watch.until(lambda: doer.me.watch.lost is not None or None, SETTLE)
    await persist(lambda: doer.me.client.entry.enter(doer.proof))
    await doer.me.watch.until(lambda: doer.me.client.online or None, SETTLE)
    doer.me.client.open(doer.thread)


# ---------------------------------------------------------------- its end


async def leaves(doer: Doer, text: str) -> None:
    doer.send(text)
    await doer.me.client.close()


async def leaves_while_it_sends(doer: Doer, text: str) -> None:
    draft = doer.send(text)
    await doer.me.watch.until(partial(is_as, doer.me, draft, Delivery.SENDING), SETTLE)
    await asyncio.sleep(0.1)  # its request has left, whose answer comes late
    await doer.me.client.close()


async def reads_and_leaves(doer: Doer, text: str) -> None:
    """What it has seen is told as it goes."""
    doer.send(text)
    await doer.me.watch.until(partial(answered, doer.me, text), SETTLE)
    doer.me.client.seen(doer.thread)
    await doer.me.client.close()


DOES: dict[str, Callable[[Doer, str], Awaitable[None]]] = {
    "says": says, "chatters": chatters, "is-refused": is_refused, "rejoins": rejoins, "goes-off": goes_off,
    "changes": changes, "loses-its-way": loses_its_way, "renews": renews,
    "has-a-full-disk": has_a_full_disk, "waits-for-its-keyring": waits_for_its_keyring,
    "is-let-go": is_let_go, "leaves": leaves, "leaves-while-it-sends": leaves_while_it_sends,
    "reads-and-leaves": reads_and_leaves,
}  # fmt: skip


# ---------------------------------------------------------------- what it waits for


async def types(doer: Doer, text: str) -> None:
    """What is typed is on disk within a second, whatever happens then."""
    doer.me.client.keep_text(doer.thread, text)
    async with asyncio.timeout(SETTLE):
        while text not in texts_on_disk(doer.cache):
            await asyncio.sleep(0.05)


def texts_on_disk(cache: Path) -> list[str]:
    path = last_path(cache)
    if path is None:
        return []
    with contextlib.closing(sqlite3.connect(path, timeout=5.0)) as db:
        return [row[0] for row in db.execute("select text from texts")]


async def rests(me: Guest) -> None:
    """What was asked has been answered. On a slow machine something is asked all the time."""
    asking = me.client._run.engine.parts.asking
    asked = dict(asking._flying)
    async with asyncio.timeout(SETTLE):
        while any(asking.since(request) == turn for request, turn in asked.items()):
            await asyncio.sleep(0.02)


async def joined(me: Guest) -> None:
    """The weather is fair again, and it has noticed."""
    async with asyncio.timeout(SETTLE):
        while not (link := me.client.health.link).wanted or link.joined < link.wanted:
            await asyncio.sleep(0.01)


async def linked(me: Guest, state: LinkState) -> None:
    async with asyncio.timeout(SETTLE):
        while me.client.health.link.state is not state:
            await asyncio.sleep(0.01)


async def renewed(doer: Doer) -> None:
    """The token is fresh, and its session kept."""
    keeper = doer.project._keeper
    async with asyncio.timeout(SETTLE):
        while keeper._due_in() <= 0 or keeper.trouble is not None:
            doer.me.client.reconnect()
            await asyncio.sleep(0.05)


async def fills(me: Guest) -> None:
    """A gap says how much it is about, and is then filled."""
    async with asyncio.timeout(SETTLE):
        while gaps := [item for item in me.watch.items if isinstance(item, Gap)]:
            me.client.count_gap(gaps[-1])
            me.client.fill_gap(gaps[-1])
            await asyncio.sleep(0.05)


def answered(me: Guest, text: str) -> bool | None:
    return f"answer to {text}" in me.bodies() or None


def arrived(me: Guest, text: str) -> Message | None:
    return next((m for m in me.messages() if m.raw == text and m.delivery is Delivery.SENT), None)


def is_as(me: Guest, draft: str, state: Delivery) -> bool | None:
    return any(m.id == draft and m.delivery is state for m in me.messages()) or None
