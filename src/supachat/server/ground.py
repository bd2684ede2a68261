"""What PostgreSQL stands on in one data folder: programs, cluster, keys, a private place for the socket.

Must never touch a folder whose lock the caller does not hold (see `lock`).
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from supachat.server import binaries, cluster
from supachat.server.binaries import Binaries, Identity
from supachat.server.keys import KeyFile, keep_keys, new_keys, open_keys
from supachat.server.trouble import ServerTrouble

SOCKET = ".s.PGSQL.5432"
SOCKET_LIMIT = 100
"""Longest socket path in bytes: Linux takes 107, macOS 103."""


@dataclass(frozen=True)
class Ground:
    """What a start finds or makes: the same for every restart of one folder."""

    programs: Binaries
    socket_dir: Path
    folder: Path
    file: KeyFile = field(repr=False)
    stranger: bool  # the data knows another password: keys.json was taken away
    command: list[str]
    who: Identity
    log: Path


def prepare(data_dir: Path) -> Ground:
    """Finds the programs, makes the folder if it is new; blocks for 0.5 s then. Raises ServerTrouble."""
    data_dir = data_dir.absolute()
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    who = binaries.identity()
    found = binaries.reachable(binaries.find(), who)
    folder = cluster.place(data_dir, who)
    socket_dir = socket_folder(folder.parent)
    exists = cluster.check_version(folder, found)
    kept = open_keys(data_dir)
    held = kept or new_keys()
    if not exists:
        cluster.make(folder, found, who, held.password)
    keep_keys(data_dir, held, socket_dir)
    command = [*who.prefix, str(found.folder / "postgres"), "-D", str(folder), *settings(found, socket_dir)]
    return Ground(
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
    """A folder for the socket: in `home`, or a short private one where that path would be too long or has
    a comma, which parts one folder from the next in what PostgreSQL is told."""
    inside = home / "run"
    if len(os.fsencode(inside / f"{SOCKET}.lock")) <= SOCKET_LIMIT and "," not in str(inside):
        return inside
    mark = hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
    return Path("/tmp") / f"supachat-{os.geteuid()}-{mark}"


def own_folder(folder: Path, who: Identity) -> None:
    """Makes it, for that user alone, at each launch. Raises ServerTrouble where somebody else did."""
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    held = folder.lstat()
    # in /tmp anybody may have made it first: what is not ours, or leads elsewhere, is not given away
    if who.uid is not None and held.st_uid == os.geteuid() and stat.S_ISDIR(held.st_mode):
        os.chown(folder, who.uid, who.gid if who.gid is not None else -1, follow_symlinks=False)
        held = folder.lstat()
    owner = os.geteuid() if who.uid is None else who.uid
    if not stat.S_ISDIR(held.st_mode) or held.st_uid != owner or held.st_mode & 0o077:
        raise ServerTrouble(
            f"{folder} is not a private folder of ours, so the database's socket may not stand there. "
            "Remove it."
        )
