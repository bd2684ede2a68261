"""`supachat dialect check`: a map against the signed-in workspace, one finding a line, its cure as SQL.

Shares the doctor's checks of rows, writing and realtime. Leaves no row: whether one may be written is
asked with a row that a constraint has to refuse, else under `tx=rollback`, once the server has shown that
it takes that.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

from supachat.assemble.examine import Dialect
from supachat.dialects.uses import Use, functions, uses
from supachat.doctor.findings import Check, Finding, Grade, carry_out
from supachat.doctor.machine import Machine
from supachat.doctor.plainwrites import topics, writes
from supachat.doctor.project import Reader, Source
from supachat.doctor.rounds import JOIN
from supachat.doctor.tables import SUBSCRIBES, Catalog, TableChecks

SLOW = 30.0
"""Seconds for a check that asks once for each column."""


async def check_map(
    dialect: Dialect, workspace: str | None, vault: str | None, environ: Mapping[str, str]
) -> AsyncIterator[Finding]:
    """All findings, in order, each as soon as it is there."""
    machine = Machine(workspace, vault, environ)
    reader = Reader(machine)
    known: list[Finding] = []
    try:
        async for found in carry_out(_entry(machine, reader)):
            known.append(found)
            yield found
        if all(found.grade is Grade.OK for found in known):
            async for found in carry_out(_of_map(dialect, reader), known):
                yield found
    finally:
        await machine.close()


def _entry(machine: Machine, reader: Reader) -> list[Check]:
    return [
        Check("settings", machine.settings),
        Check("workspace", machine.choose, ("settings",)),
        Check("vault", machine.vault, ("workspace",)),
        Check("token", reader.token, ("vault",), seconds=20.0),
    ]


def _of_map(dialect: Dialect, reader: Reader) -> list[Check]:
    catalog = Catalog(reader.examiner, dialect.schema, dialect.name)
    source = Source(dialect, reader)
    checks = [Check("description", catalog.look, ("token",), seconds=15.0)]
    for use in uses(dialect.map):
        checks += _of_table(use, TableChecks(use, reader.examiner, catalog))
    sends = dialect.map.send
    by_function = ("functions",) if sends is not None and sends.rpc is not None else ()
    if named := functions(dialect.map):
        checks.append(Check("functions", lambda: catalog.functions(named), ("description",)))
    if dialect.map.stored is None:
        checks.append(Check("messages", source.stored, ("token",)))
    checks += [
        Check("rows", source.reads, ("token",), seconds=20.0),
        Check("writing", lambda: writes(source, reader), ("rows", *by_function), seconds=20.0),
        Check("topics", lambda: topics(source, reader), ("rows",), seconds=JOIN),
    ]
    return checks


def _of_table(use: Use, table: TableChecks) -> list[Check]:
    name = f"table {use.table}"
    checks = [Check(name, table.reads, ("description",), seconds=15.0)]
    if use.columns:
        checks.append(Check(f"columns {use.table}", table.columns, (name,), seconds=SLOW))
    if use.filled:
        checks.append(Check(f"not null {use.table}", table.filled, (name,)))
    if use.events:
        checks.append(Check(f"publication {use.table}", table.published, (name,), seconds=SUBSCRIBES + 5))
        checks.append(Check(f"identity {use.table}", table.identity, (name,)))
    return checks
