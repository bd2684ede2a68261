"""`supachat doctor`: the findings, a line each, on a terminal in colour.

With `--json` each finding is one object on one line, ASCII only: `check`, `state` (ok, note, failed,
not checked), `words`, `cure` (empty where there is nothing to do).
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from functools import partial

import click

from supachat.cli.options import workspace_options
from supachat.doctor.findings import Finding, Grade
from supachat.doctor.rounds import examine

SIGNS = {Grade.OK: "ok", Grade.NOTE: "note", Grade.FAILED: "FAILED", Grade.SKIPPED: "-"}
STYLES = {Grade.OK: "green", Grade.NOTE: "yellow", Grade.FAILED: "bold red", Grade.SKIPPED: "dim"}
NAME, SIGN = 11, 6
"""Columns: the longest check of one dialect, the longest sign."""


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One object a line, for programs.")
@workspace_options
def doctor(as_json: bool, workspace: str | None, vault: str | None) -> int:
    """Say what is well, what is not, and what to do about it.

    Looks at this computer, the way to the project, and what the project lets you do. Changes nothing.
    Ends with 1 where something failed.
    """
    return asyncio.run(_doctor(as_json, workspace, vault))


async def _doctor(as_json: bool, workspace: str | None, vault: str | None) -> int:
    tty = not as_json and sys.stdin.isatty() and sys.stdout.isatty()
    return await report(examine(workspace, vault, os.environ, tty=tty), as_json)


async def report(findings: AsyncIterator[Finding], as_json: bool, width: int = NAME) -> int:
    """Show each as it comes, and what they come to; the exit code. `width` is for the checks' names."""
    show = _as_json if as_json else partial(_on_terminal if sys.stdout.isatty() else _plain, width=width)
    failed = notes = 0
    async for found in findings:
        failed += found.grade is Grade.FAILED
        notes += found.grade is Grade.NOTE
        show(found)
    if not as_json:
        print(summary(failed, notes))
    return 1 if failed else 0


def summary(failed: int, notes: int) -> str:
    """The last line."""
    if failed:
        return f"\n{failed} failed. What stands behind > mends it."
    return "\nAll is well." if not notes else "\nNothing failed; what is noted above may be worth a look."


def plain_lines(found: Finding, width: int = NAME) -> list[str]:
    """A finding without colour, its cure indented below it."""
    head = f"{found.check:<{width}}  {SIGNS[found.grade]:<{SIGN}}  {found.words}"
    return [head, *(f"{'':<{width + SIGN + 4}}> {line}" for line in found.cure.splitlines())]


def _plain(found: Finding, width: int) -> None:
    print(*plain_lines(found, width), sep="\n", flush=True)


def _as_json(found: Finding) -> None:
    fields = {"check": found.check, "state": found.grade, "words": found.words, "cure": found.cure}
    print(json.dumps(fields), flush=True)


def _on_terminal(found: Finding, width: int) -> None:
    """Long words are folded under themselves."""
    from rich.console import Console
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    line = Table.grid(padding=(0, 2))
    line.add_column(width=max(width, len(found.check)), no_wrap=True)
    line.add_column(width=SIGN, no_wrap=True)
    line.add_column(ratio=1)
    words = "dim" if found.grade is Grade.SKIPPED else ""
    line.add_row(Text(found.check), Text(SIGNS[found.grade], STYLES[found.grade]), Text(found.words, words))
    console = Console(highlight=False)
    console.print(line)
    if found.cure:  # not folded: it is there to be copied
        cure = Text("\n".join(f"> {one}" for one in found.cure.splitlines()), "cyan")
        console.print(Padding(cure, (0, 0, 0, width + SIGN + 4)), soft_wrap=True)
    sys.stdout.flush()
