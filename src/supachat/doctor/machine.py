"""This computer: the settings file, the rights of what lies on disk, the vault, the dialects' maps.

Must never leave anything behind.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Mapping
from pathlib import Path

from supachat.assemble import Desk, desk
from supachat.assemble.examine import Dialect, Examiner, VaultSeen, dialects_of, examiner, look_into_vault
from supachat.doctor.findings import Trouble
from supachat.domain.errors import SupachatError
from supachat.settings import Places, Workspace, places


class Machine:
    """What the first checks find, for those that come after. `workspace` and `vault` are options of the
    command line."""

    def __init__(self, workspace: str | None, vault: str | None, environ: Mapping[str, str]) -> None:
        self._name, self._vault, self.environ = workspace, vault, environ
        self.places: Places = places(environ)
        self._desk: Desk | None = None
        self._workspace: Workspace | None = None
        self.dialects: list[Dialect] = []
        self._seen: VaultSeen | None = None
        self._examiners: dict[bool, Examiner] = {}

    @property
    def desk(self) -> Desk:
        assert self._desk is not None, "settings are checked first"
        return self._desk

    @property
    def workspace(self) -> Workspace:
        assert self._workspace is not None, "the workspace is checked first"
        return self._workspace

    def examiner(self, *, signed_in: bool) -> Examiner:
        """Asks the project, as nobody or with the session that the vault holds. Raises as `Examiner`."""
        if signed_in not in self._examiners:
            vault = self._seen.vault if signed_in and self._seen is not None else None
            self._examiners[signed_in] = examiner(self.desk, self.workspace, vault)
        return self._examiners[signed_in]

    async def close(self) -> None:
        for one in self._examiners.values():
            await one.close()

    async def settings(self) -> str:
        """Readable, valid, and nobody else's to write."""
        path = self.places.settings
        try:
            self._desk = desk(self._vault, self.environ)
        except SupachatError as error:
            raise Trouble(error.message, error.cure or f"Mend that line of {path}") from error
        if not path.exists():
            return f"there is no {path}, and none is needed"
        others = open_to_others(path, stat.S_IWGRP | stat.S_IWOTH)
        if others:
            raise Trouble(f"others can write to {path}", f"chmod go-w '{path}'")
        return f"{path} is valid"

    async def choose(self) -> str:
        """One workspace is meant."""
        found = self.desk.workspace(self._name)
        if found is None:
            raise Trouble(
                "no workspace is set up",
                "supachat login --url URL --key KEY --email E, or supachat demo to look around",
            )
        self._workspace = found
        return f"{found.name}, {found.url}"

    async def read_dialects(self) -> str:
        """Every map can be read, and says what it has to."""
        self.dialects = dialects_of(self.workspace)
        return ", ".join(f"{one.name} ({one.label})" for one in self.dialects)

    async def files(self) -> str:
        """What holds messages and sessions is its owner's alone."""
        where = (self.places.data, self.places.state, self.places.log)
        files = [path for folder in where for path in sorted(folder.glob("*")) if path.is_file()]
        for path in files:
            if open_to_others(path, 0o077):
                raise Trouble(f"others can read {path}", f"chmod 600 '{path}'")
        for folder in where:
            if folder.exists() and not os.access(folder, os.W_OK | os.X_OK):
                raise Trouble(f"{folder} cannot be written to", f"chmod u+rwx '{folder}'")
        return f"{len(files)} files, yours alone; the log is in {self.places.log}"

    async def vault(self) -> str:
        """The kind in use, and that it can be read."""
        if self.workspace.auth is not None:
            return "not needed: the sign-in is handed out elsewhere"
        self._seen = seen = await look_into_vault(self.desk, self.workspace)
        if seen.kind == "memory" and self.desk.vault_of(self.workspace) != "memory":
            raise Trouble(
                str(seen.where),
                "Sign in with supachat login --vault file to keep it in a file that only you can read",
            )
        return f"{seen.kind}: {seen.where}"


def open_to_others(path: Path, rights: int) -> bool:
    """Whether the file's mode has any of `rights`. Windows has other means."""
    return sys.platform != "win32" and bool(path.stat().st_mode & rights)
