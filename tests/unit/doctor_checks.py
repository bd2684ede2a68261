"""Checks to be run, good and bad, and what is found by running them."""

from __future__ import annotations

import asyncio

from supachat.doctor.findings import Check, Finding, carry_out


async def well() -> str:
    return "well"


async def hangs() -> str:
    await asyncio.Event().wait()
    return "never"


def raises(error: Exception) -> Check:
    async def run() -> str:
        raise error

    return Check("x", run)


async def found(*checks: Check, known: tuple[Finding, ...] = ()) -> list[Finding]:
    return [one async for one in carry_out(checks, known)]
