"""Where a client that is killed keeps its session, by a word: in memory, in a file, in a keyring, or with
somebody who hands out tokens. Keyring and file can be made to fail as the real ones do."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass
from pathlib import Path

from tests.journeys.storm import QUICK

from supachat.domain.errors import VaultError
from supachat.remote.outside import Command, Endpoint, Giver
from supachat.remote.vault import FileVault, KeyringVault, MemoryVault, Vault


class FullDisk(FileVault):
    """Once `full`, it does not take the next session."""

    full = False

    async def save(self, refresh_token: str, user_id: str) -> None:
        if self.full:
            self.full = False
            raise VaultError("the session could not be written: No space left on device")
        await super().save(refresh_token, user_id)


@dataclass(slots=True)
class Ring:
    """A keyring in a file. Its next call takes `hangs` seconds: somebody is asked for a password."""

    path: Path
    hangs: float = 0.0

    def get_password(self, service: str, username: str) -> str | None:
        seconds, self.hangs = self.hangs, 0.0
        time.sleep(seconds)
        found: str | None = self._all().get(f"{service} {username}")
        return found

    def set_password(self, service: str, username: str, password: str) -> None:
        self._put({**self._all(), f"{service} {username}": password})

    def delete_password(self, service: str, username: str) -> None:
        self._put({name: text for name, text in self._all().items() if name != f"{service} {username}"})

    def _all(self) -> dict[str, str]:
        text = self.path.read_text("utf-8") if self.path.exists() else "{}"
        held: dict[str, str] = json.loads(text)
        return held

    def _put(self, held: dict[str, str]) -> None:
        beside = self.path.with_suffix(".new")
        beside.write_text(json.dumps(held), "utf-8")
        os.replace(beside, self.path)


def kept(how: str) -> tuple[Vault, Giver | None]:
    """`how` is a word, or a word, a colon and a path or an address."""
    word, _, where = how.partition(":")
    match word:
        case "file":
            return FullDisk(Path(where)), None
        case "keyring":
            path = Path(where)
            return KeyringVault(Ring(path), "supachat", path.with_suffix(".lock"), QUICK), None
        case "command":
            return MemoryVault(), Command(["cat", where])
        case "endpoint":
            return MemoryVault(), Endpoint(where, "GET", {}, "access_token", {}, QUICK)
    return MemoryVault(), None
