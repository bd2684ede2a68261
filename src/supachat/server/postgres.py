"""Start and stop the PostgreSQL of one data folder, on a unix socket, with a password, without TCP.

Whatever ends the process that called `start`, PostgreSQL ends too: a guard holds a pipe to it.
Must never touch a folder whose lock the caller does not hold (see `lock`).
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from psycopg.conninfo import make_conninfo

from supachat.server import binaries, cluster, pglog
from supachat.server.binaries import Binaries, Identity
from supachat.server.keys import KeyFile, keep_keys, new_keys, open_keys
from supachat.server.tokens import Keys
from supachat.server.trouble import ServerTrouble

SOCKET_LIMIT = 100
"""Longest socket path in bytes: Linux takes 107, macOS 103."""
START_LIMIT = 60.0
STOP_LIMIT = 1.2

# The guard ends PostgreSQL when its own input ends without a word, which is what our death looks like.
_GUARD = """
read -r word && exit 0
kill -INT "$1" || exit 0
for i in 1 2 3 4 5 6 7 8 9 10; do sleep 0.1; kill -0 "$1" || exit 0; done
kill -QUIT "$1"
"""


@dataclass(frozen=True)
class _Ground:
    """What a start finds or makes: the same for every restart of one folder."""

    programs: Binaries
    socket_dir: Path
    folder: Path
    file: KeyFile = field(repr=False)
    stranger: bool  # the data knows another password: keys.json was taken away
    command: list[str]
    who: Identity
    log: Path


@dataclass
class Postgres:
    """A running PostgreSQL."""

    _ground: _Ground
    _process: subprocess.Popen[bytes] = field(repr=False)
    _guard: subprocess.Popen[bytes] = field(repr=False)

    @classmethod
    async def start(cls, data_dir: Path) -> Postgres:
        """PostgreSQL on `data_dir`, made there if it is new. Raises ServerTrouble."""
        ground = await asyncio.to_thread(_prepare, data_dir)
        await cluster.clear_leftovers(ground.folder, ground.socket_dir)
        if ground.stranger:
            await asyncio.to_thread(
                cluster.set_password, ground.folder, ground.programs, ground.who, ground.file.password
            )
        return cls(ground, *await _launch(ground))

    @property
    def version(self) -> int:
        """The major version."""
        return self._ground.programs.version

    @property
    def socket_dir(self) -> Path:
        """The private folder of the socket; it is there while PostgreSQL runs."""
        return self._ground.socket_dir

    @property
    def folder(self) -> Path:
        """Where the data lies."""
        return self._ground.folder

    @property
    def keys(self) -> Keys:
        """The project's keys, made at the folder's first start."""
        return self._ground.file.keys

    @property
    def password(self) -> str:
        """That of the login roles."""
        return self._ground.file.password

    @property
    def pid(self) -> int:
        """Of the postmaster that runs now."""
        return self._process.pid

    def conninfo(self, user: str = cluster.SUPERUSER, dbname: str = "postgres") -> str:
        """A libpq string to the socket for `user`, password included."""
        return make_conninfo(
            host=str(self._ground.socket_dir), user=user, dbname=dbname, password=self.password
        )

    async def died(self) -> int:
        """Waits until PostgreSQL has ended by itself; its exit code."""
        while (code := self._process.poll()) is None:  # noqa: ASYNC110 - a process has no event
            await asyncio.sleep(0.1)
        return code

    async def revive(self) -> None:
        """Starts PostgreSQL again after it died; it recovers what was committed."""
        _release(self._guard)
        await cluster.clear_leftovers(self._ground.folder, self._ground.socket_dir)
        self._process, self._guard = await _launch(self._ground)

    def trim_log(self) -> None:
        """Keeps the log of a server that runs for months in bounds."""
        pglog.trim(self._ground.log)

    async def stop(self) -> None:
        """Ends PostgreSQL: at once, within 2 s even when somebody holds on to it."""
        for sign, limit in ((signal.SIGINT, STOP_LIMIT), (signal.SIGQUIT, 0.5), (signal.SIGKILL, 5.0)):
            if self._process.poll() is None:
                self._process.send_signal(sign)
                await _ended(self._process, limit)
        _release(self._guard)
        await asyncio.to_thread(shutil.rmtree, self._ground.socket_dir, ignore_errors=True)


def _prepare(data_dir: Path) -> _Ground:
    """Finds the programs, makes the folder if it is new; blocks for 0.5 s then."""
    data_dir = data_dir.absolute()
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    who = binaries.identity()
    found = binaries.reachable(binaries.find(), who)
    folder = cluster.place(data_dir, who)
    socket_dir = socket_folder(folder.parent)
    _own_folder(socket_dir, who)
    exists = cluster.check_version(folder, found)
    kept = open_keys(data_dir)
    held = kept or new_keys()
    if not exists:
        cluster.make(folder, found, who, held.password)
    keep_keys(data_dir, held, socket_dir)
    command = [*who.prefix, str(found.folder / "postgres"), "-D", str(folder), *settings(found, socket_dir)]
    return _Ground(
        programs=found,
        socket_dir=socket_dir,
        folder=folder,
        file=held,
        stranger=exists and kept is None,
        command=command,
        who=who,
        log=data_dir / "postgres.log",
    )


def settings(found: Binaries, socket_dir: Path) -> list[str]:
    """PostgreSQL's settings for one machine's worth of people, as command line words."""
    chosen = {
        "listen_addresses": "",
        "unix_socket_directories": str(socket_dir),
        "unix_socket_permissions": "0700",
        "wal_level": "logical",
        "max_wal_senders": "6",
        "max_replication_slots": "6",
        "max_slot_wal_keep_size": "256MB",
        "max_wal_size": "256MB",
        "shared_buffers": "16MB",
        "max_connections": "40",
        "max_worker_processes": "2",
        "max_parallel_workers": "0",
        "max_parallel_workers_per_gather": "0",
        "max_logical_replication_workers": "0",
        "autovacuum_max_workers": "1",
        "jit": "off",
        "synchronous_commit": "on",  # off makes the replication stream wait for the WAL writer
        "timezone": "UTC",
        "log_timezone": "UTC",
        "cluster_name": "supachat",
    }
    if found.version >= 18:
        chosen["io_method"] = "sync"  # no I/O workers: three processes less
    return [word for name, value in chosen.items() for word in ("-c", f"{name}={value}")]


def socket_folder(home: Path) -> Path:
    """A folder for the socket: in `home`, or a short private one where that path would be too long."""
    inside = home / "run"
    if len(os.fsencode(inside / ".s.PGSQL.5432.lock")) <= SOCKET_LIMIT:
        return inside
    mark = hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
    return Path("/tmp") / f"supachat-{os.geteuid()}-{mark}"


def _own_folder(folder: Path, who: Identity) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    if who.uid is not None:
        os.chown(folder, who.uid, who.gid if who.gid is not None else -1)
    held = folder.lstat()
    owner = os.geteuid() if who.uid is None else who.uid
    if folder.is_symlink() or held.st_uid != owner or held.st_mode & 0o077:
        raise ServerTrouble(
            f"{folder} is not a private folder of ours, so the database's socket may not stand there. "
            "Remove it."
        )


async def _launch(ground: _Ground) -> tuple[subprocess.Popen[bytes], subprocess.Popen[bytes]]:
    """PostgreSQL, ready, and its guard. It may first have to wait for backends of a killed one to end."""
    deadline = time.monotonic() + START_LIMIT
    while True:
        began = pglog.rotated(ground.log)
        process = _spawn(ground.command, ground.who, ground.log)
        guard = _watch(process.pid)  # at once: we may be killed while it still starts
        try:
            if await _ready(process, ground.folder, deadline):
                return process, guard
        except asyncio.CancelledError:
            _abandon(process, guard)
            raise
        _abandon(process, guard)
        said = pglog.said(ground.log, began)
        if "shared memory block" not in said or time.monotonic() > deadline:
            raise ServerTrouble(
                f"PostgreSQL did not start. Nothing is lost. It said, in {ground.log}: {said[-600:]}"
            )
        await asyncio.sleep(0.1)


def _abandon(process: subprocess.Popen[bytes], guard: subprocess.Popen[bytes]) -> None:
    """Ends one that nobody will hear of."""
    process.kill()
    process.wait()
    _release(guard)


def _spawn(command: list[str], who: Identity, log: Path) -> subprocess.Popen[bytes]:
    """A session of its own: ctrl+c in our terminal must not reach PostgreSQL before us."""
    # its errors quote rows: nobody else may read them, wherever the folder stands
    with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as out:
        return subprocess.Popen(
            command,
            user=who.uid,
            group=who.gid,
            extra_groups=None if who.uid is None else [],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            env=cluster.environment(),
        )


async def _ready(process: subprocess.Popen[bytes], folder: Path, deadline: float) -> bool:
    note = folder / "postmaster.pid"
    while process.poll() is None:
        if time.monotonic() > deadline:
            return False
        lines = note.read_text().split("\n") if note.exists() else []
        # line 8 is the state; an older pid in line 1 is a dead one's note
        if len(lines) > 7 and lines[0] == str(process.pid) and lines[7].strip() == "ready":
            return True
        await asyncio.sleep(0.005)
    return False


def _watch(pid: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        ["/bin/sh", "-c", _GUARD, "supachat-guard", str(pid)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd="/",
    )


def _release(guard: subprocess.Popen[bytes]) -> None:
    """Tells the guard that all is well, and waits for it."""
    if guard.stdin is not None and not guard.stdin.closed:
        try:
            guard.stdin.write(b"done\n")
            guard.stdin.close()
        except BrokenPipeError:
            pass  # it was killed: there is nobody left to tell
    guard.wait()


async def _ended(process: subprocess.Popen[bytes], limit: float) -> None:
    deadline = time.monotonic() + limit
    while process.poll() is None and time.monotonic() < deadline:  # noqa: ASYNC110 - as above
        await asyncio.sleep(0.005)
