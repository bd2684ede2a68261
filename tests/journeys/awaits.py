"""The awaits on the ways of a message: read from the syntax tree, watched by a trace function.

The function is installed by a test in its own child. In the product there is no hook for it.
"""

from __future__ import annotations

import ast
import dis
import sys
from collections.abc import Callable, Iterator
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


@cache
def awaits() -> dict[str, dict[int, int]]:
    """By file name: the line at which something begins to wait, and the last one that belongs to it."""
    paths = (path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py")))
    return {str(path): dict(_spans(ast.parse(path.read_text(encoding="utf-8")))) for path in paths}


def _spans(tree: ast.AST) -> Iterator[tuple[int, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Await):
            yield node.lineno, node.end_lineno or node.lineno
        elif isinstance(node, ast.AsyncFor):
            yield node.lineno, node.iter.end_lineno or node.lineno
        elif isinstance(node, ast.AsyncWith):
            yield node.lineno, max(item.context_expr.end_lineno or 0 for item in node.items)


def functions() -> dict[tuple[str, int], str]:
    """Around each await, by file below the package and line: `Class.function`."""
    found: dict[tuple[str, int], str] = {}
    for path, lines in awaits().items():
        file = Path(path).relative_to(ROOT).as_posix()
        for name, first, last in _functions(ast.parse(Path(path).read_text(encoding="utf-8"))):
            found |= {(file, line): name for line in lines if first <= line <= last}
    return found


def _functions(tree: ast.AST, inside: str = "") -> Iterator[tuple[str, int, int]]:
    """Name, first and last line; what stands within another comes after it."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.AsyncFunctionDef):
            yield inside + node.name, node.lineno, node.end_lineno or node.lineno
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
