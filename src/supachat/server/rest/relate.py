"""How two tables hang together: which foreign key, or function of a row, an embed means. Pure.

Looks within one schema, by table name, constraint name or column, and by a hint where two would fit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from supachat.server.catalog import Catalog, ForeignKey, Function, Shape, Table
from supachat.server.rest import errors
from supachat.server.rest.tree import Embed


@dataclass(frozen=True, slots=True)
class Link:
    """From `parent` to `child`. `keys` are the foreign keys on the way: one, or two through a junction.

    `joins` pairs columns of the parent with columns of the child, or of the junction, which
    `onward` then pairs with the child's. A `function` of the parent's row needs none of them.
    """

    parent: Table
    child: Table
    many: bool
    keys: tuple[ForeignKey, ...]
    joins: tuple[tuple[str, str], ...]
    junction: Table | None = None
    onward: tuple[tuple[str, str], ...] = ()
    function: Function | None = None

    @property
    def hint(self) -> str:
        return self.junction.name if self.junction else self.keys[0].name

    @property
    def told(self) -> dict[str, str]:
        """How PGRST201 describes it."""
        kind = "many-to-many" if self.junction else self._kind
        using = " and ".join(f"{key.name}({', '.join(key.columns)})" for key in self.keys)
        words = f"{self.junction.name} using {using}" if self.junction else self._columns
        return {
            "cardinality": kind,
            "embedding": f"{self.parent.name} with {self.child.name}",
            "relationship": words,
        }

    @property
    def _columns(self) -> str:
        here, there = (", ".join(names) for names in zip(*self.joins, strict=True))
        return f"{self.keys[0].name} using {self.parent.name}({here}) and {self.child.name}({there})"

    @property
    def _kind(self) -> str:
        if self.keys[0].unique:
            return "one-to-one"
        return "one-to-many" if self.many else "many-to-one"


def find(catalog: Catalog, parent: Table, embed: Embed) -> Link:
    """The one link that `embed` means, or PGRST200 / PGRST201."""
    for function in catalog.of_row.get(parent.key, ()):
        if function.name == embed.name and function.shape is Shape.ROW:
            many = function.many and not function.lone
            return Link(parent, function.rows, many, (), (), function=function)
    found = [link for link in _links(catalog, parent) if _means(link, embed)]
    if len(found) > 1:
        found = [link for link in found if not link.child.is_view and _column(link) == embed.name] or found
    if not found:
        raise errors.no_relationship(parent.name, embed.name, parent.schema, embed.hint)
    if len(found) > 1:
        told, hints = [link.told for link in found], [link.hint for link in found]
        raise errors.many_relationships(parent.name, embed.name, told, hints)
    return found[0]


def _column(link: Link) -> str | None:
    """The column of the parent that alone makes a to-one link."""
    if link.junction or link.many or len(link.joins) != 1:
        return None
    return link.joins[0][0]


def _means(link: Link, embed: Embed) -> bool:
    """Whether `embed` may mean `link`.

    A table within itself is named by the table for the rows that point here, by the column for the row
    that is pointed at; its key's name would not say which way, so only a column is a hint there. A view is
    found by its own name only, since it shares its keys with the table.
    """
    itself = link.child is link.parent and not link.junction
    if embed.hint and itself:
        return link.child.name == embed.name and link.many and _by_column(link, embed.hint)
    if embed.hint:
        return link.child.name == embed.name and _hinted(link, embed.hint)
    if link.child.name == embed.name and (link.many or not itself):
        return True
    if link.child.is_view:
        return False
    named = not link.junction and link.keys[0].name == embed.name
    return _column(link) == embed.name or (named and not itself)


def _hinted(link: Link, hint: str) -> bool:
    if link.junction:
        return link.junction.name == hint or any(key.name == hint for key in link.keys)
    return link.keys[0].name == hint or _by_column(link, hint)


def _by_column(link: Link, hint: str) -> bool:
    return len(link.joins) == 1 and hint in link.joins[0]


def _links(catalog: Catalog, parent: Table) -> Iterator[Link]:
    for key in catalog.out_of.get(parent.key, ()):
        child = catalog.tables.get(key.ref)
        if child and child.schema == parent.schema:
            yield Link(parent, child, False, (key,), tuple(zip(key.columns, key.ref_columns, strict=True)))
    for key in catalog.into.get(parent.key, ()):
        child = catalog.tables.get(key.table)
        if child and child.schema == parent.schema:
            joins = tuple(zip(key.ref_columns, key.columns, strict=True))
            yield Link(parent, child, not key.unique, (key,), joins)
            yield from _through(catalog, parent, key, child)


def _through(catalog: Catalog, parent: Table, near: ForeignKey, junction: Table) -> Iterator[Link]:
    """Tables on the other side of `junction`, if its primary key covers both foreign keys."""
    for far in catalog.out_of.get(junction.key, ()):
        child = catalog.tables.get(far.ref)
        covered = {*near.columns, *far.columns} <= set(junction.primary_key)
        if far.name == near.name or not covered or not child or child.schema != parent.schema:
            continue
        yield Link(
            parent,
            child,
            True,
            (near, far),
            tuple(zip(near.ref_columns, near.columns, strict=True)),
            junction,
            tuple(zip(far.columns, far.ref_columns, strict=True)),
        )
