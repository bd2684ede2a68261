"""The secrets of one data folder, made once, readable by their owner only.

`keys.json` holds what every project has; `signing_key.json` a key pair, where one was asked for.

Must never write a secret anywhere else, and never make new ones over a file that it cannot read.
"""

from __future__ import annotations

import json
import os
import secrets
import time
from dataclasses import dataclass, replace
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from supachat.server.tokens import Keys, SigningKey, mint
from supachat.server.trouble import ServerTrouble

TEN_YEARS = 10 * 365 * 24 * 3600


@dataclass(frozen=True, repr=False)
class KeyFile:
    """The content of `keys.json`: the project's keys and the password of its database roles."""

    keys: Keys
    password: str


def open_keys(data_dir: Path) -> KeyFile | None:
    """The secrets of `data_dir`, None where there are none yet. Raises ServerTrouble for a spoilt file."""
    path = data_dir / "keys.json"
    return _read(path) if path.exists() else None


def new_keys() -> KeyFile:
    """Secrets that nobody had before."""
    return KeyFile(make_keys(time.time()), secrets.token_urlsafe(24))


def keep_keys(data_dir: Path, held: KeyFile, socket_dir: Path) -> None:
    """Writes `held` down. `socket_dir` goes into the database string: it may move with the folder."""
    _write(data_dir / "keys.json", held, socket_dir)


def signing_key(data_dir: Path, *, wanted: bool) -> SigningKey | None:
    """The key pair of `data_dir`, made if it is `wanted` and not there. Raises ServerTrouble.

    One that is there is read even when it is not wanted: tokens that it signed are still out.
    """
    path = data_dir / "signing_key.json"
    try:
        if path.exists():
            return SigningKey.read(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ServerTrouble(
            f"{path} cannot be read as a signing key ({type(error).__name__}). Nothing was changed. "
            "Put the file back as it was; or remove it: then everybody has to sign in again."
        ) from error
    if not wanted:
        return None
    made = SigningKey.new()
    _keep(path, made.private_jwk())
    return made


def with_pair(keys: Keys, data_dir: Path, *, asymmetric: bool) -> Keys:
    """`keys` and the pair of `data_dir` that signs people's tokens or once did. Raises ServerTrouble."""
    pair = signing_key(data_dir, wanted=asymmetric)
    return replace(keys, signing_key=pair, asymmetric=asymmetric)


def make_keys(now: float) -> Keys:
    """New keys, valid for ten years from `now` (epoch seconds)."""
    secret = secrets.token_urlsafe(48)
    times = {"iss": "supachat", "iat": int(now), "exp": int(now) + TEN_YEARS}
    return Keys(
        secret, mint({**times, "role": "anon"}, secret), mint({**times, "role": "service_role"}, secret)
    )


def _read(path: Path) -> KeyFile:
    try:
        stored = json.loads(path.read_text("utf-8"))
        keys = Keys(stored["jwt_secret"], stored["publishable_key"], stored["service_role_key"])
        return KeyFile(keys, str(conninfo_to_dict(stored["database"])["password"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ServerTrouble(
            f"{path} cannot be read as this folder's keys ({type(error).__name__}). "
            "The database is untouched. Put the file back as it was, or start with another --data-dir."
        ) from error


def _write(path: Path, held: KeyFile, socket_dir: Path) -> None:
    database = make_conninfo(
        host=str(socket_dir), user="postgres", dbname="postgres", password=held.password
    )
    content = {
        "publishable_key": held.keys.publishable_key,
        "service_role_key": held.keys.service_role_key,
        "jwt_secret": held.keys.jwt_secret,
        "database": database,
    }
    _keep(path, json.dumps(content, indent=2))


def _keep(path: Path, text: str) -> None:
    """`text` as a file that only its owner reads; never half of it."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(
        os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
