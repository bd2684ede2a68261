"""One SQL text cut into its statements, each with the line it begins on. Pure.

Knows PostgreSQL's quotes, dollar quotes, nested comments and `begin atomic` bodies.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""
      (?P<line>--[^\n]*)
    | (?P<open>/\*)
    | (?P<escaped>\b[eE]'(?:[^'\\]|\\.|'')*')
    | (?P<quoted>'(?:[^']|'')*' | "(?:[^"]|"")*")
    | (?P<dollar>\$(?:[A-Za-z_\x80-\uffff][A-Za-z0-9_\x80-\uffff]*)?\$)
    | (?P<word>[A-Za-z_\x80-\uffff][A-Za-z0-9_$\x80-\uffff]*)
    | (?P<end>;)
    """,
    re.VERBOSE | re.DOTALL,
)
_COMMENT = re.compile(r"/\*|\*/")


@dataclass(frozen=True)
class Statement:
    """`text` without its semicolon; `line` counts from 1 and is that of its first word."""

    text: str
    line: int


def split(text: str) -> tuple[Statement, ...]:
    """The statements of `text`, empty ones left out."""
    found: list[Statement] = []
    begin: int | None = None  # where the statement's first word stands
    at = depth = 0
    before = ""
    while match := _TOKEN.search(text, at):
        begin = _first(text, at, match.start(), begin)
        kind, at = match.lastgroup, match.end()
        if kind == "open":
            at = _comment_end(text, at)
        elif kind == "end" and depth == 0:
            _add(found, text, begin, match.start())
            begin = None
        elif kind not in ("line", "end"):
            begin = match.start() if begin is None else begin
            if kind == "dollar":
                at = _dollar_end(text, at, match.group())
            word = match.group().lower() if kind == "word" else ""
            depth = _depth(depth, before, word)
            before = word or before
    _add(found, text, _first(text, at, len(text), begin), len(text))
    return tuple(found)


def _first(text: str, start: int, stop: int, begin: int | None) -> int | None:
    """Where the statement begins if it begins between two tokens."""
    if begin is not None:
        return begin
    rest = text[start:stop]
    return start + len(rest) - len(rest.lstrip()) if rest.strip() else None


def _add(found: list[Statement], text: str, begin: int | None, stop: int) -> None:
    if begin is not None:
        found.append(Statement(text[begin:stop].rstrip(), text.count("\n", 0, begin) + 1))


def _depth(depth: int, before: str, word: str) -> int:
    """How many `begin atomic` and, inside one, `case` are open after `word`."""
    if word == "atomic" and before == "begin":
        return depth + 1
    if depth and word == "case":
        return depth + 1
    return depth - 1 if depth and word == "end" else depth


def _dollar_end(text: str, at: int, tag: str) -> int:
    stop = text.find(tag, at)
    return len(text) if stop < 0 else stop + len(tag)


def _comment_end(text: str, at: int) -> int:
    depth = 1
    while depth and (match := _COMMENT.search(text, at)):
        depth += 1 if match.group() == "/*" else -1
        at = match.end()
    return len(text) if depth else at
