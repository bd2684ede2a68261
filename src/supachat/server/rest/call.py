"""A function call as one SQL statement: which overload is meant, its named arguments, its rows. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence, Set
from dataclasses import dataclass

from psycopg import sql

from supachat.server.catalog import Catalog, Function, Shape
from supachat.server.rest import errors
from supachat.server.rest.pieces import Values, from_catalog, ident, listing
from supachat.server.rest.sql import Form, Selects, Statement, envelope, made_flat
from supachat.server.rest.tree import Query

_ONE = {Form.ROWS: Form.OBJECT, Form.ROWS_STRIPPED: Form.OBJECT_STRIPPED}
_RETURNED = ident("t0")
_LONE = {"json": "application/json", "jsonb": "application/json", "text": "text/plain"}


@dataclass(frozen=True, slots=True)
class Call:
    """`function` with the arguments in the JSON object `text`; with `lone`, `text` is its one argument."""

    function: Function
    text: str
    given: frozenset[str]
    lone: bool = False


def choose(
    catalog: Catalog,
    name: tuple[str, str],
    given: Set[str],
    *,
    posted: bool,
    kind: str = "application/json",
) -> tuple[Function, bool]:
    """The overload that takes exactly these arguments, and whether as one unnamed parameter.

    To PostgREST the name of an unnamed parameter is empty: an argument without a name fits it.
    """
    overloads = [one for one in catalog.functions.get(name, ()) if _callable(one)]
    by_name = kind != "text/plain" and (posted or "" not in given)
    fitting = [one for one in overloads if by_name and _fits(one, given)]
    if len(fitting) > 1:
        raise errors.many_functions(fitting)
    if fitting:
        return fitting[0], posted and _is_lone(fitting[0])
    alone = [one for one in overloads if posted and _takes_body(one, kind)]
    if len(alone) > 1:
        raise errors.many_functions(alone)
    if alone:
        return alone[0], True
    of_row = {(one.schema, one.name) for ones in catalog.of_row.values() for one in ones}
    known = {
        key: ones for key, ones in catalog.functions.items() if key in of_row or any(map(_callable, ones))
    }
    raise errors.no_function(name, given, posted=posted, known=known)


def _callable(function: Function) -> bool:
    """Whether REST can call it at all: with names for everything, or one parameter that takes a body."""
    return all(part.name for part in function.parameters) or (
        _is_lone(function) and function.parameters[0].type in _LONE
    )


def _is_lone(function: Function) -> bool:
    return len(function.parameters) == 1 and not function.parameters[0].name


def _fits(function: Function, given: Set[str]) -> bool:
    names = {part.name for part in function.parameters}
    required = {part.name for part in function.parameters if part.required}
    return required <= given <= names


def _takes_body(function: Function, kind: str) -> bool:
    return _is_lone(function) and _LONE[function.parameters[0].type] == kind


def arguments(function: Function, pairs: Sequence[tuple[str, str]]) -> str:
    """The arguments of a query string as a JSON object of texts; a variadic one takes every value."""
    found: dict[str, str | list[str]] = {}
    variadic = {part.name for part in function.parameters if part.variadic}
    for name, value in pairs:
        earlier = found.get(name)
        if name in variadic:
            found[name] = [*earlier, value] if isinstance(earlier, list) else [value]
        else:
            found[name] = value
    return json.dumps(found)


def statement(
    catalog: Catalog, call: Call, query: Query, form: Form, *, count: bool, cap: int
) -> Statement:
    """Calls the function once and shapes what it returned."""
    values = Values()
    function, rows = call.function, ident("called")
    table, extra = made_flat(function.rows, query.root, _RETURNED)
    called = sql.SQL("called AS ({})").format(_called(call, values, extra))
    if function.shape is not Shape.ROW:
        source: sql.Composable = sql.SQL("SELECT v FROM called LIMIT {}").format(values.add(cap))
        total: sql.Composable | None = sql.SQL("(SELECT count(*) FROM called)") if count else None
    else:
        selects = Selects(catalog, values, cap)
        source = selects.select(query.root, table, rows)
        total = selects.count(query.root, table, rows) if count else None
    ctes = sql.SQL("{}, source AS ({})").format(called, source)
    return Statement(envelope(ctes, form, total), values.given)


def form_of(function: Function, wanted: Form) -> Form:
    """`wanted` as far as this function's answer can have it."""
    if function.shape is Shape.VOID or wanted is Form.NOTHING:
        return Form.NOTHING
    if function.shape is Shape.SCALAR and wanted is not Form.CSV:
        return Form.VALUES if function.many and wanted is Form.ROWS else Form.VALUE
    if not function.many:
        return _ONE.get(wanted, wanted)
    return wanted


def _called(call: Call, values: Values, extra: list[sql.Composable]) -> sql.Composable:
    function = call.function
    alias: sql.Composable = _RETURNED
    wanted: sql.Composable = listing([sql.SQL("{}.*").format(_RETURNED), *extra])
    if function.shape is Shape.VOID:
        wanted = sql.SQL("1 AS v")
    elif function.shape is Shape.SCALAR:
        alias, wanted = sql.SQL("{}(v)").format(_RETURNED), sql.SQL("{}.v").format(_RETURNED)
    name = ident(function.schema, function.name)
    if call.lone:
        body = sql.SQL("{}::{}").format(values.add(call.text), from_catalog(function.parameters[0].type))
        return sql.SQL("SELECT {} FROM {}({}) AS {}").format(wanted, name, body, alias)
    given = [part for part in function.parameters if part.name in call.given]
    if not given:
        return sql.SQL("SELECT {} FROM {}() AS {}").format(wanted, name, alias)
    typed = [sql.SQL("{} {}").format(ident(part.name), from_catalog(part.type)) for part in given]
    named = [
        sql.SQL("{}{} => _a.{}").format(
            sql.SQL("VARIADIC " if part.variadic else ""),
            ident(part.name),
            ident(part.name),
        )
        for part in given
    ]
    return sql.SQL("SELECT {} FROM json_to_record({}::json) AS _a({}), LATERAL {}({}) AS {}").format(
        wanted, values.add(call.text), listing(list(typed)), name, listing(list(named)), alias
    )
