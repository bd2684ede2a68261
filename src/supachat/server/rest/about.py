"""What can be done here at all: the answer to OPTIONS, and the API's description at its root. Pure.

The description names only what the asking role has rights to; that is asked of Postgres in the statement.
"""

from __future__ import annotations

import json
from typing import Final, LiteralString

from psycopg import sql

from supachat.server.catalog import Catalog, Function, Table
from supachat.server.rest import errors, openapi
from supachat.server.rest.answer import Answer, Plan, Result
from supachat.server.rest.ask import ROOT, Ask
from supachat.server.rest.pieces import Values
from supachat.server.rest.sql import SET_BY_SQL, Statement

_OPENAPI: Final = "application/openapi+json"
_ACCEPTED: Final = frozenset({_OPENAPI, "application/json", "application/*", "*/*"})

_RIGHTS: Final[LiteralString] = """
SELECT json_build_object(
    'tables', (SELECT coalesce(json_agg(c.relname), '[]') FROM pg_catalog.pg_class c
               WHERE c.relnamespace = n.oid AND c.relkind IN ('r', 'v', 'm', 'f', 'p')
                 AND (has_table_privilege(c.oid, 'select, insert, update, delete')
                      OR has_any_column_privilege(c.oid, 'select, insert, update'))),
    'functions', (SELECT coalesce(json_agg(DISTINCT p.proname), '[]') FROM pg_catalog.pg_proc p
                  WHERE p.pronamespace = n.oid AND has_function_privilege(p.oid, 'execute')),
    'comment', obj_description(n.oid, 'pg_namespace')
)::text AS body, 1 AS page, null::bigint AS total, {}
FROM pg_catalog.pg_namespace n WHERE n.nspname = {}"""


def allowed(catalog: Catalog, ask: Ask) -> Plan:
    """The methods that make sense for a table or function; nothing is asked of Postgres."""
    methods = ",".join(("OPTIONS", *_methods(catalog, ask)))
    return Plan(None, True, lambda _: Answer(200, {"allow": methods, "access-control-allow-origin": "*"}))


def _methods(catalog: Catalog, ask: Ask) -> tuple[str, ...]:
    if ask.name == ROOT:
        return ("GET", "HEAD")
    if ask.rpc:
        overloads = catalog.functions.get((ask.schema, ask.name), ())
        if not overloads:
            raise errors.no_function((ask.schema, ask.name), (), posted=True, known=catalog.functions)
        return ("POST",) if all(one.volatile for one in overloads) else ("GET", "HEAD", "POST")
    table = catalog.tables.get((ask.schema, ask.name))
    if table is None:
        raise errors.no_table((ask.schema, ask.name), catalog.names(ask.schema))
    return ("GET", "HEAD", *verbs(table))


def verbs(table: Table) -> tuple[str, ...]:
    """The methods that change rows of `table`."""
    whole = {"insert", "update"} <= table.verbs and bool(table.primary_key)
    wanted = {
        "POST": "insert" in table.verbs,
        "PUT": whole,
        "PATCH": "update" in table.verbs,
        "DELETE": "delete" in table.verbs,
    }
    return tuple(method for method, there in wanted.items() if there)


def described(catalog: Catalog, ask: Ask) -> Plan:
    """The description of everything in the schema that the role may touch."""
    kinds = {part.partition(";")[0].strip().lower() for part in (ask.accept or "*/*").split(",")}
    if not kinds & _ACCEPTED:
        raise errors.not_acceptable(ask.accept or "")
    media = "application/json" if "application/json" in kinds else _OPENAPI
    values = Values()
    text = sql.SQL(_RIGHTS).format(sql.SQL(SET_BY_SQL), values.add(ask.schema))

    def answer(result: Result) -> Answer:
        headers = {"content-type": f"{media}; charset=utf-8", "content-profile": ask.schema}
        if ask.method == "HEAD":
            return Answer(200, headers)
        rights = json.loads(result.body or "{}")
        tables = [catalog.tables[key] for key in sorted(catalog.tables) if _in(key, ask, rights["tables"])]
        functions: list[Function] = []
        for key in sorted(catalog.functions):
            if _in(key, ask, rights["functions"]):
                functions += catalog.functions[key][:1]
        return Answer(200, headers, openapi.document(catalog, tables, functions, rights["comment"], verbs))

    return Plan(Statement(text, values.given), True, answer)


def _in(key: tuple[str, str], ask: Ask, names: list[str]) -> bool:
    return key[0] == ask.schema and key[1] in names
