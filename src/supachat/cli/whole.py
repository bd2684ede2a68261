"""The rest of the program, read once the start is over.

A start reads what its first frame needs, and the rest when it is asked for. A chat runs for weeks: after an
upgrade under it, what it asks for then would be of another version and end it. So all of it is read some
seconds later. Must never be in the way of a key: in a thread, with a pause after each module.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import supachat

AFTER = 5.0
"""Seconds after the link was begun."""
PAUSE = 0.05
ROOMS = ("assemble", "client", "journal", "remote", "settings", "tui")
"""Whose modules the screen may ask for late."""

_log = logging.getLogger(__name__)


def modules() -> list[str]:
    """The names of all modules in these rooms that are not read yet."""
    top = Path(supachat.__file__).parent
    found = (each.name for room in ROOMS for each in walk_packages([str(top / room)], f"supachat.{room}."))
    return [name for name in found if name not in sys.modules]


async def read_on() -> None:
    """Read them, one after another."""
    await asyncio.sleep(AFTER)
    for name in await asyncio.to_thread(modules):
        try:
            await asyncio.to_thread(import_module, name)
        except Exception as error:  # noqa: BLE001 - of a package that is half replaced anything may come
            _log.warning("%s was not read ahead: %s", name, type(error).__name__)
            return
        await asyncio.sleep(PAUSE)
