"""One project looked at from outside, a question at a time: for the doctor.

Asks as the client does, with the same HTTP client, the same keeper of tokens and the same connection, so
that what works here works there. Writes nothing that stays: see `may_write`.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
from postgrest.exceptions import APIError

from supachat.dialects.calls import Call, Insert, Row, Rpc, Select, Topic
from supachat.domain.errors import DialectError, NotAllowed, Refused, ServerTrouble, SupachatError
from supachat.domain.model import NOTHING, Account
from supachat.domain.text import Safe, safe_line
from supachat.remote import library
from supachat.remote.address import address
from supachat.remote.borrowed import Borrowed
from supachat.remote.connection import Connection
from supachat.remote.frames import LinkDown, Replicated, Unsubscribed
from supachat.remote.http import make_client, tls_context
from supachat.remote.outside import Giver
from supachat.remote.refusals import network
from supachat.remote.rows import Rows
from supachat.remote.sdk import supabase_client
from supachat.remote.session import Keeper
from supachat.remote.skew import dated
from supachat.remote.vault import Vault
from supachat.remote.waits import Waits
from supachat.remote.ways import ask_settings, json_object

ALLOWED = frozenset({"23502", "23505", "23514"})
"""What PostgreSQL says of a row that row level security let pass and a constraint did not."""
_TYPE = re.compile(r"for type ([a-z][a-z0-9 ]*)")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the sign-in server said. `settings` is None where it gave none."""

    status: int
    seconds: float
    settings: Mapping[str, Any] | None
    skew: float | None
    """Seconds by which this computer's clock is ahead of the server's; to the second, as Date is."""


@dataclass(frozen=True, slots=True)
class Joined:
    """What became of a join. `refusal` is empty where it was taken; `flows`: the server said that changes
    of the database reach the topic; `unsubscribed` is why it will not tell the rows of its bindings."""

    refusal: Safe = NOTHING
    flows: bool = False
    unsubscribed: Safe = NOTHING


class Examiner:
    """Raises `BadInput` and `KeyRefused` for what a client may not use, `SettingsError` for a proxy that
    cannot be used. `vault` holds the session, unless `giver` hands out the tokens."""

    def __init__(
        self,
        url: str,
        key: str,
        vault: Vault,
        *,
        giver: Giver | None = None,
        waits: Waits | None = None,
    ) -> None:
        library.quiet()
        self._waits = waits or Waits()
        self._address, self.tls = address(url, key), tls_context()
        self._http = make_client(self._address, self._waits, self.tls)
        client = supabase_client(self._address, self._http)
        borrowed = Borrowed(client, giver, time.monotonic, time.time) if giver else None
        self._keeper = Keeper(client, vault, self, self._waits, stock=borrowed)
        self._rows = Rows(client, self._keeper)

    async def close(self) -> None:
        await self._http.aclose()

    # what the keeper tells; nobody here wants to hear it

    def token_renewed(self, token: str) -> None: ...

    def session_lost(self, reason: Safe) -> None: ...

    def session_unkept(self, why: Safe) -> None: ...

    def resumed(self) -> None: ...

    async def ask(self) -> Answer:
        """The sign-in server's settings. Raises `Unreachable`."""
        began = time.monotonic()
        said = await ask_settings(self._http, self._address)
        seconds = time.monotonic() - began
        skew = _skew(said.headers.get("date", ""), datetime.now(UTC), seconds)
        return Answer(said.status_code, seconds, json_object(said), skew)

    async def sign_in(self) -> tuple[Account, str]:
        """Take up the session that is kept; the account and its access token. Raises `SessionEnded`,
        `VaultError`, `Retryable`."""
        await self._keeper.restore()
        token = await self._keeper.access()
        account = self._keeper.account
        if account is None:
            raise ServerTrouble("the server gave a session without an account")
        return account, token

    async def rows(self, call: Call) -> list[Row]:
        """Raises as `Rows.carry_out`."""
        return await self._rows.carry_out(call)

    async def may_write(self, call: Call) -> bool:
        """Whether row level security lets a row pass that something else must refuse: its key is null, or
        is taken. Raises as `rows`, but for the two answers that were wanted."""
        try:
            await self._rows.carry_out(call)
        except NotAllowed:
            return False
        except Refused as error:
            if code_of(error) not in ALLOWED:
                raise
        return True

    async def describe(self, schema: str) -> Mapping[str, Any] | None:
        """The API's own description, as Swagger 2.0; None where the project keeps it to itself, as hosted
        ones do since 2026. Raises `Unreachable`."""
        said = await self._raw("GET", "/", schema)
        found = json_object(said) if said.status_code == 200 else None
        return found if found and isinstance(found.get("definitions"), dict) else None

    async def kind(self, table: str, column: str, schema: str) -> str | None:
        """The type of a column: empty for one that takes any word, None where there is no such column.

        A value that only a text can be is compared with it: what the server says of it names the type.
        Reads no row. Raises as `rows`.
        """
        try:
            await self.rows(Select(table, column, ((column, "eq", "?"),), limit=0, schema=schema))
        except (Refused, DialectError) as error:
            if code_of(error) in ("42703", "PGRST204"):
                return None
            found = _TYPE.search(_words_of(error))
            if found is None:
                raise
            return found[1]
        return ""

    async def rolls_back(self, table: str, key: str, schema: str) -> bool:
        """Whether the server takes `tx=rollback`: asked of a change that meets no row."""
        wanted = {"prefer": "tx=rollback, return=minimal"}
        said = await self._raw("PATCH", f"/{table}?{key}=is.null", schema, wanted, json={key: None})
        return "tx=rollback" in said.headers.get("preference-applied", "")

    async def may_call(self, call: Rpc | Insert) -> bool:
        """Whether a function may be called or a row be written, and undone at once. Only for a server that
        `rolls_back`. Raises `Refused` for an answer that says neither."""
        path, body = (
            (f"/rpc/{call.function}", call.params)
            if isinstance(call, Rpc)
            else (f"/{call.table}", call.row)
        )
        wanted = {"prefer": "tx=rollback, return=minimal"}
        said = await self._raw("POST", path, call.schema, wanted, json=dict(body))
        if said.is_success:
            return True
        answer = json_object(said) or {}
        if answer.get("code") != "42501" and said.status_code != 403:
            raise Refused(
                f"the server answered {said.status_code} {safe_line(str(answer.get('message', '')))}"
            )
        return False

    async def _raw(
        self,
        method: str,
        path: str,
        schema: str,
        more: Mapping[str, str] | None = None,
        json: object = None,
    ) -> httpx.Response:
        """One request to PostgREST whose headers are wanted. Raises `Unreachable`."""
        token = await self._keeper.access()
        headers = {
            "apikey": self._address.key,
            "authorization": f"Bearer {token}",
            "accept-profile": schema,
            "content-profile": schema,
            **(more or {}),
        }
        try:
            url = f"{self._address.url}/rest/v1{path}"
            return await self._http.request(method, url, headers=headers, json=json)
        except httpx.HTTPError as error:
            raise network(error) from error

    async def join(self, topic: Topic, patience: float) -> Joined:
        """Join a topic on a connection of its own; wait `patience` seconds for the database's word.
        Raises `ServerTrouble` where there is no connection."""
        connection = Connection(self._address, await self._keeper.access(), self._waits, tls=self.tls)
        try:
            await connection.open()
            refusal = await connection.join(topic)
            if refusal is not None:
                return Joined(refusal.verdict.words)
            return await _flows(connection, patience, changes=bool(topic.bindings))
        except LinkDown as error:
            raise ServerTrouble(f"realtime cannot be reached: {error.words}") from error
        finally:
            connection.abort()


async def _flows(connection: Connection, patience: float, *, changes: bool) -> Joined:
    """What the server says of the database's broadcasts, with `changes` of the bindings' rows."""
    try:
        async with asyncio.timeout(patience):
            while True:
                heard = await connection.inbox.get()
                if isinstance(heard, Replicated) and heard.changes is changes:
                    return Joined(flows=True)
                if changes and isinstance(heard, Unsubscribed):
                    return Joined(unsubscribed=heard.words)
    except TimeoutError:
        return Joined()


def code_of(error: SupachatError) -> str:
    """The code that PostgREST gave with a refusal; empty where there is none."""
    cause = error.__cause__
    return str(cause.code or "") if isinstance(cause, APIError) else ""


def _words_of(error: SupachatError) -> str:
    cause = error.__cause__
    return str(cause.message or "") if isinstance(cause, APIError) else ""


def _skew(date: str, now: datetime, seconds: float) -> float | None:
    """`seconds` is the round trip: the answer was stamped somewhere within it."""
    if (written := dated(date)) is None:
        return None
    ahead = (now - written).total_seconds() - seconds / 2
    return max(0.0, abs(ahead) - 1 - seconds) * (1 if ahead > 0 else -1)
