"""What may be written down: escapes, secrets cut out, errors without what they quote. Pure."""

from __future__ import annotations

import traceback
from collections.abc import Iterator

from supachat.domain.errors import SupachatError
from supachat.domain.secrets import scrubbed

_OF_PYTHON = (
    AttributeError,
    ImportError,
    IndexError,
    NameError,
    RecursionError,
    SyntaxError,
    TypeError,
    ZeroDivisionError,
)
"""Errors whose words are the interpreter's own: they name code, not what somebody wrote."""


def escaped(text: str) -> str:
    """`text` on one line: controls, bidi marks and lone surrogates as Python escapes, so that reading a
    log does to a terminal what reading a log should."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escape(char) for char in text)


def _escape(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")


def line(text: str, limit: int = 2000) -> str:
    """One line of a log: scrubbed, escaped, not too long."""
    made = escaped(scrubbed(text[: limit * 4]))
    return made if len(made) <= limit else f"{made[:limit]} ({len(made) - limit} more)"


def said(error: BaseException) -> str:
    """An error in words that quote nobody: our own and the interpreter's are given, of any other only the
    length, since a server, pydantic or int() repeat what they were given."""
    name = type(error).__qualname__
    if isinstance(error, SupachatError):
        return line(f"{name}: {error.message}")
    if isinstance(error, OSError) and error.strerror:
        return line(f"{name}: {error.strerror}")
    if isinstance(error, _OF_PYTHON):
        return line(f"{name}: {error}")
    return f"{name} ({len(str(error))} characters)" if _has_words(error) else name


def _has_words(error: BaseException) -> bool:
    try:
        return bool(str(error))
    except Exception:  # noqa: BLE001 - a stranger's __str__ may do anything
        return False


def trace(error: BaseException) -> list[str]:
    """Where it happened, the cause first, without locals; one line each."""
    lines: list[str] = []
    for one in reversed(list(_chain(error))):
        if lines:
            lines.append("and because of that, or while it was dealt with:")
        for frame in traceback.extract_tb(one.__traceback__):
            lines.append(line(f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}'))
            if frame.line:
                lines.append(line(f"    {frame.line}"))
        lines.append(said(one))
    return lines


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what led to it, each once."""
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        yield one
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
