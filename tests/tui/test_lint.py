"""What the source of the screen may not hold: markup sinks, and glyphs that are wide somewhere.

Textual reads a str as markup in most of its widgets, and lets an escape through in all of them. So the
screen draws its rows itself, and the widgets and calls that would read markup are not used at all.
"""

from __future__ import annotations

import ast
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src/supachat"
PYTHON = sorted((SOURCE / "tui").rglob("*.py"))
READERS = frozenset({"inline.py", "wrapping.py"})
"""They name wide punctuation to recognise it in what people wrote; they draw none of it."""
WRITTEN = [
    path
    for path in (
        *PYTHON,
        *sorted((SOURCE / "tui").rglob("*.tcss")),
        *sorted((SOURCE / "dialects").glob("*.*")),
    )
    if path.name not in READERS
]

SINKS = frozenset(
    {
        *("Static", "Label", "Markdown", "RichLog", "Log", "OptionList", "ListView", "Button", "Tree"),
        *(
            "DataTable",
            "Tabs",
            "Select",
            "Collapsible",
            "Tooltip",
            "Link",
            "Digits",
            "notify",
            "from_markup",
        ),
    }
)
"""Classes and calls that take a str as markup, or let a control through."""
TITLES = frozenset({"border_title", "border_subtitle", "tooltip", "sub_title"})
AMBIGUOUS = frozenset("…·•●○◆→×—–°─│▌█▁“”‘’")


def calls(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            yield node.lineno, name


def sinks_in(source: str) -> list[str]:
    """The forbidden things in a module, with their lines."""
    tree = ast.parse(source)
    found = [f"{line}: {name}(...)" for line, name in calls(tree) if name in SINKS]
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            attributes = [target for target in node.targets if isinstance(target, ast.Attribute)]
            found += [f"{node.lineno}: {each.attr} = ..." for each in attributes if each.attr in TITLES]
        if isinstance(node, ast.keyword) and node.arg == "markup" and getattr(node.value, "value", True):
            found.append(f"{node.value.lineno}: markup=...")
    return found


def wide_in(text: str) -> list[str]:
    """Characters that some terminal draws in two cells, or that are nobody's single cell."""
    return [
        f"U+{ord(char):04X}"
        for char in sorted(set(text))
        if ord(char) > 126 and unicodedata.east_asian_width(char) not in ("N", "Na")
    ]


@pytest.mark.parametrize("path", PYTHON, ids=lambda path: str(path.relative_to(SOURCE)))
def test_no_markup_sink_is_used(path: Path) -> None:
    assert sinks_in(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: str(path.relative_to(SOURCE)))
def test_every_glyph_is_one_cell_in_every_terminal(path: Path) -> None:
    assert wide_in(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "Static(f'{name}')",
        "widgets.Label(name)",
        "self.app.notify(error.message)",
        "Content.from_markup(text)",
        "self.border_title = name",
        "Thing(text, markup=True)",
    ],
)
def test_the_lint_finds_what_it_is_for(source: str) -> None:
    assert sinks_in(source)


def test_the_lint_lets_the_safe_forms_pass() -> None:
    assert sinks_in("Content(text)\nThing(text, markup=False)\nself.title = 'x'") == []


@pytest.mark.parametrize("char", sorted(AMBIGUOUS))
def test_the_lint_knows_ambiguous_glyphs(char: str) -> None:
    assert wide_in(char)


def test_nothing_of_the_screen_imports_the_heavy_libraries() -> None:
    """By name only; tests/unit/test_imports.py looks at what is really loaded."""
    heavy = {"pydantic", "httpx", "supabase", "realtime", "keyring"}
    for path in PYTHON:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not heavy & {name.partition(".")[0] for name in names}, path
