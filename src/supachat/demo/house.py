"""The demo's folder: passwords, the port, who sits where, the pipes by which processes know of each other.

Everything in it is the demo's own. Must never touch a file outside of it.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import secrets
import shutil
import socket
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from supachat.demo.cast import EVERYBODY, SEATS, Character
from supachat.domain.errors import Refused

ROLES = ("server", "people")
"""The processes beside the screens."""


@dataclass(frozen=True, slots=True)
class House:
    """The demo's folder and what lies in it."""

    folder: Path

    @property
    def server(self) -> Path:
        return self.folder / "server"

    @property
    def keys(self) -> Path:
        return self.server / "keys.json"

    @property
    def log(self) -> Path:
        return self.folder / "demo.log"

    def pipe(self, role: str) -> Path:
        return self.folder / f"{role}.alive"

    def make(self) -> None:
        """Raises `Refused` where the folder cannot be made."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            for role in ROLES:
                with contextlib.suppress(FileExistsError):
                    os.mkfifo(self.pipe(role), 0o600)
        except OSError as error:
            raise Refused(f"The demo's folder {self.folder} cannot be used: {error.strerror}") from error

    def wipe(self) -> None:
        """Begin anew. Raises `Refused` while somebody is in it."""
        if any(self.lives(role) for role in ROLES):
            raise Refused(
                "The demo is running", cure="Leave it with ctrl+q first, then start it with --fresh"
            )
        shutil.rmtree(self.folder, ignore_errors=True)

    def lives(self, role: str) -> bool:
        """Whether a process of that role reads its pipe."""
        try:
            os.close(os.open(self.pipe(role), os.O_WRONLY | os.O_NONBLOCK))
        except OSError as error:
            if error.errno in (errno.ENXIO, errno.ENOENT):
                return False
            raise
        return True

    def passwords(self) -> dict[str, str]:
        """By handle; made once, random, readable by their owner only."""
        path = self.folder / "passwords.json"
        with self.locked():
            if not path.exists():
                made = {one.handle: secrets.token_urlsafe(24) for one in EVERYBODY}
                with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
                    json.dump(made, file)
            return dict(json.loads(path.read_text(encoding="utf-8")))

    def told(self, handle: str) -> set[str]:
        """What somebody was told once, and is not to be told again."""
        path = self.folder / f"told-{handle}.json"
        return set(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else set()

    def tell(self, handle: str, told: Collection[str]) -> None:
        (self.folder / f"told-{handle}.json").write_text(json.dumps(sorted(told)), encoding="utf-8")

    def greeted(self, handle: str) -> Notebook:
        """What somebody greeted others with."""
        return Notebook(self.folder / f"greeted-{handle}.json")

    def port(self) -> int:
        """The port of this demo's server, the same in every run as long as it is free."""
        path = self.folder / "port"
        with self.locked():
            kept = int(path.read_text()) if path.exists() else 0
            if kept and (self.lives("server") or _is_free(kept)):
                return kept
            port = _free_port()
            path.write_text(str(port))
            return port

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """One screen at a time."""
        with open(self.folder / "lock", "a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def seat(self) -> Seat:
        """The first seat that nobody sits on. Raises `Refused` where all five are taken."""
        with self.locked():
            for character in SEATS:
                if (lock := self._sit(character)) is not None:
                    return Seat(character, lock)
        raise Refused("All five seats of the demo are taken", cure="Leave one of them with ctrl+q")

    def anybody(self) -> bool:
        """Whether a seat is taken."""
        return bool(self.seated())

    def seated(self) -> list[str]:
        """The handles of those who sit at a screen."""
        found = []
        with self.locked():
            for character in SEATS:
                if (lock := self._sit(character)) is None:
                    found.append(character.handle)
                else:
                    lock.close()
        return found

    def _sit(self, character: Character) -> IO[str] | None:
        file = open(self.folder / f"seat-{character.handle}", "a")  # noqa: SIM115  open as long as held
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return None
        return file

    def kill_command(self) -> str:
        """What a person types to kill the server."""
        try:
            pid = int(json.loads((self.server / "serve.lock").read_text(encoding="utf-8"))["pid"])
        except (OSError, ValueError, KeyError, TypeError):
            return "kill -9 (its number is gone, so is it)"
        return f"kill -9 {pid}"


@dataclass(frozen=True, slots=True)
class Notebook:
    """Sentences in a file. One that cannot be read is empty: nothing hangs on it."""

    path: Path

    def read(self) -> Sequence[str]:
        try:
            kept = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return ()
        return [one for one in kept if isinstance(one, str)] if isinstance(kept, list) else ()

    def write(self, said: Sequence[str]) -> None:
        self.path.write_text(json.dumps(list(said)), encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Seat:
    """Who one is, by a lock that the system takes back when this process ends."""

    character: Character
    lock: IO[str]

    def leave(self) -> None:
        self.lock.close()


def _is_free(port: int) -> bool:
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
