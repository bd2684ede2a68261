"""What every part of the gateway is handed: keys, pools, limits. There are no globals.

Must never hold anything that belongs to one request.
"""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from psycopg import AsyncConnection
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool

from supachat.server.tokens import Keys
from supachat.server.trouble import ServerTrouble

T = TypeVar("T")
Pool = AsyncConnectionPool[AsyncConnection[TupleRow]]

# a rate is divided by the first; with none of the others a loop never rests
_NEVER_ZERO = ("rate_bucket", "token_check", "stream_status", "stream_stall")


@dataclass(frozen=True, slots=True)
class RealtimeLimits:
    """Those of realtime. Seconds, bytes and counts."""

    refused_join_pause: float = 5.0  # the whole socket stands still meanwhile
    refused_handshake_pause: float = 2.0
    idle: float = 60.0
    ready_wait: float = 60.0  # for `replication_ready`
    token_check: float = 300.0  # a token is looked at again at least this often
    database_wait: float = 15.0  # for a connection in a join check
    frame_bytes: int = 5_000_000
    body_bytes: int = 8_000_000
    payload_kb: int = 3_000
    unsent_bytes: int = 48_000_000  # kept for a socket that does not read; over it the socket is cut
    users: int = 200
    channels_per_socket: int = 100
    changes_per_socket: int = 1_000  # requests of all its channels; the real server has no limit
    joins_per_second: float = 100
    events_per_second: float = 100
    presence_per_second: float = 1_000
    presence_calls: int = 5
    presence_window: float = 30.0
    rate_bucket: float = 5.0
    rate_buckets: int = 12
    stream_status: float = 0.25
    stream_stall: float = 5.0  # sent position behind and not moving for so long: connect anew
    stream_retry: float = 0.25
    stream_retry_cap: float = 5.0
    subscribe_time: float = 10.0  # to check what a channel wants to hear
    filters_time: float = 1.0  # PostgreSQL's for all filters of one change; the real server has no limit
    changes_waiting: int = 5_000  # table changes not worked off yet; over it they are skipped
    change_bytes: int = 1_048_576  # a postgres_changes record over it loses its long values

    @property
    def payload_bytes(self) -> int:
        """The largest broadcast, in bytes of Erlang's external term format."""
        return self.payload_kb * 1000 + 500

    def with_given(self, given: Iterable[str]) -> RealtimeLimits:
        """With each `name=number` of `given` in the place of the one that stands. Raises ServerTrouble."""
        kinds = {field.name: field.type for field in fields(self)}
        numbers: dict[str, Any] = {}
        for words in given:
            name, _, text = words.partition("=")
            if name not in kinds:
                raise ServerTrouble(
                    f"{name} is no limit of realtime. Nothing was started. There are: {', '.join(kinds)}."
                )
            try:
                number = int(text) if kinds[name] == "int" else float(text)
            except ValueError:
                number = -1
            if not 0 <= number < math.inf or (name in _NEVER_ZERO and not number):
                raise ServerTrouble(
                    f"{words} is no limit. Nothing was started. Write it as {name}={getattr(self, name)}."
                )
            numbers[name] = number
        return replace(self, **numbers)


@dataclass(frozen=True)
class Limits:
    """Every wait and limit, with the real servers' values. Seconds and bytes; a test may scale them."""

    body: int = 1_000_000
    url: int = 8_192
    statement: float = 8.0
    rows: int = 1000
    depth: int = 10
    access_token: float = 3600.0
    refresh_reuse: float = 10.0
    password_length: int = 8
    sign_ins_per_minute: int = 300
    sign_ins_per_account: int = 30
    codes_per_five_minutes: int = 30
    anonymous_per_hour: int = 30
    code_life: float = 3600.0
    flow_life: float = 300.0
    mail_pause: float = 60.0
    mails_per_hour: int = 30
    realtime: RealtimeLimits = RealtimeLimits()


@dataclass(frozen=True)
class Context:
    """One running project.

    `admin` logs in as supabase_admin (auth, join checks), `requests` as authenticator (REST only);
    both have autocommit off. `conninfo` makes a libpq string for a user of this database.
    `schemas` are exposed to REST, the first is the default. `outbox` takes mail as files,
    and `mailed` is told each letter as one line. Links lead to loopback addresses and to `site_url`.
    """

    keys: Keys
    admin: Pool
    requests: Pool
    conninfo: Callable[[str], str]
    schemas: tuple[str, ...] = ("public",)
    signup: bool = True
    confirm_email: bool = False
    anonymous: bool = False
    limits: Limits = Limits()
    url: str = "http://127.0.0.1:54321"
    site_url: str = ""
    outbox: Path | None = None
    mailed: Callable[[str], None] | None = None
    hosts: frozenset[str] = frozenset({"127.0.0.1", "localhost", "::1"})
    behind_proxy: bool = False


def once_for(make: Callable[[Context], T]) -> Callable[[Context], T]:
    """`make`, giving one context one thing however often it is asked; the two are forgotten together.

    For a part of which the gateway wants routes and background work apart, with nothing between them but
    the context.
    """
    made: WeakKeyDictionary[Context, T] = WeakKeyDictionary()

    def of(context: Context) -> T:
        if context not in made:
            made[context] = make(context)
        return made[context]

    return of


@asynccontextmanager
async def pool(conninfo: str, *, size: int, name: str) -> AsyncIterator[Pool]:
    """An open pool of at most `size` connections, closed at the end."""
    # prepared plans go stale when a migration changes a table under them
    options: dict[str, Any] = {"autocommit": False, "prepare_threshold": None}
    made: Pool = AsyncConnectionPool(
        conninfo, min_size=1, max_size=size, open=False, name=name, kwargs=options, timeout=10.0
    )
    await made.open(wait=True, timeout=10.0)
    try:
        yield made
    finally:
        await made.close(timeout=0.5)
