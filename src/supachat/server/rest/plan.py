"""What one request will do: its statement, the checks on its result, and its answer. Pure.

A plan is made against one catalog; a name that is not in it raises UnknownName before any SQL is run.
"""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import quote

from supachat.server.catalog import Catalog, Shape, Table
from supachat.server.rest import about, call, errors, payload, sql, write
from supachat.server.rest.answer import Answer, Plan, Result
from supachat.server.rest.ask import ROOT, Ask
from supachat.server.rest.parse import canonical
from supachat.server.rest.sql import Form
from supachat.server.rest.tree import Match, Query
from supachat.server.rest.write import Writing


def plan(catalog: Catalog, ask: Ask, cap: int) -> Plan:
    """The plan of `ask`; at most `cap` rows are answered."""
    if ask.method == "OPTIONS":
        return about.allowed(catalog, ask)
    if ask.name == ROOT:
        return about.described(catalog, ask)
    if ask.rpc:
        return _call(catalog, ask, cap)
    table = catalog.tables.get((ask.schema, ask.name))
    if table is None:
        raise errors.no_table((ask.schema, ask.name), catalog.names(ask.schema))
    if ask.reads:
        return _read(catalog, table, ask, cap)
    return _write(catalog, table, ask, cap)


def _read(catalog: Catalog, table: Table, ask: Ask, cap: int) -> Plan:
    query = _windowed(ask)
    form = Form.NOTHING if ask.method == "HEAD" and not ask.form.single else ask.form
    statement = sql.read(catalog, table, query, form, count=ask.preferences.count, cap=cap)
    location = f"/{quote(ask.name)}" + (f"?{canonical(ask.pairs)}" if ask.pairs else "")

    def check(result: Result) -> None:
        _in_range(ask, result, query.root.offset)
        _check(ask, result)

    def answer(result: Result) -> Answer:
        headers = {"content-location": location, **ask.preferences.applied("count")}
        return _rows(ask, result, query.root.offset, headers)

    return Plan(statement, True, answer, check)


def _rows(ask: Ask, result: Result, offset: int, headers: dict[str, str]) -> Answer:
    """Rows with their range: 200, or 206 for a part of a known whole."""
    part = result.total is not None and result.page < result.total
    headers = {
        "content-range": content_range(offset, result.page, result.total),
        "content-type": _type(ask.media),
        **headers,
    }
    body = None if ask.method == "HEAD" else result.body
    return Answer(206 if part else 200, headers, body)


def content_range(offset: int, rows: int, total: int | None) -> str:
    shown = f"{offset}-{offset + rows - 1}" if rows else "*"
    return f"{shown}/{'*' if total is None else total}"


def _type(media: str) -> str:
    return f"{media}; charset=utf-8"


def _windowed(ask: Ask) -> Query:
    """The query with the Range header's window where it names none itself."""
    root, (offset, limit) = ask.query.root, ask.window
    if root.limit is None and root.offset == 0:
        root = replace(root, limit=limit, offset=offset)
    return replace(ask.query, root=root)


def _in_range(ask: Ask, result: Result, offset: int) -> None:
    if result.total is not None and offset > result.total:
        beyond = errors.beyond_the_end(offset, result.total)
        beyond.headers.update(ask.preferences.applied("count"))
        raise beyond


def _check(ask: Ask, result: Result, *, changed: bool = False, single: bool = True) -> None:
    if single and ask.form.single and result.page != 1:
        raise errors.not_single(result.page)
    most = ask.preferences.max_affected
    if changed and ask.preferences.strict and most is not None and result.page > most:
        raise errors.too_many_affected(result.page)


_RESULT_PREFERENCES = {
    "POST": ("resolution", "missing", "return", "count"),
    "PATCH": ("return", "count"),
    "DELETE": ("return", "count"),
    "PUT": ("return", "count"),
}


def _write(catalog: Catalog, table: Table, ask: Ask, cap: int) -> Plan:
    how = _writing(ask, cap)
    if ask.method == "PUT":
        _need_key(table, ask)
    if ask.method == "DELETE":
        statement = write.delete(catalog, table, ask.query, how)
    else:
        kind = payload.media_type(ask.content_type)
        uniform = ask.query.columns is None and ask.method != "PATCH"
        given = payload.read(ask.body, kind, uniform=uniform)
        change = {"POST": write.insert, "PUT": write.put, "PATCH": write.update}[ask.method]
        statement = change(catalog, table, ask.query, given, how)

    def check(result: Result) -> None:
        if ask.method == "PUT" and result.page != 1:
            raise errors.put_other_key()
        _check(ask, result, changed=ask.method in ("PATCH", "DELETE"))

    def answer(result: Result) -> Answer:
        headers = ask.preferences.applied(*_RESULT_PREFERENCES[ask.method])
        if ask.method != "PUT":
            headers["content-range"] = _written_range(ask, result)
        return _written(ask, how, result, headers)

    return Plan(statement, False, answer, check)


def _need_key(table: Table, ask: Ask) -> None:
    """A PUT names its one row by the primary key, as a whole and by nothing else."""
    root = ask.query.root
    if root.limit is not None or root.offset:
        raise errors.no_window_for_put()
    named = [
        part.field.name
        for part in root.where
        if isinstance(part, Match)
        and part.operator == "eq"
        and not (part.negated or part.every or part.field.path)
    ]
    if not named or len(named) != len(root.where) or sorted(named) != sorted(table.primary_key):
        raise errors.put_needs_key()


def _writing(ask: Ask, cap: int) -> Writing:
    given, returning = ask.preferences.given, ask.preferences.returning
    keys_only = returning == "headers-only" and ask.method == "POST"
    resolution = {"POST": given.get("resolution"), "PUT": "merge-duplicates"}.get(ask.method)
    whole = returning == "representation"
    return Writing(
        Form.OBJECT if keys_only else ask.form if whole else Form.NOTHING,
        whole or keys_only,
        keys_only,
        resolution,
        given.get("missing") == "default",
        cap,
    )


def _written_range(ask: Ask, result: Result) -> str:
    total = result.page if ask.preferences.count else None
    return content_range(0, result.page if ask.method == "PATCH" else 0, total)


def _written(ask: Ask, how: Writing, result: Result, headers: dict[str, str]) -> Answer:
    whole = how.returning and not how.keys_only
    only_updated = how.resolution == "merge-duplicates" and 0 < result.page == result.total
    if ask.method in ("POST", "PUT") and not only_updated:
        status = 201
    else:
        status = 200 if whole or ask.method == "POST" else 204
    if how.keys_only and result.page == 1 and result.body:
        headers["location"] = _location(ask.name, result.body)
    if not whole:
        return Answer(status, headers)
    return Answer(status, {"content-type": _type(ask.media), **headers}, result.body)


def _location(table: str, keys: str) -> str:
    pairs = [f"{quote(name)}=eq.{quote(str(value))}" for name, value in json.loads(keys).items()]
    return f"/{quote(table)}?{'&'.join(pairs)}"


def _call(catalog: Catalog, ask: Ask, cap: int) -> Plan:
    wanted = _wanted(catalog, ask)
    function = wanted.function
    if ask.preferences.strict and ask.preferences.max_affected is not None and not function.many:
        raise errors.not_counted()
    query = _windowed(ask)
    form = call.form_of(function, Form.NOTHING if ask.method == "HEAD" else ask.form)
    statement = call.statement(catalog, wanted, query, form, count=ask.preferences.count, cap=cap)

    def answer(result: Result) -> Answer:
        headers = ask.preferences.applied("return", "count")
        if function.shape is Shape.VOID:
            return Answer(204, {"content-range": content_range(0, result.page, None), **headers})
        return _rows(ask, result, query.root.offset, headers)

    def check(result: Result) -> None:
        _in_range(ask, result, query.root.offset)
        _check(ask, result, changed=True, single=function.shape is Shape.ROW)

    return Plan(statement, ask.reads or not function.volatile, answer, check)


def _wanted(catalog: Catalog, ask: Ask) -> call.Call:
    name = (ask.schema, ask.name)
    if ask.reads:
        names = frozenset(key for key, _ in ask.query.arguments)
        function, _ = call.choose(catalog, name, names, posted=False)
        return call.Call(function, call.arguments(function, ask.query.arguments), names)
    kind = payload.media_type(ask.content_type)
    text, names = payload.arguments(ask.body, kind)
    function, lone = call.choose(catalog, name, names, posted=True, kind=kind)
    return call.Call(function, text, names, lone)
