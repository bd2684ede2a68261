"""What a run starts from: the settings, where files lie, where the session is kept.

Must never ask the network.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from supachat.cache.files import Files
from supachat.client import Client
from supachat.domain.text import safe_line
from supachat.domain.values import dataclass
from supachat.settings import Places, Settings, Workspace, choose, load, places
from supachat.settings.choose import said_vault


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything but the choice of a workspace. `vault` is auto, keyring, file or memory where the command
    line or the environment said so."""

    places: Places
    settings: Settings
    vault: str | None
    environ: Mapping[str, str]

    def workspace(self, name: str | None) -> Workspace | None:
        """The workspace to open, None where none is set up. Raises `SupachatError`, see `choose`."""
        return choose(self.settings, name, self.environ)

    def vault_of(self, workspace: Workspace) -> str:
        """Where the workspace's session is kept: auto, keyring, file or memory."""
        return self.vault or workspace.vault or self.settings.vault

    def reread(self) -> Desk:
        """The same desk after the settings were written to."""
        return replace(self, settings=load(self.places.settings))


def desk(vault: str | None = None, environ: Mapping[str, str] | None = None) -> Desk:
    """The desk of this process. `vault` is what the command line said. Raises `SupachatError`."""
    environ = os.environ if environ is None else environ
    where = places(environ)
    settings = load(where.settings)
    return Desk(where, settings, said_vault(vault, environ), environ)


def open_client(desk: Desk, workspace: Workspace, *, kept: bool = True) -> Client:
    """A client of the workspace, at once and not yet connected. Not `kept`: nothing is written to disk."""
    files = cache_files(desk, workspace) if kept else Files(None)
    return Client(safe_line(workspace.name), files, pace=desk.settings.pace)


def cache_files(desk: Desk, workspace: Workspace) -> Files:
    """What is kept of the workspace between runs, account by account."""
    return Files(cache_base(desk, workspace), keep_days=desk.settings.keep_days)


def cache_base(desk: Desk, workspace: Workspace) -> Path | None:
    """After which the files are named; None where nothing is kept."""
    return desk.places.data / f"{workspace.stem}.db" if desk.settings.cache == "on" else None
