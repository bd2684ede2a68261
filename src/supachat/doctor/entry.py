"""Signed in to the workspace that is meant, for a command that needs nothing else of the doctor."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from supachat.assemble.examine import Examiner
from supachat.doctor.findings import Trouble
from supachat.doctor.machine import Machine
from supachat.doctor.project import Reader
from supachat.domain.errors import SupachatError


@asynccontextmanager
async def signed_in(
    workspace: str | None, vault: str | None, environ: Mapping[str, str]
) -> AsyncIterator[tuple[Examiner, Reader]]:
    """Raises `SupachatError` where there is no workspace or nobody is signed in."""
    machine = Machine(workspace, vault, environ)
    reader = Reader(machine)
    try:
        for step in (machine.settings, machine.choose, machine.vault, reader.token):
            try:
                await step()
            except Trouble as trouble:
                raise SupachatError(trouble.words, cure=trouble.cure) from trouble
        yield reader.examiner, reader
    finally:
        await machine.close()
