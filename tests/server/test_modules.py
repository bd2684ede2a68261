"""How the server's modules lie on one another: never in a circle, type-only imports included."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import supachat.server

ROOT = Path(supachat.server.__file__).parent


def _modules() -> dict[str, Path]:
    found = {}
    for path in ROOT.rglob("*.py"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(("supachat", "server", *parts)).removesuffix(".__init__")
        found[name] = path
    return found


def _imported(path: Path) -> set[str]:
    """Every module that `path` may mean; a name of a module's own is harmless among them."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


def test_no_two_modules_need_each_other() -> None:
    modules = _modules()
    assert len(modules) > 50
    needs = {name: (_imported(path) & modules.keys()) - {name} for name, path in modules.items()}
    try:
        tuple(TopologicalSorter(needs).static_order())
    except CycleError as circle:
        raise AssertionError(" -> ".join(circle.args[1])) from circle
