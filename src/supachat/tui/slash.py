"""Commands that are typed in the composer: one table, and the rule that tells them from a message.

Pure. A text is a command if its first word is a slash and letters: a path such as /etc/hosts is not one,
and `//` in front sends the rest with one slash.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from supachat.domain.model import Feature

_LETTER: Final = r"(?is)/subject[ \t]+(\S[^\n]*?)[ \t]*\n(.*)"
_COMMAND: Final = r"(?i)/([a-z][a-z-]*)(?: +(\S.*?))? *"


class Slash(NamedTuple):
    """What was typed: the name in lower case, and whatever follows it."""

    name: str
    rest: str


SLASHES: Final = {
    "status": "status",
    "assign": "assign",
    "archive": "archive",
    "bot": "acts.bot",
    "rename": "acts.rename",
    "create": "acts.create",
    "invite": "acts.invite",
    "remove": "acts.remove_member",
    "leave": "acts.leave_thread",
    "mute": "mute",
    "subject": "subject",
    "search": "search",
    "alert": "alert",
    "watch": "watch",
    "unwatch": "unwatch",
    "away": "presence.away",
    "back": "presence.here",
    "invisible": "presence.invisible",
    "quiet": "quiet",
    "offline": "link.go_offline",
    "online": "link.go_online",
    "reconnect": "reconnect_all",
    "date": "date",
    "editor": "editor",
    "health": "health",
    "people": "people",
    "help": "help",
    "quit": "app.leave",
}
"""Names to ids of the keymap, or to actions. Those in `WITH_TEXT` are given what follows the name."""

WITH_TEXT: Final = frozenset({"date", "search", "alert", "watch", "unwatch", "quiet", "subject"})

NEEDS: Final = {
    "status": Feature.STATUS,
    "assign": Feature.ASSIGN,
    "bot": Feature.BOT,
    "rename": Feature.RENAME,
    "create": Feature.CREATE,
    "invite": Feature.INVITE,
    "remove": Feature.REMOVE,
    "leave": Feature.LEAVE,
    "archive": Feature.ARCHIVE,
    "subject": Feature.SUBJECT,
}
"""What the thread's source must be able to do."""
PRICES: Final = frozenset({"alert", "watch", "unwatch"})
ATTENDANCE: Final = frozenset({"away", "back", "invisible"})
"""Offered where any source has prices, or tells others who is there."""

WORDS: Final = {
    "status": "change the status",
    "assign": "say who sees to it",
    "bot": "switch the bot",
    "rename": "give this thread another title",
    "create": "make a thread with a title",
    "invite": "bring somebody in",
    "remove": "put somebody out",
    "leave": "leave this thread",
    "archive": "archive it, or bring it back",
    "mute": "tell nothing of this thread, or again",
    "subject": "a line above the message: /subject Next week",
    "search": "search everywhere: /search blank page",
    "alert": "tell of a price: /alert BTC above 50000",
    "watch": "show a price: /watch BTC",
    "unwatch": "show it no more: /unwatch BTC",
    "away": "be away for the others",
    "back": "be here again",
    "invisible": "be offline for the others",
    "quiet": "tell nothing by night: /quiet 22 to 7, /quiet off",
    "date": "go to a day: /date last friday",
    "offline": "cut the link",
    "online": "and make it again",
    "reconnect": "leave and rejoin everything",
    "editor": "write in your own editor",
    "health": "the link in numbers",
    "people": "who is here",
    "help": "the keys",
    "quit": "leave, unsent is kept",
}
"""What each does, for whoever types a slash."""


def parse(text: str) -> Slash | None:
    """The command in `text`, known or not; None for a message."""
    found = re.fullmatch(_COMMAND, text)
    return Slash(found[1].lower(), found[2] or "") if found else None


def message(text: str) -> str:
    """What is sent of a text that is no command: `//` stands for one slash at its beginning."""
    return text[1:] if text.startswith("//") else text


def letter(text: str) -> tuple[str, str] | None:
    """The subject and the message under it; None for a text whose first line is no subject."""
    found = re.fullmatch(_LETTER, text)
    return (found[1], found[2]) if found else None


def written(subject: str, text: str) -> str:
    """What stands in the composer for a message with this subject: what `letter` takes apart."""
    return f"/subject {subject}\n{text}" if subject else text


def nearest(name: str) -> str:
    """The command that a wrong name most likely meant; empty where none is like it."""
    alike = [known for known in SLASHES if known.startswith(name[:2]) or name.startswith(known)]
    return alike[0] if alike else ""
