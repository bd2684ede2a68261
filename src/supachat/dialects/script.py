"""The SQL that makes a dialect's tables, put together: its own files, and parts that several share.

A line `-- @part NAME` of a file stands for `shared/NAME.sql`. The comment lines right below it, three
blanks in, are the words of the part: a name, then what stands for `@name@` there; a line that is further in
continues it. What `@schema@` and `@dialect@` stand for is said once, for all of it.

It copies text. It must never know what a table, a policy or a dialect is, and never open a database.
"""

from __future__ import annotations

import re
from pathlib import Path

_SHARED = Path(__file__).parent / "shared"
_PART = re.compile(r"^ *-- @part (\w+)\n((?: *--   .*\n)*)", re.MULTILINE)
_WORD = re.compile(r"@(\w+)@")


def script(folder: Path, name: str, schema: str) -> str:
    """A dialect whole: of `folder` the file `NAME.sql`, then `NAME.2.*.sql` and the ones after it."""
    files = [folder / f"{name}.sql", *sorted(folder.glob(f"{name}.*.sql"))]
    return _said("\n".join(path.read_text("utf-8") for path in files), schema, name)


def part(name: str, schema: str) -> str:
    """One part alone, of those that want no words of their own."""
    return _said(f"-- @part {name}\n", schema, "")


def _said(text: str, schema: str, dialect: str) -> str:
    return _filled(_put_in(text), {"schema": schema, "dialect": dialect})


def _put_in(text: str) -> str:
    def one(found: re.Match[str]) -> str:
        shared = (_SHARED / f"{found[1]}.sql").read_text("utf-8")
        words = {"schema": "@schema@", "dialect": "@dialect@"} | _words(found[2])
        return _put_in(_filled(shared, words))

    return _PART.sub(one, text)


def _words(lines: str) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    name = ""
    for line in lines.splitlines():
        said = line.strip().removeprefix("--   ")
        if not said.startswith(" "):
            name, said = said.split(None, 1)
        found.setdefault(name, []).append(said.strip())
    return {name: "\n".join(values) for name, values in found.items()}


def _filled(text: str, words: dict[str, str]) -> str:
    """`text` with every `@word@` replaced, once: what a word stands for is not looked at again.

    The lines of one that has several stand as far in as the first.
    """

    def one(found: re.Match[str]) -> str:
        before = text[text.rfind("\n", 0, found.start()) + 1 : found.start()]
        margin = before[: len(before) - len(before.lstrip())]
        return words[found[1]].replace("\n", f"\n{margin}")

    return _WORD.sub(one, text)
