"""The SQL by which the demo lives in each dialect: its past, and what happens while it runs.

Beside the maps because only this folder names tables and columns: `supachat.demo` knows people and texts.
`NAME.sql` is one statement that takes the parameter `story`; `NAME.acts.sql` are statements with names.
Must never be run anywhere but in the demo's own database.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from supachat.dialects import catalog

_HERE = Path(__file__).parent
_ACT = re.compile(r"^-- act: (\w+)$", re.MULTILINE)


def accounts() -> str:
    """The statement that makes the accounts of `story`'s people."""
    return _without_comments(_HERE / "accounts.sql")


def past(name: str) -> str | None:
    """The statement that writes a dialect's past, None for one that has none."""
    path = _HERE / f"{name}.sql"
    return _placed(_without_comments(path), name) if path.exists() else None


def acts(name: str) -> Mapping[str, str]:
    """What can happen in a dialect while the demo runs: statements by name."""
    path = _HERE / f"{name}.acts.sql"
    if not path.exists():
        return {}
    parts = _ACT.split(path.read_text("utf-8"))
    return {act: _placed(_bare(text), name) for act, text in zip(parts[1::2], parts[2::2], strict=True)}


def _placed(text: str, name: str) -> str:
    return text.replace("@schema@", catalog.schema(name))


def _without_comments(path: Path) -> str:
    return _bare(path.read_text("utf-8"))


def _bare(text: str) -> str:
    """Without its comments: a per cent sign or a colon in prose is no parameter."""
    return "\n".join(line for line in text.splitlines() if not line.startswith("--")).strip()
