"""`supachat`: which command was meant, and what the shell hears when it fails.

Every command is imported when it is called, and the bare app without click: nobody waits for what they
did not ask for. An error that we know is one sentence and exit 1, one that we do not know a report in a
file and a sentence that says where; wrong use is 2, ctrl+c is 130.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import os
import sys
import threading
from typing import NoReturn

from supachat.cli import mishap, streams
from supachat.domain.errors import SupachatError
from supachat.domain.text import safe


def main(argv: list[str] | None = None) -> NoReturn:
    """Run and exit. Never shows a traceback."""
    streams.open_closed()
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
        sys.stdout.flush()  # a reader that is gone is met here: while Python ends it would be a crash
        return code
    except SupachatError as error:
        _say(f"supachat: {safe(str(error))}")
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        streams.drop(sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001 - the last border: what nobody expected has a report
        _say(_of_the_shell(error) or mishap.crashed(error))
        return 1


def _say(words: str) -> None:
    """On stderr; where nothing can be said there, the exit code says it."""
    try:
        print(words, file=sys.stderr, flush=True)
    except OSError:
        streams.drop(sys.stderr.fileno())


def _of_the_shell(error: Exception) -> str:
    """What ails the shell and not the program, in a sentence; empty for anything else."""
    if isinstance(error, FileNotFoundError) and not _has_folder():
        return "supachat: the folder you are in was deleted. Go to another one and try again"
    if isinstance(error, OSError) and error.errno == errno.ENOSPC and error.filename is None:
        streams.drop(sys.stdout.fileno())
        return f"supachat: what came of it could not be written: {error.strerror}. Free some room first"
    return ""


def _has_folder() -> bool:
    try:
        os.getcwd()
    except FileNotFoundError:
        return False
    return True


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
        _say(f"supachat: {error.format_message()}")
        return error.exit_code
