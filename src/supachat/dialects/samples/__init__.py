"""Whole maps to be copied and fitted to a project of one's own, each with the SQL that it was tried on.

The shipped dialects' own, and those that lie here and are none of them: a workspace names its copy by the
path of the file. Imports the standard library only.
"""

from __future__ import annotations

from pathlib import Path

from supachat.dialects import catalog
from supachat.domain.errors import DialectError

_HERE = Path(__file__).parent


def names() -> tuple[str, ...]:
    """All that can be copied."""
    return tuple(sorted((*catalog.names(), *(path.stem for path in _HERE.glob("*.toml")))))


def text(name: str, *, sql: bool = False) -> str:
    """A map as it is written, or its SQL. Raises DialectError."""
    if name not in names():
        raise DialectError(f"there is no sample {name!r}", cure=f"There are: {', '.join(names())}")
    if name not in catalog.names():
        return (_HERE / f"{name}.{'sql' if sql else 'toml'}").read_text("utf-8")
    return catalog.sql(name) if sql else (_HERE.parent / f"{name}.toml").read_text("utf-8")
