"""Writing into a person's settings file: line by line, so that their comments and order stay.

A file is replaced whole, by a rename: whoever reads meanwhile sees the old one or the new one. Must never
write a text that cannot be read again.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from supachat.domain.errors import SettingsError
from supachat.settings.file import parse, read_text
from supachat.settings.lines import assigns, table_span
from supachat.settings.project import Workspace, check_key

HEAD = """\
# supachat: workspaces and taste. Yours to edit; the program adds to it and keeps what you wrote.
# A workspace is one Supabase project: its address, its publishable key, the kinds of chat in it.
"""
_BARE = re.compile(r"[A-Za-z0-9_-]+")


def keep_workspace(path: Path, workspace: Workspace) -> None:
    """Write the workspace into the file. Raises `SettingsError` or `KeyRefused`; then nothing changed."""
    check_key(workspace.key)
    _rewrite(path, lambda text: with_workspace(text, workspace))


def keep_choice(path: Path, name: str, value: str) -> None:
    """Write a setting of the file's top, such as `theme`. Raises `SettingsError`; then nothing changed."""
    _rewrite(path, lambda text: with_choice(text, name, value))


def keep_workspace_choice(path: Path, workspace: str, name: str, value: str) -> None:
    """Write a setting into a workspace's table. Raises `SettingsError`; then nothing changed."""
    _rewrite(path, lambda text: with_workspace_choice(text, path, workspace, name, value))


def with_workspace_choice(text: str, path: Path, workspace: str, name: str, value: str) -> str:
    """`text` with a setting of that workspace set to `value`. Raises `SettingsError` if it is not there."""
    lines = text.splitlines()
    span = table_span(lines, ("workspaces", workspace))
    if span is None:
        raise SettingsError(
            f"{path} has no table of its own for the workspace {workspace}",
            cure=f"Write [workspaces.{_key(workspace)}] there, with {name} = {_quoted(value)}",
        )
    return _joined(_assigned(lines, span, {name: _quoted(value)}))


def with_workspace(text: str, workspace: Workspace) -> str:
    """`text` with the workspace in it. One of that name keeps its place and its comments."""
    values = {
        "url": _quoted(workspace.url),
        "key": _quoted(workspace.key),
        "dialects": f"[{', '.join(_quoted(one) for one in workspace.dialects)}]",
    }
    lines = (text or HEAD).splitlines()
    span = table_span(lines, ("workspaces", workspace.name))
    if span is None:
        header = f"[workspaces.{_key(workspace.name)}]"
        return _joined([*lines, "", header, *(f"{name} = {value}" for name, value in values.items())])
    return _joined(_assigned(lines, span, values))


def with_choice(text: str, name: str, value: str) -> str:
    """`text` with a setting of the file's top set to `value`."""
    lines = (text or HEAD).splitlines()
    return _joined(_assigned(lines, table_span(lines, ()) or (0, 0), {name: _quoted(value)}))


def _assigned(lines: list[str], span: tuple[int, int], values: Mapping[str, str]) -> list[str]:
    """The lines with these values in that table: in place where they stand, else at the table's end."""
    start, end = span
    table = list(lines[start:end])
    while table and not table[-1].strip():
        table.pop()
    for name, value in values.items():
        spot = next((number for number, line in enumerate(table) if assigns(line, name)), None)
        if spot is None:
            table.append(f"{name} = {value}")
        else:
            table[spot : spot + _height(table[spot:])] = [f"{name} = {value}{_comment(table[spot])}"]
    rest = lines[end:]
    return [*lines[:start], *table, *([""] if rest else []), *rest]


def _height(lines: list[str]) -> int:
    """How many lines the value takes that begins on the first: a list may run over several."""
    depth = 0
    for number, line in enumerate(lines):
        bare = re.sub(r"\"(?:\\.|[^\"\\])*\"|'[^']*'|#.*", "", line)
        depth += bare.count("[") - bare.count("]")
        if depth <= 0:
            return number + 1
    return 1


def _comment(line: str) -> str:
    """A comment behind a value on the same line, with the white space before it."""
    bare = re.match(r"(?:[^\"'#]|\"(?:\\.|[^\"\\])*\"|'[^']*')*?(\s*#.*)$", line)
    return bare.group(1) if bare else ""


def _joined(lines: list[str]) -> str:
    return "\n".join([*lines, ""])


def _quoted(value: str) -> str:
    """A TOML basic string."""
    return '"' + "".join(_escaped(char) for char in value) + '"'


def _escaped(char: str) -> str:
    if ord(char) < 0x20 or ord(char) == 0x7F:
        return f"\\u{ord(char):04x}"
    return f"\\{char}" if char in '"\\' else char


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _quoted(name)


def _rewrite(path: Path, change: Callable[[str], str]) -> None:
    """Replace the file by what `change` makes of it, if that can be read again."""
    target = path.resolve()  # a link into somebody's dotfiles stays a link
    text = change(read_text(target))
    parse(text, path)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _replace(target, text)
    except OSError as error:
        raise SettingsError(
            f"{path} cannot be written: {error.strerror}", cure="What it held is unchanged"
        ) from error


def _replace(path: Path, text: str) -> None:
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o600
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, mode)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
