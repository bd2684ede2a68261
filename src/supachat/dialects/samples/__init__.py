"""Whole maps to be copied and fitted to a project of one's own, each with the SQL that it was tried on.

Not among the shipped dialects: a workspace names its copy by the path of the file. Imports the standard
library only.
"""

from __future__ import annotations

from pathlib import Path

from supachat.domain.errors import DialectError

_HERE = Path(__file__).parent


def names() -> tuple[str, ...]:
    """The samples."""
    return tuple(sorted(path.stem for path in _HERE.glob("*.toml")))


def text(name: str, *, sql: bool = False) -> str:
    """A sample's map, or its SQL. Raises DialectError."""
    if name not in names():
        raise DialectError(f"there is no sample {name!r}", cure=f"There are: {', '.join(names())}")
    return (_HERE / f"{name}.{'sql' if sql else 'toml'}").read_text("utf-8")
