"""Keyrings that work, lie, fail and hang, and a vault over each."""

from __future__ import annotations

import threading
from pathlib import Path

from supachat.remote.vault import Kept, Keyring, Vault, open_vault
from supachat.remote.waits import Waits

QUICK = Waits(keyring=0.2)
TOKEN = Kept("v1.refresh-token", "00000000-0000-0000-0000-000000000001")


class Works:
    def __init__(self) -> None:
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.held[service, username]


class KeepsNothing(Works):
    """As keyring's own null backend."""

    def get_password(self, service: str, username: str) -> str | None:
        return None


class Fails(Works):
    def set_password(self, service: str, username: str, password: str) -> None:
        raise RuntimeError("No recommended \x1b[31m backend was available")


class Locks(Works):
    """Works when it is found, and is locked afterwards."""

    locked = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise OSError("Item is locked!")
        return super().get_password(service, username)


class Hangs(Works):
    """An unlock prompt that nobody sees. `until` lets its thread end with the test."""

    def __init__(self) -> None:
        super().__init__()
        self.until = threading.Event()
        self.hanging = True

    def get_password(self, service: str, username: str) -> str | None:
        if self.hanging:
            self.until.wait(30)
        return super().get_password(service, username)


def opened(kind: str, folder: Path, backend: Keyring) -> Vault:
    waits = QUICK if isinstance(backend, Hangs) else Waits(keyring=30.0)
    return open_vault(kind, "https://x.supabase.co|work", folder, waits=waits, find=lambda: backend)
