"""`supachat` with words behind it: the command that is meant, and the options before it.

A command is imported when it is called.
"""

from __future__ import annotations

import importlib

import click

from supachat import __version__
from supachat.cli import mishap
from supachat.cli.commands import COMMANDS
from supachat.cli.options import VAULTS


class Commands(click.Group):
    """Finds a command by its name alone; `--help` is the only thing that loads them all."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        command = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)
        return command


@click.group(cls=Commands, invoke_without_command=True)
@click.option("--workspace", metavar="NAME", help="The workspace to open.")
@click.option("--vault", type=VAULTS, help="Where the session is kept.")
@click.option("--debug", is_flag=True, help="Write more into the log: what goes over the wire.")
@click.version_option(__version__, prog_name="supachat")
@click.pass_context
def supachat(ctx: click.Context, workspace: str | None, vault: str | None, debug: bool) -> int | None:
    """Chat in the terminal, in conversations that live in a Supabase project.

    Without a command the app opens.
    """
    if ctx.invoked_subcommand != "serve":  # the server speaks on stderr, as servers do
        mishap.keep_log(debug=debug)
    if ctx.invoked_subcommand is not None:
        return None
    from supachat.cli.app import run_app

    return run_app(workspace, vault)
