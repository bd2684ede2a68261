"""INSERT, UPDATE and DELETE as one SQL statement, with the written rows shaped as a read would. Pure.

The body reaches Postgres as one parameter; its keys become columns only if the catalog holds them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from psycopg import sql

from supachat.server.catalog import Catalog, Table
from supachat.server.rest import errors
from supachat.server.rest.payload import Payload
from supachat.server.rest.pieces import (
    Scope,
    Values,
    both,
    condition,
    from_catalog,
    ident,
    listing,
    relation,
)
from supachat.server.rest.sql import Form, Selects, Statement, envelope, made_flat, mentioned
from supachat.server.rest.sqlstates import from_postgres
from supachat.server.rest.tree import Query

UPDATED = "supachat.updated"
"""The setting in which an upsert counts the rows that were there before."""

_TARGET = ident("t0")
_GIVEN = ident("_")


@dataclass(frozen=True, slots=True)
class Writing:
    """How to write: `form` of the answer, `returning` rows at all or their keys only, and the upsert's way.

    `resolution` is "merge-duplicates", "ignore-duplicates" or None; `defaults` fills missing keys.
    """

    form: Form = Form.NOTHING
    returning: bool = False
    keys_only: bool = False
    resolution: str | None = None
    defaults: bool = False
    cap: int = 1000


def put(catalog: Catalog, table: Table, query: Query, payload: Payload, how: Writing) -> Statement:
    """Upserts the one object of `payload` that has the key which the filters name."""
    if not set(table.primary_key) <= set(query.columns or payload.keys):
        raise errors.put_other_key()
    return insert(catalog, table, replace(query, on_conflict=None), payload, how, chosen=True)


def insert(
    catalog: Catalog, table: Table, query: Query, payload: Payload, how: Writing, *, chosen: bool = False
) -> Statement:
    """Inserts or upserts every object of `payload`; with `chosen` only those that the filters name."""
    values = Values()
    columns = known(table, query.columns or payload.keys)
    if payload.count == 0:
        return _nothing(catalog, table, query, how, values)
    if not columns:
        if payload.count > 1:
            raise errors.bad_body("Several empty objects cannot be inserted at once")
        into = sql.SQL("INSERT INTO {} AS {} DEFAULT VALUES").format(relation(table), _TARGET)
    else:
        into = sql.SQL("INSERT INTO {} AS {}({}) SELECT {} FROM {}{}").format(
            relation(table),
            _TARGET,
            _names(columns),
            _names(columns),
            recordset(table, columns, payload, how.defaults, values),
            _where(table, query, values, _GIVEN) if chosen else sql.SQL(""),
        )
    return _answered(catalog, table, query, how, values, into + _conflict(table, query, columns, how))


def update(catalog: Catalog, table: Table, query: Query, payload: Payload, how: Writing) -> Statement:
    """Sets what the first object of `payload` holds, in the rows that the filters name."""
    values = Values()
    columns = known(table, query.columns or payload.keys)
    if not columns or payload.count == 0:
        return _nothing(catalog, table, query, how, values)
    _need_filter(query, "UPDATE")
    given = recordset(table, columns, payload, False, values)
    changes = [sql.SQL("{} = _body.{}").format(ident(name), ident(name)) for name in columns]
    change = sql.SQL("UPDATE {} AS {} SET {} FROM (SELECT * FROM {} LIMIT 1) AS _body{}").format(
        relation(table), _TARGET, listing(list(changes)), given, _where(table, query, values)
    )
    return _answered(catalog, table, query, how, values, change)


def delete(catalog: Catalog, table: Table, query: Query, how: Writing) -> Statement:
    """Deletes the rows that the filters name."""
    values = Values()
    _need_filter(query, "DELETE")
    change = sql.SQL("DELETE FROM {} AS {}{}").format(
        relation(table), _TARGET, _where(table, query, values)
    )
    return _answered(catalog, table, query, how, values, change)


def known(table: Table, names: Iterable[str]) -> tuple[str, ...]:
    """`names`, if the table has them all; else PGRST204."""
    found = tuple(names)
    for name in found:
        if name not in table.columns:
            raise errors.no_column_to_write(table.name, name)
    return found


def recordset(
    table: Table, columns: tuple[str, ...], payload: Payload, defaults: bool, values: Values
) -> sql.Composable:
    """The payload's objects as rows with the table's own types."""
    body = values.add(payload.as_list)
    typed = listing(
        # the type is Postgres' own spelling of it, from the catalog
        [sql.SQL("{} {}").format(ident(name), _type(table, name)) for name in columns]
    )
    source = sql.SQL("json_to_recordset({}::json) AS _({})").format(body, typed)
    filled = [name for name in columns if table.columns[name].default] if defaults else []
    if not filled:
        return source
    pairs = [sql.SQL("{}::text, {}").format(values.add(name), _default(table, name)) for name in filled]
    return sql.SQL(
        "jsonb_to_recordset((SELECT jsonb_agg(jsonb_build_object({}) || _one)"
        " FROM jsonb_array_elements({}::jsonb) AS _one)) AS _({})"
    ).format(listing(list(pairs)), body, typed)


def _type(table: Table, name: str) -> sql.Composable:
    return from_catalog(table.columns[name].type)


def _default(table: Table, name: str) -> sql.Composable:
    return sql.SQL("({})").format(from_catalog(table.columns[name].default or "null"))


def _names(columns: Iterable[str]) -> sql.Composable:
    return listing([ident(name) for name in columns])


def _where(table: Table, query: Query, values: Values, alias: sql.Identifier = _TARGET) -> sql.Composable:
    scope = Scope(table, alias)
    return both([condition(scope, part, values) for part in query.root.where])


def _need_filter(query: Query, verb: str) -> None:
    """Hosted projects load safeupdate for the API's role: no filter, no mass change."""
    if not query.root.where:
        raise from_postgres("21000", f"{verb} requires a WHERE clause", None, None, anonymous=False)


def _conflict(table: Table, query: Query, columns: tuple[str, ...], how: Writing) -> sql.Composable:
    target = known(table, query.on_conflict or table.primary_key)
    if how.resolution is None or not target:
        return sql.SQL("")
    if how.resolution == "ignore-duplicates" or not columns:
        return sql.SQL(" ON CONFLICT({}) DO NOTHING").format(_names(target))
    changes = [sql.SQL("{} = EXCLUDED.{}").format(ident(name), ident(name)) for name in columns]
    # counts without reading a column: reading one would need rights that writing does not
    counted = sql.SQL(
        "set_config({0}, (coalesce(nullif(current_setting({0}, true), ''), '0')::int + 1)::text, true)"
        " IS NOT NULL"
    ).format(sql.Literal(UPDATED))
    return sql.SQL(" ON CONFLICT({}) DO UPDATE SET {} WHERE {}").format(
        _names(target), listing(list(changes)), counted
    )


def _nothing(catalog: Catalog, table: Table, query: Query, how: Writing, values: Values) -> Statement:
    """The statement for a write that changes no row."""
    rows: sql.Composable = sql.SQL("SELECT WHERE false")
    if how.returning:
        columns = [sql.SQL("*"), *made_flat(table, query.root, _TARGET)[1]]
        rows = sql.SQL("SELECT {} FROM {} AS {} WHERE false").format(
            listing(columns), relation(table), _TARGET
        )
    return _shaped(catalog, table, query, how, values, rows)


def _answered(
    catalog: Catalog, table: Table, query: Query, how: Writing, values: Values, change: sql.Composable
) -> Statement:
    return _shaped(catalog, table, query, how, values, change + _returning(catalog, table, query, how))


def _returning(catalog: Catalog, table: Table, query: Query, how: Writing) -> sql.Composable:
    """Only what the answer needs: each column returned needs the right to read it."""
    if not how.returning:
        return sql.SQL(" RETURNING 1")
    names = table.primary_key if how.keys_only else mentioned(catalog, table, query.root)
    if names is None:
        wanted: list[sql.Composable] = [sql.SQL("{}.*").format(_TARGET)]
    else:
        wanted = [sql.SQL("{}.{}").format(_TARGET, ident(name)) for name in names]
    if not how.keys_only:
        wanted += made_flat(table, query.root, _TARGET)[1]
    return sql.SQL(" RETURNING {}").format(listing(wanted or [sql.SQL("1")]))


def _shaped(
    catalog: Catalog, table: Table, query: Query, how: Writing, values: Values, rows: sql.Composable
) -> Statement:
    if not how.returning or how.keys_only:
        ctes = sql.SQL("source AS ({})").format(rows)
    else:
        node = replace(query.root, where=(), limit=None, offset=0)
        flat, _ = made_flat(table, query.root, _TARGET)
        shaped = Selects(catalog, values, how.cap).select(node, flat, ident("written"))
        ctes = sql.SQL("written AS ({}), source AS ({})").format(rows, shaped)
    updated = sql.SQL("coalesce(nullif(current_setting({}, true), ''), '0')::bigint").format(
        sql.Literal(UPDATED)
    )
    return Statement(envelope(ctes, how.form, updated if how.resolution else None), values.given)
