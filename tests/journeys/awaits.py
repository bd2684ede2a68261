"""The awaits on the ways of a message: read from the syntax tree, watched by a trace function.

The function is installed by a test in its own child. In the product there is no hook for it.
"""

from __future__ import annotations

import ast
import dis
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, NamedTuple

import supachat

ROOT = Path(supachat.__file__).parent
ROOMS = ("cache", "client", "remote")
"""Where a message goes through on its way out and in, and something waits."""
MOMENTS = ("before", "within", "after")
"""The await is about to begin; it waits; it has come back."""
_WAITS = (dis.opmap["YIELD_VALUE"], dis.opmap["RESUME"])
"""What a coroutine does while it waits; anything else that leaves its frame ends it. Python 3.13 points to
the step behind already, with which it will go on."""


class Place(NamedTuple):
    """`file` is below the package, `moment` one of `MOMENTS`."""

    file: str
    line: int
    moment: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.moment}"


def place(text: str) -> Place:
    """What `str` made of one."""
    file, line, moment = text.rsplit(":", 2)
    return Place(file, int(line), moment)


Await = tuple[str, int]
"""File below the package, and line."""
What = tuple[str, str, str]
"""The same file, `Class.function` and what is waited for: a function's name, or what stands there; with
`#2` behind it where the function does so a second time."""


class _Found(NamedTuple):
    line: int
    last: int
    """Line that belongs to it."""
    what: str
    maybe: bool
    """Its line can be passed without it."""


@cache
def _trees() -> dict[Path, ast.Module]:
    paths = (path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py")))
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in paths}


@cache
def awaits() -> dict[str, dict[int, int]]:
    """By file name: the line at which something begins to wait, and the last one that belongs to it."""
    return {str(path): {one.line: one.last for one in _found(tree)} for path, tree in _trees().items()}


def awaited() -> dict[Await, What]:
    """All that there are."""
    found: dict[Await, What] = {}
    for path, tree in _trees().items():
        file = path.relative_to(ROOT).as_posix()
        for name, function in _functions(tree):  # what stands within another comes after it
            times = Counter[str]()
            for one in sorted(_found(function)):
                times[one.what] += 1
                number = f"#{times[one.what]}" if times[one.what] > 1 else ""
                found[file, one.line] = (file, name, one.what + number)
    return found


def passed(places: Iterable[str]) -> set[str]:
    """Without those whose line may have been passed alone: there nothing was seen to wait."""
    there = set(places)
    waited = {place(one)[:2] for one in there if place(one).moment == "within"}
    return {one for one in there if place(one)[:2] not in _perhaps() - waited}


@cache
def _perhaps() -> frozenset[Await]:
    """Those whose line can be passed without them."""
    found = (
        (path.relative_to(ROOT).as_posix(), one) for path, tree in _trees().items() for one in _found(tree)
    )
    return frozenset((file, one.line) for file, one in found if one.maybe)


def _found(tree: ast.AST) -> Iterator[_Found]:
    perhaps = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.IfExp)
        for branch in (node.body, node.orelse)
        for inner in ast.walk(branch)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Await):
            yield _Found(node.lineno, node.end_lineno or 0, _named(node.value), id(node) in perhaps)
        elif isinstance(node, ast.AsyncFor):
            yield _Found(node.lineno, node.iter.end_lineno or 0, _named(node.iter), maybe=False)
        elif isinstance(node, ast.AsyncWith):
            last = max(item.context_expr.end_lineno or 0 for item in node.items)
            yield _Found(node.lineno, last, _named(node.items[0].context_expr), maybe=False)


def _named(node: ast.expr) -> str:
    return ast.unparse(node.func if isinstance(node, ast.Call) else node)


def _functions(tree: ast.AST, inside: str = "") -> Iterator[tuple[str, ast.AsyncFunctionDef]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.AsyncFunctionDef):
            yield inside + node.name, node
        within = f"{inside}{node.name}." if isinstance(node, ast.ClassDef) else inside
        yield from _functions(node, within)


class Watch:
    """Tells of every moment of every await that is passed while it is installed."""

    def __init__(self, met: Callable[[Place], None]) -> None:
        self._met = met
        self._awaits = awaits()
        self._under_way: dict[FrameType, int] = {}
        """The line of the await that a frame is at. The key holds the frame: its place is nobody else's."""

    def __enter__(self) -> Watch:
        sys.settrace(self)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(None)

    def __call__(self, frame: FrameType, event: str, argument: Any) -> Watch | None:
        lines = self._awaits.get(frame.f_code.co_filename)
        if lines is None:
            return None
        if event == "line":
            self._steps(frame, lines)
        elif event == "return" and frame in self._under_way:
            waits = _leaves_by(frame.f_code, frame.f_lasti) in _WAITS
            self._tell(frame, "within" if waits else "after")
        return self

    def _steps(self, frame: FrameType, lines: dict[int, int]) -> None:
        at = self._under_way.get(frame)
        if at is not None and not at <= frame.f_lineno <= lines[at]:
            self._tell(frame, "after")
            at = None
        if at is None and frame.f_lineno in lines:
            self._under_way[frame] = frame.f_lineno
            self._tell(frame, "before")

    def _tell(self, frame: FrameType, moment: str) -> None:
        line = self._under_way.pop(frame) if moment == "after" else self._under_way[frame]
        file = Path(frame.f_code.co_filename).relative_to(ROOT).as_posix()
        self._met(Place(file, line, moment))


def _leaves_by(code: CodeType, offset: int) -> int:
    return code.co_code[offset]
