"""`dialect`: the designs that supachat speaks, as maps and as SQL; a map held against a project; a guess.

Imports nothing of the grammar or the network before a command needs it.
"""

from __future__ import annotations

import asyncio
import os
import textwrap
from typing import TYPE_CHECKING

import click

from supachat.cli.dialect_guess import guess
from supachat.cli.options import workspace_options
from supachat.domain.text import safe_line

if TYPE_CHECKING:
    from supachat.dialects.manual import Key, Section

INDENT = 34
WIDTH = 100
CHECK = 28
"""Columns for the name of a check: a table's stands in it."""


@click.group()
@workspace_options
def dialect(workspace: str | None, vault: str | None) -> None:
    """The kinds of chat that supachat speaks, and the SQL for each."""


dialect.add_command(guess)


@dialect.command("list")
def list_() -> None:
    """Name the dialects."""
    from supachat.dialects import catalog

    for name in catalog.names():
        print(name)


@dialect.command()
@click.argument("name", required=False)
@click.option("--grammar", is_flag=True, help="Everything that a map may say, without a map.")
def show(name: str | None, grammar: bool) -> None:
    """Print a map key by key: what each means, and what this map says.

    NAME is a dialect or the path of a .toml file.
    """
    from supachat.dialects import catalog
    from supachat.dialects.manual import sections

    if (name is None) is not grammar:
        raise click.UsageError("name a dialect, or ask for --grammar")
    for section in sections(catalog.load(name).map if name else None):
        for line in section_lines(section, told=name is not None):
            print(line)


def section_lines(section: Section, *, told: bool) -> list[str]:
    """One table of the grammar. With `told`, keys that the map leaves out are marked with a minus."""
    head = [f"[{section.path}]" if section.path else "# the top of the file"]
    head += textwrap.wrap(section.meaning, WIDTH, initial_indent="  # ", subsequent_indent="  # ")
    if told and not section.used:
        return [head[0] + "  # not in this map", ""]
    keys = [line for key in section.keys for line in _key_lines(key, told=told)]
    return [*head, *keys, ""]


def _key_lines(key: Key, *, told: bool) -> list[str]:
    if told:
        said = (
            f"  {key.name} = {safe_line(key.value, limit=400)}"
            if key.value is not None
            else f"- {key.name}"
        )
    else:
        said = f"{'*' if key.needed else ' '} {key.name}"
    words = f"{key.takes}. {key.meaning}".strip()
    folded = textwrap.wrap(words, WIDTH - INDENT, initial_indent="# ", subsequent_indent="# ")
    if len(said) >= INDENT:
        return [said, *(f"{'':<{INDENT}}{line}" for line in folded)]
    return [f"{said:<{INDENT}}{folded[0]}", *(f"{'':<{INDENT}}{line}" for line in folded[1:])]


@dialect.command()
@click.argument("name", required=False)
@click.option("--schema", metavar="NAME", help="Where the tables are to live.")
@click.option("--describe", is_flag=True, help="Only the function that tells dialect check of the tables.")
def sql(name: str | None, schema: str | None, describe: bool) -> None:
    """Print the SQL of a dialect.

    Run it as postgres, as often as you like.
    """
    from supachat.dialects import catalog

    if (name is None) is not describe:
        raise click.UsageError("name a dialect, or ask for --describe")
    print(catalog.describing(schema or "public") if name is None else catalog.sql(name, schema))


@dialect.command()
@click.argument("name", required=False)
@click.option("--sql", "as_sql", is_flag=True, help="The SQL that goes with it.")
def sample(name: str | None, as_sql: bool) -> None:
    """Print a map to copy and fit to your own project.

    Without NAME, which ones there are: the shipped dialects, to change a word of one; and told, rooms
    whose messages are told by broadcast and stored nowhere.
    """
    from supachat.dialects import samples

    print(samples.text(name, sql=as_sql).rstrip("\n") if name else "\n".join(samples.names()))


@dialect.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="One object a line, for programs.")
@workspace_options
def check(name: str, as_json: bool, workspace: str | None, vault: str | None) -> int:
    """Hold a map against the project that you are signed in to.

    NAME is a dialect or the path of a .toml file. Changes nothing. Ends with 1 where something failed.
    """
    from supachat.cli.doctor import report
    from supachat.dialects import catalog
    from supachat.doctor.mapcheck import check_map

    found = catalog.load(name)
    return asyncio.run(report(check_map(found, workspace, vault, os.environ), as_json, CHECK))
