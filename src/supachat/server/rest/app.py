"""/rest/v1: an HTTP request becomes a plan, one transaction, and an answer.

Every failure is answered in PostgREST's shape. Must never answer with rows that were rolled back.
"""

from __future__ import annotations

import json
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from functools import partial

import psycopg
from psycopg import sql
from psycopg_pool import PoolTimeout
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from supachat.server.catalog import Catalog, Name
from supachat.server.catalog_cache import Catalogs
from supachat.server.context import Context, once_for
from supachat.server.rest import errors, prefer
from supachat.server.rest.answer import Answer, Plan, Result
from supachat.server.rest.ask import Ask, ask
from supachat.server.rest.errors import RestError, UnknownName
from supachat.server.rest.identity import Identity, who
from supachat.server.rest.plan import plan
from supachat.server.rest.run import Setting, run


class Rest:
    """The ASGI application. Holds the catalog between requests, nothing else."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._catalogs = Catalogs(ctx.requests, ctx.schemas)
        self._known_zones: frozenset[str] = frozenset()

    def listening(self) -> AbstractAsyncContextManager[None]:
        """Inside, a change of the schema is known at once."""
        return self._catalogs.listening(partial(self._ctx.conninfo, "authenticator"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            response = _response(await self._answer(request))
        except RestError as error:
            response = _error(error)
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Answer:
        catalog = await self._catalog()
        identity = who(request.headers, self._ctx.keys)
        asked = ask(
            request.method,
            request.path_params["path"],
            request.scope["query_string"],
            request.headers,
            request.headers.getlist("prefer"),
            await request.body(),
            schemas=catalog.schemas,
            depth=self._ctx.limits.depth,
        )
        if asked.preferences.timezone is not None:
            zoned = prefer.in_known_zone(asked.preferences, await self._zones())
            asked = replace(asked, preferences=zoned)
        planned = await self._plan(catalog, asked)
        if planned.statement is None:
            answer = planned.answer(Result(None, 0, None))
        else:
            setting = self._setting(request, asked, identity, planned, catalog.first)
            result = await run(self._ctx.requests, setting, planned.statement, planned.checked)
            answer = planned.answered(result)
        if len(catalog.schemas) > 1:
            answer.headers["content-profile"] = asked.schema
        return answer

    async def _catalog(self) -> Catalog:
        try:
            return await self._catalogs.current()
        except (psycopg.Error, PoolTimeout) as error:
            raise errors.no_catalog() from error

    async def _plan(self, catalog: Catalog, asked: Ask) -> Plan:
        rows = self._ctx.limits.rows
        try:
            return plan(catalog, asked, catalog.cap(rows))
        except UnknownName:
            # a migration may have made it since the catalog was loaded
            try:
                newer = await self._catalogs.newer()
            except (psycopg.Error, PoolTimeout) as error:
                raise errors.no_catalog() from error
            if newer is None:
                raise
            return plan(newer, asked, newer.cap(rows))

    async def _zones(self) -> frozenset[str]:
        """The names of time zones, asked for once: Postgres reads them from hundreds of files."""
        if not self._known_zones:
            try:
                async with self._ctx.requests.connection() as connection:
                    cursor = await connection.execute("select name from pg_timezone_names")
                    self._known_zones = frozenset([row[0] for row in await cursor.fetchall()])
            except (psycopg.Error, PoolTimeout) as error:
                raise errors.no_catalog() from error
        return self._known_zones

    def _setting(
        self, request: Request, asked: Ask, identity: Identity, planned: Plan, first: Name | None
    ) -> Setting:
        names = dict.fromkeys((asked.schema, "public", "extensions"))
        path = sql.SQL(", ").join([sql.Identifier(name) for name in names])
        return Setting(
            identity,
            asked.method,
            f"/rpc/{asked.name}" if asked.rpc else f"/{asked.name}",
            request.headers,
            request.cookies,
            path.as_string(None),
            self._ctx.limits.statement,
            planned.read_only,
            asked.preferences.timezone,
            asked.preferences.undone,
            first,
        )


def _response(answer: Answer) -> Response:
    response = Response(answer.body, answer.status, answer.headers)
    for name, value in answer.set_by_sql:
        if name == "set-cookie":
            response.headers.append(name, value)
        else:
            response.headers[name] = value
    return response


def _error(error: RestError) -> Response:
    headers = {
        "content-type": "application/json; charset=utf-8",
        "proxy-status": f"PostgREST; error={error.code}",
        **error.headers,
    }
    return Response(json.dumps(error.body), error.status, headers)


_of = once_for(Rest)


def routes(ctx: Context) -> list[BaseRoute]:
    """All of /rest/v1, to be mounted there."""
    return [Route("/{path:path}", _of(ctx))]


def lifespan(ctx: Context) -> AbstractAsyncContextManager[None]:
    """Hears of changes of the schema inside; outside they are found a little later."""
    return _of(ctx).listening()
