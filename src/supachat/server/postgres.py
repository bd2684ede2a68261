"""The PostgreSQL of one data folder, on a unix socket, with a password, without TCP: start, revive, stop.

Whatever ends the process that called `start`, PostgreSQL ends too.
Must never touch a folder whose lock the caller does not hold (see `lock`).
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from psycopg.conninfo import make_conninfo

from supachat.server import cluster, pglog
from supachat.server.ground import Ground, prepare
from supachat.server.postmaster import Postmaster, launch
from supachat.server.tokens import Keys


@dataclass
class Postgres:
    """A running PostgreSQL."""

    _ground: Ground
    _run: Postmaster = field(repr=False)

    @classmethod
    async def start(cls, data_dir: Path) -> Postgres:
        """PostgreSQL on `data_dir`, made there if it is new. Raises ServerTrouble."""
        ground = await asyncio.to_thread(prepare, data_dir)
        try:
            await cluster.clear_leftovers(ground.folder, ground.socket_dir)
            if ground.stranger:
                await asyncio.to_thread(
                    cluster.set_password, ground.folder, ground.programs, ground.who, ground.file.password
                )
            return cls(ground, await launch(ground))
        except BaseException:
            with contextlib.suppress(OSError):  # not empty: what is in there is PostgreSQL's
                ground.socket_dir.rmdir()
            raise

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
        return self._run.process.pid

    def conninfo(self, user: str = cluster.SUPERUSER, dbname: str = "postgres") -> str:
        """A libpq string to the socket for `user`, password included."""
        return make_conninfo(
            host=str(self._ground.socket_dir), user=user, dbname=dbname, password=self.password
        )

    async def died(self) -> int:
        """Waits until PostgreSQL has ended by itself; its exit code."""
        return await self._run.died()

    async def revive(self) -> None:
        """Starts PostgreSQL again after it died; it recovers what was committed."""
        self._run.release()
        await cluster.clear_leftovers(self._ground.folder, self._ground.socket_dir)
        self._run = await launch(self._ground)

    def trim_log(self) -> None:
        """Keeps the log of a server that runs for months in bounds."""
        pglog.trim(self._ground.log)

    async def stop(self) -> None:
        """Ends PostgreSQL: at once, within 2 s even when somebody holds on to it."""
        await self._run.stop()
        await asyncio.to_thread(shutil.rmtree, self._ground.socket_dir, ignore_errors=True)
