"""What a migration says of PostgreSQL's extensions, and which of them this PostgreSQL can be asked for.

A project's SQL asks for extensions that a hosted project has and the wheel's PostgreSQL has not. Asking
is forgiven with a notice; the statement that then needs one fails, and is told why. Must never hide why a
statement failed: PostgreSQL's own words come first.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from psycopg import AsyncConnection
from psycopg.rows import TupleRow

log = logging.getLogger(__name__)

STOOD_IN = frozenset({"uuid-ossp", "pgcrypto", "moddatetime"})
"""Those whose usual functions the bootstrap brings, as stand-ins where PostgreSQL has not the real ones."""

IDLE = {
    "pg_cron": "what is scheduled is kept in cron.job and never run",
    "pg_net": "requests are kept in net.http_request_queue and never sent",
    "supabase_vault": "secrets are kept in vault.secrets as they are",
}
"""Those whose calls are taken so that what calls them goes on, and what comes of them."""

_NEEDS = frozenset({"42883", "42704", "3F000", "0A000", "22023"})
"""SQLSTATEs of a name that does not exist, which is what a missing extension looks like."""
_FUNCTION, _RELATION = "42883", "42P01"
_ITS_OWN = re.compile(r'"(?!public\.|auth\.|storage\.)[^".]+\.')
"""A relation in a schema that is none of the project's: an extension may have brought it."""

_STATEMENT = re.compile(
    r"""(?P<verb>create|drop|alter|comment\s+on)\s+extension\s+
        (?:if\s+(?:not\s+)?exists\s+)?
        (?P<name>"[^"]+"|[\w-]+)
        (?:.*?\bschema\s+(?P<schema>"[^"]+"|\w+))?""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """`verb` of `create`, `drop`, `alter` or `comment`; `schema` None where the statement names none."""

    verb: str
    name: str
    schema: str | None


def asked(statement: str) -> Asked | None:
    """What `statement` asks of an extension, None if it is about something else."""
    found = _STATEMENT.match(statement)
    if found is None:
        return None
    return Asked(
        found["verb"].split()[0].lower(), _plain(found["name"]), _plain(found["schema"] or "") or None
    )


def _plain(name: str) -> str:
    return name.strip('"') if name.startswith('"') else name.lower()


@dataclass
class Extensions:
    """The extensions of one run of migrations. `missing` grows with what is asked for and is not here."""

    missing: set[str] = field(default_factory=set)

    async def settled(self, connection: AsyncConnection[TupleRow], statement: str) -> bool:
        """Whether nothing is left to run of `statement`: it was about an extension and that is done."""
        wanted = asked(statement)
        if wanted is None:
            return False
        if await _here(connection, wanted.name):
            return wanted.verb == "create" and await _made(connection, wanted)
        self.missing.add(wanted.name)
        if wanted.verb == "create" and wanted.name not in STOOD_IN:
            log.warning(
                "the extension %s is not in this PostgreSQL. The migration goes on without it; %s.",
                wanted.name,
                IDLE.get(wanted.name, "a statement that needs it will fail and say so"),
            )
        return True

    async def remember(self, connection: AsyncConnection[TupleRow], statements: Iterable[str]) -> None:
        """Notes what `statements`, which ran before, asked for in vain."""
        for statement in statements:
            wanted = asked(statement)
            if wanted and wanted.verb == "create" and not await _here(connection, wanted.name):
                self.missing.add(wanted.name)

    def explain(self, sqlstate: str | None, said: str = "") -> str:
        """A sentence for a statement refused with `sqlstate` and the words `said`, empty where no extension
        can be the cause."""
        if sqlstate not in _NEEDS and not (sqlstate == _RELATION and _ITS_OWN.search(said)):
            return ""
        # of what is stood in for only a function can be missing
        blamed = self.missing - STOOD_IN or (self.missing if sqlstate == _FUNCTION else set())
        if not blamed:
            return ""
        names = ", ".join(sorted(blamed))
        stood_in = " (of which the usual functions are stood in for)" if blamed <= STOOD_IN else ""
        return (
            f" This PostgreSQL has no {names}{stood_in}: if the statement needs one of them, point "
            "SUPACHAT_POSTGRES_BIN at a PostgreSQL that has it, or take the statement out."
        )


async def _here(connection: AsyncConnection[TupleRow], name: str) -> bool:
    cursor = await connection.execute("select 1 from pg_available_extensions where name = %s", (name,))
    return await cursor.fetchone() is not None


async def _made(connection: AsyncConnection[TupleRow], wanted: Asked) -> bool:
    """Whether the extension is there now without the statement itself being run."""
    cursor = await connection.execute(
        "select _supachat.make_extension(%s, %s)", (wanted.name, wanted.schema)
    )
    row = await cursor.fetchone()
    return row is not None and bool(row[0])
