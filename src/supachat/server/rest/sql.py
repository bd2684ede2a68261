"""A tree becomes one SQL statement whose answer is already JSON text. Pure.

Every statement answers one row: body (text or null), page (rows in the body), total (all rows, or null),
and the headers and status that it set itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, LiteralString

from psycopg import sql

from supachat.server.catalog import Catalog, Table
from supachat.server.rest import errors
from supachat.server.rest.embed import Linked, Shaped, filtered, labels, shaped, spread, spread_many
from supachat.server.rest.pieces import (
    Scope,
    Value,
    Values,
    both,
    cast,
    condition,
    directed,
    expression,
    ident,
    label,
    listing,
    ordering,
    relation,
)
from supachat.server.rest.relate import Link, find
from supachat.server.rest.tree import Count, Embed, Item, Node, Order, Pick, Query, Star


class Form(StrEnum):
    """How the rows become the body. VALUES and VALUE take the column `v` of each row."""

    ROWS = "rows"
    OBJECT = "object"
    ROWS_STRIPPED = "rows without nulls"
    OBJECT_STRIPPED = "object without nulls"
    CSV = "csv"
    VALUES = "values"
    VALUE = "value"
    NOTHING = "nothing"

    @property
    def single(self) -> bool:
        """Whether anything but one row is refused."""
        return self in (Form.OBJECT, Form.OBJECT_STRIPPED)


@dataclass(frozen=True, slots=True)
class Statement:
    text: sql.Composed
    values: Mapping[str, Value]


_BODY: Final[Mapping[Form, LiteralString]] = {
    Form.ROWS: "coalesce(json_agg(_rows), '[]')::text",
    Form.OBJECT: "coalesce(json_agg(_rows) -> 0, 'null')::text",
    Form.ROWS_STRIPPED: "coalesce(json_strip_nulls(json_agg(_rows)), '[]')::text",
    Form.OBJECT_STRIPPED: "coalesce(json_strip_nulls(json_agg(_rows) -> 0), 'null')::text",
    Form.VALUES: "coalesce(json_agg(_rows.v), '[]')::text",
    Form.VALUE: "coalesce(json_agg(_rows.v) -> 0, 'null')::text",
    Form.NOTHING: "null::text",
    Form.CSV: """coalesce((
            select string_agg(k, ',') from (
                select json_object_keys(row_to_json(f)) as k from (select * from source limit 1) as f
            ) as h
        ), '') || E'\\n'
        || coalesce(string_agg(substring(_rows::text, 2, length(_rows::text) - 2), E'\\n'), '')""",
}


SET_BY_SQL: Final[LiteralString] = (
    "nullif(current_setting('response.headers', true), '') AS headers, "
    "nullif(current_setting('response.status', true), '') AS status"
)
"""What the statement itself chose of its answer; read when it has run, since it is the last to be made."""


def envelope(ctes: sql.Composable, form: Form, total: sql.Composable | None) -> sql.Composed:
    """The last SELECT over the CTE `source`."""
    return sql.SQL(
        "WITH {} SELECT {} AS body, count(*) AS page, {} AS total, {} FROM source AS _rows"
    ).format(ctes, sql.SQL(_BODY[form]), total or sql.SQL("null::bigint"), sql.SQL(SET_BY_SQL))


def read(catalog: Catalog, table: Table, query: Query, form: Form, *, count: bool, cap: int) -> Statement:
    """Rows of `table`, at most `cap`; with `count` also how many there are without limit and offset."""
    selects = Selects(catalog, Values(), cap)
    source = sql.SQL("source AS ({})").format(selects.select(query.root, table, relation(table)))
    total = selects.count(query.root, table, relation(table)) if count else None
    return Statement(envelope(source, form, total), selects.values.given)


class Selects:
    """Builds the SELECTs of one statement; each table in it has an alias of its own."""

    def __init__(self, catalog: Catalog, values: Values, cap: int) -> None:
        self.catalog, self.values, self.cap = catalog, values, cap
        self._aliases = 0

    def select(
        self,
        node: Node,
        table: Table,
        source: sql.Composable,
        *,
        linked: Linked | None = None,
        counting: bool = False,
    ) -> sql.Composable:
        """`node` of `table`, read from `source`. `linked` ties it to the row that it is embedded in."""
        alias = self.alias()
        items: list[sql.Composable] = []
        joins: list[sql.Composable] = []
        absent: dict[str, sql.Composable] = {}
        scope = Scope(table, alias, absent)
        for item in node.items:
            if isinstance(item, Embed):
                if counting and not item.inner and item.label not in filtered(node.where):
                    continue
                self._embed(scope, item, items, joins, absent)
            else:
                items.append(self._item(scope, item))
        where = [condition(scope, part, self.values) for part in node.where]
        if linked:
            where[:0] = linked.conditions(alias)
        body = sql.SQL("{} FROM {} AS {}{}{}").format(
            sql.SQL("") if counting else listing(items), source, alias, sql.SQL("").join(joins), both(where)
        )
        if not counting:
            terms = [directed(self._ordered(scope, node, order), order) for order in node.order]
            body = body + ordering(terms) + self._window(node)
        return sql.SQL("SELECT ") + body

    def count(self, node: Node, table: Table, source: sql.Composable) -> sql.Composable:
        """How many rows `node` has without limit and offset, as a scalar subquery."""
        rows = self.select(node, table, source, counting=True)
        return sql.SQL("(SELECT count(*) FROM ({}) AS _all)").format(rows)

    def alias(self) -> sql.Identifier:
        self._aliases += 1
        return ident(f"t{self._aliases}")

    def _window(self, node: Node) -> sql.Composable:
        limit = self.cap if node.limit is None else min(node.limit, self.cap)
        found = sql.SQL(" LIMIT {}").format(self.values.add(limit))
        return found + sql.SQL(" OFFSET {}").format(self.values.add(node.offset)) if node.offset else found

    def _item(self, scope: Scope, item: Star | Count | Pick) -> sql.Composable:
        if isinstance(item, Star):
            return sql.SQL("{}.*").format(scope.alias)
        if isinstance(item, Count):
            return self._count_item(scope, item)
        found = expression(scope, item.field, self.values)
        own = self.catalog.types.get((scope.table.schema, item.cast)) if item.cast else None
        return sql.SQL("{} AS {}").format(cast(found, item.cast, own), label(item.label))

    def _count_item(self, scope: Scope, item: Count) -> sql.Composable:
        found: sql.Composable = sql.SQL("count(*)")
        if "count" in scope.table.columns:
            found = sql.SQL("{}.{}").format(scope.alias, ident("count"))
        return sql.SQL("{} AS {}").format(found, label(item.alias))

    def _ordered(self, scope: Scope, node: Node, order: Order) -> sql.Composable:
        """What `order` compares: a value of the row itself, or of the one row embedded in it."""
        if order.relation is None:
            return expression(scope, order.field, self.values)
        embeds = [item for item in node.items if isinstance(item, Embed)]
        wanted = next((one for one in embeds if order.relation in (one.label, one.name)), None)
        if wanted is None:
            raise errors.unknown_embed(order.relation)
        link = find(self.catalog, scope.table, wanted)
        if link.many:
            raise errors.not_orderable(scope.table.name, order.relation)
        only = replace(wanted.node, items=(Pick(order.field),), order=(), limit=1, offset=0)
        return sql.SQL("({})").format(self._inside(link, only, scope.alias))

    def _embed(
        self,
        scope: Scope,
        embed: Embed,
        items: list[sql.Composable],
        joins: list[sql.Composable],
        absent: dict[str, sql.Composable],
    ) -> None:
        link = find(self.catalog, scope.table, embed)
        inside = self._inside(link, embed.node, scope.alias)
        alias = self.alias()
        made = self._shaped(link, embed, inside, alias)
        joins.append(
            sql.SQL(" {} JOIN LATERAL ({}) AS {} ON {}").format(
                sql.SQL("INNER" if embed.inner else "LEFT"),
                made.source,
                alias,
                sql.SQL("NOT ({})").format(made.missing) if embed.inner else sql.SQL("TRUE"),
            )
        )
        absent[embed.label] = made.missing
        if embed.node.items:
            items.append(
                made.kept if embed.spread else sql.SQL("{} AS {}").format(made.kept, label(embed.label))
            )

    def _shaped(self, link: Link, embed: Embed, inside: sql.Composable, alias: sql.Identifier) -> Shaped:
        if not embed.spread:
            return shaped(inside, alias, many=link.many)
        if link.many:
            return spread_many(inside, alias, list(labels(self.catalog, link.child, embed.node)))
        return spread(inside, alias)

    def _inside(self, link: Link, node: Node, parent: sql.Identifier) -> sql.Composable:
        linked = Linked(parent, link, self.alias() if link.junction else None)
        return self.select(node, link.child, linked.source, linked=linked)


def mentioned(catalog: Catalog, table: Table, node: Node) -> tuple[str, ...] | None:
    """The columns that shaping rows of `table` by `node` needs; None for all of them."""
    if any(isinstance(item, Star) for item in node.items):
        return None
    names: list[str] = [order.field.name for order in node.order if order.relation is None]
    for item in node.items:
        names += _named(catalog, table, item)
    for name in names:
        Scope(table, ident("t0")).column(name)
    return tuple(dict.fromkeys(name for name in names if name in table.columns))


def made_flat(table: Table, node: Node, alias: sql.Identifier) -> tuple[Table, list[sql.Composable]]:
    """What `node` asks of `table`'s functions of a row, as columns: a CTE has no such functions."""
    asked = [item.field.name for item in node.items if isinstance(item, Pick)]
    asked += [order.field.name for order in node.order if order.relation is None]
    asked += filtered(node.where)
    names = [name for name in dict.fromkeys(asked) if name in table.computed and name not in table.columns]
    scope = Scope(table, alias)
    extra = [sql.SQL("{} AS {}").format(scope.value(name), ident(name)) for name in names]
    flat = {**table.columns, **{name: table.computed[name] for name in names}}
    return replace(table, columns=flat, computed={}), list(extra)


def _named(catalog: Catalog, table: Table, item: Item) -> list[str]:
    if isinstance(item, Embed):
        return [one for one, _ in find(catalog, table, item).joins]
    if isinstance(item, Pick):
        return [item.field.name]
    return ["count"] if "count" in table.columns else []
