"""The way to the server, built beside the screen.

It loads the network's libraries: must never run before an app's first frame.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from supachat.assemble.desk import Desk
from supachat.client import Client
from supachat.domain.errors import SupachatError
from supachat.domain.text import safe_line
from supachat.settings import Workspace

if TYPE_CHECKING:
    from supachat.remote.outside import Giver
    from supachat.remote.project import Project
    from supachat.remote.vault import Vault
    from supachat.settings.auth import Auth

Prepare = Callable[["Project"], Awaitable[object]]


async def connect(client: Client, desk: Desk, workspace: Workspace, prepare: Prepare | None = None) -> None:
    """Build the remote in a thread and hand it over. Trouble is told on the client's badge.

    `prepare` has the remote first: the demo signs itself in.
    """
    from supachat.remote.lane import in_daemon

    try:
        # a daemon thread: quitting must not wait for a keyring that hangs
        project = await asyncio.wrap_future(in_daemon(lambda: build(desk, workspace)))
        if prepare is not None:
            await prepare(project)
    except SupachatError as error:
        client.unreachable(safe_line(str(error)))
    else:
        client.attach(project)


def build(desk: Desk, workspace: Workspace) -> Project:
    """The workspace's project in its dialects. Slow (imports, keyring): not on the event loop.

    Raises `SupachatError`: a refused key, a wrong map, a keyring that was asked for and is not there.
    """
    return project(workspace, session_vault(desk, workspace), desk.environ)


def session_vault(desk: Desk, workspace: Workspace) -> Vault:
    """Where the workspace's session is kept. Slow, as above. Raises `VaultError`."""
    from supachat.remote.vault import open_vault

    if workspace.auth is not None:  # nothing of such a sign-in is ours to keep
        return open_vault("memory", workspace.stem, desk.places.state)

    def remember(kind: str) -> None:
        if workspace.name in desk.settings.workspaces:  # else the environment made it up
            from supachat.settings.edit import keep_workspace_choice

            keep_workspace_choice(desk.places.settings, workspace.name, "vault", kind)

    return open_vault(desk.vault_of(workspace), workspace.stem, desk.places.state, remember=remember)


def project(workspace: Workspace, vault: Vault, environ: Mapping[str, str]) -> Project:
    """Slow, as above."""
    from supachat.dialects import catalog
    from supachat.remote.project import Project

    dialects = [catalog.load(name) for name in workspace.dialects]
    giver = giver_of(workspace.auth, environ) if workspace.auth is not None else None
    return Project(workspace.url, workspace.key, dialects, vault, giver=giver)


def giver_of(auth: Auth, environ: Mapping[str, str]) -> Giver:
    """Who hands out the tokens of such a workspace."""
    from supachat.remote.outside import Command, Endpoint
    from supachat.remote.waits import Waits
    from supachat.settings.auth import CommandAuth

    if isinstance(auth, CommandAuth):
        return Command(auth.argv, auth.token_field)
    return Endpoint(auth.url, auth.method, auth.headers_from_env, auth.token_field, environ, Waits())
