"""Replies that were written before, with their placeholders filled in. Pure."""

from __future__ import annotations

import re

_PLACE = re.compile(r"\{([a-z_]+)\}")


def filled(text: str, values: dict[str, str]) -> str:
    """The text with each `{name}` that is known replaced, once: what is put in is not looked at again.

    >>> filled("Hello {customer}, {what} is {me}", {"customer": "{me}", "me": "Ana"})
    'Hello {me}, {what} is Ana'
    """
    return _PLACE.sub(lambda place: values.get(place[1]) or place[0], text)
