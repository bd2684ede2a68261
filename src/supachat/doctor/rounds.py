"""Which checks there are, in which order, and what each of them needs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

from supachat.doctor.findings import Check, Finding, carry_out
from supachat.doctor.machine import Machine
from supachat.doctor.network import Network
from supachat.doctor.project import Reader, Source
from supachat.doctor.terminal import Terminal

JOIN = 32.0
"""Seconds: a refused join is answered after 5, one whose database is away after 15."""


async def examine(
    workspace: str | None, vault: str | None, environ: Mapping[str, str], *, tty: bool
) -> AsyncIterator[Finding]:
    """All findings, in order, each as soon as it is there. `tty`: there is a terminal to ask."""
    machine = Machine(workspace, vault, environ)
    known: list[Finding] = []
    async for found in carry_out([*_of_terminal(Terminal(environ, tty=tty)), *_of_machine(machine)]):
        known.append(found)
        yield found
    try:
        async for found in carry_out(_of_project(machine), known):
            yield found
    finally:
        await machine.close()


def _of_terminal(terminal: Terminal) -> list[Check]:
    return [
        Check("colours", terminal.colours),
        Check("characters", terminal.width),
        Check("keys", terminal.keys),
        Check("control", terminal.osc),
    ]


def _of_machine(machine: Machine) -> list[Check]:
    return [
        Check("settings", machine.settings),
        Check("files", machine.files),
        Check("workspace", machine.choose, ("settings",)),
        Check("dialects", machine.read_dialects, ("workspace",)),
        Check("vault", machine.vault, ("workspace",)),
    ]


def _of_project(machine: Machine) -> list[Check]:
    network = Network(machine)
    reader = Reader(machine)
    checks = [
        Check("proxy", network.proxy, ("workspace",)),
        Check("name", network.name, ("proxy",)),
        Check("TLS", network.tls, ("name",)),
        Check("answer", network.answers, ("TLS",), seconds=12.0),
        Check("key", network.key, ("answer",)),
        Check("sign-in", network.auth, ("key",)),
        Check("clock", network.clock, ("answer",)),
        Check("token", reader.token, ("vault", "key"), seconds=20.0),
    ]
    several = len(machine.dialects) > 1
    for dialect in machine.dialects:
        checks += _of_source(Source(dialect, reader), f" {dialect.name}" if several else "")
    return checks


def _of_source(source: Source, name: str) -> list[Check]:
    rows = f"rows{name}"
    return [
        Check(rows, source.reads, ("token",), seconds=20.0),
        Check(f"writing{name}", source.writes, (rows,), seconds=15.0),
        Check(f"realtime{name}", source.joins, (rows,), seconds=JOIN),
        Check(f"publication{name}", source.publication, (rows,)),
    ]
