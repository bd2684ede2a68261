"""One table of a map, as the signed-in reader and the database's own description have it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from supachat.assemble.examine import Examiner, code_of
from supachat.dialects.calls import Binding, Rpc, Select, Topic
from supachat.dialects.guess.seen import tables
from supachat.dialects.uses import Use
from supachat.doctor import columns, sql
from supachat.doctor.findings import Note, Trouble
from supachat.domain.errors import DialectError, NotAllowed, SupachatError

SUBSCRIBES = 12.0
"""Seconds for the server's word on a binding; it looks into the database for it."""
PROBE = "supachat-check"
IDENTITIES = {"d": "the key", "f": "full", "n": "nothing", "i": "an index"}


@dataclass(frozen=True, slots=True)
class Described:
    """What `supachat_describe` or the API's description says. None is what nobody said."""

    not_null: bool | None = None
    single_key: bool | None = None
    row_security: bool | None = None
    published: bool | None = None
    identity: str = ""


class Catalog:
    """What can be known of a schema beyond its rows, asked once."""

    def __init__(self, examiner: Examiner, schema: str, dialect: str) -> None:
        self._examiner, self.schema, self.dialect = examiner, schema, dialect
        self._found: dict[tuple[str, str], Described] = {}

    async def look(self) -> str:
        """The function that the shipped SQL brings, else the API's description, else nothing."""
        try:
            rows = await self._examiner.rows(Rpc("supachat_describe", schema=self.schema))
        except (DialectError, NotAllowed):
            return await self._outside()
        found = {(str(row["table_name"]), str(row["column_name"])): _described(row) for row in rows}
        # of a view neither what is never null is told nor whose policies guard it
        told = {table for (table, _), said in found.items() if said.not_null}
        self._found = {place: said for place, said in found.items() if place[0] in told}
        return f"supachat_describe tells of {len({table for table, _ in self._found})} tables"

    async def _outside(self) -> str:
        document = await self._examiner.describe(self.schema)
        if document is None:
            raise Note(
                "nothing here describes the tables, so some of what follows is not known",
                f"Run as postgres what this prints: supachat dialect sql --describe --schema {self.schema}",
            )
        seen = tables(document)
        for table in seen:
            # of a view nobody says what is never null
            told = any(column.required for column in table.columns)
            for column in table.columns:
                said = Described(column.required, table.single_key is column) if told else Described()
                self._found[table.name, column.name] = said
        return f"the API tells of {len(seen)} tables, but not what is published"

    async def functions(self, named: Sequence[str]) -> str:
        """They are there, as far as the API tells: calling one to see would do what it does."""
        document = await self._examiner.describe(self.schema)
        if document is None:
            names = ", ".join(f"'{name}'" for name in named)
            look = f"  where pronamespace = '{self.schema}'::regnamespace and proname in ({names});"
            raise Note("not known", f"select oid::regprocedure from pg_proc\n{look}")
        paths = document.get("paths") or {}
        lost = [name for name in named if f"/rpc/{name}" not in paths]
        if lost:
            cure = sql.functions(self.dialect, self.schema, lost)
            raise Trouble(f"not there, or not yours to call: {', '.join(lost)}", cure)
        return f"{len(named)} are there"

    def of(self, table: str, column: str) -> Described:
        return self._found.get((table, column), Described())

    def any_of(self, table: str) -> Described:
        """What was said of the table, whichever column it stands with."""
        return next((said for (name, _), said in self._found.items() if name == table), Described())


def _described(row: Mapping[str, Any]) -> Described:
    return Described(
        row.get("not_null") is True,
        row.get("single_key") is True,
        row.get("row_security") is True,
        row.get("published") is True,
        str(row.get("replica_identity") or ""),
    )


class TableChecks:
    """Each raises as a check does."""

    def __init__(self, use: Use, examiner: Examiner, catalog: Catalog) -> None:
        self._use, self._examiner, self._catalog = use, examiner, catalog

    @property
    def _place(self) -> tuple[str, str]:
        return self._catalog.schema, self._use.table

    async def reads(self) -> str:
        """It is there, and the reader may read it."""
        schema, table = self._place
        try:
            rows = await self._examiner.rows(Select(table, limit=1, schema=schema))
        except DialectError as error:
            raise Trouble(
                f"{schema}.{table}: {error.message}",
                sql.install(self._catalog.dialect, schema, code_of(error)),
            ) from error
        except NotAllowed as error:
            cure = f"grant select on {columns.named(schema, table)} to authenticated;\n" + sql.policies(
                schema, table, "read"
            )
            raise Trouble(f"{schema}.{table} may not be read", cure) from error
        if self._catalog.any_of(table).row_security is False:
            raise Trouble(
                f"{schema}.{table} has no row level security", columns.row_security(schema, table)
            )
        return "rows are read" if rows else "it may be read, no row is to be seen"

    async def columns(self) -> str:
        """They are there, and of the kind that the map takes them for."""
        kinds = await self._kinds(self._use.columns)
        schema, table = self._place
        lost = [name for name, kind in kinds.items() if kind is None]
        if lost:
            wanted = self._use.kinds
            cure = [columns.add_column(schema, table, name, wanted.get(name, "")) for name in lost]
            raise Trouble(f"not in {schema}.{table}: {', '.join(lost)}", "\n".join(cure))
        other = [
            name for name, want in self._use.kinds.items() if not columns.fits(kinds[name] or "", want)
        ]
        if other:
            said = ", ".join(
                f"{name} is {kinds[name] or 'a text'} and not {self._use.kinds[name]}" for name in other
            )
            cure = [columns.change_type(schema, table, name, self._use.kinds[name]) for name in other]
            raise Trouble(said, "\n".join(cure))
        return f"{len(kinds)} as the map has them"

    async def _kinds(self, names: Sequence[str]) -> dict[str, str | None]:
        schema, table = self._place
        found = await asyncio.gather(*(self._examiner.kind(table, name, schema) for name in names))
        return dict(zip(names, found, strict=True))

    async def filled(self) -> str:
        """What orders the rows and tells them apart is never null, and the key is one."""
        schema, table = self._place
        said = {name: self._catalog.of(table, name) for name in self._use.filled}
        open_ = [name for name, one in said.items() if one.not_null is False]
        if open_:
            cure = [columns.not_null(schema, table, name) for name in open_]
            raise Trouble(f"may be null: {', '.join(open_)}", "\n".join(cure))
        if self._use.key and self._catalog.of(table, self._use.key).single_key is False:
            cure_ = columns.single_key(schema, table, self._use.key)
            raise Trouble(f"{self._use.key} is no key by itself: two rows may have the same", cure_)
        if any(one.not_null is None for one in said.values()):
            raise Note("not known", columns.look_nulls(schema, table))
        return f"never null: {', '.join(said)}"

    async def published(self) -> str:
        """The database tells of its changes: said, else tried, since a binding to another is refused."""
        schema, table = self._place
        said = self._catalog.any_of(table)
        if said.published is False or (said.published is None and not await self._bound()):
            raise Trouble(f"changes of {schema}.{table} are not told", columns.publish(schema, table))
        return "its changes are told"

    async def _bound(self) -> bool:
        """Raises `Note` where the server says neither."""
        schema, table = self._place
        topic = Topic(f"{PROBE}:{table}", private=False, bindings=(Binding("*", table, schema),))
        try:
            joined = await self._examiner.join(topic, SUBSCRIBES)
        except SupachatError as error:
            raise Note(f"not known: {error.message}", sql.publication(schema, table)) from error
        if joined.unsubscribed:
            return False
        if not joined.flows:
            raise Note("not known: the server does not say", sql.publication(schema, table))
        return True

    async def identity(self) -> str:
        """A delete has to tell its key at least."""
        schema, table = self._place
        found = self._catalog.any_of(table).identity
        if not found:
            raise Note(
                "not known, nor whether row level security is on", columns.look_identity(schema, table)
            )
        if found == "n":
            raise Trouble("changes and deletes tell no key", columns.identity(schema, table))
        return IDENTITIES.get(found, found)
