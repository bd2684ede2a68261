"""Reading the settings file: every mistake is named with its line, and nothing is guessed."""

from __future__ import annotations

import os
import re
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from supachat.domain.choices import USUAL, Pace
from supachat.domain.errors import BadInput, KeyRefused, SettingsError
from supachat.domain.text import safe_line
from supachat.domain.values import dataclass
from supachat.settings.project import Workspace, check_key, project_url

if TYPE_CHECKING:
    from supachat.settings.auth import Auth

VAULTS = ("auto", "keyring", "file", "memory")
GLYPHS = ("auto", "unicode", "ascii")
KEYS = ("chat", "emacs", "vim")
KEEP_DAYS = 365
CACHES = ("on", "off")
_NAMES = (
    "workspaces", "workspace", "theme", "glyphs", "keys", "vault", "cache", "keep_days", "reduce_motion",
    "pace",
)  # fmt: skip  # one list

_Table = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Settings:
    """The file's content. `workspace` is the one opened when none is named."""

    workspaces: Mapping[str, Workspace] = field(default_factory=dict)
    workspace: str | None = None
    theme: str | None = None
    glyphs: str = "auto"
    vault: str = "auto"
    cache: str = "on"
    """off: nothing is kept on disk, and a message that is not sent yet lives as long as the program."""
    keep_days: int = KEEP_DAYS
    """Older messages leave this computer (never the server); 0 keeps them all."""
    reduce_motion: bool = False
    keys: str = "chat"
    """Which keys do what: as chats do, or with those of an editor."""
    pace: Pace = USUAL
    """The table `pace`: how long typing is shown, when one is away, others offline, prices large."""


def load(path: Path) -> Settings:
    """The settings in `path`, or empty ones where there is no such file. Raises `SettingsError`."""
    return parse(read_text(path), path)


def read_text(path: Path) -> str:
    """What the file says, empty where there is none. Raises `SettingsError`, also for a file of another
    user: it may name a program to be run."""
    try:
        with path.open(encoding="utf-8") as file:
            if not _trusted(os.fstat(file.fileno()).st_uid):
                raise SettingsError(
                    f"{path} belongs to another user, so it is not read",
                    cure="Copy it and take the copy, or point SUPACHAT_HOME elsewhere",
                )
            return file.read()
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path} is not UTF-8", cure="Save it as UTF-8") from error
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from error


def _trusted(owner: int) -> bool:
    """Root may read anybody's: it is asked to, and in a container lent them."""
    return sys.platform == "win32" or os.geteuid() in (owner, 0) or owner == 0


def parse(text: str, path: Path) -> Settings:
    """The settings that `text` says. Maps are found beside `path`. Raises `SettingsError`."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _not_toml(text, path, error) from error
    reader = _Reader(text, path)
    reader.known(table, (), _NAMES)
    entries = reader.table(table, (), "workspaces")
    workspaces = {name: _workspace(reader, name, entry) for name, entry in entries.items()}
    chosen = reader.text(table, (), "workspace")
    if chosen is not None and chosen not in workspaces:
        raise reader.wrong((), "workspace", f"there is no [workspaces.{chosen}] in this file")
    return Settings(
        workspaces,
        chosen,
        reader.text(table, (), "theme"),
        reader.one_of(table, "glyphs", GLYPHS),
        reader.one_of(table, "vault", VAULTS),
        reader.one_of(table, "cache", CACHES),
        reader.days(table, "keep_days", KEEP_DAYS),
        reader.truth(table, "reduce_motion"),
        reader.one_of(table, "keys", KEYS),
        _pace(reader, reader.table(table, (), "pace")),
    )


def _pace(reader: _Reader, table: _Table) -> Pace:
    """Every name says its unit. What stands in for it elsewhere is seconds, and None for never."""
    where = ("pace",)
    reader.known(table, where, ("typing_seconds", "away_minutes", "offline_seconds", "price_percent"))
    percent = reader.number(table, where, "price_percent", Decimal(10), Decimal(0), Decimal(1000))
    typing = reader.number(table, where, "typing_seconds", Decimal(6), Decimal(1), Decimal(60))
    return Pace(
        typing_lasts=float(typing) if "typing_seconds" in table else None,
        idle=60 * float(reader.number(table, where, "away_minutes", Decimal(5), Decimal(1), Decimal(1440))),
        silent=float(
            reader.number(table, where, "offline_seconds", Decimal(30), Decimal(5), Decimal(3600))
        ),
        change_limit=percent or None,
    )


def _workspace(reader: _Reader, name: str, entry: Any) -> Workspace:
    where = ("workspaces", name)
    if not isinstance(entry, dict):
        raise reader.wrong(("workspaces",), name, "a table was expected here, with url and key")
    reader.known(entry, where, ("url", "key", "dialects", "auth", "vault"))
    try:
        url = project_url(reader.required(entry, where, "url"))
    except BadInput as error:
        raise reader.wrong(where, "url", str(error)) from error
    try:
        key = check_key(reader.required(entry, where, "key"))
    except KeyRefused as error:
        raise reader.wrong(where, "key", str(error)) from error
    folder = reader.path.parent
    dialects = tuple(_map(one, folder) for one in reader.names(entry, where, "dialects"))
    try:
        auth = _auth(entry["auth"]) if "auth" in entry else None
    except BadInput as error:
        raise reader.wrong(where, "auth", str(error)) from error
    vault = reader.one_of(entry, "vault", VAULTS, where) if "vault" in entry else None
    return Workspace(name, url, key, dialects, auth, vault)


def _auth(entry: object) -> Auth:
    from supachat.settings.auth import read_auth  # late: hardly any project has its own sign-in

    return read_auth(entry)


def _map(dialect: str, folder: Path) -> str:
    """A dialect's name as it is; the path of a map as seen from the settings file."""
    return (
        str(folder / Path(dialect).expanduser()) if "/" in dialect or dialect.endswith(".toml") else dialect
    )


class _Reader:
    """Takes values out of the parsed file and knows on which line each of them was written."""

    def __init__(self, text: str, path: Path) -> None:
        self._lines = text.splitlines()
        self.path = path

    def known(self, table: _Table, where: tuple[str, ...], names: tuple[str, ...]) -> None:
        for name in table:
            if name not in names:
                raise self.wrong(where, name, f"{name} means nothing here, expected was {', '.join(names)}")

    def table(self, table: _Table, where: tuple[str, ...], name: str) -> _Table:
        value = table.get(name, {})
        if not isinstance(value, dict):
            raise self.wrong(where, name, "a table was expected here")
        return value

    def text(self, table: _Table, where: tuple[str, ...], name: str) -> str | None:
        value = table.get(name)
        if value is not None and not isinstance(value, str):
            raise self.wrong(where, name, f"{name} was expected to be a text in quotes")
        return value

    def required(self, table: _Table, where: tuple[str, ...], name: str) -> str:
        value = self.text(table, where, name)
        if not value:
            raise self.wrong(where, name, f"{name} is missing")
        return value

    def names(self, table: _Table, where: tuple[str, ...], name: str) -> list[str]:
        value = table.get(name, ["direct"])
        if not (isinstance(value, list) and value and all(isinstance(one, str) for one in value)):
            raise self.wrong(where, name, 'a list of names was expected, like ["direct"]')
        return value

    def one_of(
        self, table: _Table, name: str, choices: tuple[str, ...], where: tuple[str, ...] = ()
    ) -> str:
        value = self.text(table, where, name)
        if value is not None and value not in choices:
            raise self.wrong(where, name, f"{name} was expected to be one of {', '.join(choices)}")
        return value or choices[0]

    def days(self, table: _Table, name: str, usual: int) -> int:
        value = table.get(name, usual)
        if type(value) is not int or not 0 <= value <= 36_500:
            raise self.wrong((), name, f"{name} was expected to be a number of days, 0 for all")
        return value

    def number(
        self, table: _Table, where: tuple[str, ...], name: str, usual: Decimal, low: Decimal, high: Decimal
    ) -> Decimal:
        """A number from `low` to `high`, as it was written: never by way of a binary fraction."""
        value = table.get(name, usual)
        number = Decimal(str(value)) if type(value) in (int, float, Decimal) else None
        if number is None or not number.is_finite() or not low <= number <= high:
            raise self.wrong(where, name, f"{name} was expected to be a number from {low} to {high}")
        return number

    def truth(self, table: _Table, name: str) -> bool:
        value = table.get(name, False)
        if not isinstance(value, bool):
            raise self.wrong((), name, f"{name} was expected to be true or false")
        return value

    def wrong(self, where: tuple[str, ...], name: str, words: str) -> SettingsError:
        return _wrong(self.path, self._line(where, name), words)

    def _line(self, where: tuple[str, ...], name: str) -> int:
        """The line of `name` in its table, else the line of that table's own header, else the first."""
        from supachat.settings.lines import assigns, table_span  # late: only a mistake is looked for

        start, end = table_span(self._lines, where) or (0, 0)
        for number in range(start, end):
            if assigns(self._lines[number], name):
                return number + 1
        inner = table_span(self._lines, (*where, name))
        return max(inner[0] if inner else start, 1)


def _not_toml(text: str, path: Path, error: tomllib.TOMLDecodeError) -> SettingsError:
    words, _, place = str(error).partition(" (at ")
    number = re.match(r"line (\d+)", place)
    line = int(number.group(1)) if number else text.count("\n") + 1
    return _wrong(path, line, f"this is not TOML ({words[:1].lower()}{words[1:]})")


def _wrong(path: Path, line: int, words: str) -> SettingsError:
    return SettingsError(f"{path}, line {line}: {safe_line(words)}")
