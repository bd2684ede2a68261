"""What the tests of the five systems do on their screen: go somewhere, see what was asked of the server."""

from __future__ import annotations

from tests.tui.harness import chat, settled, until
from tests.tui.town import Town
from textual.pilot import Pilot

from supachat.domain import events as ev
from supachat.domain.model import Alteration, ThreadKey


async def at(pilot: Pilot[int], key: ThreadKey) -> None:
    """That thread is open, no toast over it."""
    await until(pilot, lambda: chat(pilot.app).client.thread(key) is not None)
    chat(pilot.app).go(key)
    await settled(pilot)
    chat(pilot.app).notices.dismiss()
    await settled(pilot)


async def in_list(pilot: Pilot[int], key: ThreadKey) -> None:
    """The same, and the list has the keyboard."""
    await at(pilot, key)
    chat(pilot.app).list.focus()
    await settled(pilot)


def asked(town: Town, what: Alteration) -> list[ev.Alter]:
    return [r for r in town.performed if isinstance(r, ev.Alter) and r.what is what]
