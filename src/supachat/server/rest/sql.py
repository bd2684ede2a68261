"""A tree becomes one SQL statement whose answer is already JSON text. Pure.

Every statement answers one row: body (text or null), page (rows in the body), total (all rows, or null).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, LiteralString

from psycopg import sql

from supachat.server.catalog import Catalog, Table
from supachat.server.rest import errors
from supachat.server.rest.pieces import (
    Scope,
    Value,
    Values,
    both,
    cast,
    condition,
    expression,
    ident,
    label,
    listing,
    ordering,
    relation,
)
from supachat.server.rest.relate import Link, find
from supachat.server.rest.tree import Condition, Count, Embed, Group, Item, Node, Pick, Query, Star


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
            select string_agg(k, ',') || E'\\n' from (
                select json_object_keys(row_to_json(f)) as k from (select * from source limit 1) as f
            ) as h
        ), '') || coalesce(string_agg(substring(_rows::text, 2, length(_rows::text) - 2), E'\\n'), '')""",
}


def envelope(ctes: sql.Composable, form: Form, total: sql.Composable | None) -> sql.Composed:
    """The last SELECT over the CTE `source`."""
    return sql.SQL("WITH {} SELECT {} AS body, count(*) AS page, {} AS total FROM source AS _rows").format(
        ctes, sql.SQL(_BODY[form]), total or sql.SQL("null::bigint")
    )


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
                if counting and not item.inner and item.label not in _filtered(node.where):
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
            body = body + ordering(scope, node.order, self.values) + self._window(node)
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
        found = cast(expression(scope, item.field, self.values), item.cast)
        return sql.SQL("{} AS {}").format(found, label(item.label))

    def _count_item(self, scope: Scope, item: Count) -> sql.Composable:
        found: sql.Composable = sql.SQL("count(*)")
        if "count" in scope.table.columns:
            found = sql.SQL("{}.{}").format(scope.alias, ident("count"))
        return sql.SQL("{} AS {}").format(found, label(item.alias))

    def _embed(
        self,
        scope: Scope,
        embed: Embed,
        items: list[sql.Composable],
        joins: list[sql.Composable],
        absent: dict[str, sql.Composable],
    ) -> None:
        link = find(self.catalog, scope.table, embed)
        if embed.spread and link.many:
            raise errors.not_spreadable(scope.table.name, link.child.name)
        inside = self._inside(link, embed.node, scope.alias)
        alias = self.alias()
        source, kept, missing = _shaped(inside, alias, link.many, embed.spread)
        joins.append(
            sql.SQL(" {} JOIN LATERAL ({}) AS {} ON {}").format(
                sql.SQL("INNER" if embed.inner else "LEFT"),
                source,
                alias,
                sql.SQL("NOT ({})").format(missing) if embed.inner else sql.SQL("TRUE"),
            )
        )
        absent[embed.label] = missing
        if embed.spread:
            items.append(kept)
        elif embed.node.items:
            items.append(sql.SQL("{} AS {}").format(kept, label(embed.label)))

    def _inside(self, link: Link, node: Node, parent: sql.Identifier) -> sql.Composable:
        linked = Linked(parent, link, self.alias() if link.junction else None)
        return self.select(node, link.child, relation(link.child), linked=linked)


@dataclass(frozen=True)
class Linked:
    """The conditions that tie an embedded table to the row around it."""

    parent: sql.Identifier
    link: Link
    junction: sql.Identifier | None

    def conditions(self, child: sql.Identifier) -> list[sql.Composable]:
        if self.link.junction is None or self.junction is None:
            return _equal(self.parent, child, self.link.joins)
        inner = _equal(self.parent, self.junction, self.link.joins)
        inner += _equal(self.junction, child, self.link.onward)
        return [
            sql.SQL("EXISTS (SELECT 1 FROM {} AS {}{})").format(
                relation(self.link.junction), self.junction, both(inner)
            )
        ]


def _filtered(where: tuple[Condition, ...]) -> set[str]:
    """The names that filters speak of."""
    names: set[str] = set()
    for part in where:
        names |= _filtered(part.parts) if isinstance(part, Group) else {part.field.name}
    return names


def _equal(
    left: sql.Identifier, right: sql.Identifier, pairs: tuple[tuple[str, str], ...]
) -> list[sql.Composable]:
    return [sql.SQL("{}.{} = {}.{}").format(left, ident(one), right, ident(other)) for one, other in pairs]


def _shaped(
    inside: sql.Composable, alias: sql.Identifier, many: bool, spread: bool
) -> tuple[sql.Composable, sql.Composable, sql.Composable]:
    """The lateral subquery, what is taken of it, and the condition that it found no row."""
    if spread:
        # a row of nulls that was found IS NULL too, but it is not the same as no row
        missing = sql.SQL("{} IS NOT DISTINCT FROM NULL").format(alias)
        return inside, sql.SQL("{}.*").format(alias), missing
    if many:
        source = sql.SQL("SELECT coalesce(json_agg(_rows), '[]') AS j, count(*) AS n FROM ({}) AS _rows")
        return (
            source.format(inside),
            sql.SQL("{}.j").format(alias),
            sql.SQL("coalesce({}.n, 0) = 0").format(alias),
        )
    source = sql.SQL("SELECT row_to_json(_rows) AS j FROM ({}) AS _rows")
    return source.format(inside), sql.SQL("{}.j").format(alias), sql.SQL("{}.j IS NULL").format(alias)


def mentioned(catalog: Catalog, table: Table, node: Node) -> tuple[str, ...] | None:
    """The columns that shaping rows of `table` by `node` needs; None for all of them."""
    if any(isinstance(item, Star) for item in node.items):
        return None
    names: list[str] = [order.field.name for order in node.order]
    for item in node.items:
        names += _named(catalog, table, item)
    for name in names:
        Scope(table, ident("t0")).column(name)
    return tuple(dict.fromkeys(names))


def _named(catalog: Catalog, table: Table, item: Item) -> list[str]:
    if isinstance(item, Embed):
        return [one for one, _ in find(catalog, table, item).joins]
    if isinstance(item, Pick):
        return [item.field.name]
    return ["count"] if "count" in table.columns else []
