"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

VAULTS = click.Choice(["auto", "keyring", "file", "memory"])


def workspace_options(command: F) -> F:
    """`--workspace` and `--vault`, before the command's name or behind it, at whichever level."""
    vault = click.option("--vault", type=VAULTS, help="Where the session is kept.", callback=_or_group)
    name = click.option("--workspace", metavar="NAME", help="The workspace to use.", callback=_or_group)
    return name(vault(command))


def _or_group(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """What stands behind the command, else what stood before it: a group within a group holds it too."""
    if value is not None or ctx.parent is None:
        return value
    found: str | None = ctx.parent.params.get(param.name or "")
    return found
