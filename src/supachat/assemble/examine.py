"""What the doctor may know of the network and the keyring.

The one module of this room that loads `remote` at once: whoever imports it has no frame to show.
"""

from __future__ import annotations

import asyncio

from supachat.assemble.connect import giver_of, session_vault
from supachat.assemble.desk import Desk
from supachat.dialects import catalog
from supachat.dialects.grammar import Dialect
from supachat.domain.text import Safe
from supachat.domain.values import dataclass
from supachat.remote.examine import Answer, Examiner, Joined, code_of
from supachat.remote.lane import in_daemon
from supachat.remote.reaching import Peer, Way, connects, handshake, resolve, way_to
from supachat.remote.vault import MemoryVault, Vault
from supachat.settings import Workspace

__all__ = [
    "Answer",
    "Dialect",
    "Examiner",
    "Joined",
    "Peer",
    "VaultSeen",
    "Way",
    "code_of",
    "connects",
    "dialects_of",
    "examiner",
    "handshake",
    "look_into_vault",
    "resolve",
    "way_to",
]


@dataclass(frozen=True, slots=True)
class VaultSeen:
    """A vault that was opened and read. `kind` is keyring, file or memory."""

    kind: str
    where: Safe
    vault: Vault


async def look_into_vault(desk: Desk, workspace: Workspace) -> VaultSeen:
    """Open the workspace's vault and read it. Takes no longer than a keyring's deadline, twice. Raises
    `VaultError`."""
    vault = await asyncio.wrap_future(in_daemon(lambda: session_vault(desk, workspace)))
    await vault.load()
    return VaultSeen(vault.kind, vault.where, vault)


def examiner(desk: Desk, workspace: Workspace, vault: Vault | None = None) -> Examiner:
    """Without a vault nobody can be signed in. Raises as `Examiner` does."""
    giver = giver_of(workspace.auth, desk.environ) if workspace.auth is not None else None
    return Examiner(workspace.url, workspace.key, vault or MemoryVault(), giver=giver)


def dialects_of(workspace: Workspace) -> list[Dialect]:
    """Every dialect of the workspace, read and checked. Raises `DialectError`."""
    return [catalog.load(name) for name in workspace.dialects]
