"""`supachat`: which command was meant, and what the shell hears when it fails.

Every command is imported when it is called, and the bare app without click: nobody waits for what they
did not ask for. An error that we know is one sentence and exit 1, one that we do not know a report in a
file and a sentence that says where; wrong use is 2, ctrl+c is 130.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import sys
import threading
from typing import TYPE_CHECKING, NoReturn

from supachat.cli import mishap
from supachat.cli.commands import COMMANDS
from supachat.domain.errors import SupachatError
from supachat.domain.text import safe

if TYPE_CHECKING:
    import click


def main(argv: list[str] | None = None) -> NoReturn:
    """Run and exit. Never shows a traceback."""
    mishap.watch()
    code = run(sys.argv[1:] if argv is None else argv)
    if any(thread.daemon for thread in threading.enumerate()):
        _leave_at_once(code)
    sys.exit(code)


def _leave_at_once(code: int) -> NoReturn:
    """A daemon thread may be inside a C++ library, which aborts when Python ends the thread there."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def run(argv: list[str]) -> int:
    """The exit code."""
    try:
        if not argv:
            gc.disable()  # what is imported stays, so looking through it would only delay the first frame
            from supachat.cli.app import run_app

            mishap.keep_log(debug=False)
            return run_app(None, None)
        return _click(argv)
    except SupachatError as error:
        print(f"supachat: {safe(str(error))}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        _leave_stdout()
        return 0
    except Exception as error:  # noqa: BLE001 - the last border: what nobody expected has a report
        print(mishap.crashed(error), file=sys.stderr)
        return 1


def _click(argv: list[str]) -> int:
    """Not `click.main`: that would answer ctrl+c and a closed pipe in its own way."""
    import click

    group = _group()
    try:
        with group.make_context("supachat", list(argv)) as context:
            return int(group.invoke(context) or 0)
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.exceptions.Abort:
        return 130
    except click.ClickException as error:
        error.show()
        return error.exit_code


def _leave_stdout() -> None:
    """Whoever read our output is gone: let the interpreter's last flush go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _group() -> click.Group:
    import click

    from supachat import __version__

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
    @click.option(
        "--vault",
        type=click.Choice(["auto", "keyring", "file", "memory"]),
        help="Where the session is kept.",
    )
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

    return supachat
