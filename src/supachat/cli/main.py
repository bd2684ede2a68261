"""`supachat`: which command was meant, and what the shell hears when it fails.

Every command is imported when it is called, and the bare app without click: nobody waits for what they
did not ask for. An error that we know is one sentence and exit 1, one that we do not know a report in a
file and a sentence that says where; wrong use is 2, ctrl+c is 130.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys
import threading
from typing import NoReturn

from supachat.cli import mishap
from supachat.domain.errors import SupachatError
from supachat.domain.text import safe


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
        code = _click(argv) if argv else _app()
        if sys.stdout is not None:
            sys.stdout.flush()  # a reader that is gone is met here: while Python ends it would be a crash
        return code
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


def _app() -> int:
    gc.disable()  # what is imported stays, so looking through it would only delay the first frame
    from supachat.cli.app import run_app

    mishap.keep_log(debug=False)
    return run_app(None, None)


def _click(argv: list[str]) -> int:
    """Not `click.main`: that would answer ctrl+c and a closed pipe in its own way."""
    import click

    from supachat.cli.group import supachat

    try:
        with supachat.make_context("supachat", list(argv)) as context:
            return int(supachat.invoke(context) or 0)
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.exceptions.Abort:
        return 130
    except click.UsageError as error:
        error.show()
        return error.exit_code
    except click.ClickException as error:
        print(f"supachat: {error.format_message()}", file=sys.stderr)
        return error.exit_code


def _leave_stdout() -> None:
    """Whoever read our output is gone: let the interpreter's last flush go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
