"""Keys take turns: the next one waits until what the one before it did is done, however many come at once.

Textual runs a bound key in the app's own task and leaves a letter to the queue of the widget that has the
keyboard: Enter would overtake the letters before it, and letters miss the field that the key before them
opens. A paste without brackets, a macro or a slow line brings many keys in one read.

Must never hold the app up for good: after `PATIENCE` the next key goes ahead. Whoever moves the keyboard
says so to the screen (`set_focus`), since a widget's own `focus` comes behind the keys that wait.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from typing import Final

from textual import events
from textual.dom import DOMNode
from textual.screen import Screen

from supachat.tui.measuring import Measuring

PATIENCE: Final = 5.0
"""Seconds that a key waits for the one before it."""
ROUNDS: Final = 4
"""How often what a key led to may lead on, from a widget to the screen and back."""


class Turns(Measuring, inherit_bindings=False):
    """An app in which no key overtakes another."""

    _turn: asyncio.Event | None = None
    """Set once the last key was dealt with."""

    async def on_event(self, event: events.Event) -> None:
        typed = isinstance(event, events.Key | events.Paste) and not event.is_forwarded
        if typed and self._turn is not None and not self._turn.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._turn.wait(), PATIENCE)
        await super().on_event(event)
        if typed:
            self.call_next(self._end_turn)  # behind what the answer of a closed screen leads to

    def _end_turn(self) -> None:
        turn = self._turn = asyncio.Event()
        if self.screen_stack:
            _through(self.focused or self.screen, turn, ROUNDS)


def _through(node: DOMNode, turn: asyncio.Event, rounds: int) -> None:
    """Behind all that waits at `node`, then at what holds it, up to the screen: that is where keys end."""
    held = None if isinstance(node, Screen) else node.parent
    step = partial(_onward, node, turn, rounds) if held is None else partial(_through, held, turn, rounds)
    if not node.call_later(step):
        turn.set()


def _onward(screen: DOMNode, turn: asyncio.Event, rounds: int) -> None:
    """What the screen did may have sent more on its way: Enter in the filter has the list open a thread."""
    busy = (node for node in (screen, *screen.walk_children()) if node.message_queue_size)
    node = next(busy, None) if rounds else None
    if node is None:
        turn.set()
    else:
        _through(node, turn, rounds - 1)
