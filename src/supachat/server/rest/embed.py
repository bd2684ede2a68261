"""Rows of a related table inside each row: how they are tied to it, and in which shape they stand. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from psycopg import sql

from supachat.server.catalog import Catalog, Table
from supachat.server.rest.pieces import both, ident, label, listing, relation
from supachat.server.rest.relate import Link, find
from supachat.server.rest.tree import Condition, Count, Embed, Group, Node, Pick

_COUNTER = ident("pgrst_rows")


@dataclass(frozen=True)
class Linked:
    """The conditions that tie an embedded table to the row around it."""

    parent: sql.Identifier
    link: Link
    junction: sql.Identifier | None

    @property
    def source(self) -> sql.Composable:
        """What the embedded rows are read from."""
        function = self.link.function
        if function is None:
            return relation(self.link.child)
        return sql.SQL("{}({})").format(ident(function.schema, function.name), self.parent)

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


def _equal(
    left: sql.Identifier, right: sql.Identifier, pairs: tuple[tuple[str, str], ...]
) -> list[sql.Composable]:
    return [sql.SQL("{}.{} = {}.{}").format(left, ident(one), right, ident(other)) for one, other in pairs]


@dataclass(frozen=True)
class Shaped:
    """The lateral subquery, what is taken of it, and the condition that it found no row."""

    source: sql.Composable
    kept: sql.Composable
    missing: sql.Composable


def shaped(inside: sql.Composable, alias: sql.Identifier, *, many: bool) -> Shaped:
    """The rows as one JSON value: an array, or an object of a to-one link."""
    kept = sql.SQL("{}.j").format(alias)
    if many:
        source = sql.SQL("SELECT coalesce(json_agg(_rows), '[]') AS j, count(*) AS n FROM ({}) AS _rows")
        return Shaped(source.format(inside), kept, sql.SQL("coalesce({}.n, 0) = 0").format(alias))
    source = sql.SQL("SELECT row_to_json(_rows) AS j FROM ({}) AS _rows")
    return Shaped(source.format(inside), kept, sql.SQL("{}.j IS NULL").format(alias))


def spread(inside: sql.Composable, alias: sql.Identifier) -> Shaped:
    """The one row's columns among those of the row around it."""
    # a row of nulls that was found IS NULL too, but it is not the same as no row
    missing = sql.SQL("{} IS NOT DISTINCT FROM NULL").format(alias)
    return Shaped(inside, sql.SQL("{}.*").format(alias), missing)


def spread_many(inside: sql.Composable, alias: sql.Identifier, names: list[str]) -> Shaped:
    """Each column of the rows as an array among the columns of the row around them."""
    columns = [
        sql.SQL("coalesce(json_agg(_rows.{}), '[]') AS {}").format(label(name), label(name))
        for name in names
    ]
    source = sql.SQL("SELECT {} FROM ({}) AS _rows").format(
        listing([*columns, sql.SQL("count(*) AS {}").format(_COUNTER)]), inside
    )
    kept = listing([sql.SQL("{}.{}").format(alias, label(name)) for name in names])
    return Shaped(source, kept, sql.SQL("coalesce({}.{}, 0) = 0").format(alias, _COUNTER))


def labels(catalog: Catalog, table: Table, node: Node) -> Iterator[str]:
    """The names of the columns that `node` of `table` makes, in order."""
    for item in node.items:
        if isinstance(item, Embed):
            if item.spread:
                yield from labels(catalog, find(catalog, table, item).child, item.node)
            elif item.node.items:
                yield item.label
        elif isinstance(item, Pick):
            yield item.label
        elif isinstance(item, Count):
            yield item.alias
        else:
            yield from table.columns


def filtered(where: tuple[Condition, ...]) -> set[str]:
    """The names that filters speak of."""
    names: set[str] = set()
    for part in where:
        names |= filtered(part.parts) if isinstance(part, Group) else {part.field.name}
    return names
