"""What one request will do: its statement, the checks on its result, and its answer. Pure.

A plan is made against one catalog; a name that is not in it raises UnknownName before any SQL is run.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import quote

from supachat.server.catalog import Catalog, Shape, Table
from supachat.server.rest import call, errors, payload, sql, write
from supachat.server.rest.ask import Ask
from supachat.server.rest.parse import canonical
from supachat.server.rest.run import Result
from supachat.server.rest.sql import Form, Statement
from supachat.server.rest.tree import Query
from supachat.server.rest.write import Writing


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers and body; `body` None is an answer without one."""

    status: int
    headers: dict[str, str]
    body: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """`check` runs inside the transaction and may undo it; `answer` after its commit."""

    statement: Statement
    read_only: bool
    check: Callable[[Result], None]
    answer: Callable[[Result], Answer]


def plan(catalog: Catalog, ask: Ask, cap: int) -> Plan:
    """The plan of `ask`; at most `cap` rows are answered."""
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

    return Plan(statement, True, check, answer)


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
}


def _write(catalog: Catalog, table: Table, ask: Ask, cap: int) -> Plan:
    how = _writing(ask, cap)
    if ask.method == "DELETE":
        statement = write.delete(catalog, table, ask.query, how)
    else:
        kind = payload.media_type(ask.content_type)
        given = payload.read(ask.body, kind, uniform=ask.query.columns is None and ask.method == "POST")
        change = write.insert if ask.method == "POST" else write.update
        statement = change(catalog, table, ask.query, given, how)

    def answer(result: Result) -> Answer:
        headers = {
            "content-range": _written_range(ask, result),
            **ask.preferences.applied(*_RESULT_PREFERENCES[ask.method]),
        }
        return _written(ask, how, result, headers)

    changed = ask.method in ("PATCH", "DELETE")
    return Plan(statement, False, lambda result: _check(ask, result, changed=changed), answer)


def _writing(ask: Ask, cap: int) -> Writing:
    given, returning = ask.preferences.given, ask.preferences.returning
    posted = ask.method == "POST"
    keys_only = returning == "headers-only" and posted
    whole = returning == "representation"
    return Writing(
        Form.OBJECT if keys_only else ask.form if whole else Form.NOTHING,
        whole or keys_only,
        keys_only,
        given.get("resolution") if posted else None,
        given.get("missing") == "default",
        cap,
    )


def _written_range(ask: Ask, result: Result) -> str:
    total = result.page if ask.preferences.count else None
    return content_range(0, result.page if ask.method == "PATCH" else 0, total)


def _written(ask: Ask, how: Writing, result: Result, headers: dict[str, str]) -> Answer:
    whole = how.returning and not how.keys_only
    if ask.method == "POST":
        only_updated = how.resolution == "merge-duplicates" and 0 < result.page == result.total
        status = 200 if only_updated else 201
    else:
        status = 200 if whole else 204
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

    return Plan(statement, ask.reads or not function.volatile, check, answer)


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
