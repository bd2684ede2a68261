"""Where the session waits between two runs: the system's keyring, a file, or memory alone.

Only the refresh token and the user's id are ever kept. A vault must never raise because a keyring is
locked, absent or hung (each call has a deadline, in a thread that cannot keep the process alive), and
must never hand out what another user of this machine could have written.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol, TypeVar

from supachat.domain.errors import VaultError
from supachat.domain.text import Safe, safe_line
from supachat.remote.keyringtrouble import UNLOCK, KeepsNothing, trouble
from supachat.remote.lane import Lane, in_daemon
from supachat.remote.vaultfile import STAYS, read_private, remove_private, write_private
from supachat.remote.waits import Waits

T = TypeVar("T")


class Kept(NamedTuple):
    """What a vault keeps of a session."""

    refresh_token: str
    user_id: str


class Vault(Protocol):
    @property
    def kind(self) -> str:
        """keyring, file or memory."""
        ...

    @property
    def where(self) -> Safe:
        """One sentence for the screen and the doctor: where the session is kept."""
        ...

    @property
    def lock_file(self) -> Path | None:
        """Held while the session is renewed, against other processes of the same account."""
        ...

    async def load(self) -> Kept | None:
        """What is kept. Raises `VaultError` where it cannot be told."""
        ...

    async def save(self, refresh_token: str, user_id: str) -> None:
        """Keep this instead of what was kept. Raises `VaultError`."""
        ...

    async def clear(self) -> None:
        """Forget it. Raises `VaultError`."""
        ...


def packed(kept: Kept) -> str:
    return json.dumps({"v": 1, "rt": kept.refresh_token, "uid": kept.user_id}, separators=(",", ":"))


def unpacked(text: str | None) -> Kept | None:
    """None where nothing is kept, or nothing that this version wrote."""
    try:
        kept = json.loads(text or "null")
    except (ValueError, TypeError, RecursionError):  # a keyring may give back no text at all
        return None
    if not isinstance(kept, dict) or kept.get("v") != 1:
        return None
    token, user = kept.get("rt"), kept.get("uid")
    return Kept(token, user) if isinstance(token, str) and token and isinstance(user, str) else None


# ---------------------------------------------------------------- memory


@dataclass(frozen=True, slots=True)
class Offer:
    """A person may have the session kept in a file; what they answer, file or memory, is remembered."""

    file: FileVault
    remember: Callable[[str], None]
    """Writes it down. Raises `SupachatError`."""


class MemoryVault:
    """Forgets when the process ends. `reason` says why nothing better is used, `offer` what could be."""

    kind = "memory"
    lock_file = None

    def __init__(self, reason: str = "", offer: Offer | None = None) -> None:
        self._kept: Kept | None = None
        self._reason = reason
        self.offer = offer

    @property
    def where(self) -> Safe:
        because = f" ({self._reason})" if self._reason else ""
        return safe_line(f"The session is kept in memory and ends with this program{because}.")

    async def load(self) -> Kept | None:
        return self._kept

    async def save(self, refresh_token: str, user_id: str) -> None:
        self._kept = Kept(refresh_token, user_id)

    async def clear(self) -> None:
        self._kept = None


# ---------------------------------------------------------------- file


class FileVault:
    """A file that only its owner can read. Only when the person asked for it."""

    kind = "file"

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def lock_file(self) -> Path:
        return self._path.with_suffix(".lock")

    @property
    def where(self) -> Safe:
        return safe_line(f"The session is kept in {self._path}, which only you can read.")

    @property
    def would(self) -> Safe:
        """The same while it is only offered."""
        return safe_line(f"It can be kept in {self._path}, which only you can read.")

    async def load(self) -> Kept | None:
        return unpacked(await asyncio.to_thread(read_private, self._path))

    async def save(self, refresh_token: str, user_id: str) -> None:
        await asyncio.to_thread(write_private, self._path, packed(Kept(refresh_token, user_id)))

    async def clear(self) -> None:
        await asyncio.to_thread(remove_private, self._path)


# ---------------------------------------------------------------- keyring


class Keyring(Protocol):
    """The part of a keyring backend that we use."""

    def get_password(self, service: str, username: str) -> str | None: ...

    def set_password(self, service: str, username: str, password: str) -> None: ...

    def delete_password(self, service: str, username: str) -> None: ...


_ENTRY = "session"


@dataclass(frozen=True, slots=True)
class KeyringVault:
    """The system's keyring, under a service of its own for each account."""

    backend: Keyring
    service: str
    lock_file: Path
    waits: Waits
    lane: Lane = field(default_factory=Lane)

    @property
    def kind(self) -> str:
        return "keyring"

    @property
    def where(self) -> Safe:
        return Safe("The session is kept in the keyring of this computer.")

    async def load(self) -> Kept | None:
        return unpacked(await self._ask(lambda: self.backend.get_password(self.service, _ENTRY)))

    async def save(self, refresh_token: str, user_id: str) -> None:
        text = packed(Kept(refresh_token, user_id))
        await self._ask(lambda: self.backend.set_password(self.service, _ENTRY, text), refresh_token)
        if await self._ask(lambda: self.backend.get_password(self.service, _ENTRY)) != text:
            raise VaultError(
                "the keyring took the session and does not give it back", cure=f"{STAYS}. {UNLOCK}"
            )

    async def clear(self) -> None:
        if await self._ask(lambda: self.backend.get_password(self.service, _ENTRY)) is not None:
            await self._ask(lambda: self.backend.delete_password(self.service, _ENTRY))

    async def _ask(self, work: Callable[[], T], saved: str = "") -> T:
        """`saved`: the secret that `work` hands over."""
        try:
            async with asyncio.timeout(self.waits.keyring):
                return await self.lane.run(work)
        except Exception as error:
            # backends raise whatever their platform raises
            raise trouble(error, given=saved, then=STAYS if saved else "") from error


def system_keyring() -> Keyring:
    """The backend of this machine. Importing it costs, and finding it can hang: only in `in_daemon`."""
    import keyring

    return keyring.get_keyring()


def open_vault(
    kind: str,
    account_key: str,
    folder: Path,
    *,
    waits: Waits | None = None,
    find: Callable[[], Keyring] = system_keyring,
    remember: Callable[[str], None] | None = None,
) -> Vault:
    """The vault of one account. `kind`: auto, keyring, file or memory. Raises `VaultError`.

    May take as long as `Waits.keyring`: not on the event loop. `auto` is the keyring where it really
    works, else memory; never a file, which a person must have agreed to: with `remember` they can be asked.
    """
    waits = waits or Waits()
    file = FileVault(folder / f"{slug(account_key)}.session")
    match kind:
        case "memory":
            return MemoryVault()
        case "file":
            return file
        case "auto" | "keyring":
            try:
                lock_file = folder / f"{slug(account_key)}.lock"
                return KeyringVault(_found(waits, find), f"supachat:{account_key}", lock_file, waits)
            except VaultError as error:
                if kind == "keyring":
                    raise
                return MemoryVault(error.message, Offer(file, remember) if remember else None)
        case _:
            raise VaultError(
                f"there is no place called {safe_line(kind)} for the session",
                cure="It is one of auto, keyring, file, memory",
            )


def _found(waits: Waits, find: Callable[[], Keyring]) -> Keyring:
    """Raises `VaultError` unless the keyring gives back what it was given."""
    future = in_daemon(lambda: _working(find()))
    try:
        return future.result(waits.keyring)
    except Exception as error:
        # backends raise whatever their platform raises
        raise trouble(error) from error


def _working(backend: Keyring) -> Keyring:
    """The null backend takes everything and keeps nothing: only a read back tells."""
    # two programs that start at once would take each other's away
    service, probe = f"supachat:probe:{secrets.token_hex(8)}", "works"
    backend.set_password(service, _ENTRY, probe)
    if backend.get_password(service, _ENTRY) != probe:
        raise KeepsNothing
    backend.delete_password(service, _ENTRY)
    return backend


def slug(account_key: str) -> str:
    """A file name for an account: readable at its start, unique by its end."""
    plain = "".join(char if char.isascii() and char.isalnum() else "-" for char in account_key)
    return f"{plain[-40:].strip('-')}-{hashlib.sha256(account_key.encode()).hexdigest()[:10]}"
