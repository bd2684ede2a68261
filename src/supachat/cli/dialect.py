"""`dialect`: what the shipped chat designs are made of, for a project of one's own. No network."""

from __future__ import annotations

import click


@click.group()
def dialect() -> None:
    """The kinds of chat that supachat speaks, and the SQL that makes them."""


@dialect.command("list")
def list_() -> None:
    """Name the dialects."""
    from supachat.dialects import catalog

    for name in catalog.names():
        print(name)


@dialect.command()
@click.argument("name")
@click.option("--schema", metavar="NAME", help="Where the tables are to live.")
def sql(name: str, schema: str | None) -> None:
    """Print the SQL of a dialect: run it as postgres, as often as you like."""
    from supachat.dialects import catalog

    print(catalog.sql(name, schema))
