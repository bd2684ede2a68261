"""What keeps a running server well: PostgreSQL started again, room on the disk, days made, a log in bounds.

Must never give up for something that passes, like a full disk, and never start PostgreSQL over and over
for something that does not.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from supachat.server.bootstrap import keep_partitions
from supachat.server.context import Context
from supachat.server.postgres import Postgres
from supachat.server.trouble import ServerTrouble

log = logging.getLogger(__name__)

REVIVALS = 3
"""How often PostgreSQL may die within a minute, or fail to start, before the server gives up."""
ROOM = 34_000_000
"""Bytes with which PostgreSQL recovers: it writes whole segments of 16 MB ahead."""
ROUND = 30.0
PAUSE = 1.0
"""Seconds between two looks: at the house, and at a full disk."""


async def keep_alive(postgres: Postgres, context: Context) -> None:
    """Starts PostgreSQL again when it died, and throws the pools' dead connections away.

    Raises ServerTrouble when it dies too often, or does not start, and the disk is not what keeps it.
    """
    deaths: list[float] = []
    while True:
        code = await postgres.died()
        now = time.monotonic()
        deaths = [moment for moment in deaths if now - moment < 60.0] + [now]
        if len(deaths) > REVIVALS:
            if not await _waited_for_room(postgres.folder):
                raise ServerTrouble(
                    f"PostgreSQL ended {len(deaths)} times within a minute (last code {code}). "
                    "What was committed is kept. Its own words are in postgres.log in the data folder."
                )
            deaths.clear()
        await _revived(postgres)
        await asyncio.gather(context.admin.check(), context.requests.check())


async def _revived(postgres: Postgres) -> None:
    """Starts it until it runs. It is tried more than once: a disk that has room when we look may have had
    none a moment before, when PostgreSQL wanted it."""
    failed = 0
    while True:
        try:
            return await postgres.revive()
        except ServerTrouble:
            failed = 0 if await _waited_for_room(postgres.folder) else failed + 1
            if failed > REVIVALS:
                raise
            await asyncio.sleep(PAUSE)


async def _waited_for_room(folder: Path) -> bool:
    """Whether the disk was full; returns once it has room."""
    if has_room(folder):
        return False
    log.warning(
        "The disk of %s is full and PostgreSQL stands still. Nothing that was acknowledged is lost;"
        " requests are refused meanwhile. Make %d MB of room: then it goes on by itself.",
        folder,
        ROOM // 1_000_000,
    )
    while not has_room(folder):  # noqa: ASYNC110 - a disk has no event
        await asyncio.sleep(PAUSE)
    log.warning("There is room again, PostgreSQL is started.")
    return True


def has_room(folder: Path) -> bool:
    """Whether PostgreSQL could recover there."""
    return shutil.disk_usage(folder).free >= ROOM


async def keep_house(postgres: Postgres) -> None:
    """Trims the log, and makes partitions whenever the day has changed, be it by days of sleep."""
    day = datetime.now(UTC).date()
    while True:
        await asyncio.sleep(ROUND)
        postgres.trim_log()
        today = datetime.now(UTC).date()
        if today == day:
            continue
        try:
            await keep_partitions(postgres.conninfo())
        except psycopg.Error as error:
            log.warning("The day's partitions are made with the next round, not now: %s", error)
        else:
            day = today
