"""The backend of the demo's project: statements of `dialects/demo/` on the local server's database.

It works as the role postgres, with triggers and all, as a backend with the service key would. Must never
outlive the people's process; a server that was killed is waited for.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from supachat.dialects import demo as scripts

if TYPE_CHECKING:
    from psycopg import Connection


class Gone(Exception):
    """The database is away: somebody is trying the demo's best trick."""


class Backend:
    """`keys` is the server's keys.json."""

    def __init__(self, keys: Path, sources: Sequence[str]) -> None:
        self._keys = keys
        self._acts = {source: scripts.acts(source) for source in sources}
        self._connection: Connection[Any] | None = None
        self._turn = asyncio.Lock()

    @property
    def sources(self) -> tuple[str, ...]:
        return tuple(source for source, acts in self._acts.items() if acts)

    def can(self, source: str, act: str) -> bool:
        return act in self._acts.get(source, {})

    async def act(self, source: str, act: str, **said: object) -> list[tuple[Any, ...]]:
        """Let it happen; the rows that it answers. Raises `Gone`."""
        async with self._turn:
            return await asyncio.to_thread(self._run, self._acts[source][act], said)

    async def close(self) -> None:
        async with self._turn:
            if self._connection is not None:
                await asyncio.to_thread(self._connection.close)

    def _run(self, statement: str, said: dict[str, object]) -> list[tuple[Any, ...]]:
        import psycopg

        try:
            if self._connection is None or self._connection.closed:
                database = json.loads(self._keys.read_text(encoding="utf-8"))["database"]
                self._connection = psycopg.connect(database, autocommit=True)
            found = self._connection.execute(statement, said)
            return found.fetchall() if found.description is not None else []
        except (OSError, ValueError, KeyError, psycopg.Error) as error:
            # also a table that is not there yet: on a first start the server is still making them
            if self._connection is not None:
                self._connection.close()
            raise Gone(str(error)) from error
