"""Whether a text means somebody: `@` and what others call them. Pure."""

from __future__ import annotations

import re
from typing import Final

MENTION: Final = r"(?<![\w@/.])(?P<mention>@\w(?:[\w.-]*\w)?)"
"""An `@` and a name; not within a word, an address or a path."""

_FINDS: Final = re.compile(MENTION)


def calls(name: str, handle: str) -> frozenset[str]:
    """What others write after an `@` to mean whoever is called so, folded to lower case.

    >>> sorted(calls("Ana Duarte", "ana7"))
    ['ana', 'ana7', 'anaduarte']
    """
    folded = name.casefold()
    return frozenset({folded.replace(" ", ""), folded.split(" ")[0], handle.casefold()} - {""})


def mentions(text: str, called: frozenset[str]) -> bool:
    """Whether the text means whoever is called so."""
    return "@" in text and any(found["mention"][1:].casefold() in called for found in _FINDS.finditer(text))
