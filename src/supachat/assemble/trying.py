"""One question to a project, without a client: does it answer, is this the account's password?

Must never keep a password, a code or a link.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from supachat.assemble.connect import project, session_vault
from supachat.assemble.desk import Desk, cache_files
from supachat.client import Remote
from supachat.domain.errors import CacheError, EmailUnverified, VaultError
from supachat.domain.model import Account
from supachat.domain.text import Safe
from supachat.settings import Workspace

if TYPE_CHECKING:
    from supachat.remote.probe import Probe

IN_A_FILE = "Run it with --vault file to keep it in a file that only you can read"


async def try_project(url: str, key: str) -> Probe:
    """Whether a project answers at `url`, and, with a key, whether it takes that. Never raises."""
    from supachat.remote.lane import in_daemon

    def load() -> Callable[[str, str], object]:
        from supachat.remote.probe import probe

        return probe

    await asyncio.wrap_future(in_daemon(load))  # the libraries, off the event loop
    from supachat.remote.probe import probe

    return await probe(url, key)


async def sign_in(
    desk: Desk, workspace: Workspace, way: Callable[[Remote], Awaitable[Account | None]]
) -> tuple[Account, Safe]:
    """Be let in by `way` and keep the session; the account, and where it is kept in words. `remember` is
    the step behind it.

    `way` is taken once it is known that the session can be kept, so nobody types a password in vain.
    Raises `VaultError` where it cannot, `SignInError` and `Retryable` as the server says.
    """
    try:
        vault = session_vault(desk, workspace)
    except VaultError as error:  # its own cure is for a screen, where one stays signed in all the same
        raise VaultError(f"The sign-in cannot be kept: {error.message}", cure=IN_A_FILE) from error
    outside = workspace.auth is not None
    if vault.kind == "memory" and not outside:
        raise VaultError(
            "The sign-in can be kept in memory alone here, so it would end with this command",
            cure=IN_A_FILE,
        )
    remote = project(workspace, vault, desk.environ)
    try:
        account = await way(remote)
        if account is None:
            raise EmailUnverified("The address has to be confirmed first", cure="Open the mail you got")
        if remote.session_trouble is not None:
            raise VaultError(
                f"The sign-in could not be kept: {remote.session_trouble}",
                cure=IN_A_FILE,
            )
    finally:
        await remote.close()
    return account, Safe("Its backend is asked again each time.") if outside else vault.where


def remember(desk: Desk, workspace: Workspace, account: Account) -> None:
    """The next start shows what this account left here. Raises `CacheError`."""
    try:
        cache_files(desk, workspace).remember(account.user_id)
    except OSError as error:
        raise CacheError(
            f"You are signed in, but {desk.places.data} cannot be written to: {error.strerror}",
            cure="Make the folder writable, so that what you write outlives the program",
        ) from error


async def ask_project(desk: Desk, workspace: Workspace, ask: Callable[[Remote], Awaitable[None]]) -> None:
    """One question to the project that needs no session. Raises `SupachatError`."""
    from supachat.remote.vault import MemoryVault

    remote = project(workspace, MemoryVault(), desk.environ)
    try:
        await ask(remote)
    finally:
        await remote.close()
