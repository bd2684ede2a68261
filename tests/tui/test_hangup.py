"""A terminal that is closed under the program, as a lost SSH connection or a closed window does."""

from __future__ import annotations

import errno
import os
import pty
import signal
import sys
import threading
from pathlib import Path

import pytest
from tests.terminal import Terminal

from supachat.tui import hangup
from supachat.tui.hangup import hung_up


def test_a_terminal_is_gone_when_its_other_end_is_closed() -> None:
    main, child = pty.openpty()
    threading.Timer(0.1, os.close, [main]).start()
    assert hung_up(child)
    os.close(child)
    assert not hung_up(child), "a file that is not there tells nothing"


def test_only_a_terminal_that_went_away_excuses_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    main, child = pty.openpty()
    monkeypatch.setattr(hangup, "STDIN", child)
    broken = OSError(errno.EIO, "Input/output error")
    assert not hangup.broke_with_it(broken)
    monkeypatch.setattr(hangup, "_watched", threading.Event())
    hangup._watched.set()
    assert not hangup.broke_with_it(broken), "it is still there"
    os.close(main)
    assert hangup.broke_with_it(broken)
    assert not hangup.broke_with_it(OSError(errno.ENOSPC, "No space left on device"))
    assert not hangup.broke_with_it(ValueError("closed"))
    os.close(child)


@pytest.mark.parametrize("asked", [True, False])
def test_the_program_ends_with_its_terminal_or_when_it_is_asked_to(tmp_path: Path, asked: bool) -> None:
    environ = {**os.environ, "SUPACHAT_HOME": str(tmp_path)}
    with Terminal([sys.executable, "-m", "supachat"], environ=environ) as terminal:
        terminal.shows("Where are your conversations")
        if asked:
            terminal.process.send_signal(signal.SIGTERM)
            assert terminal.wait() == 0
        else:
            terminal.hang_up()
            assert terminal.process.wait(20) == 0
    assert list(tmp_path.rglob("crash-*")) == []
