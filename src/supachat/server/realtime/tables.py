"""What the catalog says of published tables, asked once for each description the stream gives of one."""

from __future__ import annotations

from collections.abc import Collection

from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from supachat.server.realtime.change_payload import Table, TableColumn
from supachat.server.realtime.pgoutput import Relation

_COLUMNS = """
select a.attname, coalesce(b.typname, t.typname), format_type(a.atttypid, a.atttypmod),
       coalesce(a.attnum = any(i.indkey), false), t.typtype = 'e', c.relrowsecurity
from pg_class c
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
join pg_type t on t.oid = a.atttypid
left join pg_type b on t.typtype = 'd' and b.oid = t.typbasetype
left join pg_index i on i.indrelid = c.oid and i.indisprimary
where c.oid = %s order by a.attnum"""

_SELECTABLE = """
select a.attname from pg_attribute a
where a.attrelid = %s and a.attnum > 0 and not a.attisdropped
  and case when exists (select from pg_roles where rolname = %s)
      then has_column_privilege(%s::name, a.attrelid, a.attnum, 'select') else false end"""


class Tables:
    """Forgets a table's description when the stream sends a new one."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Relation, Table]] = {}

    async def describe(self, connection: AsyncConnection[TupleRow], relation: Relation) -> Table:
        """The table behind that relation."""
        known = self._known.get(relation.oid)
        if known is not None and known[0] is relation:
            return known[1]
        rows = await (await connection.execute(_COLUMNS, (relation.oid,))).fetchall()
        table = Table(tuple(_column(*row) for row in rows), bool(rows and rows[0][5]))
        self._known[relation.oid] = (relation, table)
        return table


def _column(name: str, base: str, type_sql: str, key: bool, is_enum: bool, _secured: bool) -> TableColumn:
    return TableColumn(name, base, type_sql, key, is_enum)


async def selectable(
    connection: AsyncConnection[TupleRow], relation: Relation, role: str
) -> Collection[str]:
    """The columns that role may select; none for a role that does not exist."""
    found = await connection.execute(_SELECTABLE, (relation.oid, role, role))
    return frozenset(row[0] for row in await found.fetchall())
