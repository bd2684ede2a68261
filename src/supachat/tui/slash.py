"""Commands that are typed in the composer: one table, and the rule that tells them from a message.

Pure. A text is a command if its first word is a slash and letters: a path such as /etc/hosts is not one,
and `//` in front sends the rest with one slash.
"""

from __future__ import annotations

import re
from typing import Final

from supachat.domain.model import Feature
from supachat.domain.values import dataclass

_LETTER: Final = r"(?is)/subject[ \t]+(\S[^\n]*?)[ \t]*\n(.*)"
_COMMAND: Final = r"(?i)/([a-z][a-z-]*)(?: +(\S.*?))? *"


@dataclass(frozen=True, slots=True)
class Slash:
    """What was typed: the name in lower case, and whatever follows it."""

    name: str
    rest: str


@dataclass(frozen=True, slots=True)
class Meaning:
    """`does`: a key's id, or an action as the table of keys writes it. `words`: for whoever types a slash.
    `need`: what the thread's source must be able to do. `given`: it takes what follows its name."""

    does: str
    words: str
    need: Feature | None = None
    given: bool = False


SLASHES: Final = {
    "status": Meaning("status", "change the status", Feature.STATUS),
    "assign": Meaning("assign", "say who sees to it", Feature.ASSIGN),
    "bot": Meaning("acts.bot", "switch the bot", Feature.BOT),
    "rename": Meaning("acts.rename", "give this thread another title", Feature.RENAME),
    "create": Meaning("acts.create", "make a thread with a title", Feature.CREATE),
    "invite": Meaning("acts.invite", "bring somebody in", Feature.INVITE),
    "remove": Meaning("acts.remove_member", "put somebody out", Feature.REMOVE),
    "leave": Meaning("acts.leave_thread", "leave this thread", Feature.LEAVE),
    "archive": Meaning("archive", "archive it, or bring it back", Feature.ARCHIVE),
    "mute": Meaning("mute", "tell nothing of it, or again"),
    "subject": Meaning("subject", "a line above: /subject Next week", Feature.SUBJECT, given=True),
    "search": Meaning("search", "everywhere: /search blank page", given=True),
    "alert": Meaning("alert", "at a price: /alert BTC above 50000", Feature.PRICES, given=True),
    "watch": Meaning("watch", "show a price: /watch BTC", Feature.PRICES, given=True),
    "unwatch": Meaning("unwatch", "show it no more: /unwatch BTC", Feature.PRICES, given=True),
    "away": Meaning("presence.away", "be away for the others", Feature.AWAY),
    "back": Meaning("presence.here", "be here again", Feature.AWAY),
    "invisible": Meaning("presence.invisible", "be offline for the others", Feature.AWAY),
    "quiet": Meaning("quiet", "by night: /quiet 22 to 7, or off", given=True),
    "date": Meaning("date", "go to a day: /date last friday", given=True),
    "offline": Meaning("link.go_offline", "cut the link, what you send waits"),
    "online": Meaning("link.go_online", "come back after /offline"),
    "reconnect": Meaning("reconnect_all", "leave and rejoin everything"),
    "editor": Meaning("editor", "write in your own editor"),
    "health": Meaning("health", "the link in numbers"),
    "people": Meaning("people", "who is here"),
    "help": Meaning("help", "the keys"),
    "quit": Meaning("app.leave", "leave, unsent is kept"),
}
ANYWHERE: Final = frozenset({Feature.CREATE, Feature.PRICES, Feature.AWAY})
"""Needs for which it is enough that some source of the workspace can."""


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
