"""Keys as terminals really send them, where Textual 8.2.8 understands something else.

Without this, alt+enter of a terminal that does not speak the kitty protocol arrives as enter, and a
half-written message is sent; and alt+k, for whose end it waits a tenth of a second, types `^k` where the
mouse moves meanwhile. The only module that touches Textual's table of sequences.
"""

from __future__ import annotations

from collections.abc import Iterable
from string import ascii_lowercase
from typing import cast

from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual.keys import Keys

from supachat.domain.values import dataclass


@dataclass(frozen=True, slots=True)
class _Sent:
    """The parser wants a member of `Keys` and reads only its value; not every key of ours is one."""

    value: str


def legacy_sequences() -> Iterable[tuple[str, str]]:
    """What such a terminal sends, and the key that was pressed."""
    yield "\x1b\r", "alt+enter"
    yield "\x1b/", "alt+slash"
    yield "\x1b_", "alt+underscore"
    yield "\x1b<", "alt+less_than_sign"
    yield "\x1b>", "alt+greater_than_sign"
    yield "\x1b\x7f", "alt+backspace"
    yield "\x1bB", "alt+shift+b"
    yield "\x1bN", "alt+shift+n"
    for letter in ascii_lowercase:
        yield f"\x1b{letter}", f"alt+{letter}"
    for digit in "123456789":
        yield f"\x1b{digit}", f"alt+{digit}"


def teach_terminal_keys() -> None:
    """Put `legacy_sequences` into Textual's table. Changes the process; call it once at start."""
    table = cast(dict[str, tuple[Keys, ...]], ANSI_SEQUENCES_KEYS)
    for sequence, key in legacy_sequences():
        table[sequence] = (cast(Keys, _Sent(key)),)
