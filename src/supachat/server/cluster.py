"""The folder that PostgreSQL keeps its data in: made once, its leftovers of a crash cleared.

Must never start over somebody's data, and never count a half-made folder as one.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from supachat.server.binaries import SHARED_HOME, Binaries, Identity
from supachat.server.trouble import ServerTrouble

SUPERUSER = "supabase_admin"
PATIENCE = 3.3
"""Seconds for each way of asking a PostgreSQL that was left running to end."""


def place(data_dir: Path, who: Identity) -> Path:
    """The folder for the cluster: `data_dir`/postgres, or where that points to.

    `nobody` cannot enter a private folder of root, so its cluster stands elsewhere behind a link.
    """
    path = data_dir / "postgres"
    if path.is_symlink():
        return path.readlink()
    if who.uid is None or path.exists():
        return path
    home = SHARED_HOME / f"data-{secrets.token_hex(6)}"
    home.mkdir(mode=0o700, parents=True)
    SHARED_HOME.chmod(0o755)
    os.chown(home, who.uid, who.gid if who.gid is not None else -1)
    path.symlink_to(home / "postgres")
    return home / "postgres"


def check_version(folder: Path, binaries: Binaries) -> bool:
    """Whether there is a cluster already; refuses one of another major version."""
    mark = folder / "PG_VERSION"
    if not mark.exists():
        if folder.exists() and any(folder.iterdir()):
            raise ServerTrouble(
                f"{folder} is not empty and holds no PostgreSQL data. Nothing was changed. "
                "Use another --data-dir."
            )
        return False
    found = int(mark.read_text().strip())
    if found != binaries.version:
        raise ServerTrouble(
            f"the data in {folder} was made by PostgreSQL {found}, here is PostgreSQL {binaries.version}. "
            f"Nothing was changed. Name a folder with PostgreSQL {found} in SUPACHAT_POSTGRES_BIN, "
            "or start with another --data-dir."
        )
    return True


def make(folder: Path, binaries: Binaries, who: Identity, password: str) -> None:
    """A new cluster in `folder`, made beside it and renamed when it is whole. Blocks for about 0.5 s."""
    for stale in folder.parent.glob("postgres.new-*"):
        shutil.rmtree(stale)
    fresh = folder.with_name(f"postgres.new-{secrets.token_hex(4)}")
    with tempfile.NamedTemporaryFile("w", prefix="supachat-", dir=folder.parent) as secret:
        secret.write(password)
        secret.flush()
        if who.uid is not None:
            os.chown(secret.name, who.uid, -1)
        done = run(
            [
                str(binaries.folder / "initdb"),
                "-D",
                str(fresh),
                "-U",
                SUPERUSER,
                "--pwfile",
                secret.name,
                "--auth=scram-sha-256",
                "-E",
                "UTF8",
                "--no-sync",
                *_locale(binaries.version),
            ],
            who,
        )
    if done.returncode != 0:
        shutil.rmtree(fresh, ignore_errors=True)
        raise ServerTrouble(
            f"PostgreSQL could not make its data folder in {folder.parent}: {done.stderr.strip()}"
        )
    folder.rmdir() if folder.exists() else None
    fresh.rename(folder)


def set_password(folder: Path, binaries: Binaries, who: Identity, password: str) -> None:
    """Gives the superuser of a stopped cluster a new password: its keys were taken away to be made anew."""
    said = f"alter role {SUPERUSER} password '{password}';\n"
    done = run([str(binaries.folder / "postgres"), "--single", "-D", str(folder), "postgres"], who, said)
    if done.returncode != 0 or "ERROR" in done.stderr:
        raise ServerTrouble(
            f"the database of {folder} could not be given a new password: {done.stderr.strip()}"
        )


def _locale(version: int) -> list[str]:
    if version >= 17:
        return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    return ["--locale=C.UTF-8" if sys.platform == "linux" else "--locale=en_US.UTF-8"]


def run(command: list[str], who: Identity, said: str = "") -> subprocess.CompletedProcess[str]:
    """`command` as `who`, `said` on its stdin, its output captured."""
    return subprocess.run(
        [*who.prefix, *command],
        user=who.uid,
        group=who.gid,
        extra_groups=None if who.uid is None else [],
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        input=said,
        env=environment(),
    )


def environment() -> dict[str, str]:
    """What PostgreSQL's programs see: no PG* variable of the person's shell may steer them."""
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC"}


async def clear_leftovers(folder: Path, socket_dir: Path) -> None:
    """Stop a PostgreSQL that a killed server left running here, and forget its notes and its socket.

    The caller holds the folder's lock, so nobody else may be using them. They must not stay: the pid in
    them may be somebody else's by now, or a dead one's that nobody has waited for, which is a container's
    way; PostgreSQL would not start beside either.
    """
    note = folder / "postmaster.pid"
    pid = _noted_pid(note)
    if pid is not None and _serves(pid, folder):
        await _stopped(pid, folder)
    _forget(note, socket_dir)


def _forget(note: Path, socket_dir: Path) -> None:
    for stale in (note, *socket_dir.glob(".s.PGSQL.*")):
        stale.unlink(missing_ok=True)


async def _stopped(pid: int, folder: Path) -> None:
    for sign in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        _signal(pid, sign)
        if await _gone(pid, folder):
            return
    raise ServerTrouble(
        f"PostgreSQL of an earlier run (pid {pid}) does not stop. Nothing is lost. "
        "End it, then start again."
    )


def _noted_pid(note: Path) -> int | None:
    try:
        return int(note.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def _serves(pid: int, folder: Path) -> bool:
    """Whether `pid` is a living PostgreSQL on `folder`."""
    said = subprocess.run(
        ["ps", "-ww", "-o", "stat=,command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return str(folder) in said.stdout and not said.stdout.lstrip().startswith("Z")


def _signal(pid: int, sign: signal.Signals) -> None:
    try:
        os.kill(pid, sign)
    except ProcessLookupError:
        return


async def _gone(pid: int, folder: Path) -> bool:
    for _ in range(int(PATIENCE / 0.05)):
        if not _serves(pid, folder):
            return True
        await asyncio.sleep(0.05)
    return False
