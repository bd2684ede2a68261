"""Which vault is in use, and does it work? For the doctor. Must never change what is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from supachat.domain.errors import VaultError
from supachat.domain.model import NOTHING
from supachat.domain.text import Safe, safe_line
from supachat.remote.vault import Keyring, in_daemon, open_vault, system_keyring
from supachat.remote.waits import Waits


@dataclass(frozen=True, slots=True)
class Look:
    """`kind` is what is in use: keyring, file or memory. `where` says so in a sentence."""

    kind: str
    works: bool
    lasts: bool
    """A session outlives this program."""
    held: bool = False
    """A session is kept there now."""
    where: Safe = NOTHING
    trouble: Safe = NOTHING
    cure: Safe = NOTHING
    """A command, or what to do; empty where nothing is wrong."""


async def look(
    kind: str,
    account_key: str,
    folder: Path,
    *,
    waits: Waits | None = None,
    find: Callable[[], Keyring] = system_keyring,
) -> Look:
    """Open the vault that `kind` (auto, keyring, file, memory) comes to and read it. Arguments as of
    `vault.open_vault`. Takes twice `Waits.keyring` at most; never raises a `VaultError`."""
    opening = in_daemon(lambda: open_vault(kind, account_key, folder, waits=waits, find=find))
    try:
        vault = await asyncio.wrap_future(opening)
    except VaultError as error:
        return _broken(kind, error)
    try:
        held = await vault.load() is not None
    except VaultError as error:
        return _broken(vault.kind, error, vault.where)
    lasts = vault.kind != "memory"
    cure = NOTHING if lasts or kind == "memory" else Safe("supachat login --vault file")
    return Look(vault.kind, True, lasts, held, vault.where, cure=cure)


def _broken(kind: str, error: VaultError, where: Safe = NOTHING) -> Look:
    words, cure = safe_line(error.message, limit=300), safe_line(error.cure, limit=300)
    return Look(kind, False, False, where=where, trouble=words, cure=cure)
