"""One request's transaction: take on the role, run one statement, commit or roll back.

Uses the pool of the role authenticator only. Must never leave a role or a claim behind on a connection:
everything is set for the transaction alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import psycopg
from psycopg import sql
from psycopg_pool import PoolTimeout

from supachat.server.catalog import Name
from supachat.server.context import Pool
from supachat.server.rest import errors
from supachat.server.rest.answer import Result
from supachat.server.rest.identity import Identity
from supachat.server.rest.sql import Statement
from supachat.server.rest.sqlstates import from_postgres

# the role comes last: what precedes it is set with the login role's rights
_SETTINGS = """
select set_config('search_path', %(search_path)s, true),
       set_config('statement_timeout', %(timeout)s, true),
       set_config('transaction_read_only', %(read_only)s, true),
       set_config('request.jwt.claims', %(claims)s, true),
       set_config('request.method', %(method)s, true),
       set_config('request.path', %(path)s, true),
       set_config('request.headers', %(headers)s, true),
       set_config('request.cookies', %(cookies)s, true),
       set_config('role', %(role)s, true)
"""


@dataclass(frozen=True, slots=True)
class Setting:
    """What SQL may ask about the request, and the limits of its transaction. `timeout` is in seconds.

    `undone`: nothing of it is kept, though it is answered as if it were. `first` is a function that is
    called as the role before the statement, and may refuse the request.
    """

    identity: Identity
    method: str
    path: str
    headers: Mapping[str, str]
    cookies: Mapping[str, str]
    search_path: str
    timeout: float
    read_only: bool
    timezone: str | None = None
    undone: bool = False
    first: Name | None = None

    @property
    def parameters(self) -> dict[str, str]:
        return {
            "search_path": self.search_path,
            "timeout": f"{int(self.timeout * 1000)}ms",
            "read_only": "on" if self.read_only else "off",
            "claims": self.identity.claims,
            "method": self.method,
            "path": self.path,
            "headers": json.dumps(dict(self.headers)),
            "cookies": json.dumps(dict(self.cookies)),
            "role": self.identity.role,
        }


async def run(
    pool: Pool, setting: Setting, statement: Statement, check: Callable[[Result], None]
) -> Result:
    """The statement's row. `check` may raise a RestError: then, as on any error, nothing is kept."""
    try:
        async with pool.connection() as connection:
            if setting.timezone is not None:
                await connection.execute("select set_config('timezone', %s, true)", (setting.timezone,))
            await connection.execute(_SETTINGS, setting.parameters)
            if setting.first is not None:
                await connection.execute(sql.SQL("select {}()").format(sql.Identifier(*setting.first)))
            cursor = await connection.execute(statement.text, statement.values)
            row = await cursor.fetchone()
            result = Result(*row) if row else Result(None, 0, None)
            check(result)
            if setting.undone:
                await connection.execute("set constraints all immediate")
                await connection.rollback()
        return result
    except PoolTimeout as error:
        raise errors.pool_busy() from error
    except psycopg.Error as error:
        raise _refused(error, setting.identity) from error


def _refused(error: psycopg.Error, identity: Identity) -> errors.RestError:
    said = error.diag
    if error.sqlstate is None:
        # no answer from Postgres: either a text it cannot be sent, or the connection is gone
        return errors.zero_byte() if isinstance(error, psycopg.DataError) else errors.database_gone()
    return from_postgres(
        error.sqlstate,
        said.message_primary or str(error),
        said.message_detail,
        said.message_hint,
        anonymous=identity.anonymous,
    )
