"""The newest catalog, kept between requests. Must never serve a schema that is known to have changed.

A change is heard of at its commit: the bootstrap's event triggers, or a migration itself, say
`NOTIFY pgrst`. Who is deaf for a while (PostgreSQL was restarted) loads again when a name is not found,
and when the catalog is old.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import psycopg
from psycopg import AsyncConnection

from supachat.server.catalog import Catalog
from supachat.server.catalog_load import load
from supachat.server.context import Pool

log = logging.getLogger(__name__)

CHANNEL = "pgrst"


class Catalogs:
    """The newest catalog. Loads again when it is told, when it is old, or when a name is not found in it.

    `fresh` and `pause` are seconds: how long one is trusted, and how long an unknown name waits for
    the next look, so that a stranger's misspelling cannot keep the server loading.
    """

    def __init__(
        self,
        pool: Pool,
        schemas: tuple[str, ...],
        *,
        fresh: float = 60.0,
        pause: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pool, self._schemas = pool, schemas
        self._fresh, self._pause, self._clock = fresh, pause, clock
        self._catalog: Catalog | None = None
        self._loaded = 0.0
        self._changes = self._seen = 0
        self._loading = asyncio.Lock()

    async def current(self) -> Catalog:
        """The catalog, loaded if it is old or the schema changed."""
        if self._catalog is None or self._age() > self._fresh or self._changes != self._seen:
            return await self._load(self._fresh)
        return self._catalog

    async def newer(self) -> Catalog | None:
        """Another look because a name was not found; None if the last one is too recent."""
        if self._age() < self._pause and self._changes == self._seen:
            return None
        return await self._load(self._pause)

    def changed(self) -> None:
        """The schema is another now: the next request loads it."""
        self._changes += 1

    @asynccontextmanager
    async def listening(self, conninfo: Callable[[], str]) -> AsyncIterator[None]:
        """Hears of changes inside. A lost connection is made again after a second."""
        task = asyncio.create_task(self._listen(conninfo))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _listen(self, conninfo: Callable[[], str]) -> None:
        while True:
            try:
                async with await AsyncConnection.connect(conninfo(), autocommit=True) as connection:
                    await connection.execute(f"listen {CHANNEL}")
                    # whatever happened before this moment was not heard
                    self.changed()
                    async for _ in connection.notifies():
                        self.changed()
            except psycopg.Error as error:
                log.info("Changes of the schema are not heard for a moment: %s", error)
            await asyncio.sleep(1.0)

    def _age(self) -> float:
        return self._clock() - self._loaded

    async def _load(self, age: float) -> Catalog:
        """Loads it, unless another request did while this one waited and it is younger than `age`."""
        async with self._loading:
            if self._catalog is None or self._age() >= age or self._changes != self._seen:
                seen = self._changes
                async with self._pool.connection() as connection:
                    self._catalog = await load(connection, self._schemas)
                self._loaded, self._seen = self._clock(), seen
            return self._catalog
