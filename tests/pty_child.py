"""A program in a pseudo-terminal: started, its size told. Knows nothing of what is on the screen."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import termios
from collections.abc import Mapping, Sequence


def started(
    command: Sequence[str],
    environ: Mapping[str, str],
    *,
    columns: int,
    lines: int,
    cwd: str | os.PathLike[str] | None = None,
    pass_fds: Sequence[int] = (),
) -> tuple[int, subprocess.Popen[bytes]]:
    """The terminal's other end, which the caller closes, and the process, which the caller ends."""
    main, child = pty.openpty()
    try:
        sized(main, columns, lines)
        process = subprocess.Popen(
            command,
            stdin=child,
            stdout=child,
            stderr=child,
            cwd=cwd,
            env=environ,
            start_new_session=True,
            pass_fds=pass_fds,
        )
    except BaseException:
        os.close(main)
        raise
    finally:
        os.close(child)
    return main, process


def sized(main: int, columns: int, lines: int) -> None:
    """Another size of the terminal; the program is told by nobody."""
    fcntl.ioctl(main, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
