"""Commands that are typed in the composer: one table, and the rule that tells them from a message.

Pure. A text is a command if its first word is a slash and letters: a path such as /etc/hosts is not one,
and `//` in front sends the rest with one slash.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_COMMAND: Final = re.compile(r"/([a-z][a-z-]*)(?: +(\S.*?))? *", re.IGNORECASE)


class Slash(NamedTuple):
    """What was typed: the name in lower case, and whatever follows it."""

    name: str
    rest: str


SLASHES: Final = {
    "offline": "screen.go_offline",
    "online": "screen.go_online",
    "reconnect": "reconnect_all",
    "date": "date",
    "editor": "editor",
    "health": "health",
    "people": "people",
    "help": "help",
    "quit": "app.leave",
}
"""Names to ids of the keymap, or to actions."""


def parse(text: str) -> Slash | None:
    """The command in `text`, known or not; None for a message."""
    found = _COMMAND.fullmatch(text)
    return Slash(found[1].lower(), found[2] or "") if found else None


def message(text: str) -> str:
    """What is sent of a text that is no command: `//` stands for one slash at its beginning."""
    return text[1:] if text.startswith("//") else text


def nearest(name: str) -> str:
    """The command that a wrong name most likely meant; empty where none is like it."""
    alike = [known for known in SLASHES if known.startswith(name[:2]) or name.startswith(known)]
    return alike[0] if alike else ""
